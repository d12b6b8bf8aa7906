// The port of `npm start` before the functions: what it answers is what they answer, byte by byte, and it lets nobody
// in who is not to come in. The functions are the real ones, called in this process.

import { subscribe } from 'node:diagnostics_channel';
import { once } from 'node:events';
import { request } from 'node:http';
import { connect as connectSocket, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

import type { APIGatewayProxyEvent, APIGatewayProxyResult } from 'aws-lambda';
import fc from 'fast-check';

import { apiGateway } from '../../src/local/api-gateway';
import { type Gateway, startGateway } from '../../src/local/gateway';
import type { GatewayResponse, Route, Service } from '../../src/local/gateway-route';
import { InvocationError } from '../../src/local/invoke';
import { readConfig } from '../../src/config';
import { describeFunction, readFunction, writeFunction } from '../../src/lambda';
import { PROBLEM_TYPES } from '../../src/problem';
import { resources } from '../library/src/resources/index';
import { createClient, gatewayEvent } from '../../src/testing/client';
import { deployed } from '../setup/deployed';
import { aBook } from '../setup/samples';
import { runs } from '../setup/runs';
import { useTable } from '../../src/testing/table';
import { connect } from '#connect';

useTable();

const derived = deployed({ docsPath: '/docs' });

/** The engine's routes and gateway responses, without those who are asked before. */
const service: Service = {
  functions: Object.fromEntries(
    Object.entries(derived.functions).map(([name, { events }]) => [
      name,
      { name, routes: events.map(({ http: { method, path } }): Route => ({ method, path })) },
    ]),
  ),
  binaryMediaTypes: ['*/*'],
  responses: Object.values(derived.resources)
    .filter(({ Type }) => Type === 'AWS::ApiGateway::GatewayResponse')
    .map(({ Properties }) => Properties as GatewayResponse),
};

const api = { resources, config: readConfig(process.env), send: connect() };
const functions = { read: readFunction(api), write: writeFunction(api), describe: describeFunction(api) };
type Call = (event: APIGatewayProxyEvent) => Promise<APIGatewayProxyResult>;

let gateway: Gateway;
/** The events that functions were called with. */
let called: APIGatewayProxyEvent[];
let reported: string[];
const running: Gateway[] = [];

async function start(
  options: {
    origins?: string[];
    service?: Partial<Service>;
    call?: (name: string) => Call | undefined;
    apiKey?: string;
    isHeld?: boolean;
  } = {},
): Promise<void> {
  gateway = await startGateway(0, options.origins);
  running.push(gateway);
  called = [];
  reported = [];
  if (options.isHeld !== true) {
    gateway.open(behind(options));
  }
}

function behind({ service: other, call, apiKey }: Parameters<typeof start>[0] = {}): ReturnType<typeof apiGateway> {
  return apiGateway(
    { ...service, ...other },
    async (name, text) => {
      const event = JSON.parse(text) as APIGatewayProxyEvent;
      called.push(event);
      const result = await (call?.(name) ?? functions[name as 'read'])(event);
      return result === undefined ? undefined : (JSON.parse(JSON.stringify(result)) as unknown);
    },
    apiKey,
    (line) => reported.push(line),
  );
}

interface Reply {
  readonly status: number;
  readonly headers: Record<string, string | string[] | undefined>;
  readonly bytes: Buffer;
  readonly text: string;
}

async function send(
  line: string,
  {
    headers = {},
    body,
    host,
  }: { headers?: Record<string, string | string[]>; body?: string | Buffer; host?: string } = {},
): Promise<Reply> {
  const [method, path] = line.split(' ');
  return new Promise((resolve, reject) => {
    const sent = request(
      {
        host: host ?? '127.0.0.1',
        port: gateway.port,
        method,
        path,
        headers: { Host: `localhost:${gateway.port}`, ...headers },
      },
      (response) => {
        const parts: Buffer[] = [];
        response
          .on('data', (part: Buffer) => parts.push(part))
          .on('end', () => {
            const bytes = Buffer.concat(parts);
            resolve({ status: response.statusCode ?? 0, headers: response.headers, bytes, text: bytes.toString() });
          });
      },
    );
    sent.on('error', reject).end(body);
  });
}

/** What comes back for bytes as they are. */
async function sendRaw(bytes: string): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = '';
    connectSocket(gateway.port, '127.0.0.1')
      .on('data', (part: Buffer) => (text += part.toString()))
      .on('close', () => resolve(text))
      .on('error', reject)
      .write(bytes);
  });
}

