// Idempotency-Key: a POST or PATCH has its effect once, however often it is sent, and is answered the same.

import { createHash } from 'node:crypto';

import { DynamoDBClient, QueryCommand, ScanCommand, UpdateItemCommand } from '@aws-sdk/client-dynamodb';

import { listResources } from '../../src/definition/define-resource';
import { resources } from '../library/src/resources/index';
import type { Answer, Ask } from '../../src/testing/ask';
import { notes } from '../setup/notes';
import { errorReply } from '../setup/proxy';
import { useProxy } from '../setup/proxied';
import { CLIENTS, race, statuses } from '../setup/race';
import { aBook } from '../setup/samples';
import { tableName, useTable } from '../../src/testing/table';

useTable();
const database = useProxy({ resources: listResources(...resources.values(), notes) });

let keys = 0;
const newKey = (): string => `key-${keys++}`;

async function keyed(key: string, line: string, { headers = {}, ...more }: Ask = {}): Promise<Answer> {
  return database.ask(line, { ...more, headers: { ...headers, 'Idempotency-Key': key } });
}

/** What a client keeps of an answer: all but what each answer has of its own. */
function lasting({ status, headers, text }: Answer): object {
  const { 'x-request-id': id, 'server-timing': timing, 'idempotent-replayed': replayed, ...same } = headers;
  return { status, headers: same, text };
}

/** The records of the table as text, to see that nothing changed. */
async function everything(): Promise<string> {
  const client = new DynamoDBClient({});
  const { Items = [] } = await client.send(new ScanCommand({ TableName: tableName(), ConsistentRead: true }));
  client.destroy();
  return createHash('sha256')
    .update(JSON.stringify(Items.map((item) => JSON.stringify(item, Object.keys(item).sort())).sort()))
    .digest('hex');
}

async function expectReplay(first: Answer, again: Answer): Promise<void> {
  expect(first.headers).not.toHaveProperty('idempotent-replayed');
  expect(again.headers['idempotent-replayed']).toBe('true');
  expect(lasting(again)).toEqual(lasting(first));
}

let book: string;
let member: string;
beforeAll(async () => {
  book = (await database.ask('POST /books', { body: aBook({ copies: 100 }) })).body.id;
  member = (await database.ask('POST /members', { body: { name: 'Ann', email: 'ann@example.com' } })).body.id;
});

const JSON_PATCH = { 'Content-Type': 'application/json-patch+json' };
const loan = (): object => ({ book, member, dueAt: '2027-01-01T00:00:00Z' });

const REQUESTS: [string, () => Promise<[string, Ask]> | [string, Ask]][] = [
  ['POST of an item', () => ['POST /notes', { body: { title: 'x' } }]],
  ['POST of an item with a unique value', () => ['POST /books', { body: aBook({ isbn: '9780142437247' }) }]],
  ['POST of an item with references', () => ['POST /loans', { body: loan() }]],
  ['POST of an array', () => ['POST /notes', { body: [{ title: 'a' }, { title: 'b' }] }]],
  ['POST with return=minimal', () => ['POST /notes', { body: { title: 'x' }, headers: { Prefer: 'return=minimal' } }]],
  ['POST with fields', () => ['POST /notes?fields=title', { body: { title: 'x' } }]],
  ['merge patch', () => [`PATCH /books/${book}`, { body: { pages: 7 } }]],
  [
    'merge patch with If-Match',
    async () => [
      `PATCH /books/${book}`,
      { body: { pages: 8 }, headers: { 'If-Match': (await database.ask(`GET /books/${book}`)).headers['etag']! } },
    ],
  ],
  [
    'JSON Patch that is not the same twice',
    async () => {
      await database.ask('PUT /notes/list', { body: { title: 'x', tags: [] } });
      return ['PATCH /notes/list', { body: [{ op: 'add', path: '/tags/-', value: 'once' }], headers: JSON_PATCH }];
    },
  ],
  [
    'JSON Patch whose test holds only once',
    async () => {
      await database.ask('PUT /notes/list', { body: { title: 'x' } });
      return [
        'PATCH /notes/list',
        {
          body: [
            { op: 'test', path: '/title', value: 'x' },
            { op: 'replace', path: '/title', value: 'y' },
          ],
          headers: JSON_PATCH,
        },
      ];
    },
  ],
  ['an action', () => [`POST /books/${book}/checkout`, { body: { member } }]],
  [
    'an action on the item alone',
    async () => [`POST /loans/${(await database.ask('POST /loans', { body: loan() })).body.id}/return`, {}],
  ],
  [
    'a transaction',
    async () => {
      await database.ask('DELETE /notes/gone');
      await database.ask('PUT /notes/gone', { body: { title: 'x' } });
      return [
        'POST /transactions',
        {
          body: {
            operations: [
              { method: 'POST', path: '/notes', body: { title: 'x' } },
              { method: 'DELETE', path: '/notes/gone' },
              { method: 'GET', path: `/members/${member}` },
            ],
          },
        },
      ];
    },
  ],
];

