// A database that throttles, fails, cannot be reached, or whose answers are lost.

import { listResources } from '../../src/definition/define-resource';
import { resources } from '../library/src/resources/index';
import { createClient } from '../../src/testing/client';
import { notes } from '../setup/notes';
import { errorReply } from '../setup/proxy';
import { useProxy } from '../setup/proxied';
import { aBook } from '../setup/samples';
import { useShortPauses } from '../setup/short-pauses';
import { useTable } from '../../src/testing/table';

useTable();
useShortPauses();
const withNotes = listResources(...resources.values(), notes);
const database = useProxy({ resources: withNotes });

let logged: jest.SpyInstance;
beforeEach(() => {
  logged = jest.spyOn(console, 'error').mockImplementation(() => {});
});
afterEach(() => logged.mockRestore());

// A process asks once which constraints hold of its table: that is nothing of the requests below.
beforeAll(() => database.ask('POST /books', { body: aBook() }));

const LINES = ['GET /books/1', 'GET /books', 'POST /books', 'PUT /books/1', 'PATCH /books/1', 'DELETE /books/1'];

test.each(LINES)('%s while the database throttles is 429 with Retry-After, after bounded retries', async (line) => {
  database.proxy.intercept = async () => errorReply('ProvisionedThroughputExceededException', 'Slow down.');
  const answer = await database.ask(line, { body: aBook() });
  expect(answer.status).toBe(429);
  expect(answer.body).toMatchObject({ type: '/docs#throttled', status: 429 });
  expect(answer.headers['retry-after']).toMatch(/^\d+$/);
  expect(database.proxy.requests).toHaveLength(3);
});

test.each(LINES.flatMap((line) => ['InternalServerError', 'InternalFailure'].map((name) => [line, name] as const)))(
  '%s while the database fails, with %s, is 503 with Retry-After',
  async (line, name) => {
    database.proxy.intercept = async () => errorReply(name, 'Sorry.', 500);
    const answer = await database.ask(line, { body: aBook() });
    expect(answer.status).toBe(503);
    expect(answer.body).toMatchObject({ type: '/docs#unavailable', status: 503 });
    expect(answer.headers['retry-after']).toMatch(/^\d+$/);
  },
);

test('a database that cannot be reached is 503, also for the health check', async () => {
  database.proxy.intercept = async () => 'disconnect';
  expect((await database.ask('GET /books/1')).status).toBe(503);
  const health = await database.ask('GET /health');
  expect(health).toMatchObject({ status: 503, body: { status: 'fail' } });
  expect(health.headers['content-type']).toBe('application/health+json');
});

test('a table that does not exist is 503', async () => {
  database.proxy.intercept = async () =>
    errorReply('ResourceNotFoundException', 'Cannot do operations on a non-existent table');
  expect((await database.ask('GET /health')).status).toBe(503);
});

test('a missing right is an unhealthy table', async () => {
  database.proxy.intercept = async () => errorReply('AccessDeniedException', 'User is not authorized');
  expect(await database.ask('GET /health')).toMatchObject({ status: 503, body: { status: 'fail' } });
  expect(String(logged.mock.calls.at(-1)?.[0])).toContain('not authorized');
});

test('an error that is a bug is 500 without its text, and is logged with its stack and the request id', async () => {
  database.proxy.intercept = async () => errorReply('ValidationException', 'secret detail');
  const answer = await database.ask('GET /books/1');
  expect(answer.status).toBe(500);
  expect(answer.text).not.toContain('secret detail');
  expect(answer.text).not.toContain('stack');
  const entry = JSON.parse(String(logged.mock.calls.at(-1)?.[0])) as Record<string, string>;
  expect(entry).toMatchObject({ level: 'error', requestId: answer.headers['x-request-id'], message: 'secret detail' });
  expect(entry['stack']).toContain('ValidationException');
});

test.each([
  ['the request', errorReply('ValidationException', 'The aggregate size of the items in the transaction exceeds 4 MB')],
  ['the request, in other words', errorReply('ValidationException', 'Transaction payload size limit exceeded')],
  [
    'the transaction',
    errorReply('TransactionCanceledException', 'Transaction cancelled', 400, {
      CancellationReasons: [
        { Code: 'None' },
        { Code: 'ValidationError', Message: 'The aggregate size of the items in the transaction exceeds 4 MB' },
      ],
    }),
  ],
  [
    'an item',
    errorReply('TransactionCanceledException', 'Transaction cancelled', 400, {
      CancellationReasons: [
        { Code: 'None' },
        { Code: 'ValidationError', Message: 'Item size to update has exceeded the maximum allowed size' },
      ],
    }),
  ],
])('writes of which the database says that %s is too large are 413 with how large they are', async (what, reply) => {
  database.proxy.intercept = async ({ operation }, forward) => (operation === 'TransactWriteItems' ? reply : forward());
  expect(await database.ask('POST /books', { body: [aBook(), aBook()] })).toMatchObject({
    status: 413,
    body: {
      type: '/docs#too-large',
      detail: expect.stringMatching(what === 'an item' ? /at most 400 KB/ : /takes about \d+\.\d MB, and at most 4 MB/),
    },
  });
});

