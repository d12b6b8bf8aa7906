// Functions of an app's own, called by a route: who may, what they are called with, and what is answered.

import { readConfig } from '../../src/config';
import { authorizeFunction, defineFunction } from '../../src/lambda';
import { accessMatrix, matrixText } from '../../src/description/access-matrix';
import type { FunctionDeclaration } from '../../src/definition/function';
import { definedOf } from '../../src/functions/defined';
import { declare } from '../../src/functions/handler';
import { Problem } from '../../src/problem';
import { ROUTES } from '../../src/serverless/routes';
import { createClient } from '../../src/testing/client';
import { useTable } from '../../src/testing/table';
import { useTokens } from '../../src/testing/tokens';
import { toolshed } from '../setup/toolshed';

useTable();
const tokens = useTokens();

const served = { resources: toolshed };

const functions = {
  webhook: defineFunction(served, {
    route: 'POST /payments/webhook',
    description: 'Takes payments.',
    access: 'public',
    body: 'raw',
    run: ({ body, request, caller }) => ({
      status: 202,
      body: {
        bytes: [...body],
        kind: caller.kind,
        signature: request.headers['webhook-signature'],
        path: request.path,
      },
    }),
  }),
  quote: defineFunction(served, {
    route: 'POST /quotes',
    description: 'Says what it would cost.',
    access: 'authenticated',
    body: { tool: { type: String, required: true }, days: { type: Number, integer: true, minimum: 1, default: 1 } },
    query: { currency: { type: String, enum: ['EUR', 'NOK'], default: 'EUR' }, exact: Boolean, at: Date, most: Number },
    answer: { price: { type: Number, required: true }, currency: String },
    reads: ['tools'],
    async run({ body, query, api }) {
      const tool = await api.tools.get(body.tool);
      return { body: { price: (tool.price ?? 0) * body.days, currency: query.currency } };
    },
  }),
  forgotten: defineFunction(served, {
    route: 'GET /exports/everything.csv',
    description: 'A function whose access was forgotten.',
    reads: ['bookings'],
    run: () => ({ headers: { 'content-type': 'text/csv; charset=utf-8' }, body: 'id\r\n' }),
  }),
  mine: defineFunction(served, {
    route: 'GET /exports/mine.csv',
    description: 'The bookings of the caller.',
    access: 'authenticated',
    reads: ['bookings'],
    async run({ api, caller }) {
      const lines = ['id'];
      for await (const { id } of api.as(caller).bookings.list()) {
        lines.push(id);
      }
      return { headers: { 'content-type': 'text/csv; charset=utf-8' }, body: lines.join('\r\n') };
    },
  }),
  picture: defineFunction(served, {
    route: 'GET /pictures/one',
    description: 'Some bytes.',
    access: { any: [{ role: 'editor' }, ({ claims }) => claims['picture'] === true] },
    run: () => ({
      headers: { 'Content-Type': 'image/png', 'cache-control': 'max-age=60' },
      body: new Uint8Array([255, 0, 1]),
    }),
  }),
  broken: defineFunction(served, {
    route: 'DELETE /exports/mine.csv',
    description: 'Fails as it is told.',
    access: ['public', 'authenticated'],
    query: { how: { type: String, required: true } },
    run({ query }) {
      if (query.how === 'problem') {
        throw new Problem('conflict', 'It is in use: wait.', { headers: { 'Retry-After': '1' } });
      }
      if (query.how === 'error') {
        throw new Error('secret=abc');
      }
      return query.how === 'status' ? { status: 700 } : query.how === 'nothing' ? undefined : { status: 204, body: {} };
    },
  }),
};

const ask = createClient({ resources: toolshed, functions, tokens });
const open = createClient({ resources: toolshed, functions });
const as = (subject: string, roles: string[] = [], claims = {}) => ({
  as: { token: tokens.sign({ subject, roles, claims }) },
});

afterEach(() => jest.restoreAllMocks());

test('a public one is called by whoever sends a request, with its bytes as they came', async () => {
  const body = new Uint8Array([0, 255, 195, 40, 13, 10]);
  const answer = await ask('POST /payments/webhook', {
    body,
    headers: { 'Content-Type': 'application/x-anything', 'Webhook-Signature': 'v1,abc' },
  });
  expect(answer).toMatchObject({
    status: 202,
    body: { bytes: [...body], kind: 'anonymous', signature: 'v1,abc', path: '/payments/webhook' },
    headers: {
      'content-type': 'application/json',
      'x-content-type-options': 'nosniff',
      'access-control-allow-origin': '*',
    },
  });
  expect(answer.headers['x-request-id']).toMatch(/./);
  expect(answer.headers['server-timing']).toMatch(/^route;.*caller;.*input;.*operation;.*total;/);
});

test('a public one asks nobody for credentials, and so does not tell callers apart', async () => {
  expect((await ask('POST /payments/webhook', { body: '{}', ...as('ada') })).body.kind).toBe('anonymous');
});

