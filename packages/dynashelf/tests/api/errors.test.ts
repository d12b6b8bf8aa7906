// Every refusal: status, type, and one entry for each fault; and that a request that fails changes nothing.

import { isUtf8 } from 'node:buffer';

import fc from 'fast-check';

import { readConfig } from '../../src/config';
import { defineResource, listResources } from '../../src/definition/define-resource';
import { writeFunction } from '../../src/lambda';
import { resources } from '../library/src/resources/index';
import { connect } from '#connect';
import { createClient, gatewayEvent } from '../../src/testing/client';
import type { Answer } from '../../src/testing/ask';
import { aBook } from '../setup/samples';
import { runs } from '../setup/runs';
import { useTable } from '../../src/testing/table';

useTable();
const ask = createClient({ resources });

function expectProblem(answer: Answer, status: number, type: string): void {
  expect(answer.status).toBe(status);
  expect(answer.headers).toMatchObject({
    'content-type': 'application/problem+json',
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
  });
  expect(answer.body).toMatchObject({
    type: `/docs#${type}`,
    status,
    title: expect.any(String),
    detail: expect.any(String),
    instance: answer.headers['x-request-id'],
  });
}

function pointers({ body }: Answer): string[] {
  return body.errors.map((error: { pointer: string }) => error.pointer).sort();
}

describe('404 and 405', () => {
  test.each([
    '/nothing',
    '/books/1/nothing',
    '/books/1/2/3',
    '/a/b/c/d/e',
    '/Books',
    '/books/',
    '/books//',
    '/health/x',
    '/__proto__',
    '/constructor',
  ])('%s, which is not served, is 404', async (path) => {
    for (const method of ['GET', 'POST', 'DELETE', 'PUT']) {
      expectProblem(await ask(`${method} ${path}`, { body: aBook() }), 404, 'not-found');
    }
  });

  test.each([
    ['DELETE /books', 'GET, POST, HEAD, OPTIONS'],
    ['PUT /books', 'GET, POST, HEAD, OPTIONS'],
    ['POST /books/1', 'GET, PUT, PATCH, DELETE, HEAD, OPTIONS'],
    ['TRACE /books/1', 'GET, PUT, PATCH, DELETE, HEAD, OPTIONS'],
    ['POST /', 'GET, HEAD, OPTIONS'],
    ['PUT /health', 'GET, HEAD, OPTIONS'],
  ])('%s is 405 with Allow', async (line, allow) => {
    const answer = await ask(line);
    expectProblem(answer, 405, 'method-not-allowed');
    expect(answer.headers['allow']).toBe(allow);
  });

  test('behind a stage, the type refers to the docs of that stage', async () => {
    expect((await ask('GET /nothing', { base: '/prod' })).body.type).toBe('/prod/docs#not-found');
  });
});