beforeAll(async () => {
  await createClient({ resources })('PUT /books/1', { body: aBook() });
});
afterEach(async () => {
  await Promise.all(running.splice(0).map((one) => one.stop()));
});

/** What of the head is of one request, or of HTTP alone. */
const PASSING = ['x-request-id', 'server-timing', 'date', 'connection', 'keep-alive', 'content-length'];

function lasting(headers: object): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(headers)
      .map(([name, value]) => [name.toLowerCase(), value as unknown])
      .filter(([name]) => !PASSING.includes(String(name))),
  );
}

describe('an answer is that of the function', () => {
  test.each<[string, Record<string, string>?, string?]>([
    ['GET /books/1'],
    ['GET /books/1', { Range: 'bytes=0-3' }],
    ['GET /books/1', { 'If-None-Match': '*' }],
    ['GET /books?limit=1'],
    ['GET /books?limit=1', { 'Accept-Encoding': 'gzip', Origin: 'http://localhost:5173' }],
    ['GET /books/1', { Accept: 'text/html' }],
    ['HEAD /books/1'],
    ['HEAD /nothing'],
    ['HEAD /openapi.json'],
    ['OPTIONS /'],
    ['OPTIONS /books'],
    ['OPTIONS /books/1'],
    [
      'OPTIONS /books/1',
      {
        Origin: 'https://app.example',
        'Access-Control-Request-Method': 'DELETE',
        'Access-Control-Request-Headers': 'x-made-up',
      },
    ],
    [
      'OPTIONS /nothing/of/this/kind/is/served',
      { Origin: 'https://app.example', 'Access-Control-Request-Method': 'DELETE' },
    ],
    ['GET //books'],
    ['GET /books//'],
    ['GET /books/'],
    ['GET /books/%zz'],
    ['GET /books/a%2Fb'],
    ['GET /books?title=%zz'],
    ['GET /books/../books/1'],
    ['DELETE /books'],
    ['TRACE /books'],
    ['PROPFIND /books/1'],
    ['GET /nothing'],
    ['GET /a/b/c/d/e'],
    ['POST /books', { 'Content-Type': 'application/json' }, '"x"'],
    ['POST /books', { 'Content-Type': 'application/json' }, 'null'],
    ['POST /books', { 'Content-Type': 'application/json' }, '1'],
    ['POST /books', { 'Content-Type': 'application/json' }, '{"title"'],
    ['POST /books', { 'Content-Type': 'text/plain' }, '{}'],
    ['POST /books'],
    ['GET /'],
    ['GET /docs'],
    ['GET /docs/rapidoc.js'],
    ['PATCH /docs'],
    ['GET /health'],
  ])('%s %j %s', async (line, headers = {}, body) => {
    await start({ origins: ['*'] });
    const { status, headers: given, text } = await send(line, { headers, ...(body === undefined ? {} : { body }) });
    expect(called).toHaveLength(1);
    const result = await functions[nameOf(called[0]!)](called[0]!);
    const [method] = line.split(' ');
    const isEmpty = method === 'HEAD' || [204, 304].includes(result.statusCode);
    expect({ status, ...lasting(given) }).toEqual({ status: result.statusCode, ...lasting(result.headers ?? {}) });
    expect(withoutIds(text)).toBe(isEmpty ? '' : withoutIds(result.body));
    if (isEmpty && method === 'HEAD' && result.body === '') {
      expect(given['content-length']).not.toBe('0');
    }
  });

  test('the event is as API Gateway makes it', async () => {
    await start();
    await send('GET /books/1?b=2&a=1&b=%C3%A9', { headers: { 'X-One': ['a', 'b'], 'User-Agent': 'tests' } });
    const [event] = called;
    const expected = gatewayEvent('GET /books/1?b=2&a=1&b=%C3%A9');
    for (const name of [
      'httpMethod',
      'path',
      'resource',
      'queryStringParameters',
      'multiValueQueryStringParameters',
      'body',
      'isBase64Encoded',
      'stageVariables',
    ] as const) {
      expect(event![name]).toEqual(expected[name]);
    }
    expect(event!.headers['X-One']).toBe('b');
    expect(event!.multiValueHeaders['X-One']).toEqual(['a', 'b']);
    expect(event!.pathParameters).toEqual({ collection: 'books', id: '1' });
    expect(event!.requestContext).toMatchObject({
      path: '/books/1',
      stage: 'local',
      httpMethod: 'GET',
      identity: { sourceIp: '127.0.0.1', userAgent: 'tests', apiKeyId: null },
    });
  });

  test('names of headers and parameters are whatever the client chose', async () => {
    await start();
    const names = [...Object.getOwnPropertyNames(Object.prototype), 'prototype'];
    expect(
      (
        await send('GET /books/1', {
          headers: Object.fromEntries(names.filter((name) => name !== '__proto__').map((name) => [name, 'x'])),
        })
      ).status,
    ).toBe(200);
    const etag = String((await send('GET /books/1')).headers['etag']);
    called.length = 1;
    expect(
      await sendRaw(
        `GET /books/1 HTTP/1.1\r\nHost: localhost:${gateway.port}\r\n__proto__: x\r\nIF-NONE-MATCH: "a"\r\nif-none-match: ${etag}\r\nConnection: close\r\n\r\n`,
      ),
    ).toMatch(/^HTTP\/1\.1 304 /);
    expect(Object.keys(called[1]!.multiValueHeaders)).toContain('__proto__');
    expect(called[1]!.multiValueHeaders['IF-NONE-MATCH']).toEqual(['"a"', etag]);
    expect((await send(`GET /books?${names.map((name) => `${name}=x`).join('&')}`)).status).toBe(400);
    expect(called[2]!.multiValueQueryStringParameters).toEqual(
      JSON.parse(`{${names.map((name) => `"${name}":["x"]`).join()}}`),
    );
  });

  test('a body arrives as its bytes, whatever they are', async () => {
    await start({
      call:
        () =>
        async ({ body, isBase64Encoded }) => ({
          statusCode: 200,
          headers: { 'Content-Type': 'application/octet-stream' },
          body: body ?? '',
          isBase64Encoded,
        }),
    });
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 40 }), async (bytes) => {
        expect((await send('POST /books', { body: Buffer.from(bytes) })).bytes).toEqual(Buffer.from(bytes));
      }),
      { numRuns: runs(30) },
    );
    await start({
      service: { binaryMediaTypes: [] },
      call:
        () =>
        async ({ body, isBase64Encoded }) => ({ statusCode: 200, body: JSON.stringify([body, isBase64Encoded]) }),
    });
    expect(JSON.parse((await send('POST /books', { body: 'é' })).text)).toEqual(['é', false]);
  });
});

