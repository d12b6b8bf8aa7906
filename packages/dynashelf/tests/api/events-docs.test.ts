// The subscriber of docs/events.md does what the page says; and what a test waits for by `settle`.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';

import type { FunctionHandler } from '../../src/functions/defined';
import { defineResource, listResources } from '../../src/index';
import * as lambda from '../../src/lambda';
import { createClient } from '../../src/testing/client';
import { useClock } from '../../src/testing/clock';
import { settle } from '../../src/testing/settle';
import { useTable } from '../../src/testing/table';
import { APP } from '../setup/places';

useTable(true);
const clock = useClock();

const tools = defineResource({
  name: 'tools',
  description: 'Tools.',
  schema: { left: { type: Number, required: true, integer: true } },
  changes: true,
});
const orders = defineResource({
  name: 'orders',
  description: 'What is ordered.',
  schema: { tool: { type: String, required: true }, why: { type: String, required: true } },
});
const resources = listResources(tools, orders);
const { onChange } = lambda;

const MODULES: Record<string, unknown> = {
  'dynashelf/lambda': lambda,
  '../resources/index': { resources },
  '../resources/tools': { tools },
  '../resources/orders': { orders },
};

const [, code = '', name = ''] =
  /```ts\n(\/\/ src\/subscribers\/(\w+)\.ts[^]*?)```/.exec(readFileSync(join(APP, 'docs/events.md'), 'utf8')) ?? [];
const { outputText } = ts.transpileModule(code, {
  compilerOptions: { module: ts.ModuleKind.CommonJS, target: ts.ScriptTarget.ES2023 },
});
const restock = {} as { handler: FunctionHandler };
// eslint-disable-next-line @typescript-eslint/no-implied-eval -- the code is the page's own
new Function('exports', 'require', outputText)(restock, (id: string) => MODULES[id]);

const ask = createClient({ resources });
const patch = async (id: string, left: number): Promise<unknown> =>
  ask(`PATCH /tools/${id}`, { body: { left }, headers: { 'Content-Type': 'application/merge-patch+json' } });
const ordersOf = async (tool: string): Promise<{ why: string }[]> =>
  ((await ask('GET /orders')).body.items as { tool: string; why: string }[]).filter((order) => order.tool === tool);

test('the subscriber of the page orders a tool once each time that none is left', async () => {
  await ask('PUT /tools/drill', { body: { left: 2 } });
  await settle({ resources, functions: { [name]: restock.handler } });
  await patch('drill', 0);
  await patch('drill', 0);
  await settle({ resources, functions: { [name]: restock.handler } });
  expect(await ordersOf('drill')).toHaveLength(1);
  await patch('drill', 1);
  await patch('drill', 0);
  await Promise.all([
    settle({ resources, functions: { [name]: restock.handler } }),
    settle({ resources, functions: { [name]: restock.handler } }),
  ]);
  const found = await ordersOf('drill');
  expect(found).toHaveLength(2);
  expect(new Set(found.map(({ why }) => why)).size).toBe(2);
});

test('what is deleted is told so, with what it was', async () => {
  const told: unknown[] = [];
  const handler = onChange(tools, {
    resources,
    description: 'Notes what is gone.',
    deleted: ({ before, after, change }) => void told.push([before.left, after, change.kind, change.id]),
  });
  await settle({ resources, functions: { gone: handler } });
  await ask('PUT /tools/saw', { body: { left: 7 } });
  await ask('DELETE /tools/saw');
  await settle({ resources, functions: { gone: handler } });
  expect(told).toEqual([[7, undefined, 'deleted', 'saw']]);
});

test('settle says what failed, and tries it again when its time has come', async () => {
  jest.spyOn(console, 'error').mockImplementation(() => undefined);
  let isFailing = true;
  const functions = {
    fails: onChange(tools, {
      resources,
      description: 'Fails, once.',
      created() {
        if (isFailing) {
          throw new Error('the printer is on fire');
        }
      },
    }),
  };
  await settle({ resources, functions });
  await ask('PUT /tools/axe', { body: { left: 1 } });
  await expect(settle({ resources, functions })).rejects.toThrow('fails failed: the printer is on fire');
  isFailing = false;
  await settle({ resources, functions });
  clock.advance({ minutes: 1 });
  await settle({ resources, functions });
  jest.restoreAllMocks();
});

test('what never ends is said so', async () => {
  const functions = {
    endless: onChange(tools, {
      resources,
      description: 'Writes what it is called for.',
      writes: ['tools'],
      async any({ after, transaction }) {
        await transaction.update(tools, after!.id, { left: after!.left + 1 });
      },
    }),
  };
  await settle({ resources, functions });
  await ask('PUT /tools/hammer', { body: { left: 1 } });
  await expect(settle({ resources, functions })).rejects.toThrow('There is no end to what follows');
});