describe('406', () => {
  const refused = [
    'text/html',
    'application/xml, text/*',
    'application/json;q=0',
    'application/json;q=0, */*',
    'application/problem+json;q=0',
    'application/problem+json, application/json;q=0',
    'application/jsonx',
    'text/html;a="application/problem+json"',
  ];
  test.each(refused)('Accept: %s excludes JSON', async (accept) => {
    for (const line of [
      'GET /books',
      'GET /books/1',
      'POST /books',
      'PUT /books/1',
      'PATCH /books/1',
      'POST /transactions',
    ]) {
      expectProblem(await ask(line, { body: aBook(), headers: { Accept: accept } }), 406, 'not-acceptable');
    }
  });

  test.each(refused)('Accept: %s deletes, for there is no body to exclude', async (accept) => {
    await ask('PUT /books/unnegotiated', { body: aBook() });
    expect((await ask('DELETE /books/unnegotiated', { headers: { Accept: accept } })).status).toBe(204);
    expectProblem(await ask('DELETE /books/unnegotiated', { headers: { Accept: accept } }), 404, 'not-found');
  });

  test.each([
    'application/problem+json',
    'Application/Problem+JSON;q=0.5',
    'text/html, application/vnd.api+json',
    'text/json',
    'application/merge-patch+json, */*;q=0',
    'application/json;profile="x"',
    'application/problem+json, , text/plain;q=0',
  ])('Accept: %s is that of a client that reads JSON', async (accept) => {
    for (const line of [
      'GET /books',
      'POST /books',
      'PUT /books/negotiated',
      'GET /books/negotiated',
      'PATCH /books/negotiated',
    ]) {
      const { status, headers } = await ask(line, {
        headers: { Accept: accept },
        ...(!line.startsWith('GET') && { body: aBook() }),
      });
      expect([line, status, headers['content-type']]).toEqual([
        line,
        line.startsWith('POST') ? 201 : expect.any(Number),
        'application/json',
      ]);
    }
  });

  test('what is never JSON is not for a client that reads JSON alone', async () => {
    expectProblem(await ask('GET /docs', { headers: { Accept: 'application/problem+json' } }), 406, 'not-acceptable');
    expect(
      (await ask('GET /health', { headers: { Accept: 'application/problem+json' } })).headers['content-type'],
    ).toBe('application/health+json');
  });

  test('the health document has a type of its own', async () => {
    expect((await ask('GET /health', { headers: { Accept: 'application/json' } })).headers['content-type']).toBe(
      'application/json',
    );
    expect(
      (await ask('GET /health', { headers: { Accept: 'application/json;q=0, */*' } })).headers['content-type'],
    ).toBe('application/health+json');
    expectProblem(await ask('GET /health', { headers: { Accept: 'text/html' } }), 406, 'not-acceptable');
  });

  test.each([
    'application/json',
    'Application/JSON',
    '*/*',
    'application/*',
    'text/html, application/json;q=0.1',
    'application/json; charset=utf-8',
    'text/html, */*;q=0.8',
    '',
  ])('Accept: %s allows it', async (accept) => {
    expect((await ask('GET /books', { headers: { Accept: accept } })).status).toBe(200);
  });
});

describe('415', () => {
  test.each([
    ['POST /books', 'accept-post', 'application/json'],
    ['PUT /books/1', 'accept', 'application/json'],
    ['PATCH /books/1', 'accept-patch', 'application/merge-patch+json, application/json-patch+json, application/json'],
  ])('%s of another media type names the right ones', async (line, header, types) => {
    for (const type of [
      'text/plain',
      'application/xml',
      'application/x-www-form-urlencoded',
      'nonsense',
      'application/json; charset=latin1',
      'application/jsonx',
      'application/merge-patch+json',
    ].slice(0, line.startsWith('PATCH') ? 6 : 7)) {
      const answer = await ask(line, { body: aBook(), headers: { 'Content-Type': type } });
      expectProblem(answer, 415, 'unsupported-media-type');
      expect(answer.headers[header]).toBe(types);
      expect(answer.body.errors).toEqual([{ detail: expect.any(String), header: 'Content-Type' }]);
    }
  });

  test.each([
    'application/json',
    'APPLICATION/JSON',
    'application/json; charset=utf-8',
    'application/json;charset="UTF-8"',
    '',
  ])('POST as %p is read as JSON', async (type) => {
    expect((await ask('POST /books', { body: aBook(), headers: { 'Content-Type': type } })).status).toBe(201);
  });

  test('a compressed body is refused', async () => {
    const answer = await ask('POST /books', { body: aBook(), headers: { 'Content-Encoding': 'gzip' } });
    expectProblem(answer, 415, 'unsupported-media-type');
    expect(answer.body.errors).toEqual([{ detail: expect.any(String), header: 'Content-Encoding' }]);
  });
});

