// The headers of every answer, CORS, and what the API says of itself.

import { appInfo } from '../../src/local/app';
import { ALLOWED_HEADERS, EXPOSED_HEADERS } from '../../src/http/cors';
import { resources } from '../library/src/resources/index';
import { createClient } from '../../src/testing/client';
import { aBook } from '../setup/samples';
import { useTable } from '../../src/testing/table';

useTable();
const ask = createClient({ resources });

const EVERY_KIND = [
  'GET /',
  'GET /health',
  'GET /books',
  'POST /books',
  'PUT /books/1',
  'GET /books/1',
  'PATCH /books/1',
  'OPTIONS /books',
  'GET /nothing',
  'DELETE /books',
  'GET /books?x=1',
  'DELETE /books/1',
  'DELETE /books/1',
];

test('every answer, errors too, carries the common headers', async () => {
  for (const line of EVERY_KIND) {
    const { headers } = await ask(line, { body: aBook() });
    expect(headers).toMatchObject({
      'x-request-id': expect.stringMatching(/^request-\d+$/),
      'x-content-type-options': 'nosniff',
      'cache-control': expect.any(String),
      'server-timing': expect.stringMatching(/total;dur=/),
      vary: line === 'GET /books' ? 'Accept, Accept-Encoding, Prefer' : 'Accept, Accept-Encoding',
      'access-control-allow-origin': '*',
      'access-control-expose-headers': EXPOSED_HEADERS.join(', '),
    });
    expect(headers).not.toHaveProperty('strict-transport-security');
  }
});

test('deployed, every answer carries HSTS', async () => {
  const deployed = createClient({ resources, config: { deployed: true } });
  for (const line of EVERY_KIND) {
    expect((await deployed(line, { body: aBook() })).headers['strict-transport-security']).toBe('max-age=31536000');
  }
});

test('the contract names every header that scripts may send and read', () => {
  expect(ALLOWED_HEADERS).toEqual(
    expect.arrayContaining([
      'Accept',
      'Authorization',
      'Content-Type',
      'Idempotency-Key',
      'If-Match',
      'If-None-Match',
      'Prefer',
      'X-Api-Key',
    ]),
  );
  expect(EXPOSED_HEADERS).toEqual(
    expect.arrayContaining([
      'ETag',
      'Link',
      'Location',
      'Retry-After',
      'Idempotent-Replayed',
      'Preference-Applied',
      'Server-Timing',
      'X-Request-Id',
    ]),
  );
});

describe('with configured origins', () => {
  const origins = createClient({
    resources,
    config: { corsOrigins: ['https://app.example', 'https://admin.example'] },
  });

  test('one of them is allowed, and caches are told that it matters', async () => {
    const { headers } = await origins('GET /books', { headers: { Origin: 'https://admin.example' } });
    expect(headers).toMatchObject({
      'access-control-allow-origin': 'https://admin.example',
      vary: 'Accept, Accept-Encoding, Origin, Prefer',
    });
  });

  test.each(['https://evil.example', 'null', undefined])('%s is not', async (origin) => {
    const { headers } = await origins('GET /nothing', origin === undefined ? {} : { headers: { Origin: origin } });
    expect(headers).not.toHaveProperty('access-control-allow-origin');
    expect(headers).not.toHaveProperty('access-control-expose-headers');
    expect(headers['vary']).toBe('Accept, Accept-Encoding, Origin');
  });
});