describe.each(REQUESTS)('%s', (_, make) => {
  test('sent again with its key is answered the same, and changes nothing', async () => {
    const [key, [line, ask]] = [newKey(), await make()];
    const first = await keyed(key, line, ask);
    expect(first.status).toBeLessThan(300);
    const before = await everything();
    await expectReplay(first, await keyed(key, line, ask));
    await expectReplay(first, await keyed(key, line, ask));
    expect(await everything()).toBe(before);
    const { status, body } = await keyed(key, line, { ...ask, body: { other: true }, headers: {} });
    expect([status, body.type]).toEqual([422, '/docs#invalid']);
  });
});

describe('what the first request did does not stand in the way of its repetition', () => {
  test('where it took the last copy', async () => {
    const {
      body: { id },
    } = await database.ask('POST /books', { body: aBook({ copies: 1 }) });
    const [key, body] = [newKey(), { ...loan(), book: id }];
    const first = await keyed(key, 'POST /loans', { body });
    expect(first.status).toBe(201);
    await expectReplay(first, await keyed(key, 'POST /loans', { body }));
  });

  test('where what it made, and what that refers to, is deleted since', async () => {
    const {
      body: { id },
    } = await database.ask('POST /books', { body: aBook() });
    const [key, body] = [newKey(), { ...loan(), book: id }];
    const first = await keyed(key, 'POST /loans', { body });
    await database.ask(`DELETE /loans/${first.body.id}`);
    await database.ask(`DELETE /books/${id}`);
    await expectReplay(first, await keyed(key, 'POST /loans', { body }));
    expect((await database.ask(`GET /loans/${first.body.id}`)).status).toBe(404);
  });

  test('where the item that it changed is deleted since, or changed', async () => {
    await database.ask('PUT /notes/changed', { body: { title: 'x' } });
    const key = newKey();
    const first = await keyed(key, 'PATCH /notes/changed', { body: { title: 'y' }, headers: { 'If-Match': '*' } });
    await database.ask('PUT /notes/changed', { body: { title: 'z' } });
    await expectReplay(
      first,
      await keyed(key, 'PATCH /notes/changed', { body: { title: 'y' }, headers: { 'If-Match': '*' } }),
    );
    await database.ask('DELETE /notes/changed');
    await expectReplay(
      first,
      await keyed(key, 'PATCH /notes/changed', { body: { title: 'y' }, headers: { 'If-Match': '*' } }),
    );
  });
});

