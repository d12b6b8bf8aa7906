// No input, however malformed, makes a 500, an exception or an answer that shows the inside. Events are made as no
// gateway would.

import type { APIGatewayProxyEvent } from 'aws-lambda';
import fc from 'fast-check';

import { readConfig } from '../../src/config';
import { describeFunction, readFunction, writeFunction } from '../../src/lambda';
import type { Handler } from '../../src/http/serve';
import { PROBLEM_TYPES } from '../../src/problem';
import { connect } from '#connect';
import { createClient, gatewayEvent } from '../../src/testing/client';
import { useTable } from '../../src/testing/table';
import { thingResources } from '../setup/things';
import { runs } from '../setup/runs';

useTable();

const api = { resources: thingResources, config: readConfig(process.env), send: connect() };
const [read, write, describeApi] = [readFunction(api), writeFunction(api), describeFunction(api)];
const ask = createClient({ resources: thingResources, described: false });

const RUNS = { numRuns: runs(100) };

beforeAll(async () => {
  await ask('PUT /things/1', { body: { title: 'a', list: [1], any: {}, group: 'g', code: 'c' } });
});

/** Texts that mean something somewhere, and any others, halves of surrogate pairs among them. */
const text = fc.oneof(
  fc.constantFrom(
    '',
    '*',
    '"',
    '""',
    'W/"1"',
    '"1"',
    ',',
    ';',
    '=',
    '#',
    '%',
    '%00',
    '__proto__',
    'constructor',
    'null',
    '-1',
    '1e999',
    'NaN',
    '\u0000',
    '\r\n',
    '\ud800',
    'a'.repeat(9000),
    'things',
    '1',
    'title',
    'return=minimal',
    'application/json',
    'application/json-patch+json',
    '[]',
    '{}',
    'id',
    '-id',
  ),
  fc.string({ unit: 'binary', maxLength: 30 }),
  fc.string({ unit: fc.integer({ min: 0, max: 0xffff }).map((code) => String.fromCharCode(code)), maxLength: 10 }),
);
const method = fc.constantFrom(
  'GET',
  'HEAD',
  'POST',
  'PUT',
  'PATCH',
  'DELETE',
  'OPTIONS',
  'TRACE',
  'get',
  '',
  'CONNECT',
);
const path = fc.oneof(
  fc.constantFrom(
    '/',
    '/things',
    '/things/1',
    '/things/2',
    '/transactions',
    '/health',
    '/docs',
    '/openapi.json',
    '//',
    '/things/',
    '/things//',
  ),
  fc.array(fc.oneof(text, text.map(encode)), { maxLength: 5 }).map((segments) => `/${segments.join('/')}`),
  text,
);
const headerName = fc.oneof(
  fc.constantFrom(
    'Accept',
    'Content-Type',
    'If-Match',
    'If-None-Match',
    'If-Modified-Since',
    'If-Unmodified-Since',
    'Prefer',
    'Idempotency-Key',
    'Origin',
    'Content-Encoding',
    'Authorization',
    '__proto__',
    'constructor',
  ),
  text,
);
const parameterName = fc.oneof(
  fc.constantFrom(
    'limit',
    'cursor',
    'sort',
    'fields',
    'expand',
    'id',
    'id[in]',
    'title',
    'title[begins]',
    'group',
    'group[in]',
    'list[contains]',
    'any[exists]',
    'at[gte]',
    'bytes',
    'version[gt]',
    'address.street',
    '__proto__',
    'createdAt[lt]',
  ),
  text,
);
const patch = fc.array(
  fc.record(
    {
      op: fc.constantFrom('add', 'remove', 'replace', 'move', 'copy', 'test', 'x'),
      path: fc.constantFrom(
        '',
        '/',
        '/title',
        '/list/-',
        '/list/0',
        '/list/9',
        '/any/x',
        '/any/__proto__',
        '/id',
        '/version',
        '/x/y',
        '~',
        '/code',
      ),
      from: fc.constantFrom('', '/title', '/list', '/any', '/none'),
      value: fc.jsonValue(),
    },
    { requiredKeys: [] },
  ),
  { maxLength: 4 },
);
const thing = fc.dictionary(
  fc.constantFrom(
    'title',
    'group',
    'code',
    'set',
    'words',
    'objects',
    'checked',
    'list',
    'address',
    'any',
    'link',
    'mail',
    'host',
    'ip',
    'spent',
    'at',
    'bytes',
    'id',
    'version',
    'x',
    'constructor',
  ),
  fc.oneof(fc.jsonValue(), text, fc.constantFrom(null, [], {}, [1, 1], { a: 1 }, '2026-01-01T00:00:00Z')),
);
const operations = fc.record({
  operations: fc.array(
    fc.record(
      {
        method,
        path: fc.oneof(path, fc.constantFrom('/things/1', '/things')),
        headers: fc.dictionary(headerName, text, { maxKeys: 3 }),
        body: fc.oneof(thing, patch, fc.jsonValue()),
      },
      { requiredKeys: [] },
    ),
    { maxLength: 4 },
  ),
});
const body = fc
  .oneof(thing, patch, operations, fc.array(thing, { maxLength: 3 }), fc.jsonValue())
  .map((value) => JSON.stringify(value));