describe('OPTIONS', () => {
  test.each([
    ['/books', 'GET, POST, HEAD, OPTIONS', { 'accept-post': 'application/json' }],
    [
      '/books/1',
      'GET, PUT, PATCH, DELETE, HEAD, OPTIONS',
      { 'accept-patch': 'application/merge-patch+json, application/json-patch+json, application/json' },
    ],
    ['/', 'GET, HEAD, OPTIONS', {}],
    ['/health', 'GET, HEAD, OPTIONS', {}],
    ['/nothing/at/all', 'OPTIONS', {}],
  ])('%s says what the path takes', async (path, allow, more) => {
    const answer = await ask(`OPTIONS ${path}`, {
      headers: {
        Origin: 'https://app.example',
        'Access-Control-Request-Method': 'PATCH',
        'Access-Control-Request-Headers': 'if-match',
      },
    });
    expect(answer).toMatchObject({ status: 204, text: '' });
    expect(answer.headers).toMatchObject({
      allow,
      'access-control-allow-methods': allow,
      'access-control-allow-headers': ALLOWED_HEADERS.join(', '),
      'access-control-allow-origin': '*',
      'access-control-max-age': '7200',
      ...more,
    });
  });
});

describe('what the API says of itself', () => {
  test('the service document lists every collection', async () => {
    const { status, headers, body } = await ask('GET /');
    expect(status).toBe(200);
    expect(headers['content-type']).toBe('application/json');
    expect(body).toEqual({
      name: appInfo().name,
      version: appInfo().version,
      collections: [...resources.values()].map(({ name, description }) => ({ name, href: `/${name}`, description })),
      links: [
        { rel: 'service-desc', href: '/openapi.json', type: 'application/json' },
        { rel: 'service-doc', href: '/docs', type: 'text/html' },
      ],
    });
    expect(headers['link']).toBe('</openapi.json>; rel="service-desc", </docs>; rel="service-doc"');
  });

  test('behind a stage its links include the stage', async () => {
    const { body } = await ask('GET /', { base: '/prod' });
    expect(body.collections[0].href).toBe('/prod/books');
    expect(body.links[1].href).toBe('/prod/docs');
  });

  test('a table that can be reached is healthy', async () => {
    const { status, headers, body } = await ask('GET /health');
    expect([status, body]).toEqual([200, { status: 'pass' }]);
    expect(headers['content-type']).toBe('application/health+json');
  });

  test.each([
    ['/', {}],
    ['/health', {}],
    ['/docs', {}],
    ['/docs/rapidoc.js', {}],
    ['/openapi.json', { 'Accept-Encoding': 'gzip' }],
    ['/docs', { 'Accept-Encoding': 'gzip' }],
    ['/books', {}],
    ['/books', { 'Accept-Encoding': 'gzip' }],
    ['/books/long', {}],
    ['/books/long', { 'Accept-Encoding': 'gzip' }],
    ['/books/long?fields=title', {}],
    ['/books/long/loans', {}],
    ['/books/absent', {}],
    ['/books?x=1', {}],
    ['/nothing', {}],
  ])(
    'HEAD of %s with %j has the status and the headers of GET, the length of its body in bytes, and no body',
    async (path, headers) => {
      await ask('PUT /books/long', { body: aBook({ title: 'Ärger', summary: 'Für '.repeat(400) }) });
      const [get, head] = [await ask(`GET ${path}`, { headers }), await ask(`HEAD ${path}`, { headers })];
      const same = ({
        'server-timing': _timing,
        'x-request-id': _id,
        'content-length': _length,
        ...others
      }: typeof get.headers): object => others;
      expect([head.status, head.text, same(head.headers)]).toEqual([get.status, '', same(get.headers)]);
      expect(get.length).toBeGreaterThan(0);
      // A problem names its request.
      const longer =
        get.body?.instance === undefined
          ? 0
          : head.headers['x-request-id']!.length - get.headers['x-request-id']!.length;
      expect([head.headers['content-length'], get.headers['content-length']]).toEqual([
        String(get.length + longer),
        undefined,
      ]);
    },
  );

  test('HEAD of what GET answers without a body has no length', async () => {
    await ask('PUT /books/known', { body: aBook() });
    const head = await ask('HEAD /books/known', { headers: { 'If-None-Match': '*' } });
    expect([head.status, head.text, head.headers['content-length']]).toEqual([304, '', undefined]);
  });
});
