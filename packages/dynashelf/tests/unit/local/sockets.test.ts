// The sockets of this machine, as clients and functions have them from API Gateway: over the wire.

import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';

import { openSocketGateway, type SocketGateway } from '../../../src/events/socket-gateway';
import { CONNECTIONS_PATH, openSockets, SOCKETS_PATH, type LocalSockets } from '../../../src/local/sockets';
import { verifiedSignature } from '../../setup/sigv4';

interface Client {
  readonly messages: string[];
  readonly closed: Promise<number>;
  send(data: string | Buffer): void;
  close(): void;
}

interface Event {
  readonly requestContext: { readonly routeKey: string; readonly connectionId: string };
  readonly queryStringParameters?: Record<string, string>;
  readonly body?: string;
  readonly isBase64Encoded: boolean;
}

let sockets: LocalSockets;
let server: Server;
let port: number;
let gateway: SocketGateway;
/** What the function was called with. */
let events: Event[];
/** What it does. */
let answer: (event: Event) => Promise<unknown>;
const reported: string[] = [];
/** Whether each request of a function was signed well, by its method. */
const signed: [string, boolean][] = [];

beforeEach(async () => {
  events = [];
  answer = async () => ({ statusCode: 200 });
  sockets = openSockets(
    async (_name, text) => {
      const event = JSON.parse(text) as Event;
      events.push(event);
      return answer(event);
    },
    'app-local-socket',
    (line) => reported.push(line),
    { idle: 300, longest: 60_000 },
  );
  server = createServer((request, response) => {
    void buffer(request).then(async (body) => {
      const path = request.url!;
      const { given, computed } = verifiedSignature(
        request.headers,
        body.toString(),
        'secret',
        path.split('/').map(encodeURIComponent).join('/'),
        request.method,
      );
      signed.push([request.method!, given === computed]);
      const { status, body: said } = path.startsWith(CONNECTIONS_PATH)
        ? await sockets.manage(request.method!, path, body)
        : { status: 404, body: undefined };
      response.writeHead(status).end(said && JSON.stringify(said));
    });
  });
  server.on('upgrade', (request, socket, head) => sockets.upgrade(request, socket, head));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  ({ port } = server.address() as AddressInfo);
  gateway = openSocketGateway(`http://127.0.0.1:${port}`, {
    AWS_REGION: 'eu-west-1',
    AWS_ACCESS_KEY_ID: 'key',
    AWS_SECRET_ACCESS_KEY: 'secret',
  });
});
afterEach(async () => {
  sockets.stop();
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

async function connect(query = ''): Promise<Client> {
  const { WebSocket } = jest.requireActual<{ WebSocket: new (url: string) => EventTarget & Record<string, never> }>(
    'ws',
  );
  const socket = new WebSocket(`ws://127.0.0.1:${port}${SOCKETS_PATH}${query}`) as unknown as {
    on(event: string, listener: (value: never) => void): void;
    send(data: string | Buffer): void;
    close(): void;
  };
  const messages: string[] = [];
  socket.on('message', (data: Buffer) => messages.push(data.toString()));
  const closed = new Promise<number>((resolve) => socket.on('close', resolve));
  await new Promise<void>((resolve, reject) => {
    socket.on('open', resolve);
    socket.on('error', reject);
  });
  return { messages, closed, send: (data) => socket.send(data), close: () => socket.close() };
}

async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) {
    await sleep(5);
  }
}

test('the function is called for what a client does, as API Gateway calls it', async () => {
  const client = await connect('?ticket=a%20b&x=1&x=2');
  client.send('{"action":"ping"}');
  await until(() => events.length === 2);
  client.send(Buffer.from('bytes'));
  await until(() => events.length === 3);
  client.close();
  await until(() => events.length === 4);
  expect(events.map(({ requestContext: { routeKey } }) => routeKey)).toEqual([
    '$connect',
    '$default',
    '$default',
    '$disconnect',
  ]);
  expect(new Set(events.map(({ requestContext: { connectionId } }) => connectionId)).size).toBe(1);
  expect(events[0]!.queryStringParameters).toEqual({ ticket: 'a b', x: '2' });
  expect(events[1]).toMatchObject({ body: '{"action":"ping"}', isBase64Encoded: false });
  expect(events[2]).toMatchObject({ body: Buffer.from('bytes').toString('base64'), isBase64Encoded: true });
});

