// Answers of a kilobyte and more are compressed for clients that take it, and no tag names two sequences of bytes.

import fc from 'fast-check';

import { defineResource, listResources } from '../../src/definition/define-resource';
import { encode } from '../../src/http/coding';
import { createClient } from '../../src/testing/client';
import type { Answer, Ask } from '../../src/testing/ask';
import { useTable } from '../../src/testing/table';
import { runs } from '../setup/runs';

useTable();
const resources = listResources(
  defineResource({ name: 'reports', description: 'Long texts.', schema: { text: { type: String, required: true } } }),
);
const ask = createClient({ resources });

const LONG = 'A sentence of a report, as there are many. '.repeat(60);
const GZIP = { 'Accept-Encoding': 'gzip, deflate, br' };

/** Writes a report of version 1, and reads it as a client that takes gzip. */
async function report(id: string, text = LONG): Promise<Answer> {
  await ask(`DELETE /reports/${id}`);
  await ask(`POST /transactions`, {
    body: { operations: [{ method: 'PUT', path: `/reports/${id}`, body: { text } }] },
  });
  return ask(`GET /reports/${id}`, { headers: GZIP });
}

const plain = (answer: Answer): string => answer.headers['etag']!.replace('+gzip', '');

describe('what is compressed', () => {
  test('a body of 1024 bytes is, one of 1023 is not', async () => {
    const overhead = Buffer.byteLength((await report('edge', '')).text);
    for (const [length, coding] of [
      [1023, undefined],
      [1024, 'gzip'],
    ] as const) {
      const { headers, text } = await report('edge', `é${'a'.repeat(length - overhead - 2)}`); // two bytes and the rest
      expect([Buffer.byteLength(text), headers['content-encoding']]).toEqual([length, coding]);
    }
  });

  test('a body that would be more than Lambda sends in base64 is not', () => {
    // Three random bytes are four characters of base64, which gzip makes three bytes of again, and hardly less.
    const text = Buffer.from(Uint8Array.from({ length: 4_700_000 }, () => Math.random() * 256)).toString('base64');
    const { body, isBase64Encoded, headers } = encode(
      { header: (name) => (name === 'accept-encoding' ? 'gzip' : undefined) },
      { status: 200, headers: {}, text },
    );
    expect([body === text, isBase64Encoded, headers]).toEqual([true, false, {}]);
  });

  test('items, lists, results of writes and problems are, and say of what type they are inside', async () => {
    await report('kinds');
    const lines: [string, Ask, string][] = [
      ['GET /reports/kinds', {}, 'application/json'],
      ['GET /reports', {}, 'application/json'],
      ['PATCH /reports/kinds', { body: { text: `${LONG}.` } }, 'application/json'],
      ['POST /reports', { body: { text: LONG } }, 'application/json'],
      [
        'POST /transactions',
        { body: { operations: [{ method: 'POST', path: '/reports', body: { text: LONG } }] } },
        'application/json',
      ],
      ['PATCH /reports/kinds', { body: { text: LONG }, headers: { 'If-Match': '"77"' } }, 'application/problem+json'],
      ['GET /openapi.json', {}, 'application/json'],
      ['GET /docs', {}, 'text/html; charset=utf-8'],
      ['GET /docs/rapidoc.js', {}, 'text/javascript; charset=utf-8'],
    ];
    for (const [line, { headers, body }, type] of lines) {
      const answer = await ask(line, { headers: { ...headers, ...GZIP }, body });
      expect([line, answer.headers['content-encoding'], answer.headers['content-type']]).toEqual([line, 'gzip', type]);
      expect(answer.text.length).toBeGreaterThanOrEqual(1024);
    }
  });

  test.each<[string | undefined, boolean]>([
    [undefined, false],
    ['', false],
    ['gzip', true],
    ['GZIP', true],
    ['gzip;q=1.0, identity; q=0.5, *;q=0', true],
    ['br, gzip;q=0.5', true],
    ['*', true],
    ['gzip;q=0', false],
    ['*;q=0', false],
    ['gzip;q=0.2, identity', false],
    ['br', false],
    ['deflate', false],
    ['identity', false],
    ['identity;q=0', false],
    ['gzipped', false],
    ['gzip=;;;q', false],
  ])('Accept-Encoding: %s: %s', async (accept, isCompressed) => {
    const { text } = await report('accept');
    const answer = await ask('GET /reports/accept', {
      headers: accept === undefined ? {} : { 'Accept-Encoding': accept },
    });
    expect([answer.status, answer.headers['content-encoding'], answer.text]).toEqual([
      200,
      isCompressed ? 'gzip' : undefined,
      text,
    ]);
    expect(answer.headers['vary']).toBe('Accept, Accept-Encoding');
  });

  test('whatever the header says, the text is the same, and an uncompressed body has the plain tag', async () => {
    const { text } = await report('any');
    const part = fc.oneof(
      fc.constantFrom('gzip', 'identity', '*', 'br', ' ', ';q=0', ';q=0.5', ',', ';'),
      fc.string({ maxLength: 8 }),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(part, { maxLength: 8 }), async (parts) => {
        const answer = await ask('GET /reports/any', { headers: { 'Accept-Encoding': parts.join('') } });
        expect([answer.status, answer.text]).toEqual([200, text]);
        expect(answer.headers['etag']!.endsWith('+gzip"')).toBe(answer.headers['content-encoding'] === 'gzip');
      }),
      { numRuns: runs(50) },
    );
  });

  test('a header that no honest client sends is refused, as any other', async () => {
    expect((await ask('GET /reports/any', { headers: { 'Accept-Encoding': 'gzip,'.repeat(2_000) } })).status).toBe(400);
  });

  test('HEAD has the header fields of GET', async () => {
    const get = await report('head');
    const head = await ask('HEAD /reports/head', { headers: GZIP });
    const { 'x-request-id': _one, 'server-timing': _two, ...fields } = get.headers;
    expect(head).toMatchObject({ status: 200, text: '', headers: fields });
  });
});

