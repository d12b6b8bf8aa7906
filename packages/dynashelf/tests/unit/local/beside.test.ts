// What the port of `npm start` serves beside the API: sockets, and what functions ask AWS for.

import { connect, type Socket } from 'node:net';

import { openBus } from '../../../src/events/bus';
import { openTopic } from '../../../src/events/topic';
import { connectLambda } from '../../../src/functions/invoke';
import { type Gateway, startGateway } from '../../../src/local/gateway';
import { statusAnswer } from '../../../src/local/gateway-answer';
import { InvocationError } from '../../../src/local/invoke';
import { lambdaApi } from '../../../src/local/lambda-api';
import { openLocalTopic, TOPIC_PATH } from '../../../src/local/topic';

let gateway: Gateway;
let url: string;
let said: string[];
let called: unknown[];
let upgraded: string[];

beforeEach(async () => {
  [said, called, upgraded] = [[], [], []];
  gateway = await startGateway(0, undefined);
  url = `http://127.0.0.1:${gateway.port}`;
  const topic = openLocalTopic((line) => said.push(line));
  const service = {
    functions: { mail: { name: 'app-local-mail', routes: [] } },
    binaryMediaTypes: [],
    responses: [],
  };
  const lambda = lambdaApi(
    service,
    async (name, event) => {
      called.push([name, JSON.parse(event)]);
      return event.includes('bad') ? Promise.reject(new InvocationError('it is bad')) : Promise.resolve({ done: true });
    },
    (key, _event, failure) => called.push([key, failure]),
  );
  gateway.serveBeside({
    answer: (method, path, header, body) =>
      path === TOPIC_PATH ? topic(method, header, body) : lambda(method, path, header, body),
    upgrade(request, socket) {
      upgraded.push(request.url!);
      socket.end('HTTP/1.1 101 Switching Protocols\r\n\r\n');
    },
  });
  gateway.open(async ({ method, path, body }) =>
    Promise.resolve(statusAnswer(200, `${method} ${path} ${body.toString()}`)),
  );
});
afterEach(async () => gateway.stop());

/** Sends lines as they are; what comes back until the connection ends. */
async function raw(text: string, ...more: string[]): Promise<string> {
  return new Promise((resolve) => {
    let heard = '';
    const socket: Socket = connect(gateway.port, '127.0.0.1', () => {
      socket.write(text);
      more.forEach((part, index) => setTimeout(() => socket.write(part), 20 * (index + 1)));
    });
    socket.on('data', (data) => (heard += data.toString())).on('close', () => resolve(heard));
  });
}

const environment = (): NodeJS.ProcessEnv => ({
  AWS_REGION: 'us-east-1',
  AWS_ACCESS_KEY_ID: 'local',
  AWS_SECRET_ACCESS_KEY: 'local',
  AWS_ENDPOINT_URL_LAMBDA: url,
  AWS_ENDPOINT_URL_SNS: `${url}${TOPIC_PATH}`,
  AWS_ENDPOINT_URL_EVENTBRIDGE: `${url}${TOPIC_PATH}`,
});

const upgrade = (headers: string, method = 'GET'): string =>
  `${method} /sockets?ticket=1 HTTP/1.1\r\nHost: localhost:${gateway.port}\r\nConnection: Upgrade\r\n${headers}\r\n\r\n`;

test('a request for a WebSocket is handed over', async () => {
  expect(await raw(upgrade('Upgrade: websocket'))).toMatch(/^HTTP\/1.1 101 /);
  expect(upgraded).toEqual(['/sockets?ticket=1']);
});

test.each([
  ['of another origin', 'Upgrade: websocket\r\nOrigin: https://evil.example'],
  ['for another host', 'Upgrade: websocket\r\nHost: evil.example'],
])('a request for a WebSocket %s is refused', async (_what, headers) => {
  expect(await raw(upgrade(headers))).toMatch(/^HTTP\/1.1 403 /);
  expect(upgraded).toEqual([]);
});

