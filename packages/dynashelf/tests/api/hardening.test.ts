// Hostile input: names, ids, values and headers that mean something to JavaScript, DynamoDB or HTTP are data here, or
// refused.

import fc from 'fast-check';

import { createClient } from '../../src/testing/client';
import type { Answer } from '../../src/testing/ask';
import { useTable } from '../../src/testing/table';
import { thingResources } from '../setup/things';
import { runs } from '../setup/runs';

useTable();
const ask = createClient({ resources: thingResources, described: false });

const JSON_PATCH = { 'Content-Type': 'application/json-patch+json' };
const NAMES = ['__proto__', 'constructor', 'prototype', 'toString', 'hasOwnProperty', '__defineGetter__', 'valueOf'];

/** What every object would show if a prototype had been changed. */
function prototypes(): unknown[] {
  return [
    Object.getOwnPropertyNames(Object.prototype).sort(),
    Object.getOwnPropertyNames(Array.prototype).length,
    ({} as { polluted?: unknown }).polluted,
  ];
}

async function stored(id: string): Promise<Answer['body']> {
  return (await ask(`GET /things/${id}`)).body;
}

describe('names that every object of JavaScript has', () => {
  const before = prototypes();
  afterEach(() => expect(prototypes()).toEqual(before));

  test.each(NAMES)(
    '%s is no collection, relation, action, field, expansion, order, filter or parameter',
    async (name) => {
      await ask('PUT /things/p', { body: { title: 'a' } });
      expect((await ask(`GET /${name}`)).status).toBe(404);
      expect((await ask(`GET /${name}/${name}`)).status).toBe(404);
      expect((await ask(`GET /things/p/${name}`)).status).toBe(404);
      expect((await ask(`POST /things/p/${name}`, { body: {} })).status).toBe(404);
      expect((await ask(`GET /things/${name}`)).status).toBe(404);
      for (const query of [
        `fields=${name}`,
        `expand=${name}`,
        `sort=${name}`,
        `sort=title,${name}`,
        `${name}=1`,
        `address.${name}=1`,
        `${name}.polluted=1`,
        `title[${name}]=1`,
        `any.${name}[exists]=true`,
      ]) {
        expect([query, (await ask(`GET /things?${query}`)).status]).toEqual([query, 400]);
      }
    },
  );

  test.each(NAMES)('%s is no attribute, in the item or inside an object', async (name) => {
    for (const body of [
      `{"title":"a","${name}":{"polluted":1}}`,
      `{"title":"a","address":{"${name}":{"polluted":1}}}`,
      `{"title":"a","objects":[{"${name}":{"polluted":1}}]}`,
    ]) {
      expect((await ask('POST /things', { body })).status).toBe(422);
      expect((await ask('PUT /things/n', { body })).status).toBe(422);
      expect(
        (
          await ask('POST /transactions', {
            body: `{"operations":[{"method":"POST","path":"/things","body":${body}}]}`,
          })
        ).status,
      ).toBe(422);
    }
    expect(
      (
        await ask('POST /transactions', {
          body: `{"operations":[{"method":"POST","path":"/things","headers":{"${name}":"x"},"body":{"title":"a"}}]}`,
        })
      ).status,
    ).toBe(422);
  });

  test.each(NAMES)('%s in a patch changes nothing but what it names', async (name) => {
    await ask('PUT /things/q', { body: { title: 'a', any: { x: 1 } } });
    expect((await ask('PATCH /things/q', { body: `{"${name}":{"polluted":1}}` })).status).toBe(422);
    for (const path of [
      `/${name}`,
      `/${name}/polluted`,
      `/address/${name}/polluted`,
      `/any/${name}/${name}/polluted`,
      `/any/x/${name}`,
    ]) {
      const answer = await ask('PATCH /things/q', { body: [{ op: 'add', path, value: 1 }], headers: JSON_PATCH });
      expect([path, answer.status]).toEqual([path, 422]);
    }
    for (const operation of [
      { op: 'copy', from: `/${name}`, path: '/any/y' },
      { op: 'move', from: `/any/${name}`, path: '/any/y' },
      { op: 'remove', path: `/any/${name}` },
      { op: 'replace', path: `/any/${name}`, value: 1 },
      { op: 'test', path: `/any/${name}`, value: 1 },
    ]) {
      expect((await ask('PATCH /things/q', { body: [operation], headers: JSON_PATCH })).status).toBeGreaterThanOrEqual(
        409,
      );
    }
    expect((await stored('q')).any).toEqual({ x: 1 });
  });

  test('in an attribute that takes any JSON they are kept, but for __proto__, which is refused', async () => {
    const any = { constructor: { prototype: { polluted: 1 } }, toString: 1, hasOwnProperty: null };
    const { body } = await ask('POST /things', { body: { title: 'a', any } });
    expect((await stored(body.id)).any).toEqual(any);
    expect((await ask('POST /things', { body: '{"title":"a","any":{"__proto__":{"polluted":1}}}' })).status).toBe(422);
  });
});

