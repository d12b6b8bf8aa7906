// Filters of subscriptions, tested in memory: whoever follows a filter from the beginning has at the end what a list by
// the same filter has, by every kind of attribute and every operator; and what a list refuses a subscription refuses.

import * as fc from 'fast-check';

import { connect } from '#connect';
import { defineResource, listResources } from '../../src/definition/define-resource';
import { publisher } from '../../src/functions/publish';
import { OPERATORS } from '../../src/store/query/filter';
import { createClient } from '../../src/testing/client';
import { tableName, useTable } from '../../src/testing/table';
import type { JsonObject } from '../../src/values/json';
import { runs } from '../setup/runs';
import { bearer, openSocketWorld } from '../setup/sockets';
import { openPump, type StreamFunction } from '../setup/stream';

const things = defineResource({
  name: 'things',
  description: 'Things with an attribute of each kind.',
  schema: {
    title: String,
    pages: Number,
    flag: Boolean,
    due: Date,
    seconds: { type: { value: Date, settings: { storage: 'seconds' } } },
    iso: { type: { value: Date, settings: { storage: 'iso' } } },
    bytes: Buffer,
    tags: { type: Array, schema: [String] },
    sizes: { type: Set, schema: [Number] },
    address: { type: Object, schema: { city: String, geo: { type: Object, schema: { lat: Number } } } },
  },
  access: { list: 'authenticated' },
  changes: true,
});

useTable(true);
const resources = listResources(things);
const ask = createClient({ resources, described: false });
const world = openSocketWorld(resources, { connections: 1000 });
const caller = bearer('ada');

const TIMES = ['2026-03-31T12:00:00.000Z', '2026-03-31T12:00:01.000Z', '1969-12-31T23:59:59.000Z'];
const TEXTS = ['a', 'A', 'ab', 'abc', 'b', 'é 😀', 'a b&c', '\uffff'];
const NUMBERS = [0, -1, 1.5, 2, 10, 635];
const BYTES = ['eA==', 'eQ==', 'eHg='];

/** Values of each attribute, as items have them and as filters name them. */
const POOLS: Record<string, readonly unknown[]> = {
  title: TEXTS,
  pages: NUMBERS,
  flag: [true, false],
  due: TIMES,
  seconds: TIMES,
  iso: TIMES,
  bytes: BYTES,
  // No empty ones: the stream of DynamoDB Local has them without their type, and so cannot be read.
  tags: [['a'], ['a', 'b'], ['é 😀']],
  sizes: [[1.5], [2, 10], [0]],
  address: [{ city: 'ab' }, { city: 'abc', geo: { lat: 1.5 } }, { geo: { lat: 10 } }],
};

const bodies = fc.record(
  Object.fromEntries(Object.entries(POOLS).map(([name, pool]) => [name, fc.constantFrom(...pool)])),
  { requiredKeys: [] },
);

/** What filters of each name compare with. */
const OPERANDS: Record<string, readonly string[]> = {
  ...Object.fromEntries(
    ['title', 'pages', 'flag', 'due', 'seconds', 'iso', 'bytes'].map((name) => [name, POOLS[name]!.map(String)]),
  ),
  tags: TEXTS,
  sizes: NUMBERS.map(String),
  address: ['ab'],
  'address.city': TEXTS,
  'address.geo.lat': NUMBERS.map(String),
  id: ['i1', 'i3', 'i', 'none'],
  version: ['1', '2'],
  none: ['a'],
};

const filters = fc
  .array(
    fc
      .constantFrom(...Object.keys(OPERANDS))
      .chain((name) =>
        fc.tuple(
          fc.constant(name),
          fc.constantFrom('', ...OPERATORS),
          fc.array(fc.constantFrom(...OPERANDS[name]!, 'true', 'a'), { minLength: 1, maxLength: 2 }),
        ),
      ),
    { minLength: 1, maxLength: 2 },
  )
  .map((parts) =>
    Object.fromEntries(
      parts.map(([name, operator, operands]) => [
        operator === '' ? name : `${name}[${operator}]`,
        operator === 'in' ? operands.join(',') : operands[0]!,
      ]),
    ),
  );

/** Where everything begins. */
let since: string;

beforeAll(async () => {
  const socket = await world.connectAs(caller);
  await socket.say({ action: 'subscribe', collection: 'things' });
  since = socket.messages[0]!['since'] as string;
  await socket.close();
  const pump = await openPump();
  const publish = publisher({ resources, send: connect(), tableName: tableName() }) as StreamFunction;
  for (const [index, body] of fc.sample(bodies, { numRuns: 40, seed: 7 }).entries()) {
    // Each of twenty items is written twice.
    const { status } = await ask(`PUT /things/i${index % 20}`, { body });
    expect([body, status]).toEqual([body, index < 20 ? 201 : 200]);
  }
  await pump(publish);
});

/** The items that a client holds at the end which follows a filter, or the problem that it gets. */
async function followed(filter: Record<string, string>): Promise<string[] | number> {
  const socket = await world.connectAs(caller);
  await socket.say({ action: 'subscribe', collection: 'things', filter, since });
  await socket.close();
  const held = new Set<string>();
  for (const { action, change, problem } of socket.messages) {
    if (action === 'problem') {
      return (problem as { status: number }).status;
    }
    const { type, subject } = (change ?? {}) as { type?: string; subject?: string };
    if (type !== undefined) {
      // What comes in was not there, and what changes or leaves was.
      expect([filter, type, held.has(subject!)]).toEqual([filter, type, type !== 'things.created']);
      held[type === 'things.deleted' ? 'delete' : 'add'](subject!);
    }
  }
  return [...held].sort();
}

async function listed(filter: Record<string, string>): Promise<string[] | number> {
  const { status, body } = await ask(`GET /things?limit=100&${new URLSearchParams(filter).toString()}`);
  return status === 200 ? (body.items as JsonObject[]).map(({ id }) => id as string).sort() : status;
}

test('a subscriber holds at the end what the list has', async () => {
  const found = { some: 0, refused: 0 };
  await fc.assert(
    fc.asyncProperty(filters, async (filter) => {
      const [held, list] = [await followed(filter), await listed(filter)];
      expect([filter, held]).toEqual([filter, list]);
      found[typeof list === 'number' ? 'refused' : 'some'] += typeof list === 'number' || list.length > 0 ? 1 : 0;
    }),
    { numRuns: runs(80) },
  );
  // The filters are ones that select, and ones that do not go.
  expect(Math.min(found.some, found.refused)).toBeGreaterThan(2);
});