test('one whose access was forgotten lets nobody in, whoever asks', async () => {
  expect((await ask('GET /exports/everything.csv')).status).toBe(401);
  expect((await ask('GET /exports/everything.csv', as('ada', ['admin', 'editor']))).status).toBe(403);
  // Without an authorizer in front, too.
  const unguarded = createClient({ resources: toolshed, functions, config: { access: 'rules', tokens: tokens.trust } });
  expect((await unguarded('GET /exports/everything.csv')).status).toBe(401);
  expect((await unguarded('GET /exports/everything.csv', { as: { subject: 'ada' } })).status).toBe(403);
});

test('where access is open, as on a developer’s machine, everybody may call all', async () => {
  expect(await open('GET /exports/everything.csv')).toMatchObject({ status: 200, text: 'id\r\n' });
});

test('roles and functions of the caller decide', async () => {
  expect((await ask('GET /pictures/one')).status).toBe(401);
  expect((await ask('GET /pictures/one', as('ada'))).status).toBe(403);
  expect((await ask('GET /pictures/one', as('ada', ['editor']))).status).toBe(200);
  expect((await ask('GET /pictures/one', as('ada', [], { picture: true }))).status).toBe(200);
});

test('body and parameters are checked as the attributes of an item, every fault at once, and have their defaults', async () => {
  const tool = (await open('POST /tools', { body: { name: 'Drill', owner: 'ada', price: 7 } })).body as { id: string };
  const quote = { body: { tool: tool.id, days: 3 }, ...as('ben') };
  expect((await ask('POST /quotes', quote)).body).toEqual({ price: 21, currency: 'EUR' });
  expect((await ask('POST /quotes?currency=NOK&exact=true&at=2030-01-01T00:00:00Z&most=2', quote)).body.currency).toBe(
    'NOK',
  );
  expect((await ask('POST /quotes', { ...quote, body: { tolo: 'x', days: 0 } })).body).toMatchObject({
    status: 422,
    errors: [
      { pointer: '#/tool' },
      { pointer: '#/tolo', detail: expect.stringContaining('Did you mean "tool"?') as string },
      { pointer: '#/days' },
    ],
  });
  const wrong = await ask('POST /quotes?currency=USD&curency=EUR', quote);
  expect(wrong.body).toMatchObject({ status: 400, errors: [{ parameter: 'curency' }] });
  expect((await ask('POST /quotes?currency=USD', quote)).body).toMatchObject({
    status: 400,
    errors: [{ parameter: 'currency' }],
  });
  expect((await ask('POST /quotes?most=two&exact=yes&at=today', quote)).body.errors).toHaveLength(3);
  expect((await ask('POST /quotes', { ...quote, body: '{' })).status).toBe(400);
  expect((await ask('POST /quotes', { ...quote, headers: { 'Content-Type': 'text/plain' } })).status).toBe(415);
  expect((await ask('POST /payments/webhook', { body: Buffer.alloc(1024 * 1024 + 1) })).status).toBe(413);
  expect((await ask('POST /quotes', { ...quote, body: { tool: 'none' } })).body).toMatchObject({
    status: 404,
    detail: expect.stringContaining('"none"') as string,
  });
});

test('a caller’s client goes by the caller’s rules', async () => {
  const { body: tool } = await open('POST /tools', { body: { name: 'Saw', owner: 'ada' } });
  const mine = (await open('POST /bookings', { body: { tool: tool.id, renter: 'ben' } })).body.id as string;
  await open('POST /bookings', { body: { tool: tool.id, renter: 'cem' } });
  expect((await ask('GET /exports/mine.csv', as('ben'))).text).toBe(`id\r\n${mine}`);
});

test('HEAD is answered where GET is, OPTIONS and 405 for the path of all its functions', async () => {
  const head = await ask('HEAD /exports/mine.csv', as('nobody'));
  expect([head.status, head.text, head.headers['content-length']]).toEqual([200, '', '2']);
  expect((await ask('OPTIONS /exports/mine.csv')).headers).toMatchObject({ allow: 'GET, DELETE, HEAD, OPTIONS' });
  expect(await ask('PUT /exports/mine.csv')).toMatchObject({
    status: 405,
    headers: { allow: 'GET, DELETE, HEAD, OPTIONS' },
  });
  expect((await ask('GET /exports')).status).toBe(404);
});

test('bytes are sent as they are, and headers of the function go before all others', async () => {
  const answer = await open('GET /pictures/one');
  expect(answer.headers).toMatchObject({ 'content-type': 'image/png', 'cache-control': 'max-age=60' });
  expect([...answer.bytes]).toEqual([255, 0, 1]);
  expect((await open('HEAD /pictures/one')).headers['content-length']).toBe('3');
});

test('what a function throws is a problem, or logged and 500 without it; nothing is 204', async () => {
  const log = jest.spyOn(console, 'error').mockImplementation(() => undefined);
  expect(await ask('DELETE /exports/mine.csv?how=problem')).toMatchObject({
    status: 409,
    headers: { 'retry-after': '1' },
  });
  expect((await ask('DELETE /exports/mine.csv?how=error')).text).not.toContain('abc');
  expect(log.mock.calls.flat().join()).toContain('secret=[redacted]');
  expect((await ask('DELETE /exports/mine.csv?how=status')).status).toBe(500);
  expect((await ask('DELETE /exports/mine.csv?how=body')).status).toBe(500);
  expect(await ask('DELETE /exports/mine.csv?how=nothing')).toMatchObject({ status: 204, text: '' });
  expect((await ask('DELETE /exports/mine.csv')).body.errors).toMatchObject([{ parameter: 'how' }]);
});

