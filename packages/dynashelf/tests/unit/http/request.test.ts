// An event of API Gateway as a request: paths, stages and base paths, headers and parameters, once and several times.

import { decodeSegment, readRequest, requestIdOf, normalizeEvent } from '../../../src/http/request';
import { useClock } from '../../../src/testing/clock';

const clock = useClock();

/** The request of an event that has this of its own. */
function request(event: object, remaining?: number) {
  return readRequest(normalizeEvent({ httpMethod: 'GET', path: '/', ...event }), remaining);
}

describe('the path', () => {
  test.each<[string, object, string[], string]>([
    ['of the root', { path: '/' }, [], ''],
    ['of an item', { path: '/books/1' }, ['books', '1'], ''],
    ['with a slash at its end', { path: '/books/' }, ['books', ''], ''],
    ['with a stage', { path: '/books', requestContext: { path: '/prod/books' } }, ['books'], '/prod'],
    ['of the root with a stage', { path: '/', requestContext: { path: '/prod' } }, [], '/prod'],
    ['of the root with a stage and a slash', { path: '/', requestContext: { path: '/prod/' } }, [], '/prod'],
    ['that the context does not end in', { path: '/books', requestContext: { path: '/other' } }, ['books'], ''],
    ['only of the context', { path: undefined, requestContext: { path: '/books' } }, ['books'], ''],
    ['with encoded characters', { path: '/books/a%20b%2Fc' }, ['books', 'a b/c'], ''],
    ['with what is no encoding', { path: '/books/%zz' }, ['books', '%zz'], ''],
    [
      'behind a base path',
      { path: '/v1/books/1', resource: '/{collection}/{id}', requestContext: { path: '/v1/books/1' } },
      ['books', '1'],
      '/v1',
    ],
    [
      'behind two base paths',
      { path: '/a/b/books', resource: '/{collection}', requestContext: { path: '/a/b/books' } },
      ['books'],
      '/a/b',
    ],
    ['that fits its template', { path: '/books/1', resource: '/{collection}/{id}' }, ['books', '1'], ''],
    [
      'behind a base path, of a template with a fixed part',
      { path: '/v1/books/1/undo', resource: '/{collection}/{id}/undo', requestContext: { path: '/v1/books/1/undo' } },
      ['books', '1', 'undo'],
      '/v1',
    ],
    [
      'that does not fit its template',
      { path: '/v1/books/1', resource: '/{collection}/undo' },
      ['v1', 'books', '1'],
      '',
    ],
    [
      'behind a base path, of a template without a variable',
      { path: '/v1/payments/webhook', resource: '/payments/webhook', requestContext: { path: '/v1/payments/webhook' } },
      ['payments', 'webhook'],
      '/v1',
    ],
    ['of a template for the rest', { path: '/v1/books/1', resource: '/{rest+}' }, ['v1', 'books', '1'], ''],
    ['of the root behind a base path', { path: '/v1', resource: '/', requestContext: { path: '/v1' } }, [], '/v1'],
    ['shorter than its template', { path: '/books', resource: '/{collection}/{id}' }, ['books'], ''],
  ])('%s', (_what, event, segments, base) => {
    expect(request(event)).toMatchObject({ segments, base });
  });

  test('is decoded segment by segment', () => {
    expect(['%41', 'a+b', '%'].map(decodeSegment)).toEqual(['A', 'a+b', '%']);
  });
});

test('headers are found in lower case, of several lines where there are several', () => {
  const one = request({ headers: { Accept: 'a', Gone: undefined } });
  expect([one.header('accept'), one.header('Accept'), one.header('gone')]).toEqual(['a', undefined, undefined]);
  const many = request({ headers: { Accept: 'x' }, multiValueHeaders: { Accept: ['a', 'b'], 'X-One': ['c'] } });
  expect([many.header('accept'), many.header('x-one')]).toEqual(['a, b', 'c']);
});

test('parameters come in order, each as often as it stands', () => {
  expect(request({ queryStringParameters: { a: '1', b: '2' } }).parameters).toEqual([
    ['a', '1'],
    ['b', '2'],
  ]);
  expect(
    request({ queryStringParameters: { a: '2' }, multiValueQueryStringParameters: { a: ['1', '2'], b: ['3'] } })
      .parameters,
  ).toEqual([
    ['a', '1'],
    ['a', '2'],
    ['b', '3'],
  ]);
  expect(request({}).parameters).toEqual([]);
});

