// One request to a receiver: where it goes, what is read of the answer, and what is refused on the way.

import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { Webhook } from 'standardwebhooks';

import { post } from '../../../../src/events/webhooks/post';
import { makeSecret, nameKey, signedHeaders } from '../../../../src/events/webhooks/secret';
import type { Address } from '../../../../src/events/webhooks/target';
import { startReceiver, type Receiver } from '../../../setup/receiver';

const LOCAL = { ports: [443], isLocalAllowed: true };
const PUBLIC = { ports: [443], isLocalAllowed: false };

let receiver: Receiver;

afterEach(async () => receiver?.close());

test('a body arrives with its headers', async () => {
  receiver = await startReceiver(() => 200);
  expect(await post(`${receiver.url}?a=1`, { 'webhook-id': 'x' }, '{"ü":1}', { rules: LOCAL })).toEqual({
    status: 200,
  });
  expect(receiver.received).toMatchObject([
    {
      method: 'POST',
      path: '/hooks?a=1',
      body: '{"ü":1}',
      headers: { 'webhook-id': 'x', 'content-length': '8', host: `127.0.0.1:${receiver.port}` },
    },
  ]);
});

test.each([301, 302, 303, 307, 308])('a redirect (%i) is an answer, and not followed', async (status) => {
  const other = await startReceiver();
  receiver = await startReceiver(
    (_request, response) => void response.writeHead(status, { location: other.url }).end(),
  );
  expect(await post(receiver.url, {}, '', { rules: LOCAL })).toEqual({ status });
  expect(other.received).toEqual([]);
  await other.close();
});

test.each([[200], [410], [500]])('the status %i is told', async (status) => {
  receiver = await startReceiver(() => status);
  expect(await post(receiver.url, {}, '', { rules: LOCAL })).toEqual({ status });
});

test('how long a receiver asks to wait is told, where it is a number', async () => {
  let after = '120';
  receiver = await startReceiver((_request, response) => void response.writeHead(503, { 'retry-after': after }).end());
  expect(await post(receiver.url, {}, '', { rules: LOCAL })).toEqual({ status: 503, retryAfter: 120 });
  after = '-1; drop';
  expect(await post(receiver.url, {}, '', { rules: LOCAL })).toEqual({ status: 503, retryAfter: undefined });
});