function nameOf({ httpMethod, path, resource }: APIGatewayProxyEvent): 'read' | 'write' | 'describe' {
  const found = Object.entries(service.functions).find(([, { routes }]) =>
    routes.some((route) => route.path === resource && route.method.toUpperCase() === httpMethod),
  );
  expect(path.startsWith('/')).toBe(true);
  return (found?.[0] ?? 'describe') as 'read';
}

function withoutIds(text: string): string {
  return text.replace(/"instance":"[^"]*"/, '');
}

describe('what is no answer of a function', () => {
  test('a route that there is none for, a function that throws, and one that answers with nonsense, are the gateway responses of serverless.yml', async () => {
    await start({
      call: () => async () => Promise.reject(new InvocationError('Mistaken.', 'The function read failed: Mistaken.')),
    });
    expect(await send('GET /books/1')).toMatchObject({
      status: 503,
      headers: { 'content-type': 'application/problem+json', 'x-request-id': expect.any(String) as string },
    });
    expect(reported).toEqual(['The function read failed: Mistaken.']);
    for (const nonsense of [
      undefined,
      'text',
      { body: 'no status' },
      { statusCode: 200, body: { no: 'text' } },
      { statusCode: 200, body: 'x'.repeat(6 * 1024 * 1024 + 1) },
    ]) {
      await start({ call: () => async () => nonsense as never });
      expect((await send('GET /books/1')).status).toBe(503);
      expect(reported.join()).toMatch(/function answered with/);
    }
    await start({ service: { functions: {} } });
    expect(JSON.parse((await send('GET /books/1')).text)).toMatchObject({
      type: '/docs#not-found',
      status: 404,
      title: 'Not found',
    });
    expect(called).toEqual([]);
  });

  test('bodies above what API Gateway and Lambda take are 413', async () => {
    await start();
    for (const size of [5 * 1024 * 1024, 10 * 1024 * 1024 + 1, 12 * 1024 * 1024]) {
      expect(JSON.parse((await send('POST /books', { body: Buffer.alloc(size, 'x') })).text)).toMatchObject({
        type: '/docs#too-large',
        status: 413,
      });
    }
    expect(called).toEqual([]);
  });

  test('what is no HTTP, or has too much of a head, is a problem document too', async () => {
    await start();
    expect(await sendRaw('NONSENSE\r\n\r\n')).toMatch(
      /^HTTP\/1\.1 400 Bad Request\r\n[^]*content-type: application\/problem\+json[^]*"type":"\/docs#malformed-request"/,
    );
    expect(await sendRaw(`GET / HTTP/1.1\r\nHost: localhost\r\nX: ${'x'.repeat(20_000)}\r\n\r\n`)).toMatch(
      /^HTTP\/1\.1 431 [^]*"status":431/,
    );
  });

  test('a key that is asked for lets in whoever has it, and is known by an id', async () => {
    const functionsWithKeys = Object.fromEntries(
      Object.entries(service.functions).map(([name, { routes }]) => [
        name,
        { name, routes: routes.map((route) => ({ ...route, private: true })) },
      ]),
    );
    await start({ service: { functions: functionsWithKeys }, apiKey: 'the key' });
    expect((await send('GET /books/1', { headers: { 'X-Api-Key': 'another' } })).status).toBe(403);
    expect((await send('GET /books/1')).status).toBe(403);
    expect((await send('GET /books/1', { headers: { 'X-Api-Key': 'the key' } })).status).toBe(200);
    expect(called).toHaveLength(1);
    expect(called[0]!.requestContext.identity.apiKeyId).toBe('local');
  });
});