test.each([
  [{ body: '{}' }, { text: '{}', isBase64: false }],
  [
    { body: 'e30=', isBase64Encoded: true },
    { text: 'e30=', isBase64: true },
  ],
  [
    { body: 'e30=', isBase64Encoded: 'true' },
    { text: 'e30=', isBase64: false },
  ],
  [{ body: '' }, undefined],
  [{ body: null }, undefined],
  [{}, undefined],
  [{ body: { a: 1 } }, undefined],
])('of %j the body is %j', (event, body) => {
  expect(request(event).body).toEqual(body);
});

test('the method is in upper case', () => {
  expect(request({ httpMethod: 'patch' }).method).toBe('PATCH');
});

test.each([
  [undefined, 27_500],
  [60_000, 27_500],
  [10_000, 8_500],
])('of %p ms that are left, 1.5 s are kept for the answer', (remaining, time) => {
  clock.set('2030-01-31T12:00:00Z');
  expect(request({}, remaining).deadline - Date.now()).toBe(time);
});

test('what the gateway has verified is the context and the API key', () => {
  const requestContext = { authorizer: { subject: 'ada' }, identity: { apiKeyId: 'k1' } };
  expect(request({ requestContext }).credentials).toEqual({ context: { subject: 'ada' }, apiKeyId: 'k1' });
  for (const identity of [undefined, {}, { apiKeyId: '' }, { apiKeyId: 7 }]) {
    expect(request({ requestContext: { identity } }).credentials).toEqual({ context: undefined, apiKeyId: undefined });
  }
});

test('the id is the gateway’s own, or that of the event, or a new one', () => {
  expect(requestIdOf({ extendedRequestId: 'x=', requestId: 'r' })).toBe('x=');
  expect(requestIdOf({ requestId: 'r' })).toBe('r');
  for (const bad of ['', 'a b', 'x'.repeat(129), 'ü', 7, null]) {
    expect(requestIdOf({ extendedRequestId: bad, requestId: 'r' })).toBe('r');
  }
  expect(requestIdOf({ extendedRequestId: 'x'.repeat(128) })).toHaveLength(128);
  expect(requestIdOf({})).toBeUndefined();
  expect(request({ requestContext: { requestId: 'r' } }).id).toBe('r');
  expect(request({}).id).toMatch(/^[0-9a-f-]{36}$/);
  expect(readRequest({ ...normalizeEvent({}), requestContext: undefined }).id).toMatch(/^[0-9a-f-]{36}$/);
});

describe('whatever calls the function,', () => {
  const empty = {
    httpMethod: '',
    path: '/',
    resource: undefined,
    headers: {},
    multiValueHeaders: null,
    queryStringParameters: null,
    multiValueQueryStringParameters: null,
    body: null,
    isBase64Encoded: false,
    requestContext: { requestId: undefined, path: '/' },
  };

  test.each([undefined, null, 'text', 7, [], {}])('%j is an event with nothing in it', (event) => {
    expect(normalizeEvent(event)).toStrictEqual(empty);
  });

  test('fields of another type are not there', () => {
    const other = {
      httpMethod: 7,
      path: [],
      resource: {},
      headers: [],
      multiValueHeaders: 'x',
      body: {},
      requestContext: [],
    };
    expect(normalizeEvent(other)).toStrictEqual(empty);
  });

  test('values of another type are not there either, and others are kept', () => {
    expect(
      normalizeEvent({
        headers: { a: 'x', b: 7 },
        multiValueHeaders: { a: ['x', 7], b: 'x', c: ['y'] },
        queryStringParameters: { a: 'x', b: null },
        multiValueQueryStringParameters: { a: ['x', null, 'y'] },
        requestContext: { path: '/prod/x', stage: 'prod' },
      }),
    ).toMatchObject({
      headers: { a: 'x' },
      multiValueHeaders: { a: ['x'], c: ['y'] },
      queryStringParameters: { a: 'x' },
      multiValueQueryStringParameters: { a: ['x', 'y'] },
      path: '/prod/x',
      requestContext: { path: '/prod/x', stage: 'prod' },
    });
  });
});
