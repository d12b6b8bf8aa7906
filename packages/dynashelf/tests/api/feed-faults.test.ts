// What could break the feed: records that nobody can read, kills between any two requests, another number of
// partitions, items that move within the table, what DynamoDB itself takes away.

import { connect } from '#connect';
import type { BatchGetItemOutput, QueryOutput } from '@aws-sdk/client-dynamodb';
import { defineResource, listResources } from '../../src/definition/define-resource';
import type { Resource } from '../../src/definition/resource';
import { SYSTEM_ACCESS, accessOf } from '../../src/authorization/permission';
import { presentChange } from '../../src/events/cloud-event';
import { publisher, type BatchFailures, type Publishing } from '../../src/functions/publish';
import { openFeed, type KnownHeads, type StoredChange } from '../../src/store/feed';
import { placeOf, UNREADABLE_PARTITION } from '../../src/store/layout/change';
import type { AttributeMap } from '../../src/store/layout/value';
import { rekeyTable } from '../../src/store/migrate/rekey';
import type { Send } from '../../src/store/client/send';
import { createClient } from '../../src/testing/client';
import { tableName, useTable } from '../../src/testing/table';
import { changing, memos } from '../setup/changing';
import { killAtEachRequest } from '../setup/kill';
import { openPump, type Pump, type StreamFunction } from '../setup/stream';

useTable(true);
const ask = createClient({ resources: changing });
const send = connect();

let pump: Pump;
beforeAll(async () => {
  pump = await openPump();
});
let log: jest.SpyInstance;
beforeEach(() => (log = jest.spyOn(console, 'error').mockImplementation(() => undefined)));
afterEach(() => jest.restoreAllMocks());

function publishing(more: Partial<Publishing> = {}): StreamFunction {
  return publisher({ resources: changing, send, tableName: tableName(), handlers: new Map(), ...more });
}

const head = async (name = 'memos'): Promise<number> =>
  openFeed(connect(), tableName(), Date.now() + 30_000).head(name);

async function from(resource: Resource, start: number, known: KnownHeads = new Map()): Promise<StoredChange[]> {
  const feed = openFeed(connect(), tableName(), Date.now() + 30_000, known);
  const found: StoredChange[] = [];
  for (let next = start; ;) {
    const stretch = await feed.read(resource, next, 5);
    expect(stretch.isGone).toBe(false);
    if (stretch.changes.length === 0) {
      return found;
    }
    expect(stretch.changes.map(({ sequence }) => sequence)).toEqual(stretch.changes.map((_one, index) => next + index));
    found.push(...stretch.changes);
    next = stretch.next;
  }
}

const memo = async (id: string): Promise<unknown> => ask(`PUT /memos/${id}`, { body: { owner: 'ada', title: id } });

async function aside(): Promise<string[]> {
  const { Items = [] } = await send('Query', {
    TableName: tableName(),
    KeyConditionExpression: 'pk = :p',
    ExpressionAttributeValues: { ':p': { S: UNREADABLE_PARTITION } },
  });
  return Items.map(({ record }) => record!.S!);
}

test('a record that is no item stops nobody: the feed says that something is missing, and the record is kept', async () => {
  const start = await head();
  await memo('b');
  await send('PutItem', {
    TableName: tableName(),
    Item: { pk: { S: 'memos' }, sk: { S: 'c' }, title: { S: 'by hand' } },
  });
  await memo('d');
  await pump(publishing());
  const changes = await from(memos, start);
  expect(changes.map(({ kind, id }) => `${kind} ${id}`)).toEqual(['created b', 'unreadable c', 'created d']);
  expect(await aside()).toEqual([expect.stringContaining('by hand')]);
  expect(log.mock.calls.flat().join()).toContain(
    'a change cannot be read, and is kept aside: it has no version, so something else has written it',
  );
  expect(presentChange(SYSTEM_ACCESS, memos, changes[1]!)).toEqual({
    specversion: '1.0',
    id: `memos/c/0@${start + 1}`,
    source: '/memos/c',
    type: 'memos.unreadable',
    subject: 'c',
    time: expect.any(String) as string,
    sequence: String(start + 1).padStart(15, '0'),
  });
  // Whoever may see some items alone is told that it may be one of these, and not which one.
  const ada = accessOf({ kind: 'token', subject: 'ada', roles: [], claims: {} });
  expect(presentChange(ada, memos, changes[1]!)).toMatchObject({ type: 'memos.unreadable', source: '/memos' });
  expect(presentChange(ada, memos, changes[1]!)).not.toHaveProperty('subject');
  await send('DeleteItem', { TableName: tableName(), Key: { pk: { S: 'memos' }, sk: { S: 'c' } } });
  await pump(publishing());
});