describe('who is let in', () => {
  test('the names of this machine, with the port', async () => {
    await start();
    for (const host of ['localhost', '127.0.0.1', '[::1]', 'LocalHost']) {
      expect((await send('GET /health', { headers: { Host: `${host}:${gateway.port}` } })).status).toBe(200);
    }
    expect((await send('GET /health', { host: '::1' })).status).toBe(200);
  });

  test('no other name, so that no page can give this machine one of its own', async () => {
    await start();
    const names = fc
      .oneof(
        fc.webAuthority(),
        fc.ipV4(),
        fc.constantFrom(
          'localhost',
          'localhost:1',
          'localhost.evil.example',
          '127.0.0.1.nip.io',
          'evil.example#localhost',
          '0.0.0.0',
          '[::]',
          'localhost:',
          'a@localhost',
        ),
      )
      .filter((host) => host !== '');
    await fc.assert(
      fc.asyncProperty(names, fc.constantFrom('GET', 'DELETE', 'OPTIONS'), async (host, method) => {
        fc.pre(
          !/^(localhost|127\.0\.0\.1|\[::1\])$/.test(host.replace(`:${gateway.port}`, '')) ||
            !host.endsWith(`:${gateway.port}`),
        );
        const { status, headers } = await send(`${method} /books/1`, { headers: { Host: host } });
        expect(status).toBe(421);
        expect(headers['content-type']).toBe('application/problem+json');
      }),
      { numRuns: runs(40) },
    );
    expect(await sendRaw('GET / HTTP/1.1\r\nHost:\r\nConnection: close\r\n\r\n')).toMatch(/^HTTP\/1\.1 421 /);
    expect(await sendRaw('GET / HTTP/1.1\r\nConnection: close\r\n\r\n')).toMatch(
      /^HTTP\/1\.1 400 [^]*malformed-request/,
    );
    expect(
      await sendRaw(
        `GET / HTTP/1.1\r\nHost: localhost:${gateway.port}\r\nHost: evil.example\r\nConnection: close\r\n\r\n`,
      ),
    ).toMatch(/^HTTP\/1\.1 400 /);
    expect(called).toEqual([]);
  });

  const own = (): string => `http://localhost:${gateway.port}`;
  test.each<[string, string[] | undefined, (() => string)[], string[]]>([
    [
      'those of this machine, unless others are named',
      undefined,
      [own, () => 'http://localhost:5173', () => 'https://127.0.0.1', () => 'http://[::1]:8080'],
      ['https://app.example', 'null', 'http://localhost.evil.example', 'nonsense', 'file://'],
    ],
    [
      'those that are named, and its own',
      ['https://app.example', 'https://b.example'],
      [own, () => 'https://app.example', () => 'https://b.example'],
      [
        'https://evil.example',
        'http://app.example',
        'http://localhost:5173',
        'null',
        'https://app.example.evil.example',
      ],
    ],
    ['all', ['*'], [own, () => 'https://evil.example', () => 'null'], []],
  ])('pages of origins: %s', async (_which, origins, welcome, foreign) => {
    await start({ ...(origins && { origins }) });
    for (const [index, origin] of welcome.entries()) {
      expect(
        (
          await send(`PUT /books/welcome-${index}`, {
            headers: { Origin: origin(), 'Content-Type': 'application/json' },
            body: JSON.stringify(aBook()),
          })
        ).status,
      ).toBeLessThan(300);
      expect(
        (await send('GET /books/1', { headers: { Origin: origin() } })).headers['access-control-allow-origin'],
      ).toBe('*'); // as CORS_ORIGINS of these functions is
    }
    const before = called.length;
    for (const origin of foreign) {
      for (const method of ['POST', 'PUT', 'PATCH', 'DELETE', 'TRACE']) {
        // Without a type of content a browser sends it and asks nobody.
        const reply = await send(`${method} ${method === 'POST' ? '/books' : '/books/1'}`, {
          headers: { Origin: origin },
          ...(method.startsWith('P') && { body: JSON.stringify(aBook()) }),
        });
        expect(reply.headers['access-control-allow-origin']).toBeUndefined();
        expect([reply.status, JSON.parse(reply.text)]).toEqual([
          403,
          expect.objectContaining({ type: '/docs#forbidden' }),
        ]);
      }
    }
    expect(called).toHaveLength(before);
    for (const origin of foreign) {
      for (const line of ['GET /books/1', 'GET /nothing', 'OPTIONS /books/1']) {
        const { status, headers } = await send(line, {
          headers: { Origin: origin, 'Access-Control-Request-Method': 'DELETE' },
        });
        expect(Object.keys(headers).filter((name) => name.startsWith('access-control-'))).toEqual([]);
        expect(status).toBe(
          (await functions[line.startsWith('GET /books') ? 'read' : 'describe'](gatewayEvent(line))).statusCode,
        );
      }
    }
  });
});

