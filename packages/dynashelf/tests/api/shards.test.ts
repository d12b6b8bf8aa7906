// Changing shards and indexes of a table with data: every item keeps its place in every list.

import type { Resource } from '../../src/definition/resource';
import { defineResource, listResources } from '../../src/definition/define-resource';
import { rekeyTable } from '../../src/store/migrate/rekey';
import { connect } from '#connect';
import type { Send } from '../../src/store/client/send';
import { createClient } from '../../src/testing/client';
import { loadItems } from '../setup/load';
import { tableName, useTable } from '../../src/testing/table';

useTable();

const schema = { title: { type: String, maxLength: 800 }, size: Number } as const;
const INDEXES = {
  none: {},
  byTitle: { byTitle: { sort: 'title' } },
  both: { bySize: { sort: 'size' }, byTitle: { partition: 'title' } },
} as const;

/** The same resource as its file says it at different times. */
function things(shards: number, indexes: keyof typeof INDEXES): Resource {
  return defineResource({ name: 'things', description: 'Things.', schema, shards, indexes: INDEXES[indexes] });
}

const items = Array.from({ length: 60 }, (_, index) => ({
  id: `t${String(index).padStart(2, '0')}`,
  title: `title ${index % 5}`,
  size: -index / 2,
}));
const send = connect();

async function ids(resource: Resource, query: string): Promise<string[]> {
  const ask = createClient({ resources: listResources(resource), described: false });
  const found: string[] = [];
  for (let line: string | undefined = `/things?limit=25&${query}`; line !== undefined;) {
    const { status, body } = await ask(`GET ${line}`);
    expect(status).toBe(200);
    found.push(...body.items.map(({ id }: { id: string }) => id));
    line = body.next;
  }
  return found;
}

async function rekey(resource: Resource, by: Send = send): Promise<{ changed: number; remarks: string[] }[]> {
  return (await rekeyTable(by, tableName(), listResources(resource))).map(({ changed, remarks }) => ({
    changed,
    remarks,
  }));
}

test('from one number of shards to another, with other indexes, and back, nothing is lost and lists are the same', async () => {
  await loadItems(things(1, 'none'), items);
  const newest = items.map(({ id }) => id).reverse();
  const bySize = [...items].sort((a, b) => a.size - b.size).map(({ id }) => id);
  for (const [shards, indexes] of [
    [4, 'none'],
    [4, 'both'],
    [3, 'byTitle'],
    [64, 'both'],
    [1, 'both'],
  ] as const) {
    const resource = things(shards, indexes);
    expect((await rekey(resource))[0]).toMatchObject({ changed: expect.any(Number), remarks: [] });
    expect(await ids(resource, '')).toEqual(newest);
    expect(
      await createClient({ resources: listResources(resource), described: false })('GET /things/t07'),
    ).toMatchObject({
      status: 200,
      body: { size: -3.5, version: 1 },
    });
    if (indexes === 'both') {
      expect(await ids(resource, 'sort=size')).toEqual(bySize);
      expect(await ids(resource, 'title=title%201')).toEqual(newest.filter((id) => Number(id.slice(1)) % 5 === 1));
    }
    expect(await rekey(resource)).toEqual([]);
  }
});

test('one that was cut short is finished by the next, also towards another number', async () => {
  let left = 20;
  const failing: Send = async (operation, input) => {
    if (operation === 'TransactWriteItems' && left-- <= 0) {
      throw new Error('cut short');
    }
    return send(operation, input);
  };
  await expect(rekey(things(5, 'both'), failing)).rejects.toThrow('cut short');
  left = 20;
  await expect(rekey(things(7, 'both'), failing)).rejects.toThrow('cut short');
  await rekey(things(2, 'both'));
  expect(await ids(things(2, 'both'), '')).toEqual(items.map(({ id }) => id).reverse());
});

test('what is written meanwhile is not undone', async () => {
  const writing: Send = async (operation, input) => {
    const action = (input as { TransactItems?: { Delete?: { Key: Record<string, { S: string }> } }[] })
      .TransactItems?.[1]?.Delete;
    const key = action?.Key;
    if (key?.['sk']?.S === 't10' && !done.has('t10')) {
      done.add('t10');
      await send('UpdateItem', {
        TableName: tableName(),
        Key: key,
        UpdateExpression: 'SET title = :t, version = :v',
        ExpressionAttributeValues: { ':t': { S: 'changed' }, ':v': { N: '2' } },
      });
    }
    if (key?.['sk']?.S === 't11' && !done.has('t11')) {
      done.add('t11');
      await send('DeleteItem', { TableName: tableName(), Key: key });
    }
    return send(operation, input);
  };
  const done = new Set<string>();
  await rekey(things(6, 'both'), writing);
  expect([...done].sort()).toEqual(['t10', 't11']);
  const all = await ids(things(6, 'both'), '');
  expect(all).toEqual(
    items
      .map(({ id }) => id)
      .filter((id) => id !== 't11')
      .reverse(),
  );
  expect(await ids(things(6, 'both'), 'title=changed')).toEqual(['t10']);
});

test('an item that exists anew where it would be moved stays, and the older one is told of', async () => {
  await loadItems(things(8, 'both'), [{ id: 't12', title: 'newer' }]);
  const [{ remarks } = { remarks: [] }] = await rekey(things(8, 'both'));
  expect(remarks).toEqual([
    expect.stringMatching(/^things\/t12 was written anew .* lies in the partition "things#\d\/6"/),
  ]);
  expect(await ids(things(8, 'both'), 'title=newer')).toEqual(['t12']);
});

test('a value too long for a new index is told of, and the item stays in the collection', async () => {
  await loadItems(things(1, 'none'), []);
  const long = defineResource({ name: 'long', description: 'Long.', schema }) as Resource;
  await loadItems(long, [
    { id: 'x', title: '€'.repeat(800) },
    { id: 'y', title: 'short' },
  ]);
  const indexed = defineResource({
    name: 'long',
    description: 'Long.',
    schema: { ...schema, title: { type: String, maxLength: 800 } },
    indexes: { byTitle: { sort: 'title' } },
  }) as Resource;
  expect((await rekey(indexed))[0]).toEqual({
    changed: 1,
    remarks: [
      expect.stringMatching(
        /^long\/x is in no index, for a value of it is too long: Is too long for the index "byTitle"/,
      ),
    ],
  });
});

test('an attribute of another type has other keys, and leaves the index until it is written anew', async () => {
  const define = (size: StringConstructor | NumberConstructor): Resource =>
    defineResource({
      name: 'typed',
      description: 'Typed.',
      schema: { size: size === String ? { type: String, maxLength: 9 } : Number },
      indexes: { bySize: { sort: 'size' } },
    });
  await loadItems(define(Number), [{ id: 'x', size: 5 }]);
  expect(await rekey(define(Number))).toEqual([{ changed: 0, remarks: [] }]);
  expect(await rekey(define(String))).toEqual([{ changed: 1, remarks: [] }]);
  expect(await rekey(define(String))).toEqual([]);
});