describe('a key', () => {
  test.each([1, 36, 255])('of %i characters is taken', async (length) => {
    const key = 'k'.repeat(length);
    const first = await keyed(key, 'POST /notes', { body: { title: 'x' } });
    expect(first.status).toBe(201);
    await expectReplay(first, await keyed(key, 'POST /notes', { body: { title: 'x' } }));
  });

  test.each([0, 256, 1000])('of %i characters is 400 that names the header', async (length) => {
    const { status, body } = await keyed('k'.repeat(length), 'POST /notes', { body: { title: 'x' } });
    expect([status, body.type, body.errors[0].header]).toEqual([400, '/docs#malformed-request', 'Idempotency-Key']);
  });

  test('can have any characters, and is told from those that look like it', async () => {
    const ids = await Promise.all(
      [
        '8e03978e',
        '8E03978E',
        'a#b',
        'a%23b',
        'a/b',
        'å',
        '"a, b"',
        '"a,b"',
        '"a\\"b"',
        '"a\\\\\\"b"',
        '"a b"',
        '" a b"',
      ].map(async (key) => (await keyed(key, 'POST /notes', { body: { title: 'x' } })).body.id as string),
    );
    expect(new Set(ids).size).toBe(ids.length);
  });

  test.each([
    ['k1', '"k1"'],
    ['  k2\t', ' "k2" '],
    ['a\\b', '"a\\\\b"'],
    ['q'.repeat(253), `"${'q'.repeat(253)}"`],
  ])('%j and %j, a plain text and the string of RFC 8941 that stands for it, are one key', async (plain, quoted) => {
    const first = await keyed(plain, 'POST /books', { body: aBook() });
    expect(first.status).toBe(201);
    await expectReplay(first, await keyed(quoted, 'POST /books', { body: aBook() }));
  });

  test.each([
    'a, b',
    'a,',
    '"a", "b"',
    '"a',
    'a"',
    'a"b',
    '"a"b"',
    '"a" "b"',
    '"a";b=1',
    '"a\\"',
    '"a\\b"',
    '""',
    '"å"',
    `"${'k'.repeat(254)}"`,
  ])('%j, which is a list or no text, is 400 that names the header, and nothing is made', async (key) => {
    const before = await everything();
    const { status, body } = await keyed(key, 'POST /notes', { body: { title: 'x' } });
    expect([status, body.type, body.errors[0].header]).toEqual([400, '/docs#malformed-request', 'Idempotency-Key']);
    expect(await everything()).toBe(before);
  });

  test.each<[string, Record<string, string>, Record<string, string>]>([
    ['If-Match', { 'If-Match': '*' }, { 'If-Match': '"7"' }],
    ['no If-Match', { 'If-Match': '*' }, {}],
    ['If-None-Match', {}, { 'If-None-Match': '"7"' }],
    [
      'If-Unmodified-Since',
      { 'If-Unmodified-Since': 'Fri, 06 Nov 2099 08:49:37 GMT' },
      { 'If-Unmodified-Since': 'Fri, 06 Nov 2099 08:49:38 GMT' },
    ],
    ['Content-Type', { 'Content-Type': 'application/json' }, { 'Content-Type': 'application/merge-patch+json' }],
    ['Prefer', {}, { Prefer: 'return=minimal' }],
  ])('of a request with another %s is 422 that names the header', async (_, headers, others) => {
    const key = newKey();
    const {
      body: { id },
    } = await database.ask('POST /notes', { body: { title: 'x' } });
    const send = (more: Record<string, string>): Promise<Answer> =>
      keyed(key, `PATCH /notes/${id}`, { body: { title: 'y' }, headers: more });
    const first = await send(headers);
    expect(first.status).toBe(200);
    const before = await everything();
    const { status, body } = await send(others);
    expect([status, body.type, body.errors[0].header]).toEqual([422, '/docs#invalid', 'Idempotency-Key']);
    expect(await everything()).toBe(before);
    await expectReplay(first, await send(headers));
  });

  test('of a request with other headers that do not change what it means is a replay', async () => {
    const [key, body] = [newKey(), { title: 'x' }];
    const first = await keyed(key, 'POST /notes', { body, headers: { Prefer: 'return=representation' } });
    await expectReplay(
      first,
      await keyed(key, 'POST /notes', {
        body,
        headers: {
          Prefer: ' return=representation\t',
          'Accept-Language': 'de',
          'User-Agent': 'another',
          Accept: 'application/json',
        },
      }),
    );
  });

  test.each<[string, string, Ask]>([
    ['another path', 'POST /books', { body: { title: 'x', author: 'y' } }],
    ['another body', 'POST /notes', { body: { title: 'x', author: 'z' } }],
    ['another method', 'PATCH /notes/list', { body: { title: 'x', author: 'y' } }],
    ['other parameters', 'POST /notes?fields=title', { body: { title: 'x', author: 'y' } }],
  ])('of a request with %s is 422 that names the header', async (_, line, ask) => {
    const key = newKey();
    await database.ask('PUT /notes/list', { body: { title: 'x' } });
    expect((await keyed(key, 'POST /notes', { body: { title: 'x', author: 'y' } })).status).toBe(201);
    const before = await everything();
    const { status, body } = await keyed(key, line, ask);
    expect([status, body.type, body.errors[0].header]).toEqual([422, '/docs#invalid', 'Idempotency-Key']);
    expect(await everything()).toBe(before);
  });

  test.each(['PUT', 'DELETE'])('of %s is ignored', async (method) => {
    await database.ask('PUT /notes/plain', { body: { title: 'x' } });
    for (const key of [newKey(), '', 'k'.repeat(300)]) {
      const answer = await keyed(key, `${method} /notes/plain`, { body: { title: 'x' } });
      expect(answer.headers).not.toHaveProperty('idempotent-replayed');
      expect(answer.status).not.toBe(400);
    }
    const key = newKey();
    await keyed(key, 'PUT /notes/plain', { body: { title: 'x' } });
    expect((await keyed(key, 'PUT /notes/plain', { body: { title: 'y' } })).body.title).toBe('y');
  });
});