test('what DynamoDB refuses to write is found among the others, and said', async () => {
  const start = await head();
  for (const id of ['e1', 'e2', 'e3', 'e4', 'e5']) {
    await memo(id);
  }
  const refusing: Send = async (operation, input, options) => {
    if (operation === 'TransactWriteItems' && JSON.stringify(input).includes('"title":{"S":"e3"}')) {
      throw Object.assign(new Error('One or more parameter values were invalid'), { name: 'ValidationException' });
    }
    return send(operation, input, options);
  };
  await pump(publishing({ send: refusing }));
  expect((await from(memos, start)).map(({ kind, id }) => `${kind} ${id}`)).toEqual([
    'created e1',
    'created e2',
    'unreadable e3',
    'created e4',
    'created e5',
  ]);
  expect((await aside()).at(-1)).toContain('"e3"');
});

test('a missing right loses nothing: all comes again', async () => {
  const start = await head();
  await memo('f');
  let isDenied = true;
  const denying: Send = async (operation, input, options) => {
    if (operation === 'TransactWriteItems' && isDenied) {
      isDenied = false;
      throw Object.assign(new Error('not authorized'), { name: 'AccessDeniedException' });
    }
    return send(operation, input, options);
  };
  await pump(publishing({ send: denying }));
  expect((await from(memos, start)).map(({ kind, id }) => `${kind} ${id}`)).toEqual(['created f']);
});

test('the database that is away is waited for at each request: no failure of it is one of the function', async () => {
  const start = await head();
  await memo('y');
  await send('PutItem', { TableName: tableName(), Item: { pk: { S: 'memos' }, sk: { S: 'z' }, title: { S: 'odd' } } });
  const met = new Set<string>();
  const away: Send = async (operation, input, options) => {
    const { Item } = input as { Item?: AttributeMap };
    const request = [operation, ...(Item === undefined ? [] : [Item['pk']!.S!])].join(' ');
    if (!met.has(request)) {
      met.add(request);
      throw Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' });
    }
    return send(operation, input, options);
  };
  const patient = publishing({ send: away, consumers: [{ name: 'patient', collection: 'memos' }] });
  const calls: Promise<BatchFailures>[] = [];
  await pump(async (event) => {
    calls.push(patient(event));
    return calls.at(-1)!;
  });
  expect(await Promise.allSettled(calls)).toEqual([{ status: 'fulfilled', value: { batchItemFailures: [] } }]);
  expect([...met]).toEqual(
    expect.arrayContaining(['Query', 'GetItem', 'PutItem #consumers', 'PutItem #unreadable', 'TransactWriteItems']),
  );
  expect((await from(memos, start)).map(({ kind, id }) => `${kind} ${id}`)).toEqual(['created y', 'unreadable z']);
  await send('DeleteItem', { TableName: tableName(), Key: { pk: { S: 'memos' }, sk: { S: 'z' } } });
  await pump(publishing());
});

test('an item whose code throws when it is read is unreadable for the reader, and those behind it are there', async () => {
  const start = await head();
  await memo('g1');
  await memo('g2');
  await pump(publishing());
  const picky = defineResource({
    name: 'memos',
    description: 'The same, read by other code.',
    schema: {
      title: {
        type: String,
        get: (title: string) => {
          if (title === 'g1') {
            throw new Error('never seen such a title');
          }
          return title;
        },
      },
    },
    changes: true,
  });
  expect((await from(picky, start)).map(({ kind, id }) => `${kind} ${id}`)).toEqual(['unreadable g1', 'created g2']);
});