describe('a strong tag', () => {
  test('is another one for the compressed body', async () => {
    const zipped = await report('tag');
    const { headers } = await ask('GET /reports/tag');
    expect(zipped.headers['etag']).toBe(headers['etag']!.replace(/"$/, '+gzip"'));
    expect(headers['etag']).not.toContain('gzip');
  });

  test.each(['PUT', 'PATCH', 'DELETE'])(
    'of either body is good for %s, and no longer than the item stays as it is',
    async (method) => {
      for (const pick of [(answer: Answer) => answer.headers['etag']!, plain]) {
        const tag = pick(await report('write'));
        const send = async (): Promise<Answer> =>
          ask(`${method} /reports/write`, { body: { text: `${LONG}!` }, headers: { 'If-Match': tag, ...GZIP } });
        expect((await send()).status).toBe(method === 'DELETE' ? 204 : 200);
        if (method === 'DELETE') {
          continue;
        }
        const late = await send();
        expect([late.status, late.body.current.version]).toEqual([412, 2]);
        // That of the item which the problem is about, not of the problem.
        expect(late.headers['etag']).not.toContain('gzip');
      }
    },
  );

  test('of what a write has answered is good for the next one', async () => {
    let tag = (await report('chain')).headers['etag']!;
    for (let round = 0; round < 3; round += 1) {
      const { status, headers } = await ask('PATCH /reports/chain', {
        body: { text: `${LONG}${round}` },
        headers: { 'If-Match': tag, ...GZIP },
      });
      expect([status, headers['etag']]).toEqual([200, expect.stringMatching(/\+gzip"$/)]);
      tag = headers['etag']!;
    }
  });

  test('of the compressed body is good in a transaction, and for PUT with If-None-Match', async () => {
    const tag = (await report('inside')).headers['etag']!;
    const replaced = await ask('PUT /reports/inside', { body: { text: 'x' }, headers: { 'If-None-Match': tag } });
    expect(replaced.status).toBe(412);
    const operation = {
      method: 'PATCH',
      path: '/reports/inside',
      headers: { 'If-Match': tag },
      body: { text: 'Short.' },
    };
    expect((await ask('POST /transactions', { body: { operations: [operation] } })).status).toBe(200);
    expect((await ask('POST /transactions', { body: { operations: [operation] } })).status).toBe(412);
  });

  const GET = 'GET /reports/cached';
  test.each<[string, (tag: string) => string, object, number, (tag: string) => string]>([
    ['the compressed body, and takes it: 304 with the tag that it has', (tag) => tag, GZIP, 304, (tag) => tag],
    ['the compressed body, named weakly by a proxy', (tag) => `W/${tag}`, GZIP, 304, (tag) => tag],
    ['the compressed body among others', (tag) => `"99", ${tag}, "98+gzip"`, GZIP, 304, (tag) => tag],
    [
      'the compressed body, and takes it no more: the other body',
      (tag) => tag,
      {},
      200,
      (tag) => tag.replace('+gzip', ''),
    ],
    [
      'the plain body, and takes both: 304 with the tag that it has',
      (tag) => tag.replace('+gzip', ''),
      GZIP,
      304,
      (tag) => tag.replace('+gzip', ''),
    ],
    ['the plain body', (tag) => tag.replace('+gzip', ''), {}, 304, (tag) => tag.replace('+gzip', '')],
    ['both', (tag) => `${tag}, ${tag.replace('+gzip', '')}`, {}, 304, (tag) => tag.replace('+gzip', '')],
    ['another compressed body', () => '"99+gzip"', GZIP, 200, (tag) => tag],
    ['a tag that only looks so', () => '"+gzip"', GZIP, 200, (tag) => tag],
  ])('of a client that has %s', async (_what, named, headers, status, expected) => {
    const tag = (await report('cached')).headers['etag']!;
    const answer = await ask(GET, { headers: { 'If-None-Match': named(tag), ...headers } });
    expect([answer.status, answer.headers['etag']]).toEqual([status, expected(tag)]);
    if (status === 304) {
      expect(answer.headers).toMatchObject({ vary: 'Accept, Accept-Encoding' });
    }
    if (status === 304) {
      expect(answer.headers).not.toHaveProperty('content-encoding');
    }
  });

  test.each(['/openapi.json', '/docs', '/docs/rapidoc.js'])(
    'of %s is so too, for every request alike',
    async (path) => {
      const { headers, text } = await ask(`GET ${path}`);
      const zipped = [await ask(`GET ${path}`, { headers: GZIP }), await ask(`GET ${path}`, { headers: GZIP })];
      for (const answer of zipped) {
        expect(answer.headers['etag']).toBe(headers['etag']!.replace(/"$/, '+gzip"'));
        expect(answer.text).toBe(text);
        expect(
          await ask(`GET ${path}`, { headers: { 'If-None-Match': answer.headers['etag']!, ...GZIP } }),
        ).toMatchObject({ status: 304, headers: { etag: answer.headers['etag'] } });
      }
    },
  );
});

test('the weak tag of a list is the same for both bodies, as it may be', async () => {
  await report('listed');
  const [one, other] = [await ask('GET /reports'), await ask('GET /reports', { headers: GZIP })];
  expect(other.headers).toMatchObject({ etag: one.headers['etag'], 'content-encoding': 'gzip' });
  for (const headers of [GZIP, {}]) {
    expect((await ask('GET /reports', { headers: { 'If-None-Match': one.headers['etag']!, ...headers } })).status).toBe(
      304,
    );
  }
});

test('an answer that is kept for an idempotency key is compressed for who takes it, whoever asked first', async () => {
  const send = async (headers: Record<string, string>): Promise<Answer> =>
    ask('POST /reports', { body: { text: LONG }, headers: { 'Idempotency-Key': 'a-report', ...headers } });
  const [first, again, last] = [await send({}), await send(GZIP), await send({})];
  expect([
    first.headers['content-encoding'],
    again.headers['content-encoding'],
    last.headers['content-encoding'],
  ]).toEqual([undefined, 'gzip', undefined]);
  expect([again.text, last.text]).toEqual([first.text, first.text]);
  expect(plain(again)).toBe(first.headers['etag']);
});