describe('what means something in an expression of DynamoDB', () => {
  const words = [
    '#0',
    ':0',
    '#a = :a',
    'attribute_exists(pk)',
    'a.b[0]',
    'SET',
    'title) OR (pk = :0',
    '"',
    "'",
    '`',
    '$',
    'pk',
    'sk',
    'gsi1pk',
    '#',
    'a b',
    '..',
    '\\',
    '%23',
    '\u0000',
    '\n',
  ];

  test.each(words)('%j is a name and a value like any other in free JSON', async (word) => {
    const any = { [word]: { [word]: [word] } };
    const { body, status } = await ask('POST /things', { body: { title: word, group: word, any } });
    expect(status).toBe(201);
    expect(await stored(body.id)).toMatchObject({ title: word, group: word, any });
    const path = `/any/${word.replace(/~/g, '~0').replace(/\//g, '~1')}`;
    const patched = await ask(`PATCH /things/${body.id}`, {
      body: [{ op: 'add', path: `${path}x`, value: word }],
      headers: JSON_PATCH,
    });
    expect(patched.body.any).toEqual({ ...any, [`${word}x`]: word });
    for (const query of [
      `title=${encodeURIComponent(word)}`,
      `group=${encodeURIComponent(word)}`,
      `title[begins]=${encodeURIComponent(word)}`,
      `group=${encodeURIComponent(word)}&title[contains]=${encodeURIComponent(word)}`,
    ]) {
      const found = await ask(`GET /things?${query}`);
      expect(found.status).toBe(200);
      expect(found.body.items.map(({ id }: { id: string }) => id)).toContain(body.id);
      expect(found.body.items.every(({ title }: { title: string }) => title.includes(word))).toBe(true);
    }
  });

  test.each(words)('%j is no attribute to be asked or ordered by', async (word) => {
    for (const query of [
      `${encodeURIComponent(word)}=1`,
      `sort=${encodeURIComponent(word)}`,
      `fields=${encodeURIComponent(word)}`,
      `title[${encodeURIComponent(word)}]=1`,
      `address.${encodeURIComponent(word)}=1`,
      `expand=${encodeURIComponent(word)}`,
    ]) {
      expect([query, (await ask(`GET /things?${query}`)).status]).toEqual([query, 400]);
    }
  });
});