describe('a request that failed is not recorded', () => {
  test('422, and the corrected one is done', async () => {
    const key = newKey();
    expect((await keyed(key, 'POST /notes', { body: {} })).status).toBe(422);
    expect((await keyed(key, 'POST /notes', { body: { title: 'x' } })).status).toBe(201);
  });

  test('409, and the same one is done when nothing is in its way any more', async () => {
    const [key, isbn] = [newKey(), '9781111111111'];
    const {
      body: { id },
    } = await database.ask('POST /books', { body: aBook({ isbn }) });
    expect((await keyed(key, 'POST /books', { body: aBook({ isbn }) })).status).toBe(409);
    await database.ask(`DELETE /books/${id}`);
    expect((await keyed(key, 'POST /books', { body: aBook({ isbn }) })).status).toBe(201);
  });

  test('404 and 412', async () => {
    const key = newKey();
    await database.ask('DELETE /notes/late');
    expect((await keyed(key, 'PATCH /notes/late', { body: { pages: 1 } })).status).toBe(404);
    await database.ask('PUT /notes/late', { body: { title: 'x' } });
    expect((await keyed(key, 'PATCH /notes/late', { body: { pages: 1 }, headers: { 'If-Match': '"7"' } })).status).toBe(
      412,
    );
    expect((await keyed(key, 'PATCH /notes/late', { body: { pages: 1 } })).status).toBe(200);
  });

  test('503, where nothing was written', async () => {
    const logged = jest.spyOn(console, 'error').mockImplementation(() => {});
    const key = newKey();
    database.proxy.intercept = async () => errorReply('InternalServerError', 'Sorry.', 500);
    expect((await keyed(key, 'POST /notes', { body: { title: 'x' } })).status).toBe(503);
    database.proxy.clear();
    const answer = await keyed(key, 'POST /notes', { body: { title: 'x' } });
    expect([answer.status, answer.headers['idempotent-replayed']]).toEqual([201, undefined]);
    logged.mockRestore();
  });

  test('503, where the write took effect: then the same request is its replay', async () => {
    const logged = jest.spyOn(console, 'error').mockImplementation(() => {});
    const [key, title] = [newKey(), 'written, and no answer'];
    database.proxy.intercept = async (_request, forward) => forward().then(() => 'disconnect');
    expect((await keyed(key, 'POST /notes', { body: { title } })).status).toBe(503);
    database.proxy.clear();
    const answer = await keyed(key, 'POST /notes', { body: { title } });
    expect([answer.status, answer.headers['idempotent-replayed']]).toEqual([201, 'true']);
    const { body } = await database.ask(`GET /notes?title=${encodeURIComponent(title)}`);
    expect(body.items).toEqual([answer.body]);
    logged.mockRestore();
  });
});