test('a client that the function refuses is answered its status', async () => {
  answer = async () => ({ statusCode: 401 });
  await expect(connect()).rejects.toThrow('401');
  expect([events.length, sockets.size]).toEqual([1, 0]);
});

test('a function that fails is reported: a connection is refused, a message answered as API Gateway does', async () => {
  answer = async ({ requestContext: { routeKey } }) => {
    if (routeKey === '$default') {
      throw new Error('broken');
    }
    return { statusCode: 200 };
  };
  const client = await connect();
  client.send('x');
  await until(() => client.messages.length === 1);
  expect(JSON.parse(client.messages[0]!)).toMatchObject({ message: 'Internal server error' });
  answer = async () => Promise.reject(new Error('broken too'));
  await expect(connect()).rejects.toThrow('502');
  expect(reported).toEqual(['broken', 'broken too']);
});

test('functions send to a connection, look whether it is there, and close it, by signed requests', async () => {
  const client = await connect();
  const id = events[0]!.requestContext.connectionId;
  expect(await gateway.post(id, '{"n":"ü"}')).toBe('sent');
  expect(await gateway.isOpen(id)).toBe(true);
  await until(() => client.messages.length === 1);
  expect(client.messages).toEqual(['{"n":"ü"}']);
  expect(await gateway.close(id)).toBe(true);
  expect(await client.closed).toBe(1000);
  await until(() => sockets.size === 0);
  expect([await gateway.post(id, 'x'), await gateway.isOpen(id), await gateway.close(id)]).toEqual([
    'gone',
    false,
    true,
  ]);
  expect(signed.map(([, isWell]) => isWell)).toEqual(signed.map(() => true));
  expect(signed.map(([method]) => method)).toEqual(['POST', 'GET', 'DELETE', 'POST', 'GET', 'DELETE']);
});

test('a message that API Gateway does not take is refused', async () => {
  await connect();
  const id = events[0]!.requestContext.connectionId;
  expect(await gateway.post(id, 'x'.repeat(128 * 1024))).toBe('sent');
  expect(await gateway.post(id, 'x'.repeat(128 * 1024 + 1))).toBe('failed');
});

test('a connection on which nothing happens is closed', async () => {
  const client = await connect();
  expect(await client.closed).toBe(1001);
  const { connectionId } = events[0]!.requestContext;
  await until(() =>
    events.some(
      ({ requestContext: { routeKey, connectionId: of } }) => routeKey === '$disconnect' && of === connectionId,
    ),
  );
});

describe('what API Gateway answers', () => {
  /** Answers requests one after the other with these. */
  async function answers(...statuses: (number | 'cut')[]): Promise<void> {
    server.removeAllListeners('request');
    server.on('request', (request, response) => {
      const status = statuses.shift();
      if (status === 'cut') {
        request.socket.destroy();
      } else {
        response.writeHead(status ?? 200).end();
      }
    });
  }

  test('is asked for again where it throttles, fails, or breaks off', async () => {
    await answers(429, 'cut', 200);
    expect(await gateway.post('a', 'x')).toBe('sent');
  });

  test('is given up after three times', async () => {
    await answers(500, 429, 'cut', 200);
    expect(await gateway.post('a', 'x')).toBe('failed');
  });

  test('is an error where the function may not, since no other connection would fare better', async () => {
    await answers(403);
    await expect(gateway.post('a', 'x')).rejects.toThrow('execute-api:ManageConnections');
  });
});