describe('keys', () => {
  /** Texts made of what keys are made of. */
  const tricky = fc.string({
    unit: fc.constantFrom(
      '#',
      'a',
      'byGroup',
      '\u0000',
      '\u0001',
      '\u0002',
      '/',
      ':',
      'things',
      '\u{10ffff}',
      'é',
      'e\u0301',
    ),
    minLength: 1,
    maxLength: 8,
  });

  test('whatever two values of an index are, neither lists the items of the other', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uniqueArray(tricky, { minLength: 2, maxLength: 4 }), async (groups) => {
        const mark = Math.random().toString(36);
        const ids = await Promise.all(
          groups.map(
            async (group) =>
              (await ask('POST /things', { body: { title: mark, group, code: `${mark}${group}` } })).body.id as string,
          ),
        );
        for (const [index, group] of groups.entries()) {
          for (const query of [
            `group=${encodeURIComponent(group)}&title=${mark}`,
            `group=${encodeURIComponent(group)}&title=${mark}&sort=-code`,
          ]) {
            const { body } = await ask(`GET /things?${query}`);
            expect(body.items.map(({ id }: { id: string }) => id)).toEqual([ids[index]]);
          }
        }
      }),
      { numRuns: runs(30) },
    );
  });

  test('whatever two unique values are, one does not stand in the way of the other', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uniqueArray(tricky, { minLength: 2, maxLength: 4 }), async (codes) => {
        const mark = Math.random().toString(36);
        const answers = await Promise.all(
          codes.map(async (code) => ask('POST /things', { body: { title: 'a', code: `${mark}${code}` } })),
        );
        expect(answers.map(({ status }) => status)).toEqual(codes.map(() => 201));
        const [first] = codes;
        expect((await ask('POST /things', { body: { title: 'a', code: `${mark}${first!}` } })).status).toBe(409);
      }),
      { numRuns: runs(30) },
    );
  });

  test.each([
    'a%23b',
    'a%00b',
    'a%2Fb',
    'a%0D%0Ab',
    '%C3%A9',
    'a%20b',
    '%F0%9F%98%80',
    'a%25',
    '%',
    '%ff',
    'a%5Cb',
    '..%2F..',
    '%2e%2e%2f',
    'a'.repeat(129),
  ])('the id %s is none', async (id) => {
    expect((await ask(`GET /things/${id}`)).status).toBe(404);
    expect((await ask(`DELETE /things/${id}`)).status).toBe(404);
    const put = await ask(`PUT /things/${id}`, { body: { title: 'a' } });
    expect(put.status).toBe(422);
    expect(put.headers['location']).toBeUndefined();
    expect((await ask(`GET /things?id[in]=${id}`)).body.items ?? []).toEqual([]);
  });

  test('no item is reached by the keys of records that are none: unique values, idempotency keys, the health check', async () => {
    await ask('POST /things', { body: { title: 'a', code: 'guarded' }, headers: { 'Idempotency-Key': 'guarded' } });
    for (const path of [
      '/things%23code/guarded',
      '/%23health',
      '/things%23code',
      '/things%230/guarded',
      '/idempotency',
      '/things/%23',
    ]) {
      expect([path, (await ask(`GET ${path}`)).status]).toEqual([path, 404]);
    }
    const { body } = await ask('GET /things?limit=100');
    expect(body.items.every((item: object) => !/"(pk|sk|gsi\d+[ps]k|#\w+)":/.test(JSON.stringify(item)))).toBe(true);
  });
});

describe('Unicode', () => {
  const [composed, decomposed] = ['é', 'e\u0301'];

  test('a text is kept as it was sent, and two forms of one text are two texts: for filters, unique values and lengths', async () => {
    const first = await ask('POST /things', {
      body: { title: composed, group: `n-${composed}`, code: `n-${composed}` },
    });
    const second = await ask('POST /things', {
      body: { title: decomposed, group: `n-${decomposed}`, code: `n-${decomposed}` },
    });
    expect([first.status, second.status]).toEqual([201, 201]);
    expect([(await stored(first.body.id)).title, (await stored(second.body.id)).title]).toEqual([composed, decomposed]);
    for (const [{ body }, form] of [
      [first, composed],
      [second, decomposed],
    ] as const) {
      expect(
        (await ask(`GET /things?group=${encodeURIComponent(`n-${form}`)}`)).body.items.map(
          ({ id }: { id: string }) => id,
        ),
      ).toEqual([body.id]);
    }
  });

  test.each(['"\\ud800"', '"\\udc00\\ud800"', '"a\\udfff"'])(
    'half of a surrogate pair is no text: %s',
    async (text) => {
      expect((await ask('POST /things', { body: `{"title":${text}}` })).status).toBe(422);
      expect((await ask('POST /things', { body: `{"title":"a","any":{${text}:1}}` })).status).toBe(422);
    },
  );

  test('a parameter that holds half of a pair is refused', async () => {
    expect((await ask('GET /things?title=%ED%A0%80')).status).toBeLessThan(500);
  });

  test('what cannot be seen is kept: a byte order mark, joiners, controls', async () => {
    const title = '\ufeffa\u200d\u202eb\u0000\u001f\u007f\ufffe';
    const { body } = await ask('POST /things', { body: { title } });
    expect((await stored(body.id)).title).toBe(title);
  });
});