test('the description has each by its route, with whom it is for', async () => {
  const { body } = await ask('GET /openapi.json');
  expect(body.paths['/quotes'].post).toMatchObject({
    operationId: 'functions.quote',
    description: 'Says what it would cost. For every caller with a token.',
    security: [{ token: [] }],
    parameters: [{ name: 'currency', in: 'query' }, { name: 'exact' }, { name: 'at' }, { name: 'most' }],
  });
  expect(body.paths['/payments/webhook'].post.security).toEqual([]);
  expect(Object.keys(body.paths['/exports/mine.csv'])).toEqual(['get', 'delete']);
  expect(body.paths['/exports/everything.csv'].get.description).toContain('Refused to everyone');
});

test('the table of who may do what has each, with what calls it', () => {
  const declarations = Object.entries(functions).map(([name, handler]) => declare(name, definedOf(handler)!));
  const lines = matrixText(accessMatrix(toolshed, declarations)).split('\n');
  const rows = lines.slice(lines.findIndex((line) => line.startsWith('functions '))).slice(0, 7);
  expect(rows.map((row) => row.trim().split(/ {2,}/))).toEqual([
    ['functions', 'everyone', 'signed in', 'owner', 'editor'],
    ['webhook: POST /payments/webhook', 'yes', 'yes', 'yes', 'yes'],
    ['quote: POST /quotes', '-', 'yes', 'yes', 'yes'],
    ['forgotten: GET /exports/everything.csv', '-', '-', '-', '-'],
    ['mine: GET /exports/mine.csv', '-', 'yes', 'yes', 'yes'],
    ['picture: GET /pictures/one', 'rule', 'rule', 'rule', 'yes'],
    ['broken: DELETE /exports/mine.csv', 'yes', 'yes', 'yes', 'yes'],
  ]);
});

describe('a handler that declares nothing, behind the authorizer', () => {
  const authorizer = (config = {}, declarations?: FunctionDeclaration[]): ReturnType<typeof authorizeFunction> =>
    authorizeFunction({
      ...(declarations !== undefined && { functions: declarations }),
      resources: toolshed,
      config: {
        ...readConfig(process.env),
        access: 'rules',
        tokens: { ...tokens.trust, jwksUri: tokens.jwksUri() },
        ...config,
      },
    });
  const event = (
    resource: string,
    headers: Record<string, string> = {},
    httpMethod = 'GET',
  ): Parameters<ReturnType<typeof authorizeFunction>>[0] =>
    ({
      resource,
      path: resource,
      httpMethod,
      headers,
      methodArn: 'arn:aws:execute-api:eu-central-1:1:api/dev/GET/x',
      requestContext: { requestId: 'one' },
    }) as never;
  const bearer = (): Record<string, string> => ({ Authorization: `Bearer ${tokens.sign({ subject: 'ada' })}` });

  test.each(['/export.csv', '/tools/export', '/reports/{month}'])(
    '%s lets in whoever has a good token, and no stranger',
    async (resource) => {
      await expect(authorizer()(event(resource))).rejects.toThrow('Unauthorized');
      expect(await authorizer()(event(resource, bearer()))).toMatchObject({
        policyDocument: { Statement: [{ Effect: 'Allow' }] },
      });
    },
  );

  test.each([
    ['POST', '/exports/mine.csv'],
    ['POST', '/'],
    ['PUT', '/{collection}'],
    ['GET', '/{collection}/{id}/{member}/files'],
  ])(
    'also where it has %s of a path %s whose other methods, or whose beginning, are declared',
    async (method, path) => {
      const declarations = Object.entries(functions).map(([name, handler]) => declare(name, definedOf(handler)!));
      const authorize = authorizer({}, declarations);
      await expect(authorize(event(path, {}, method))).rejects.toThrow('Unauthorized');
      expect(await authorize(event(path, bearer(), method))).toMatchObject({
        policyDocument: { Statement: [{ Effect: 'Allow' }] },
      });
    },
  );

  test('nor where no tokens are trusted, as they are not verified then', async () => {
    const trusting = authorizer({ tokens: undefined });
    await expect(trusting(event('/export.csv'))).rejects.toThrow('Unauthorized');
    await expect(trusting(event('/export.csv', bearer()))).rejects.toThrow('Unauthorized');
    for (const { method, path } of Object.values(ROUTES)
      .flat()
      .filter(({ guard }) => guard === 'data')) {
      expect(await trusting(event(path, {}, method.toUpperCase()))).toMatchObject({
        policyDocument: { Statement: [{ Effect: 'Allow' }] },
      });
    }
  });

  test('where access is open everybody is let in', async () => {
    expect(await authorizer({ access: 'open' })(event('/export.csv'))).toMatchObject({
      policyDocument: { Statement: [{ Effect: 'Allow' }] },
    });
  });
});