test('killed at each of its requests and begun again, a function appends each change once', async () => {
  const start = await head();
  for (const id of ['h1', 'h2', 'h3']) {
    await memo(id);
    await ask(`PUT /remarks/${id}`, { body: { memo: id } });
  }
  await killAtEachRequest(async (killed) => {
    const fresh = await openPump();
    let failure: Error | undefined;
    const killable: Send = async (operation, input, options) =>
      killed(operation, input, options).catch((error: unknown) => {
        failure ??= (error as Error).message === 'killed' ? (error as Error) : undefined;
        throw error;
      });
    const function_ = publishing({ send: killable });
    // All of the stream from its beginning, over and over.
    await fresh(
      async (event) => {
        const answer = await function_(event);
        return failure === undefined ? answer : { batchItemFailures: [] };
      },
      { batchSize: 7 },
    );
    if (failure !== undefined) {
      throw failure;
    }
  });
  const kinds = (await from(memos, start)).map(({ kind, id, version }) => `${kind} ${id} ${version}`);
  expect(kinds.filter((one) => one.startsWith('created')).sort()).toEqual([
    'created h1 1',
    'created h2 1',
    'created h3 1',
  ]);
  expect(new Set(kinds).size).toBe(kinds.length);
  await pump(publishing());
});

test('spread over eight partitions and over one again, the feed keeps one order, and places stay where they are', async () => {
  const spread = (partitions: number): Resource =>
    defineResource({
      name: 'memos',
      description: 'Memos.',
      schema: { title: String, owner: String },
      changes: { partitions },
    });
  const start = await head();
  const known: KnownHeads = new Map();
  const ids: string[] = [];
  for (const [round, partitions] of [1, 8, 3, 1, 8].entries()) {
    for (let number = 0; number < 5; number++) {
      ids.push(`s${round}-${number}`);
      await memo(ids.at(-1)!);
    }
    await pump(publishing({ resources: listResources(spread(partitions)) }));
    // Whoever is told another number than the feed has, as while a deployment is under way, finds the same.
    for (const declared of [1, 3, 8]) {
      expect((await from(spread(declared), start)).map(({ id }) => id)).toEqual(ids);
      expect((await from(spread(declared), start + 3)).map(({ id }) => id)).toEqual(ids.slice(3));
    }
  }
  // A process that knows the feed from before learns of it when there is nothing where it looks.
  expect((await from(spread(1), start, known)).map(({ id }) => id)).toEqual(ids);
  await memo('last');
  await pump(publishing({ resources: listResources(spread(3)) }));
  const next = start + ids.length;
  const feed = openFeed(connect(), tableName(), Date.now() + 30_000, known);
  const now = jest.spyOn(Date, 'now').mockReturnValue(Date.now() + 6_000);
  expect((await feed.read(spread(1), next, 5)).changes.map(({ id }) => id)).toEqual(['last']);
  now.mockRestore();
});

test('a change of which a reader sees some records alone is none for it yet, and then whole', async () => {
  const start = await head();
  await memo('w1');
  const body = { owner: 'ada', title: 'a'.repeat(200_000), secret: 's'.repeat(190_000) };
  await ask('PUT /memos/w2', { body });
  await memo('w3');
  await pump(publishing());
  const place = `#${start + 1}`;
  for (const hidden of [`${place}#0`, `${place}#1`]) {
    for (const asked of [start, start + 1]) {
      let left = 2;
      const halfway: Send = async (operation, input, options) => {
        const answer = await send(operation, input, options);
        const { Items = [], Responses = {} } = answer as BatchGetItemOutput & QueryOutput;
        const isSeen = (record: AttributeMap): boolean => {
          const { sequence, part } = placeOf(record);
          return record['pk']!.S !== '#changes#memos' || `#${sequence}#${part}` !== hidden;
        };
        if (left > 0 && operation === 'Query') {
          left--;
          return { ...answer, Items: Items.filter(isSeen) };
        }
        if (left > 0 && operation === 'BatchGetItem') {
          return { ...answer, Responses: { [tableName()]: Responses[tableName()]!.filter(isSeen) } };
        }
        return answer;
      };
      const feed = openFeed(halfway, tableName(), Date.now() + 30_000);
      const found: StoredChange[] = [];
      for (let next = asked; next < start + 3;) {
        const stretch = await feed.read(memos, next, 5);
        expect(stretch.changes.length).toBeGreaterThan(0);
        found.push(...stretch.changes);
        ({ next } = stretch);
      }
      expect(found.map(({ kind, id }) => `${kind} ${id}`)).toEqual(
        ['created w1', 'created w2', 'created w3'].slice(asked - start),
      );
      expect(found.at(-2)!.after!.item).toMatchObject(body);
    }
  }
});