describe('400', () => {
  test.each(['', '{', '{"title": }', 'undefined', "{'title': 1}", '{"a":1}x', '\ufeff{}', '[1,]', 'NaN', '01'])(
    'the body %p, which is no JSON',
    async (body) => {
      for (const line of ['POST /books', 'PUT /books/1', 'PATCH /books/1']) {
        expectProblem(await ask(line, { body }), 400, 'malformed-request');
      }
    },
  );

  test('a member that stands twice is named', async () => {
    const answer = await ask('POST /members', {
      body: '{"name":"a","email":"a@b.org","name":"b","address":{"city":"x","ci\\u0074y":"y"}}',
    });
    expectProblem(answer, 400, 'malformed-request');
    expect(pointers(answer)).toEqual(['#/address/city', '#/name']);
  });

  test.each(['POST /books', 'PUT /books/1', 'PATCH /books/1', 'POST /books/1/checkout', 'POST /transactions'])(
    '%s with a text that is not UTF-8, whichever bytes it has',
    async (line) => {
      await fc.assert(
        fc.asyncProperty(
          fc.uint8Array({ minLength: 1, maxLength: 6 }).filter((bytes) => !isUtf8(bytes)),
          async (bytes) => {
            const body = Buffer.concat([Buffer.from('{"title":"caf'), bytes, Buffer.from('","author":"b"}')]);
            const answer = await ask(line, { body });
            expectProblem(answer, 400, 'malformed-request');
            expect(answer.body.errors).toEqual([{ detail: 'Is not UTF-8.', pointer: '#' }]);
          },
        ),
        { numRuns: runs(10) },
      );
    },
  );

  test('a text that a gateway has made of other bytes, as its length says; not where nothing was replaced', async () => {
    const write = writeFunction({ resources, config: readConfig(process.env), send: connect() });
    const status = async (body: string, headers: Record<string, string>): Promise<number> =>
      (await write({ ...gatewayEvent('POST /books', { headers }), body, isBase64Encoded: false })).statusCode;
    const replaced = JSON.stringify(aBook({ title: 'caf\ufffd' }));
    const length = Buffer.byteLength(replaced);
    expect(await status(replaced, { 'Content-Length': String(length - 2) })).toBe(400);
    expect(await status(replaced, { 'content-length': String(length) })).toBe(201);
    expect(await status(replaced, {})).toBe(201);
    expect(await status(JSON.stringify(aBook({ title: 'café' })), { 'Content-Length': '7' })).toBe(201);
  });

  test('bytes that are UTF-8 are read', async () => {
    const answer = await ask('POST /books', { body: Buffer.from(JSON.stringify(aBook({ title: 'Ærø 🦔' }))) });
    expect(answer.body.title).toBe('Ærø 🦔');
  });

  test.each([
    ['GET /books?colour=red&limit=0&cursor=x', ['colour', 'limit', 'cursor']],
    ['GET /books?limit=101', ['limit']],
    ['GET /books?limit=1.5', ['limit']],
    ['GET /books?limit=', ['limit']],
    ['GET /books?limit=5&limit=6', ['limit']],
    ['GET /books/1?limit=5', ['limit']],
    ['GET /books/1?fields=', ['fields']],
    ['POST /books?x=1&y=2', ['x', 'y']],
    ['PUT /books/1?x=1', ['x']],
    ['PATCH /books/1?x=1', ['x']],
    ['DELETE /books/1?fields=title', ['fields']],
    ['GET /?x=1', ['x']],
    ['GET /health?x=1', ['x']],
  ])('%s names each parameter that cannot be served', async (line, parameters) => {
    const answer = await ask(line, { body: aBook() });
    expectProblem(answer, 400, 'malformed-request');
    expect(answer.body.errors.map((error: { parameter: string }) => error.parameter).sort()).toEqual(
      [...parameters].sort(),
    );
  });
});

describe('413', () => {
  test('a body of more than 1 MiB', async () => {
    expectProblem(
      await ask('POST /books', { body: JSON.stringify(aBook({ title: 'a'.repeat(1024 * 1024) })) }),
      413,
      'too-large',
    );
  });

  test('an item of more than 400 KB as it is stored', async () => {
    const blobs = defineResource({ name: 'blobs', description: 'Large texts.', schema: { text: String } });
    const askBlobs = createClient({ resources: listResources(blobs) });
    for (const line of ['POST /blobs', 'PUT /blobs/1']) {
      const answer = await askBlobs(line, { body: { text: 'a'.repeat(410_000) } });
      expectProblem(answer, 413, 'too-large');
      expect(answer.body.detail).toMatch(
        /^The item takes about 401 KB as it is stored, and at most 400 KB are taken: /,
      );
    }
    const two = await askBlobs('POST /blobs', { body: [{ text: 'a' }, { text: 'a'.repeat(500_000) }] });
    expectProblem(two, 413, 'too-large');
    expect(two.body.detail).toMatch(/^The item takes about 489 KB/);
    expect((await askBlobs('PUT /blobs/1', { body: { text: 'a'.repeat(390_000) } })).status).toBe(201);
    expectProblem(await askBlobs('PATCH /blobs/1', { body: { text: 'a'.repeat(410_000) } }), 413, 'too-large');
    expectProblem(await askBlobs('PATCH /blobs/1', { body: { text: 'a'.repeat(900_000) } }), 413, 'too-large');
    expectProblem(
      await askBlobs('PATCH /blobs/1', { body: { text: 'a'.repeat(900_000) }, headers: { 'If-Match': '"7"' } }),
      412,
      'precondition-failed',
    );
    expectProblem(await askBlobs('PATCH /blobs/absent', { body: { text: 'a'.repeat(900_000) } }), 404, 'not-found');
    expect((await askBlobs('GET /blobs/1')).body.version).toBe(1);
  });
});

