// What the transport without the SDK does where a connection, an answer or the time breaks.

import dns from 'node:dns';
import { createServer } from 'node:net';
import { crc32 } from 'node:zlib';

import type { SendOptions } from '../../../../src/store/client/send';
import { connect } from '../../../../src/store/client/https';
import { openExchange, type Exchange } from '../../../../src/store/client/https/exchange';
import { toProblem } from '../../../../src/store/client/failure';
import type { Problem } from '../../../../src/problem';
import { startWireServer, type Answered, type WireServer } from '../../../setup/wire-server';

const GET = { TableName: 't', Key: {} };
let server: WireServer;

beforeAll(async () => {
  server = await startWireServer();
  process.env.AWS_ENDPOINT_URL_DYNAMODB = server.endpoint;
});
beforeEach(() => void jest.spyOn(Math, 'random').mockReturnValue(0)); // no pauses
afterEach(() => jest.restoreAllMocks());
afterAll(() => server.stop());

describe('connections', () => {
  test('are kept from request to request', async () => {
    const send = connect();
    server.expect(() => ({}));
    for (let requests = 0; requests < 5; requests++) {
      await send('GetItem', GET);
    }
    expect(new Set(server.arrivals.map(({ connection }) => connection)).size).toBe(1);
  });

  test('that DynamoDB closed meanwhile cost one repeat, at once, however many there are', async () => {
    jest.spyOn(Math, 'random').mockReturnValue(1 - Number.EPSILON); // the longest pauses
    const send = connect();
    server.expect(() => ({}));
    await Promise.all(Array.from({ length: 8 }, async () => send('GetItem', GET)));
    const stale = new Set(server.arrivals.map(({ connection }) => connection));
    expect(stale.size).toBe(8);
    server.expect(({ connection }) => (stale.has(connection) ? 'disconnect' : {}));
    expect((await send('GetItem', GET)).$metadata).toMatchObject({ attempts: 2, totalRetryDelay: 0 });
  });

  test('that have been idle for longer than ten seconds are not used for what is sent once', async () => {
    const send = connect();
    server.expect(() => ({}));
    const connections = async (idle: number, options: SendOptions): Promise<boolean> => {
      await send('GetItem', GET);
      const now = Date.now() + idle;
      const clock = jest.spyOn(Date, 'now').mockImplementation(() => now);
      await send('GetItem', GET, options);
      clock.mockRestore();
      return server.arrivals.at(-1)!.connection === server.arrivals.at(-2)!.connection;
    };
    expect([
      await connections(9_000, { once: true }),
      await connections(11_000, { once: true }),
      await connections(11_000, {}),
    ]).toEqual([true, false, true]);
  });

  test('that nobody takes are tried three times', async () => {
    process.env.AWS_ENDPOINT_URL_DYNAMODB = 'http://127.0.0.1:9';
    const send = connect();
    process.env.AWS_ENDPOINT_URL_DYNAMODB = server.endpoint;
    await expect(send('GetItem', GET)).rejects.toMatchObject({
      name: 'TimeoutError',
      code: 'ECONNREFUSED',
      $metadata: { attempts: 3 },
    });
  });

  test('to a name that does not exist are tried three times', async () => {
    jest
      .spyOn(dns, 'lookup')
      .mockImplementation(((_name: string, _options: object, done: (error: Error) => void) =>
        setImmediate(
          done,
          Object.assign(new Error('getaddrinfo ENOTFOUND'), { code: 'ENOTFOUND' }),
        )) as unknown as typeof dns.lookup);
    process.env.AWS_ENDPOINT_URL_DYNAMODB = 'http://dynamodb.test';
    const send = connect();
    process.env.AWS_ENDPOINT_URL_DYNAMODB = server.endpoint;
    await expect(send('GetItem', GET)).rejects.toMatchObject({ code: 'ENOTFOUND', $metadata: { attempts: 3 } });
  });
});

