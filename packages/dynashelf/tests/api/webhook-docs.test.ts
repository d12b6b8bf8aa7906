// What docs/events.md shows of webhooks does what the page says.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';

import { makeSecret, signedHeaders } from '../../src/events/webhooks/secret';
import * as face from '../../src/index';
import { APP } from '../setup/places';
import { notes } from '../setup/hooked';

const page = readFileSync(join(APP, 'docs/events.md'), 'utf8');
const [, section = ''] = /\n## Webhooks\n([^]*?)\n## /.exec(page) ?? [];
const [declared = '', receiver = ''] = [...section.matchAll(/```ts\n([^]*?)```/g)].map(([, code]) => code);

function load(code: string, modules: Record<string, unknown>): Record<string, unknown> {
  const { outputText } = ts.transpileModule(code, {
    compilerOptions: { module: ts.ModuleKind.CommonJS, target: ts.ScriptTarget.ES2023 },
  });
  const exported = {};
  // eslint-disable-next-line @typescript-eslint/no-implied-eval -- the code is the page's own
  new Function('exports', 'require', outputText)(exported, (id: string) => modules[id] ?? jest.requireActual(id));
  return exported;
}

test('the line of index.ts lists webhooks and their deliveries beside what they are told of', () => {
  const { resources } = load(declared, { dynashelf: face, './notes': { notes } }) as {
    resources: ReadonlyMap<string, unknown>;
  };
  expect([...resources.keys()]).toEqual(['notes', 'webhooks', 'webhook-deliveries']);
});

test('the receiver takes what is signed, once, and throws for what is not', () => {
  const { receive } = load(receiver, {}) as {
    receive: (body: string, headers: object, secret: string, isDone: (id: string) => boolean) => object | undefined;
  };
  const secret = makeSecret('a key', { id: 'one', createdAt: '2026-11-27T00:00:00.000Z' }, 1);
  const body = JSON.stringify({ type: 'notes.created', subject: 'x' });
  const headers = signedHeaders('msg', Date.now(), body, [secret]);
  const done: string[] = [];
  expect(receive(body, headers, secret, (id) => done.push(id) > 5)).toEqual({ type: 'notes.created', subject: 'x' });
  expect(done).toEqual(['msg']);
  expect(receive(body, headers, secret, () => true)).toBeUndefined();
  expect(() => receive(`${body} `, headers, secret, () => false)).toThrow();
});