const anyBody = fc.oneof(
  body,
  text,
  fc.constant(null),
  fc.uint8Array({ maxLength: 50 }).map((bytes) => Buffer.from(bytes).toString('latin1')),
);

function encode(value: string): string {
  return value.isWellFormed() ? encodeURIComponent(value) : '%ED%A0%80';
}

async function expectSound(handler: Handler, event: unknown): Promise<void> {
  const written: string[] = [];
  const spy = jest.spyOn(console, 'error').mockImplementation((line: string) => void written.push(line));
  const result = await handler(event as APIGatewayProxyEvent).finally(() => spy.mockRestore());
  expect([result.statusCode, written]).not.toEqual([500, expect.anything()]);
  expect(Buffer.byteLength(JSON.stringify(result))).toBeLessThan(6_000_000);
  for (const value of Object.values(result.headers ?? {})) {
    expect(String(value)).toMatch(/^[\t\x20-\x7e]*$/);
  }
  if (result.statusCode >= 400 && result.body !== '' && String(result.headers?.['Content-Type']).includes('problem')) {
    const problem = JSON.parse(result.body) as { type: string; current?: object };
    expect(PROBLEM_TYPES).toContain(problem.type.replace(/^.*#/, ''));
    expect(
      Object.keys(problem).filter(
        (name) => !['type', 'title', 'status', 'detail', 'instance', 'errors', 'current'].includes(name),
      ),
    ).toEqual([]);
    expect(JSON.stringify({ ...problem, errors: undefined })).not.toMatch(
      /\bat \S+ \(|node_modules|\.ts:\d|"(?:pk|sk|stack|gsi\d+[ps]k)"/,
    );
    expect(result.body).not.toContain(process.env['TABLE_NAME']);
  }
}

/**
 * The function that a gateway would call; a route that one does not serve is a mistake of serverless.yml, not an input.
 */
function handlerOf(event: { httpMethod?: string | undefined; path?: string | undefined }): Handler {
  const segments = (event.path ?? '').split('/').slice(1);
  const served = segments[0] === 'things' && segments.length <= 3;
  const verb = String(event.httpMethod).toUpperCase();
  if (
    (verb === 'POST' && (served || event.path === '/transactions')) ||
    (served && ['PUT', 'PATCH', 'DELETE'].includes(verb))
  ) {
    return write;
  }
  return served && ['GET', 'HEAD'].includes(verb) ? read : describeApi;
}

test('whatever a client sends, with a gateway between', async () => {
  await fc.assert(
    fc.asyncProperty(
      method.filter((name) => name !== ''),
      fc.oneof(fc.constantFrom('/things', '/things/1', '/transactions', '/things/1/x'), path),
      fc.array(fc.tuple(parameterName, text), { maxLength: 4 }),
      fc.dictionary(headerName, text, { maxKeys: 4 }),
      anyBody,
      async (httpMethod, target, parameters, headers, sent) => {
        const event = {
          ...gatewayEvent(`${httpMethod.toUpperCase()} /`, { headers }),
          path: target.startsWith('/') ? target : `/${target}`,
          body: sent,
          queryStringParameters: Object.fromEntries(parameters),
          multiValueQueryStringParameters: Object.fromEntries(parameters.map(([name, value]) => [name, [value]])),
          resource: '/{proxy+}',
        };
        event.requestContext.path = event.path;
        await expectSound(handlerOf(event), event);
      },
    ),
    RUNS,
  );
});

test.each([
  ['POST', '/things', body],
  ['PUT', '/things/3', body],
  ['PATCH', '/things/1', body],
  ['POST', '/transactions', operations.map((value) => JSON.stringify(value))],
] as const)('whatever the body of %s %s', async (httpMethod, target, bodies) => {
  await fc.assert(
    fc.asyncProperty(
      bodies,
      fc.constantFrom('application/json', 'application/json-patch+json', ''),
      fc.boolean(),
      fc.boolean(),
      async (sent, type, isBase64Encoded, isAsSent) => {
        // As text too: what another gateway would hand over, and a text that is no base64 said to be that.
        const event = gatewayEvent(`${httpMethod} ${target}`, { headers: { 'Content-Type': type }, body: sent });
        await expectSound(write, {
          ...event,
          isBase64Encoded,
          body: event.body === null || isAsSent ? sent : event.body,
        });
      },
    ),
    RUNS,
  );
});

test('whatever the parameters of a list', async () => {
  await fc.assert(
    fc.asyncProperty(fc.dictionary(parameterName, text, { maxKeys: 4 }), async (parameters) => {
      const event = gatewayEvent('GET /things');
      await expectSound(read, { ...event, queryStringParameters: parameters, multiValueQueryStringParameters: null });
    }),
    RUNS,
  );
});

test('an event that lacks any of its fields, or has null there', async () => {
  const whole = gatewayEvent('POST /things', { headers: { Accept: '*/*' }, body: { title: 'a' } });
  const fields = Object.keys(whole) as (keyof typeof whole)[];
  for (const field of fields) {
    for (const lacking of [
      Object.fromEntries(Object.entries(whole).filter(([name]) => name !== field)),
      { ...whole, [field]: null },
    ]) {
      for (const handler of [read, write, describeApi]) {
        const spy = jest.spyOn(console, 'error').mockImplementation(() => undefined);
        const result = await handler(lacking as unknown as APIGatewayProxyEvent).finally(() => spy.mockRestore());
        // A function that was called for what it does not serve says so with 500: only its being called is at fault.
        expect([field, result.statusCode < 500 || handler !== write]).toEqual([field, true]);
        expect(result.body).not.toMatch(/TypeError|at \S+ \(/);
      }
    }
  }
});

test.each([null, 7, [], 'x', {}])('the event %j is answered', async (event) => {
  for (const handler of [read, write, describeApi]) {
    const spy = jest.spyOn(console, 'error').mockImplementation(() => undefined);
    const result = await handler(event as unknown as APIGatewayProxyEvent).finally(() => spy.mockRestore());
    expect(result.statusCode).toBeGreaterThanOrEqual(200);
  }
});

test('a request id that is no header, which a client may have chosen, is replaced', async () => {
  for (const requestId of ['a\r\nX-Evil: 1', '"', ' ', 'é', 'a'.repeat(129), '', 7, null]) {
    const event = gatewayEvent('GET /things/none');
    const { headers, body: answer } = await read({
      ...event,
      requestContext: { ...event.requestContext, requestId },
    } as unknown as APIGatewayProxyEvent);
    expect(headers!['X-Request-Id']).toMatch(requestId === '"' ? /^"$/ : /^[0-9a-f-]{36}$/);
    expect((JSON.parse(answer) as { instance: string }).instance).toBe(headers!['X-Request-Id']);
  }
});

test('the request id is the one that the gateway makes, where it says it, and not the one that a client can choose', async () => {
  const event = gatewayEvent('GET /things/none');
  const { headers } = await read({
    ...event,
    requestContext: { ...event.requestContext, requestId: 'chosen', extendedRequestId: 'JKJaXmPLvHcESHA=' },
  });
  expect(headers!['X-Request-Id']).toBe('JKJaXmPLvHcESHA=');
});
