// Preconditions of POST to a collection, and of what a transaction holds: the collection exists, and its tag is weak.
import { createClient } from '../../src/testing/client';
import type { Answer } from '../../src/testing/ask';
import { resources } from '../library/src/resources/index';
import { aBook } from '../setup/samples';
import { useTable } from '../../src/testing/table';

useTable();
const ask = createClient({ resources });

const count = async (): Promise<number> => (await ask('GET /books?limit=100')).body.items.length;

let keys = 0;
const WAYS: [string, (headers: Record<string, string>) => Promise<Answer>][] = [
  ['POST of an item', (headers) => ask('POST /books', { body: aBook(), headers })],
  [
    'POST of an item with a key',
    (headers) => ask('POST /books', { body: aBook(), headers: { ...headers, 'Idempotency-Key': `key-${keys++}` } }),
  ],
  ['POST of an array', (headers) => ask('POST /books', { body: [aBook()], headers })],
  [
    'POST in a transaction',
    (headers) =>
      ask('POST /transactions', { body: { operations: [{ method: 'POST', path: '/books', body: aBook(), headers }] } }),
  ],
];

describe.each(WAYS)('%s', (name, send) => {
  const isInside = name === 'POST in a transaction';
  const done = isInside ? 200 : 201;

  test.each<[string, string]>([
    ['If-Match', '"1"'],
    ['If-Match', 'W/"1"'],
    ['If-Match', '"1-Ab3dE_9x", "x"'],
    ['If-None-Match', '*'],
  ])('with %s: %s is 412 without an item, and makes nothing', async (header, value) => {
    const before = await count();
    const { status, body, headers } = await send({ [header]: value });
    expect([status, body.type, body.current, headers['etag']]).toEqual([
      412,
      '/docs#precondition-failed',
      undefined,
      undefined,
    ]);
    expect(body.errors?.[0].pointer).toBe(isInside ? '#/operations/0' : undefined);
    expect(await count()).toBe(before);
  });

  test('with If-Match of the tag that its list has is 412, as it is weak', async () => {
    const { etag } = (await ask('GET /books')).headers;
    expect((await send({ 'If-Match': etag! })).status).toBe(412);
  });

  test.each<[string, string]>([
    ['If-Match', '*'],
    ['If-None-Match', '"1"'],
    ['If-None-Match', 'W/"x"'],
    ['If-Unmodified-Since', 'Sun, 06 Nov 1994 08:49:37 GMT'],
  ])('with %s: %s, which a collection fulfils, is done', async (header, value) => {
    const before = await count();
    expect((await send({ [header]: value })).status).toBe(done);
    expect(await count()).toBe(before + 1);
  });

  test.each<[string, string]>([
    ['If-Match', '7'],
    ['If-None-Match', '"1" "2"'],
  ])('with %s: %s, which is no list of tags, is 400, and makes nothing', async (header, value) => {
    const before = await count();
    const { status, body } = await send({ [header]: value });
    expect([status, body.type]).toEqual([400, '/docs#malformed-request']);
    expect(isInside ? body.errors[0].pointer : body.errors[0].header).toBe(isInside ? '#/operations/0' : header);
    expect(await count()).toBe(before);
  });
});

test('an operation whose precondition fails undoes those beside it', async () => {
  const before = await count();
  const { status, body } = await ask('POST /transactions', {
    body: {
      operations: [
        { method: 'POST', path: '/books', body: aBook() },
        { method: 'POST', path: '/books', body: aBook(), headers: { 'If-None-Match': '*' } },
      ],
    },
  });
  expect([status, body.errors.map(({ pointer }: { pointer: string }) => pointer)]).toEqual([412, ['#/operations/1']]);
  expect(await count()).toBe(before);
});

test.each([
  ['"1"', 412],
  ['*', 412],
  ['7', 400],
])(
  'POST /transactions with If-Match: %s of its own is %i, as there is nothing at its path that it could match',
  async (value, status) => {
    const before = await count();
    expect(
      (
        await ask('POST /transactions', {
          body: { operations: [{ method: 'POST', path: '/books', body: aBook() }] },
          headers: { 'If-Match': value },
        })
      ).status,
    ).toBe(status);
    expect(await count()).toBe(before);
  },
);

test('POST /transactions with If-None-Match: * of its own is done: there is nothing at its path', async () => {
  expect(
    (
      await ask('POST /transactions', {
        body: { operations: [{ method: 'POST', path: '/books', body: aBook() }] },
        headers: { 'If-None-Match': '*' },
      })
    ).status,
  ).toBe(200);
});