test('a throttled request that succeeds when it is tried again is as if nothing was', async () => {
  let refused = 0;
  database.proxy.intercept = async (_request, forward) =>
    refused++ === 0 ? errorReply('ThrottlingException') : forward();
  expect((await database.ask('POST /books', { body: aBook() })).status).toBe(201);
});

describe('where the response of a write that took effect is lost', () => {
  /** Loses the first response of a write. */
  function loseOne(): void {
    let lost = false;
    database.proxy.intercept = async ({ operation }, forward) => {
      const reply = await forward();
      if (!lost && operation !== 'GetItem') {
        lost = true;
        return 'disconnect';
      }
      return reply;
    };
  }

  test('POST makes one item', async () => {
    const before = (await database.ask('GET /books?limit=100')).body.items.length as number;
    loseOne();
    const answer = await database.ask('POST /books', { body: aBook() });
    expect([answer.status, answer.body.version]).toEqual([201, 1]);
    database.proxy.clear();
    expect((await database.ask('GET /books?limit=100')).body.items).toHaveLength(before + 1);
  });

  test.each([[{}], [{ 'If-None-Match': '*' }]])('PUT with %j makes version 1, once', async (headers) => {
    await database.ask('DELETE /books/lost');
    loseOne();
    const answer = await database.ask('PUT /books/lost', { body: aBook(), headers });
    expect([answer.status, answer.body.version]).toEqual([201, 1]);
  });

  test.each(['PUT', 'PATCH'])(
    '%s with If-Match is done once, and not refused for its own first attempt',
    async (method) => {
      await database.ask('DELETE /books/lost');
      const {
        headers: { etag },
      } = await database.ask('PUT /books/lost', { body: aBook() });
      loseOne();
      const answer = await database.ask(`${method} /books/lost`, {
        body: aBook({ pages: 7 }),
        headers: { 'If-Match': etag! },
      });
      expect([answer.status, answer.body.version, answer.body.pages]).toEqual([200, 2, 7]);
      expect((await database.ask('GET /books/lost')).body).toEqual(answer.body);
    },
  );

  test('DELETE is done', async () => {
    await database.ask('PUT /books/lost', { body: aBook() });
    loseOne();
    expect((await database.ask('DELETE /books/lost')).status).toBe(204);
    expect((await database.ask('GET /books/lost')).status).toBe(404);
  });
});

describe('a write in one request that could take effect twice, of which the response is lost', () => {
  const WRITES: [string, string, number][] = [
    ['POST /notes', 'PutItem', 201],
    ['PUT /notes/lost', 'UpdateItem', 200],
    ['PATCH /notes/lost', 'UpdateItem', 200],
    ['DELETE /notes/lost', 'DeleteItem', 204],
  ];
  const body = { title: 'lost', pages: 7 };

  /** Loses the response of every write; before the first is lost, something else can happen, which loses nothing. */
  function loseWrites(meanwhile?: () => Promise<unknown>): void {
    const lose: typeof database.proxy.intercept = async ({ operation }, forward) => {
      const reply = await forward();
      if (operation === 'GetItem') {
        return reply;
      }
      database.proxy.intercept = undefined;
      await meanwhile?.();
      database.proxy.intercept = lose;
      return 'disconnect';
    };
    database.proxy.intercept = lose;
  }

  beforeEach(async () => {
    await database.ask('PUT /notes/lost', { body: { title: 'before' } });
    database.proxy.clear();
  });

  test.each(WRITES)(
    '%s is sent once, the record is read once, and the write is found done',
    async (line, operation, status) => {
      loseWrites();
      const answer = await database.ask(line, { body });
      expect(answer.status).toBe(status);
      expect(database.proxy.requests.map((request) => request.operation)).toEqual([operation, 'GetItem']);
      database.proxy.clear();
      const path = line.startsWith('POST') ? answer.headers['location']! : '/notes/lost';
      expect(await database.ask(`GET ${path}`)).toMatchObject(
        status === 204 ? { status: 404 } : { status: 200, body: answer.body },
      );
    },
  );

  test.each(WRITES.slice(1))(
    '%s of an item that another has written since is sent once, and is 503, as nobody knows',
    async (line, operation) => {
      loseWrites(() => database.ask('PUT /notes/lost', { body: { title: 'another' } }));
      const { status, body: problem, headers } = await database.ask(line, { body });
      expect([status, problem.type, headers['retry-after']]).toEqual([503, '/docs#unavailable', '1']);
      expect(database.proxy.requests.map((request) => request.operation)).toEqual([operation, 'UpdateItem', 'GetItem']);
      database.proxy.clear();
      expect((await database.ask('GET /notes/lost')).body.title).toBe('another');
    },
  );
});

test('an endpoint where nothing listens is 503', async () => {
  const before = process.env.AWS_ENDPOINT_URL_DYNAMODB;
  process.env.AWS_ENDPOINT_URL_DYNAMODB = 'http://127.0.0.1:9';
  try {
    expect((await createClient({ resources })('GET /health')).status).toBe(503);
  } finally {
    process.env.AWS_ENDPOINT_URL_DYNAMODB = before;
  }
});
