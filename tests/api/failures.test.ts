// A database that throttles, fails, cannot be reached, or whose answers are lost.

import { createClient } from '../setup/client';
import { errorReply } from '../setup/proxy';
import { useProxy } from '../setup/proxied';
import { aBook } from '../setup/samples';
import { useTable } from '../setup/table';

useTable();
const database = useProxy();

let logged: jest.SpyInstance;
beforeEach(() => {
  logged = jest.spyOn(console, 'error').mockImplementation(() => {});
});
afterEach(() => logged.mockRestore());

const LINES = ['GET /books/1', 'GET /books', 'POST /books', 'PUT /books/1', 'PATCH /books/1', 'DELETE /books/1'];

test.each(LINES)('%s while the database throttles is 429 with Retry-After, after bounded retries', async (line) => {
  database.proxy.intercept = async () => errorReply('ProvisionedThroughputExceededException', 'Slow down.');
  const answer = await database.ask(line, { body: aBook() });
  expect(answer.status).toBe(429);
  expect(answer.body).toMatchObject({ type: '/docs#throttled', status: 429 });
  expect(answer.headers['retry-after']).toMatch(/^\d+$/);
  expect(database.proxy.requests).toHaveLength(3);
});

test.each(LINES)('%s while the database fails is 503 with Retry-After', async (line) => {
  database.proxy.intercept = async () => errorReply('InternalServerError', 'Sorry.', 500);
  const answer = await database.ask(line, { body: aBook() });
  expect(answer.status).toBe(503);
  expect(answer.body).toMatchObject({ type: '/docs#unavailable', status: 503 });
  expect(answer.headers['retry-after']).toMatch(/^\d+$/);
});

test('a database that cannot be reached is 503, also for the health check', async () => {
  database.proxy.intercept = async () => 'disconnect';
  expect((await database.ask('GET /books/1')).status).toBe(503);
  const health = await database.ask('GET /health');
  expect(health).toMatchObject({ status: 503, body: { status: 'fail' } });
  expect(health.headers['content-type']).toBe('application/health+json');
});

test('a table that does not exist is 503', async () => {
  database.proxy.intercept = async () => errorReply('ResourceNotFoundException', 'Cannot do operations on a non-existent table');
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

test('a throttled request that succeeds when it is tried again is as if nothing was', async () => {
  let refused = 0;
  database.proxy.intercept = async (_request, forward) => (refused++ === 0 ? errorReply('ThrottlingException') : forward());
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

  test.each(['PUT', 'PATCH'])('%s with If-Match is done once, and not refused for its own first attempt', async (method) => {
    await database.ask('DELETE /books/lost');
    await database.ask('PUT /books/lost', { body: aBook() });
    loseOne();
    const answer = await database.ask(`${method} /books/lost`, { body: aBook({ pages: 7 }), headers: { 'If-Match': '"1"' } });
    expect([answer.status, answer.body.version, answer.body.pages]).toEqual([200, 2, 7]);
    expect((await database.ask('GET /books/lost')).body).toEqual(answer.body);
  });

  test('DELETE is done', async () => {
    await database.ask('PUT /books/lost', { body: aBook() });
    loseOne();
    expect((await database.ask('DELETE /books/lost')).status).toBe(204);
    expect((await database.ask('GET /books/lost')).status).toBe(404);
  });
});

test('an endpoint where nothing listens is 503', async () => {
  const before = process.env.AWS_ENDPOINT_URL_DYNAMODB;
  process.env.AWS_ENDPOINT_URL_DYNAMODB = 'http://127.0.0.1:9';
  try {
    expect((await createClient()('GET /health')).status).toBe(503);
  } finally {
    process.env.AWS_ENDPOINT_URL_DYNAMODB = before;
  }
});
