// The examples of docs/functions.md do what the page says.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';

import * as face from '../../src/index';
import * as lambda from '../../src/lambda';
import type { FunctionHandler } from '../../src/functions/handler';
import { createClient } from '../../src/testing/client';
import { useClock } from '../../src/testing/clock';
import { useTable } from '../../src/testing/table';
import { APP } from '../setup/places';
import { RULES } from '../../src/testing/rules';
import { toolshed } from '../setup/toolshed';

useTable();
const clock = useClock();

const page = readFileSync(join(APP, 'docs/functions.md'), 'utf8');

const MODULES: Record<string, unknown> = {
  dynashelf: face,
  'dynashelf/lambda': lambda,
  '../resources/index': { resources: toolshed },
};

/** The handlers that the examples export, by the names of their files. */
const functions = Object.fromEntries(
  [...page.matchAll(/```ts\n(\/\/ src\/functions\/(\w+)\.ts\n[^]*?)```/g)].map(([, code = '', name = '']) => {
    const { outputText } = ts.transpileModule(code, {
      compilerOptions: { module: ts.ModuleKind.CommonJS, target: ts.ScriptTarget.ES2023, esModuleInterop: true },
    });
    const exported = {} as { handler: FunctionHandler };
    // eslint-disable-next-line @typescript-eslint/no-implied-eval -- the code is the page's own
    new Function('exports', 'require', outputText)(exported, (id: string) => MODULES[id] ?? jest.requireActual(id));
    return [name, exported.handler];
  }),
);

const ask = createClient({ resources: toolshed, functions, config: RULES });
const open = createClient({ resources: toolshed, functions });

const given = async (): Promise<{ tool: string; booking: string }> => {
  const tool = (await open('POST /tools', { body: { name: 'Drill', owner: 'ada', price: 4 } })).body.id as string;
  const booking = (await open('POST /bookings', { body: { tool, renter: 'ben' } })).body.id as string;
  return { tool, booking };
};

test('quote says what it costs, to callers who are known', async () => {
  const { tool } = await given();
  expect((await ask('POST /quotes', { body: { tool, days: 3 }, as: { subject: 'ben' } })).body).toEqual({ price: 12 });
  expect((await ask('POST /quotes', { body: { tool } })).status).toBe(401);
  expect((await ask('POST /quotes', { body: { tool, days: 31 }, as: { subject: 'ben' } })).body.errors).toMatchObject([
    { pointer: '#/days' },
  ]);
});

test('expire ends the bookings that nobody has paid for a day, and no others', async () => {
  const old = await given();
  const paid = await given();
  await open(`POST /bookings/${paid.booking}/pay`, { body: { payment: 'p-1' } });
  clock.advance({ hours: 25 });
  const young = await given();
  await functions['expire']!({ time: new Date().toISOString() });
  const states = await Promise.all(
    [old, paid, young].map(async ({ booking }) => (await open(`GET /bookings/${booking}`)).body.state as string),
  );
  expect(states).toEqual(['expired', 'paid', 'requested']);
});