test('what is written while a reader looks is not taken for what is no longer kept, however slow it is', async () => {
  const start = await head();
  let isWritten = false;
  const slow: Send = async (operation, input, options) => {
    const answer = await send(operation, input, options);
    if (operation === 'Query' && !isWritten) {
      isWritten = true;
      await memo('x');
      await pump(publishing());
      jest.spyOn(Date, 'now').mockReturnValue(Date.now() + 11_000);
    }
    return answer;
  };
  const { changes, isGone } = await openFeed(slow, tableName(), Date.now() + 60_000).read(memos, start, 5);
  expect([isGone, changes.map(({ id }) => id)]).toEqual([false, ['x']]);
});

test('an item that moves to another shard does not change, and one that is deleted there does', async () => {
  const remark = (shards: number): Resource =>
    defineResource({
      name: 'remarks',
      description: 'Remarks.',
      schema: { memo: String, text: String },
      shards,
      changes: true,
    });
  const start = await head('remarks');
  await memo('t');
  for (let number = 0; number < 6; number++) {
    await ask(`PUT /remarks/t${number}`, { body: { memo: 't' } });
  }
  for (const shards of [5, 2]) {
    await rekeyTable(send, tableName(), listResources(remark(shards)));
  }
  await ask('DELETE /remarks/t3');
  await ask('PATCH /remarks/t4', { body: { text: 'still there' } });
  await pump(publishing());
  expect((await from(changing.get('remarks')!, start)).map(({ kind, id }) => `${kind} ${id}`)).toEqual([
    ...Array.from({ length: 6 }, (_, number) => `created t${number}`),
    'deleted t3',
    'updated t4',
  ]);
});

test('a move that was broken off and taken back leaves an item whose deletion is told', async () => {
  const remark = (shards: number): Resource =>
    defineResource({
      name: 'remarks',
      description: 'Remarks.',
      schema: { memo: String, text: String },
      shards,
      changes: true,
    });
  const start = await head('remarks');
  await memo('v');
  await ask('PUT /remarks/v', { body: { memo: 'v' } });
  const killed: Send = async (operation, input, options) => {
    if (operation === 'TransactWriteItems') {
      throw new Error('killed');
    }
    return send(operation, input, options);
  };
  await expect(rekeyTable(killed, tableName(), listResources(remark(7)))).rejects.toThrow('killed');
  await rekeyTable(send, tableName(), listResources(remark(2)));
  await ask('DELETE /remarks/v');
  await pump(publishing());
  expect((await from(changing.get('remarks')!, start)).map(({ kind, id }) => `${kind} ${id}`)).toEqual([
    'created v',
    'deleted v',
  ]);
});

test('what DynamoDB takes away when its time is over has expired; what somebody else deletes is deleted', async () => {
  const start = await head();
  await memo('u1');
  await memo('u2');
  await ask('DELETE /memos/u1');
  await ask('DELETE /memos/u2');
  await pump(async ({ Records }) =>
    publishing()({
      Records: Records.map((record) =>
        record.eventName === 'REMOVE' && record.dynamodb.Keys['sk']?.S === 'u1'
          ? { ...record, userIdentity: { type: 'Service', principalId: 'dynamodb.amazonaws.com' } }
          : record,
      ),
    }),
  );
  const changes = await from(memos, start);
  expect(changes.map(({ kind, id }) => `${kind} ${id}`)).toEqual([
    'created u1',
    'created u2',
    'expired u1',
    'deleted u2',
  ]);
  expect(presentChange(SYSTEM_ACCESS, memos, changes[2]!)?.type).toBe('memos.expired');
});
