// The stream of the table read into the feed: each write once and in order, whatever becomes of the function that does.

import { connect } from '#connect';
import { SYSTEM_ACCESS } from '../../src/authorization/permission';
import type { Resource } from '../../src/definition/resource';
import { presentChange } from '../../src/events/cloud-event';
import { publisher } from '../../src/functions/publish';
import { openFeed, type StoredChange } from '../../src/store/feed';
import type { Image } from '../../src/store/layout/record';
import { createClient } from '../../src/testing/client';
import { tableName, useTable } from '../../src/testing/table';
import { changing, memos, remarks } from '../setup/changing';
import { openPump, type Pump, type StreamFunction } from '../setup/stream';

useTable(true);

const ask = createClient({ resources: changing });
const publish = publisher({ resources: changing, send: connect(), tableName: tableName() }) as StreamFunction;
let pump: Pump;

beforeAll(async () => {
  pump = await openPump();
});

/** All changes of a collection, as a reader of pages gets them. */
async function all(resource: Resource, from = 1): Promise<StoredChange[]> {
  const feed = openFeed(connect(), tableName(), Date.now() + 30_000);
  const found: StoredChange[] = [];
  for (let next = from; ;) {
    const stretch = await feed.read(resource, next, 7);
    expect(stretch.isGone).toBe(false);
    if (stretch.changes.length === 0) {
      return found;
    }
    found.push(...stretch.changes);
    next = stretch.next;
  }
}

test('an item that is made, changed and deleted is three changes, with what it was and is', async () => {
  await ask('PUT /memos/a', { body: { owner: 'ada', title: 'A', tags: ['x', 'y'], data: 'aGk=' } });
  await ask('PATCH /memos/a', { body: { title: 'B', pages: 3, tags: null } });
  await ask('DELETE /memos/a');
  expect(await pump(publish)).toBe(3);
  const changes = await all(memos);
  const events = changes.map((change) => presentChange(SYSTEM_ACCESS, memos, change)!);
  const birth = changes[0]!.after!.record['#birth']!.S!;
  expect(events).toEqual([
    {
      specversion: '1.0',
      id: `memos/a/1-${birth}`,
      source: '/memos/a',
      type: 'memos.created',
      subject: 'a',
      time: expect.any(String) as string,
      sequence: '000000000000001',
      datacontenttype: 'application/json',
      data: {
        id: 'a',
        owner: 'ada',
        title: 'A',
        tags: ['x', 'y'],
        data: 'aGk=',
        remarks: 0,
        version: 1,
        createdAt: expect.any(String) as string,
        updatedAt: expect.any(String) as string,
      },
    },
    expect.objectContaining({ id: `memos/a/2-${birth}`, type: 'memos.updated', sequence: '000000000000002' }),
    {
      specversion: '1.0',
      id: `memos/a/3-${birth}`,
      source: '/memos/a',
      type: 'memos.deleted',
      subject: 'a',
      time: expect.any(String) as string,
      sequence: '000000000000003',
    },
  ]);
  expect(changes[1]!.before!.item).toEqual(changes[0]!.after!.item);
  expect(changes[1]!.after!.item).toMatchObject({ title: 'B', pages: 3 });
  expect(changes[1]!.after!.item).not.toHaveProperty('tags');
  expect(changes[2]!.before!.item).toEqual(changes[1]!.after!.item);
});

test('what is told again, by two functions at once, and by others, is in the feed once', async () => {
  const start = await openFeed(connect(), tableName(), Date.now() + 30_000).head('memos');
  await Promise.all(
    Array.from({ length: 30 }, async (_, index) =>
      ask('POST /memos', { body: { owner: 'ada', title: String(index) } }),
    ),
  );
  const others = await Promise.all([openPump(), openPump()]);
  await Promise.all([
    pump(publish),
    ...others.map(async (other) =>
      other(publisher({ resources: changing, send: connect(), tableName: tableName() }) as StreamFunction, {
        shards: 4,
      }),
    ),
  ]);
  const changes = await all(memos, start);
  expect(changes.map(({ sequence }) => sequence)).toEqual(Array.from({ length: 30 }, (_, index) => start + index));
  expect(new Set(changes.map(({ id }) => id)).size).toBe(30);
});

test('what others count of an item, and mark of it, is no change of its own; a cascade is one of each', async () => {
  const feed = openFeed(connect(), tableName(), Date.now() + 30_000);
  const [memosAt, remarksAt] = await feed.heads(['memos', 'remarks']);
  await ask('PUT /memos/m', { body: { owner: 'ada', title: 'M' } });
  for (const number of [1, 2, 3]) {
    await ask(`PUT /remarks/r${number}`, { body: { memo: 'm', text: String(number) } });
  }
  expect((await ask('DELETE /memos/m')).status).toBe(204);
  await pump(publish);
  expect((await all(remarks, remarksAt)).map(({ kind, id }) => `${kind} ${id}`)).toEqual([
    'created r1',
    'created r2',
    'created r3',
    expect.stringContaining('deleted r') as string,
    expect.stringContaining('deleted r') as string,
    expect.stringContaining('deleted r') as string,
  ]);
  expect((await all(memos, memosAt)).map(({ kind, id, version }) => `${kind} ${id} ${version}`)).toEqual([
    'created m 1',
    'updated m 2',
    'updated m 3',
    'updated m 4',
    'deleted m 5',
  ]);
});

test('an item as large as DynamoDB takes is a change in several records', async () => {
  const start = await openFeed(connect(), tableName(), Date.now() + 30_000).head('memos');
  const large = (letter: string): object => ({
    owner: 'ada',
    title: letter.repeat(200_000),
    secret: letter.repeat(190_000),
  });
  expect((await ask('PUT /memos/large', { body: large('a') })).status).toBe(201);
  expect((await ask('PUT /memos/large', { body: large('b') })).status).toBe(200);
  await ask('PUT /memos/small', { body: { owner: 'ada', title: 'small' } });
  await pump(publish);
  const changes = await all(memos, start);
  const initial = (image?: Image): string | undefined => (image?.item['title'] as string | undefined)?.[0];
  expect(changes.map(({ id, before, after }) => [id, initial(before), initial(after)])).toEqual([
    ['large', undefined, 'a'],
    ['large', 'a', 'b'],
    ['small', undefined, 's'],
  ]);
  expect(changes[1]!.before!.item).toMatchObject(large('a'));
  expect(changes[1]!.after!.item).toMatchObject(large('b'));
});

test('an item with an empty list, an empty map, and one within a list, is a change that can be read', async () => {
  const from = await openFeed(connect(), tableName(), Date.now() + 30_000).head('memos');
  const body = { owner: 'ada', title: 'A', place: {}, parts: [] };
  expect((await ask('PUT /memos/empty', { body })).status).toBe(201);
  await pump(publish);
  expect(await all(memos, from)).toMatchObject([{ kind: 'created', after: { item: { place: {}, parts: [] } } }]);
  expect((await ask('PATCH /memos/empty', { body: { parts: [{}] } })).status).toBe(200);
  await pump(publish);
  expect((await all(memos, from)).at(-1)).toMatchObject({
    before: { item: { place: {}, parts: [] } },
    after: { item: { place: {}, parts: [{}] } },
  });
  await ask('DELETE /memos/empty');
  await pump(publish);
});