describe('422', () => {
  test('every fault of a body is named at once', async () => {
    const body = {
      titel: 'x',
      author: 3,
      isbn: '123',
      published: '2024-02-30',
      pages: 1.5,
      tags: ['ok', '', 'a'.repeat(51), 7],
      copies: -1,
    };
    for (const line of ['POST /books', 'PUT /books/faulty']) {
      const answer = await ask(line, { body });
      expectProblem(answer, 422, 'invalid');
      expect(pointers(answer)).toEqual([
        '#/author',
        '#/copies',
        '#/isbn',
        '#/pages',
        '#/published',
        '#/tags/1',
        '#/tags/2',
        '#/tags/3',
        '#/titel',
        '#/title',
      ]);
      expect(answer.body.errors.find((error: { pointer: string }) => error.pointer === '#/titel').detail).toContain(
        'Did you mean "title"?',
      );
    }
    expect((await ask('GET /books/faulty')).status).toBe(404);
  });

  test('inside an object the pointer leads inside', async () => {
    const answer = await ask('POST /members', {
      body: { name: '', email: 'nobody', address: { street: 5, 'a/b~c d': 1 } },
    });
    expect(pointers(answer)).toEqual(['#/address/a~1b~0c%20d', '#/address/street', '#/email', '#/name']);
  });

  test.each(['[]', '"x"', 'null', '3', '[{}]'])('the body %s is no item', async (body) => {
    const answer = await ask('PUT /books/1', { body });
    expectProblem(answer, 422, 'invalid');
    expect(pointers(answer)).toEqual(['#']);
  });

  test.each([
    '9007199254740993',
    '0.1234567890123456789',
    '1e400',
    '-1e-400',
    '12345678901234567890',
    '1e126',
    '1e-131',
  ])('the number %s, which cannot be kept exactly, is not rounded', async (number) => {
    const answer = await ask('POST /books', { body: `{"title":"a","author":"b","pages":${number}}` });
    expectProblem(answer, 422, 'invalid');
    expect(pointers(answer)).toContain('#/pages');
  });

  test.each([
    ['635.0', 635],
    ['6.35e2', 635],
    ['9007199254740991', 9007199254740991],
    ['1E+2', 100],
  ])('the number %s is kept as %d', async (number, value) => {
    const { body } = await ask('POST /books', { body: `{"title":"a","author":"b","pages":${number}}` });
    expect(body.pages).toBe(value);
    expect((await ask(`GET /books/${body.id}`)).body.pages).toBe(value);
  });

  test('null is no value', async () => {
    expect(pointers(await ask('POST /books', { body: aBook({ pages: null }) }))).toEqual(['#/pages']);
  });

  test('half a surrogate pair is no text', async () => {
    expectProblem(await ask('POST /books', { body: '{"title":"\\ud800","author":"b"}' }), 422, 'invalid');
  });

  test('nesting without end is refused, not followed', async () => {
    expectProblem(await ask('POST /books', { body: '['.repeat(100_000) + ']'.repeat(100_000) }), 422, 'invalid');
  });

  test('members named like parts of every object are unknown attributes', async () => {
    const answer = await ask('POST /books', {
      body: '{"title":"a","author":"b","__proto__":{"x":1},"constructor":1,"toString":2}',
    });
    expectProblem(answer, 422, 'invalid');
    expect(pointers(answer)).toEqual(expect.arrayContaining(['#/__proto__', '#/constructor', '#/toString']));
  });
});
