// `Prefer: count=exact`: how many items a list has, where one request may read so much.

import { defineResource, listResources } from '../../src/definition/define-resource';
import { loadItems } from '../setup/load';
import { useProxy } from '../setup/proxied';
import { useTable } from '../../src/testing/table';

const notes = defineResource({
  name: 'notes',
  description: 'Notes of a size that matters.',
  schema: { text: { type: String }, kind: { type: String, maxLength: 10 }, rank: { type: Number } },
  indexes: { byKind: { partition: 'kind' }, byRank: { sort: 'rank' } },
});

const spread = defineResource({
  name: 'spread',
  description: 'Notes over several partitions.',
  schema: { kind: { type: String, maxLength: 10 } },
  shards: 4,
});

useTable();
const database = useProxy({ resources: listResources(notes, spread) });
const ask: typeof database.ask = async (...request) => database.ask(...request);

const COUNTED = { headers: { Prefer: 'count=exact' } };

beforeAll(async () => {
  // 60 items of 20 KB: 1.2 MB, two answers of DynamoDB.
  await loadItems(
    notes,
    Array.from({ length: 60 }, (_, index) => ({
      id: `n${String(index).padStart(3, '0')}`,
      kind: index % 3 === 0 ? 'third' : 'other',
      text: 'x'.repeat(20_000),
      ...(index < 10 && { rank: index }),
    })),
  );
  await loadItems(
    spread,
    Array.from({ length: 40 }, (_, index) => ({ id: `s${index}`, kind: index % 2 === 0 ? 'even' : 'odd' })),
  );
});

test.each([
  ['/notes?limit=2', 60],
  ['/notes?limit=100', 60],
  ['/notes?kind=third&limit=2', 20],
  ['/notes?kind[ne]=third&limit=2', 40],
  ['/notes?kind=none', 0],
  ['/notes?sort=rank&limit=2', 10],
  ['/notes?sort=-rank&rank[gte]=7&limit=2', 3],
  ['/notes?id[in]=n001,n002,nothing&limit=1', 2],
  ['/notes?id[in]=n000,n001,n002,n003&kind=third&limit=1', 2],
  ['/notes?id[gte]=n050&limit=2', 10],
  ['/notes?id[in]=not%20an%20id', 0],
  ['/notes?sort=rank&id[gt]=n004&limit=2', 5],
  ['/spread?limit=2', 40],
  ['/spread?kind=odd&limit=2', 20],
])('%s has a total of %i', async (path, total) => {
  const { status, body, headers } = await ask(`GET ${path}`, COUNTED);
  expect([status, body.total, headers['preference-applied']]).toEqual([200, total, 'count=exact']);
  expect((await ask(`GET ${path}`)).body).not.toHaveProperty('total');
});

test('the total is that of the whole list on every page', async () => {
  const first = await ask('GET /notes?limit=25', COUNTED);
  const second = await ask(`GET ${String(first.body.next)}`, COUNTED);
  expect([first.body.total, second.body.total]).toEqual([60, 60]);
  expect(second.body.items).toHaveLength(25);
});

test('without the preference nothing is counted and nothing is said of it', async () => {
  const { body, headers } = await ask('GET /notes?limit=1', { headers: { Prefer: 'count=estimated, return=minimal' } });
  expect(body).not.toHaveProperty('total');
  expect(headers).not.toHaveProperty('preference-applied');
  expect(database.proxy.requests).toHaveLength(1);
});

test('counting asks for no items, from the beginning of the list, beside the page', async () => {
  await ask('GET /notes?limit=1', COUNTED);
  const counts = database.proxy.requests.filter(({ input }) => input['Select'] === 'COUNT');
  expect(counts.length).toBeGreaterThanOrEqual(2);
  expect(counts[0]!.input).not.toHaveProperty('ExclusiveStartKey');
  expect(counts.every(({ output }) => output?.['Items'] === undefined)).toBe(true);
});

test('a list that cannot be counted within the bound has no total, and no Preference-Applied says so', async () => {
  database.proxy.intercept = async ({ input }, forward) => {
    const reply = await forward();
    if (input['Select'] !== 'COUNT') {
      return reply;
    }
    // A collection of 4 MB and more, without loading one.
    const body = JSON.parse(reply.body) as { ConsumedCapacity: { CapacityUnits: number } };
    body.ConsumedCapacity.CapacityUnits = 1025;
    return { ...reply, body: JSON.stringify(body) };
  };
  const { status, body, headers } = await ask('GET /notes?limit=2', COUNTED);
  expect(status).toBe(200);
  expect(body.items).toHaveLength(2);
  expect(body).not.toHaveProperty('total');
  expect(headers).not.toHaveProperty('preference-applied');
  expect(database.proxy.requests.filter(({ input }) => input['Select'] === 'COUNT')).toHaveLength(1);
});

test('lists vary by Prefer, other answers do not', async () => {
  expect((await ask('GET /notes')).headers['vary']).toBe('Accept, Accept-Encoding, Prefer');
  expect((await ask('GET /notes?id[in]=n001', COUNTED)).headers['vary']).toBe('Accept, Accept-Encoding, Prefer');
  expect((await ask('GET /notes/n001')).headers['vary']).toBe('Accept, Accept-Encoding');
});