test('a client that breaks off while it is refused a WebSocket ends nothing', async () => {
  const broken = new Promise<void>((resolve) => {
    const socket: Socket = connect(gateway.port, '127.0.0.1', () => {
      socket.write(upgrade('Upgrade: websocket\r\nOrigin: https://evil.example'));
      socket.resetAndDestroy();
    }).on('close', () => resolve());
  });
  await broken;
  // By then the server has met both the request and its end.
  await expect(raw(upgrade('Upgrade: websocket'))).resolves.toMatch(/^HTTP\/1.1 101 /);
  expect(upgraded).toHaveLength(1);
});

test('a client that asks for HTTP/2 beside its request is answered as if it had not', async () => {
  const answer = await raw(
    upgrade('Upgrade: h2c\r\nHTTP2-Settings: x\r\nContent-Length: 10', 'POST') + 'hello',
    'world',
    `GET /next HTTP/1.1\r\nHost: localhost:${gateway.port}\r\nConnection: close\r\n\r\n`,
  );
  expect(answer).toContain('POST /sockets helloworld');
  expect(answer).toContain('GET /next');
  expect(upgraded).toEqual([]);
});

test('a function calls another by its entry or its name, and hears what it threw', async () => {
  const invoke = connectLambda(environment());
  await invoke('mail', { n: 1 });
  await invoke('app-local-mail', { n: 2 });
  await expect(invoke('mail', { n: 'bad' })).rejects.toThrow('the function mail failed: {"errorMessage":"it is bad"}');
  await expect(invoke('male', {})).rejects.toThrow('There is no function male.');
  expect(called).toEqual([
    ['app-local-mail', { n: 1 }],
    ['mail', undefined],
    ['app-local-mail', { n: 2 }],
    ['mail', undefined],
    ['app-local-mail', { n: 'bad' }],
    ['mail', 'it is bad'],
  ]);
});

const change = (sequence: number): Parameters<ReturnType<typeof openTopic>>[0][number] => ({
  collection: 'notes',
  event: {
    specversion: '1.0',
    id: `notes/a/${sequence}`,
    source: '/notes/a',
    type: 'notes.deleted',
    subject: 'a',
    time: '2026-11-27T00:00:00.000Z',
    sequence: String(sequence).padStart(15, '0'),
  },
});

test('what is published is printed, and shown', async () => {
  const later = Date.now() + 10_000;
  await openTopic('arn:aws:sns:us-east-1:000000000000:app', environment())([change(1)], later);
  const fifo = openTopic('arn:aws:sns:us-east-1:000000000000:app.fifo', environment());
  await fifo([change(2)], later);
  await fifo([change(2)], later);
  await openBus('main', 'app', environment())([change(3)], later);
  expect(said).toEqual([
    'Published to app: notes.deleted a',
    'Published to app.fifo: notes.deleted a',
    'Published to main: notes.deleted a',
  ]);
  const { messages } = (await (await fetch(`${url}${TOPIC_PATH}`)).json()) as { messages: object[] };
  expect(messages).toMatchObject([
    { to: 'main', attributes: { source: 'app', 'detail-type': 'notes.deleted' }, message: change(3).event },
    { to: 'arn:aws:sns:us-east-1:000000000000:app.fifo', group: 'notes/a', message: change(2).event },
    { attributes: { collection: 'notes', type: 'notes.deleted' }, message: change(1).event },
  ]);
  const other = await fetch(`${url}${TOPIC_PATH}`, { method: 'POST', body: 'Action=Subscribe' });
  expect([other.status, await other.text()]).toEqual([400, expect.stringContaining('InvalidAction')]);
});

test('no page of another origin publishes, or calls a function', async () => {
  for (const path of [TOPIC_PATH, '/2015-03-31/functions/mail/invocations']) {
    const { status } = await fetch(`${url}${path}`, {
      method: 'POST',
      headers: { origin: 'https://evil.example' },
      body: '{}',
    });
    expect(status).toBe(403);
  }
  expect([called, said]).toEqual([[], []]);
});