describe('timeouts', () => {
  const ask = (exchange: Exchange, timeout = 4_000): Promise<unknown> =>
    exchange({ 'content-length': '2' }, '{}', { timeout });

  test('an answer that does not come is not waited for', async () => {
    server.expect(() => 'silence');
    await expect(ask(openExchange(new URL(server.endpoint), 1_000), 50)).rejects.toMatchObject({
      name: 'TimeoutError',
      message: 'DynamoDB did not answer within 50 ms.',
    });
  });

  test('an answer that begins and stops is not waited for', async () => {
    const broken = createServer(
      (socket) => void socket.on('data', () => socket.write('HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\n{')),
    );
    await new Promise<void>((resolve) => broken.listen(0, '127.0.0.1', resolve));
    const { port } = broken.address() as { port: number };
    await expect(ask(openExchange(new URL(`http://127.0.0.1:${port}`), 1_000), 50)).rejects.toMatchObject({
      name: 'TimeoutError',
    });
    broken.close();
  });

  test('a connection that is not made is not waited for', async () => {
    jest.spyOn(dns, 'lookup').mockImplementation(() => undefined);
    await expect(ask(openExchange(new URL('http://dynamodb.test'), 50))).rejects.toMatchObject({
      name: 'TimeoutError',
      message: 'No connection to DynamoDB within 50 ms.',
    });
  });

  test('waiting for one of the 50 connections is not connecting', async () => {
    server.expect(() => ({}));
    const exchange = openExchange(new URL(server.endpoint), 10_000);
    await Promise.all(Array.from({ length: 300 }, async () => ask(exchange, 60_000)));
    expect(new Set(server.arrivals.map(({ connection }) => connection)).size).toBeLessThanOrEqual(50);
  });
});

describe('what is no answer of DynamoDB', () => {
  test.each([
    ['a text that is no document', { body: 'busy' }],
    ['null', { body: 'null' }],
    ['a number', { body: '42' }],
    ['an array', { body: '[]' }],
    ['a 400 without a document', { status: 400, body: '' }],
    ['a redirection', { status: 301, headers: { location: 'http://127.0.0.1/' }, body: '' }],
    ['a page of a proxy', { status: 403, body: '<html>' }],
    ['a header of 30 kB', { headers: { 'x-long': 'x'.repeat(30_000) } }],
    ['credentials that ran out', { status: 400, body: '{"__type":"com.amazon.coral.service#ExpiredTokenException"}' }],
  ] as [string, Exclude<Answered, string>][])('%s is 503', async (_what, answered) => {
    jest.spyOn(console, 'error').mockImplementation(() => undefined);
    server.expect(() => answered);
    const error = await connect()('GetItem', GET).then(
      () => undefined,
      (thrown: unknown) => thrown,
    );
    expect((toProblem(error) as Problem).status).toBe(503);
  });

  test.each(['no HTTP', 'no TLS'])('%s is 503', async (what) => {
    jest.spyOn(console, 'error').mockImplementation(() => undefined);
    const other = createServer((socket) => void socket.on('error', () => undefined).end('SSH-2.0-OpenSSH\r\n'));
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    process.env.AWS_ENDPOINT_URL_DYNAMODB = `http${what === 'no TLS' ? 's' : ''}://127.0.0.1:${(other.address() as { port: number }).port}`;
    const send = connect();
    process.env.AWS_ENDPOINT_URL_DYNAMODB = server.endpoint;
    expect(
      (
        toProblem(
          await send('GetItem', GET).then(
            () => undefined,
            (thrown: unknown) => thrown,
          ),
        ) as Problem
      ).status,
    ).toBe(503);
    other.close();
  });

  test('a mistake of ours is none of these', () => {
    const error = Object.assign(new TypeError('…'), { code: 'ERR_INVALID_ARG_TYPE' });
    expect(toProblem(error)).toBe(error);
  });
});

describe('an answer', () => {
  const body = '{"Item":{"a":{"S":"ü"}}}';
  const sum = (text: string): Record<string, string> => ({ 'x-amz-crc32': String(crc32(text)) });

  test.each([
    ['that is cut', { body, cut: 10 }],
    ['whose checksum is another', { body, headers: sum('{}') }],
    ['that ends too soon, its length being right', { body: body.slice(0, -1) }],
    ['without a body', { body: '' }],
  ] as [string, Answered][])('%s is asked for again', async (_case, first) => {
    server.expect((_arrival, number) => (number === 0 ? first : { body, headers: sum(body) }));
    expect(await connect()('GetItem', GET)).toMatchObject({ Item: { a: { S: 'ü' } }, $metadata: { attempts: 2 } });
  });

  test('that is damaged again and again is a database that cannot be reached', async () => {
    server.expect(() => ({ body, headers: sum('{}') }));
    await expect(connect()('GetItem', GET)).rejects.toMatchObject({ name: 'TimeoutError', $metadata: { attempts: 3 } });
  });
});