test('a body without end is not read', async () => {
  let isClosed = false;
  receiver = await startReceiver((_request, response) => {
    response.writeHead(200);
    const timer = setInterval(() => response.write('x'.repeat(65_536)), 1);
    response.on('close', () => {
      isClosed = true;
      clearInterval(timer);
    });
  });
  expect(await post(receiver.url, {}, '', { rules: LOCAL })).toEqual({ status: 200 });
  while (!isClosed) {
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
});

test('a receiver that takes the request and says nothing is given up', async () => {
  receiver = await startReceiver(() => undefined);
  expect(await post(receiver.url, {}, '', { rules: LOCAL, patience: 50 })).toEqual({
    fault: 'no answer within 0.05 seconds',
  });
});

test('a receiver that sends one byte after the other of a head without end is given up', async () => {
  const server = createServer((socket) => {
    socket.write('HTTP/1.1 200 OK\r\nx: ');
    const timer = setInterval(() => socket.write('y'), 5);
    socket.on('close', () => clearInterval(timer)).on('error', () => undefined);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  expect(await post(`http://127.0.0.1:${port}/`, {}, '', { rules: LOCAL, patience: 100 })).toHaveProperty('fault');
  server.close();
});

test.each([
  ['nonsense', 'hello\r\n\r\n'],
  ['another protocol', 'HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: x\r\n\r\n'],
  ['a head of 100 kB', `HTTP/1.1 200 OK\r\nx: ${'y'.repeat(100_000)}\r\n\r\n`],
  ['an end', ''],
])('a receiver that answers with %s is a fault', async (_name, answer) => {
  const server = createServer((socket) => void socket.on('error', () => undefined).end(answer));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  expect(await post(`http://127.0.0.1:${port}/`, {}, '', { rules: LOCAL })).toHaveProperty('fault');
  server.close();
});

test('nobody who listens is a fault, and no error', async () => {
  receiver = await startReceiver();
  const { url } = receiver;
  await receiver.close();
  expect(await post(url, {}, '', { rules: LOCAL })).toEqual({ fault: 'no connection (ECONNREFUSED)' });
});

test('a name that does not resolve in time is given up', async () => {
  const lookup = async (): Promise<never> => new Promise(() => undefined);
  expect(await post('https://app.example.com/', {}, '', { rules: PUBLIC, lookup, patience: 20 })).toHaveProperty(
    'fault',
  );
});

test('what is connected to is the address that was judged, whatever the name leads to the next time', async () => {
  receiver = await startReceiver();
  const answers: Address[][] = [[{ address: '127.0.0.1', family: 4 }], [{ address: '10.0.0.1', family: 4 }]];
  let asked = 0;
  const lookup = async (): Promise<readonly Address[]> => answers[asked++]!;
  // A name that no resolver knows: only what the first lookup said leads anywhere.
  const target = `http://localhost:${receiver.port}/`;
  expect(await post(target, {}, '', { rules: LOCAL, lookup })).toEqual({ status: 204 });
  expect(asked).toBe(1);
  // The name has turned meanwhile.
  expect(await post(target, {}, '', { rules: LOCAL, lookup })).toEqual({
    fault: 'the URL leads to an address that is not public',
  });
  expect(receiver.received).toHaveLength(1);
});

test('a name that leads to this machine is refused before a byte is sent', async () => {
  receiver = await startReceiver();
  const lookup = async (): Promise<readonly Address[]> => [{ address: '127.0.0.1', family: 4 }];
  const posted = await post(`https://app.example.com:${receiver.port}/`, {}, '', {
    rules: { ports: [receiver.port], isLocalAllowed: false },
    lookup,
  });
  expect(posted).toEqual({ fault: 'the URL leads to an address that is not public' });
  expect(await post(receiver.url, {}, '', { rules: PUBLIC })).toEqual({ fault: 'the URL is not an https URL' });
  expect(receiver.received).toEqual([]);
});

describe('secrets', () => {
  const webhook = { id: 'one', createdAt: '2026-11-27T00:00:00.000Z' };

  test('are of 32 bytes behind whsec_, and others for each webhook, birth, version and key', () => {
    const secrets = [
      makeSecret('key', webhook, 1),
      makeSecret('key', webhook, 2),
      makeSecret('other', webhook, 1),
      makeSecret('key', { ...webhook, id: 'two' }, 1),
      makeSecret('key', { ...webhook, createdAt: '2026-11-27T00:00:00.001Z' }, 1),
    ];
    expect(new Set(secrets).size).toBe(5);
    for (const secret of secrets) {
      expect(Buffer.from(secret.replace(/^whsec_/, ''), 'base64')).toHaveLength(32);
      expect(secret).toMatch(/^whsec_/);
    }
    expect(makeSecret('key', webhook, 1)).toBe(secrets[0]);
  });

  test('are not told by the name of their key', () => {
    expect(nameKey('key')).toMatch(/^[\w-]{8}$/);
    expect(nameKey('key')).not.toBe(nameKey('other'));
  });

  test('sign as Standard Webhooks verifies, each of two', () => {
    const [now, before, other] = [
      makeSecret('key', webhook, 2),
      makeSecret('key', webhook, 1),
      makeSecret('key', webhook, 3),
    ];
    const body = '{"specversion":"1.0","ü":"€"}';
    const headers = signedHeaders('msg', Date.now(), body, [now, before]);
    expect(headers['webhook-signature']!.split(' ')).toHaveLength(2);
    for (const secret of [now, before]) {
      expect(new Webhook(secret).verify(body, headers)).toEqual(JSON.parse(body));
      expect(() => new Webhook(secret).verify(`${body} `, headers)).toThrow();
      expect(() => new Webhook(secret).verify(body, { ...headers, 'webhook-id': 'msg2' })).toThrow();
    }
    expect(() => new Webhook(other).verify(body, headers)).toThrow();
    expect(() => new Webhook(now).verify(body, signedHeaders('msg', Date.now() - 600_000, body, [now]))).toThrow();
  });
});