describe('requests that cannot be answered yet', () => {
  test('wait, are answered when they can be, and again wait while the source changes', async () => {
    await start({ isHeld: true });
    const early = send('GET /books/1');
    expect(await Promise.race([early, sleep(100, 'waits')])).toBe('waits');
    gateway.open(behind());
    expect((await early).status).toBe(200);

    await gateway.hold();
    const later = Promise.all(Array.from({ length: 20 }, () => send('GET /books/1')));
    expect(await Promise.race([later, sleep(100, 'waits')])).toBe('waits');
    await gateway.hold();
    gateway.open(behind());
    expect((await later).map(({ status }) => status)).toEqual(Array.from({ length: 20 }, () => 200));
  });

  test('holding waits for those under way, but not for ever', async () => {
    let finish = (): void => undefined;
    const slow: Call = async () => new Promise((resolve) => (finish = () => resolve({ statusCode: 200, body: '' })));
    await start({ call: () => slow });
    const underWay = send('GET /books/1');
    while (called.length === 0) {
      await sleep(5);
    }
    const held = gateway.hold();
    expect(await Promise.race([held, sleep(50, 'waits')])).toBe('waits');
    finish();
    await held;
    expect((await underWay).status).toBe(200);
  });

  test('nothing is done for a client that has gone meanwhile', async () => {
    await start({ isHeld: true });
    const arrival = new Promise<Socket>((resolve) =>
      subscribe('http.server.request.start', (message) => resolve((message as { socket: Socket }).socket)),
    );
    const sent = request({
      host: '127.0.0.1',
      port: gateway.port,
      method: 'DELETE',
      path: '/books/1',
      headers: { Host: `localhost:${gateway.port}` },
    });
    sent.on('error', () => undefined).end();
    const left = once(await arrival, 'close');
    sent.destroy();
    await left;
    gateway.open(behind());
    await sleep(20);
    expect(called).toEqual([]);
  });

  test('a mistake is what everything is answered with, until it is mended', async () => {
    await start({ isHeld: true });
    const early = send('GET /books/1');
    gateway.refuse('src/resources/books.ts: a mistake.\nAnd another.');
    for (const { status, text, headers } of [
      await early,
      await send('DELETE /books/1'),
      await send('GET /', { headers: { Origin: 'http://localhost:5173' } }),
    ]) {
      expect(headers['access-control-allow-origin']).toBe('*'); // a page of this machine is told
      expect([status, JSON.parse(text)]).toEqual([
        500,
        expect.objectContaining({ type: '/docs#internal', detail: 'src/resources/books.ts: a mistake. And another.' }),
      ]);
    }
    expect(called).toEqual([]);
    gateway.open(behind());
    expect((await send('GET /books/1')).status).toBe(200);
    expect(PROBLEM_TYPES).toContain('internal');
  });
});

test('a port that another program has is refused, at either address', async () => {
  await start();
  await expect(startGateway(gateway.port, undefined)).rejects.toMatchObject({ code: 'EADDRINUSE' });
});
