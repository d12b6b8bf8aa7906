// What each request costs the database: exactly these requests and no more.

import type { Ask } from '../../src/testing/ask';
import { resources } from '../library/src/resources/index';
import { aBook } from '../setup/samples';
import { noteResources } from '../setup/notes';
import { useProxy } from '../setup/proxied';
import { useTable } from '../../src/testing/table';

useTable();
const database = useProxy({ resources: noteResources });

/** The database requests of one API request. */
async function requestsOf(line: string, more: Ask = {}): Promise<[number, ...string[]]> {
  database.proxy.clear();
  const { status } = await database.ask(line, more);
  return [status, ...database.proxy.requests.map(({ operation }) => operation)];
}

/** The tag of the item, whose birth nobody foresees. */
let tag = '';
beforeEach(async () => {
  await database.ask('DELETE /notes/1');
  tag = (await database.ask('PUT /notes/1', { body: aBook() })).headers['etag']!;
});

const jsonPatch = {
  body: [{ op: 'test', path: '/title', value: 'x' }],
  headers: { 'Content-Type': 'application/json-patch+json' },
};

test.each([
  ['GET /notes/1', {}, [200, 'GetItem']],
  ['GET /notes/1', { headers: { 'If-None-Match': 'TAG' } }, [304, 'GetItem']],
  ['GET /notes/absent', {}, [404, 'GetItem']],
  ['HEAD /notes/1', {}, [200, 'GetItem']],
  ['GET /notes', {}, [200, 'Query']],
  ['POST /notes', { body: aBook() }, [201, 'PutItem']],
  ['POST /notes', { body: {} }, [422]],
  ['PUT /notes/1', { body: aBook() }, [200, 'UpdateItem']],
  ['PUT /notes/2', { body: aBook() }, [201, 'UpdateItem']],
  ['PUT /notes/1', { body: aBook(), headers: { 'If-Match': 'TAG' } }, [200, 'UpdateItem']],
  ['PUT /notes/1', { body: aBook(), headers: { 'If-Match': '"7"' } }, [412, 'UpdateItem']],
  ['PUT /notes/1', { body: aBook(), headers: { 'If-Match': '"7", TAG' } }, [200, 'UpdateItem']],
  ['PUT /notes/1', { body: aBook(), headers: { 'If-None-Match': '*' } }, [412, 'UpdateItem']],
  ['PATCH /notes/1', { body: {} }, [200, 'UpdateItem']],
  ['PATCH /notes/1', { body: { pages: 1 } }, [200, 'UpdateItem']],
  ['PATCH /notes/1', { body: { title: 'x', tags: ['a'], copies: null, author: null } }, [200, 'UpdateItem']],
  ['PATCH /notes/1', { body: { pages: 1 }, headers: { 'If-Match': 'TAG' } }, [200, 'UpdateItem']],
  ['PATCH /notes/1', { body: { pages: 1 }, headers: { 'If-Match': '"7"' } }, [412, 'UpdateItem']],
  ['PATCH /notes/1', { body: { pages: 1 }, headers: { 'If-None-Match': '*' } }, [412, 'UpdateItem']],
  ['PATCH /notes/1', { body: { pages: 0 } }, [422, 'GetItem']],
  ['PATCH /notes/1', { body: { title: null } }, [422, 'GetItem']],
  [
    'PATCH /notes/1',
    { body: { pages: 1 }, headers: { 'Idempotency-Key': 'k' } },
    [200, 'BatchGetItem', 'TransactWriteItems'],
  ],
  ['PATCH /notes/1', jsonPatch, [409, 'GetItem']],
  ['PATCH /notes/1', { ...jsonPatch, body: [{ op: 'add', path: '/pages', value: 1 }] }, [200, 'GetItem', 'UpdateItem']],
  ['PATCH /notes/absent', { body: {} }, [404, 'UpdateItem']],
  ['PATCH /notes/absent', { body: { pages: 0 } }, [404, 'GetItem']],
  ['DELETE /notes/1', {}, [204, 'DeleteItem']],
  ['DELETE /notes/1', { headers: { 'If-Match': '"7"' } }, [412, 'DeleteItem']],
  ['DELETE /notes/absent', {}, [404, 'DeleteItem']],
  ['GET /', {}, [200]],
  ['GET /health', {}, [200, 'GetItem']],
  ['GET /nothing', {}, [404]],
  ['DELETE /notes', {}, [405]],
  ['OPTIONS /notes', {}, [204]],
] as [string, Ask, [number, ...string[]]][])('%s with %j: %j', async (line, more, expected) => {
  const headers = Object.fromEntries(
    Object.entries(more.headers ?? {}).map(([name, value]) => [name, value.replace('TAG', tag)]),
  );
  expect(await requestsOf(line, { ...more, headers })).toEqual(expected);
});

test('the first request of a process asks for nothing else, such as a description of the table', async () => {
  jest.resetModules();
  database.proxy.clear();
  // eslint-disable-next-line @typescript-eslint/no-require-imports -- a fresh copy of the function
  const { readFunction } = require('../../src/lambda') as typeof import('../../src/lambda');
  const read = readFunction({ resources });
  const { gatewayEvent } = jest.requireActual<typeof import('../../src/testing/client')>('../../src/testing/client');
  expect((await read(gatewayEvent('GET /books/1'))).statusCode).toBe(404);
  expect(database.proxy.requests.map(({ operation }) => operation)).toEqual(['GetItem']);
});

test('reads of items and of a collection are strongly consistent', async () => {
  await requestsOf('GET /notes/1');
  await database.ask('GET /notes');
  expect(database.proxy.requests.map(({ input }) => input['ConsistentRead'])).toEqual([true, true]);
});

test('a page without filters reads no more items than it returns', async () => {
  for (let index = 0; index < 30; index++) {
    await database.ask('POST /notes', { body: aBook() });
  }
  database.proxy.clear();
  await database.ask('GET /notes?limit=10');
  expect(database.proxy.requests.map(({ output }) => output?.['ScannedCount'])).toEqual([10]);
});

test('a PATCH that lost against another writer needs no further read', async () => {
  let lost = false;
  database.proxy.clear();
  database.proxy.intercept = async ({ operation }, forward) => {
    if (operation === 'UpdateItem' && !lost) {
      lost = true;
      await database.ask('PUT /notes/1', { body: aBook({ pages: 9 }) });
    }
    return forward();
  };
  const { status, body } = await database.ask('PATCH /notes/1', {
    ...jsonPatch,
    body: [{ op: 'add', path: '/copies', value: 5 }],
  });
  expect([status, body.pages, body.copies]).toEqual([200, 9, 5]);
  expect(database.proxy.requests.map(({ operation }) => operation)).toEqual([
    'GetItem',
    'UpdateItem',
    'UpdateItem',
    'UpdateItem',
  ]);
});

test.each([
  ['GET /notes/1', {}, /store;dur=[\d.]+;desc="1 read, 1 RCU"$/],
  ['POST /notes', { body: aBook() }, /store;dur=[\d.]+;desc="1 write, 1 WCU"$/],
  ['PATCH /notes/1', { body: {} }, /store;dur=[\d.]+;desc="1 write, 1 WCU"$/],
  ['PATCH /notes/1', { ...jsonPatch, body: [] }, /store;dur=[\d.]+;desc="1 read, 1 RCU, 1 write, 1 WCU"$/],
  ['GET /nothing', {}, /^total;dur=[\d.]+$/],
])('Server-Timing of %s names the stations and the cost', async (line, more, expected) => {
  expect((await database.ask(line, more)).headers['server-timing']).toMatch(expected);
});