describe(`of ${CLIENTS} at once with one key`, () => {
  test.each<[string, () => [string, Ask]]>([
    ['POST of an item', () => ['POST /notes', { body: { title: 'race' } }]],
    ['POST of an item with a unique value', () => ['POST /books', { body: aBook({ isbn: '9782222222222' }) }]],
    ['POST of an item that counts on another', () => ['POST /loans', { body: loan() }]],
    [
      'PATCH',
      () => [`PATCH /books/${book}`, { body: [{ op: 'add', path: '/tags', value: ['race'] }], headers: JSON_PATCH }],
    ],
    ['an array', () => ['POST /notes', { body: [{ title: 'a' }, { title: 'b' }] }]],
    [
      'a transaction',
      () => [
        'POST /transactions',
        {
          body: {
            operations: [
              { method: 'POST', path: '/notes', body: { title: 'x' } },
              { method: 'PATCH', path: `/books/${book}`, body: { pages: 99 } },
            ],
          },
        },
      ],
    ],
  ])('%s: one effect, and all are answered with it', async (_, make) => {
    const [key, [line, ask]] = [newKey(), make()];
    const answers = await race(() => keyed(key, line, ask));
    const first = answers.filter(({ headers, status }) => status < 300 && headers['idempotent-replayed'] === undefined);
    expect(first).toHaveLength(1);
    for (const answer of answers.filter((one) => one !== first[0])) {
      // 409 with Retry-After is allowed too, and none of them needs it.
      await expectReplay(first[0]!, answer);
    }
  });

  test('where each sends another body: one is done, and the others are 422', async () => {
    const key = newKey();
    expect(statuses(await race((number) => keyed(key, 'POST /notes', { body: { title: `${number}` } })))).toEqual({
      201: 1,
      422: CLIENTS - 1,
    });
  });
});

describe('the record of an outcome', () => {
  async function records(): Promise<Record<string, { S?: string; N?: string }>[]> {
    const client = new DynamoDBClient({});
    const { Items = [] } = await client.send(
      new ScanCommand({
        TableName: tableName(),
        FilterExpression: 'begins_with(pk, :kept)',
        ExpressionAttributeValues: { ':kept': { S: '#idempotency#' } },
      }),
    );
    client.destroy();
    return Items;
  }

  /** Lets every outcome expire, as if DynamoDB had not removed it yet. */
  async function expire(secondsAgo: number): Promise<void> {
    const client = new DynamoDBClient({});
    for (const { pk, sk } of await records()) {
      await client.send(
        new UpdateItemCommand({
          TableName: tableName(),
          Key: { pk: { S: pk!.S! }, sk: { S: sk!.S! } },
          UpdateExpression: 'SET #e = :then',
          ExpressionAttributeNames: { '#e': '#expires' },
          ExpressionAttributeValues: { ':then': { N: String(Math.floor(Date.now() / 1000) - secondsAgo) } },
        }),
      );
    }
    client.destroy();
  }

  test('is kept for 24 hours, and no longer, also before DynamoDB removes it', async () => {
    const key = newKey();
    await expire(0);
    const first = await keyed(key, 'POST /notes', { body: { title: 'x' } });
    const [newest] = (await records()).map((record) => Number(record['#expires']?.N)).sort((a, b) => b - a);
    expect(newest! - Date.now() / 1000).toBeGreaterThan(86_300);
    expect(newest! - Date.now() / 1000).toBeLessThanOrEqual(86_400);
    for (const [line, ask] of [
      ['POST /notes', { body: { title: 'x' } }],
      ['PATCH /notes/list', { body: { pages: 3 } }],
    ] as const) {
      await database.ask('PUT /notes/list', { body: { title: 'x' } });
      await expire(1);
      const second = await keyed(key, line, ask);
      expect([second.status < 300, second.headers['idempotent-replayed']]).toEqual([true, undefined]);
      await expectReplay(second, await keyed(key, line, ask));
      expect(second.body.id).not.toBe(first.body.id);
    }
  });

  test("holds neither the key nor the caller's body as its name", async () => {
    await keyed('a key to be seen nowhere', 'POST /notes', { body: { title: 'x' } });
    expect(JSON.stringify((await records()).map(({ pk }) => pk))).not.toContain('a key');
  });

  test('is not seen in lists, and not at a path', async () => {
    await keyed(newKey(), 'POST /notes', { body: { title: 'x' } });
    const client = new DynamoDBClient({});
    const { Count } = await client.send(
      new QueryCommand({
        TableName: tableName(),
        KeyConditionExpression: 'pk = :notes',
        ExpressionAttributeValues: { ':notes': { S: 'notes' } },
      }),
    );
    client.destroy();
    let listed = 0;
    for (let next = '/notes?limit=100'; next !== undefined;) {
      const { body } = await database.ask(`GET ${next}`);
      listed += body.items.length;
      next = body.next;
    }
    expect(listed).toBe(Count);
  });
});