describe('headers of an answer', () => {
  const breaks = ['a\r\nX-Evil: 1', 'a\nX-Evil: 1', 'a\rX-Evil: 1', '\r\n\r\n<script>', 'a\u0000b', 'é\r\n'];

  test.each(breaks)('%j in a header, an id or a parameter makes no header, no line and no 500', async (value) => {
    const encoded = encodeURIComponent(value);
    const headers = [
      'Prefer',
      'Idempotency-Key',
      'Origin',
      'Accept',
      'If-None-Match',
      'X-Request-Id',
      'If-Modified-Since',
    ].map((name) => [name, name === 'Prefer' ? `return=${value}` : value] as const);
    const answers = [
      ...(await Promise.all(
        headers.map(async ([name, sent]) => ask('POST /things', { body: { title: value }, headers: { [name]: sent } })),
      )),
      ...(await Promise.all(headers.map(async ([name, sent]) => ask('GET /things', { headers: { [name]: sent } })))),
      await ask(`GET /things/${encoded}`),
      await ask(`PUT /things/${encoded}`, { body: { title: 'a' } }),
      await ask(`GET /${encoded}`),
      await ask(`GET /things?title=${encoded}&limit=1`),
      await ask(`GET /things?${encoded}=1`),
      await ask(`GET /things?cursor=${encoded}`),
      await ask(`GET /things?sort=${encoded}`),
      await ask('POST /transactions', {
        body: {
          operations: [
            { method: 'POST', path: '/things', headers: { Prefer: `return=${value}` }, body: { title: value } },
          ],
        },
      }),
    ];
    for (const answer of answers) {
      expect(answer.status).not.toBe(500);
      expect(answer.headers['x-evil']).toBeUndefined();
      for (const [name, text] of Object.entries(answer.headers)) {
        expect([name, text]).toEqual([name, expect.stringMatching(/^[\x20-\x7e]*$/)]);
      }
    }
  });

  test('every answer forbids sniffing, and no refusal is kept by a cache', async () => {
    for (const line of [
      'GET /',
      'GET /things',
      'GET /nothing',
      'PUT /things',
      'OPTIONS /things',
      'GET /docs',
      'GET /openapi.json',
      'GET /health',
      'POST /things',
    ]) {
      const answer = await ask(line);
      expect(answer.headers).toMatchObject({
        'x-content-type-options': 'nosniff',
        'x-request-id': expect.any(String),
        'cache-control': expect.any(String),
      });
      expect(answer.headers['server']).toBeUndefined();
      expect(answer.headers['x-powered-by']).toBeUndefined();
      if (answer.status >= 400) {
        expect(answer.headers['cache-control']).toBe('no-store');
      }
    }
  });

  test('the page may be framed by nobody, load nothing from elsewhere, and run no script of its own text', async () => {
    const { headers, text } = await ask('GET /docs');
    expect(headers['content-security-policy']).toMatch(
      /default-src 'none'.*script-src 'self';.*base-uri 'none'.*form-action 'none'.*frame-ancestors 'none'/,
    );
    expect(headers['referrer-policy']).toBe('no-referrer');
    expect(text).not.toMatch(/<script(?![^>]*\bsrc=)|\son\w+=/i);
  });
});

describe('limits', () => {
  test.each([
    [
      'a query of more than 100 parameters',
      'GET',
      `/things?${Array.from({ length: 101 }, (_, index) => `a${index}=1`).join('&')}`,
    ],
    ['a path and query of more than 8192 characters', 'GET', `/things?title=${'a'.repeat(8200)}`],
    ['a path of more than 8192 characters', 'GET', `/things/${'a'.repeat(8200)}`],
  ])('%s is 400', async (_what, method, target) => {
    expect([
      (await ask(`${method} ${target}`)).status,
      (await ask('POST /transactions', { body: { operations: [{ method, path: target }] } })).status,
    ]).toEqual([400, 400]);
  });

  test('a header of more than 8192 characters is 400 and named', async () => {
    for (const name of ['If-Match', 'Prefer', 'Accept', 'Content-Type', 'Idempotency-Key', 'Authorization', 'Origin']) {
      const { status, body } = await ask('PATCH /things/1', { body: {}, headers: { [name]: 'a'.repeat(8193) } });
      expect([name, status, body.errors]).toEqual([
        name,
        400,
        [{ detail: expect.stringContaining('at most 8192'), header: name }],
      ]);
    }
  });

  test('a body of more than 100000 values is 413, whatever its size', async () => {
    expect((await ask('POST /things', { body: `{"title":"a","any":{"x":[${'0,'.repeat(100_000)}0]}}` })).status).toBe(
      413,
    );
  });

  test('objects and arrays 41 deep are 422, before anything walks them', async () => {
    const nested = (depth: number): string => `{"title":"a","any":${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}}`;
    expect((await ask('POST /things', { body: nested(29) })).status).toBe(201);
    expect((await ask('POST /things', { body: nested(200) })).status).toBe(422);
    expect((await ask('PATCH /things/1', { body: nested(50_000) })).status).toBe(422);
  });
});