test('a result too large for one record is answered again whole', async () => {
  // Nearly 1 MiB, of characters that take three bytes.
  const body = Array.from({ length: 96 }, (_, index) => ({
    title: `${index}`,
    tags: Array.from({ length: 2 }, () => '€'.repeat(1750)),
  }));
  expect(Buffer.byteLength(JSON.stringify(body))).toBeGreaterThan(1_000_000);
  const key = newKey();
  const first = await keyed(key, 'POST /notes', { body });
  expect(first.status).toBe(201);
  await expectReplay(first, await keyed(key, 'POST /notes', { body }));
  expect((await keyed(key, 'POST /notes', { body: body.slice(1) })).status).toBe(422);
});

test('a result larger than a transaction holds is 413 that says what to do, and without the body it is done', async () => {
  // Each quotation mark is one byte as it is stored, and four as Lambda sends it.
  const [key, tags] = [newKey(), ['"'.repeat(380_000)]];
  const ids = Array.from({ length: 4 }, (_, index) => `large-${index}`);
  for (const id of ids) {
    await database.ask(`PUT /notes/${id}`, { body: { title: 'x', tags } });
  }
  const body = { operations: ids.map((id) => ({ method: 'PATCH', path: `/notes/${id}`, body: { pages: 1 } })) };
  const answer = await keyed(key, 'POST /transactions', { body });
  expect([answer.status, answer.body.type]).toEqual([413, '/docs#too-large']);
  expect(answer.body.detail).toContain('return=minimal');
  const minimal = {
    operations: body.operations.map((operation) => ({ ...operation, headers: { Prefer: 'return=minimal' } })),
  };
  const done = await keyed(key, 'POST /transactions', { body: minimal });
  expect(done.status).toBe(200);
  await expectReplay(done, await keyed(key, 'POST /transactions', { body: minimal }));
});

test('a key costs one action more in the request that is sent anyway, and a replay one read or one refused write', async () => {
  const requests = async (key: string, line: string, ask: Ask): Promise<string[]> => {
    database.proxy.clear();
    await keyed(key, line, ask);
    return database.proxy.requests.map(({ operation }) => operation);
  };
  const [create, patch] = [newKey(), newKey()];
  expect(await requests(create, 'POST /notes', { body: { title: 'x' } })).toEqual(['TransactWriteItems']);
  expect(await requests(create, 'POST /notes', { body: { title: 'x' } })).toEqual(['TransactWriteItems']);
  expect(await requests(patch, `PATCH /books/${book}`, { body: { pages: 1 } })).toEqual([
    'BatchGetItem',
    'TransactWriteItems',
  ]);
  expect(await requests(patch, `PATCH /books/${book}`, { body: { pages: 1 } })).toEqual(['BatchGetItem']);
});
