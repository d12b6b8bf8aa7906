// One item: created, read, replaced, deleted, and what every answer carries.

import { createClient } from '../../src/testing/client';
import { resources } from '../library/src/resources/index';
import { aBook } from '../setup/samples';
import { useTable } from '../../src/testing/table';
import { withBirth } from '../setup/tags';

useTable();
const ask = createClient({ resources });

const UUID_V7 = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
const TIMESTAMP = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z$/;

describe('POST of a collection', () => {
  test('a valid body makes an item with the system attributes, defaults, Location and ETag', async () => {
    const answer = await ask('POST /books', { body: aBook({ pages: 635 }) });
    expect(answer.status).toBe(201);
    const { id, createdAt, updatedAt, ...rest } = answer.body;
    expect(rest).toEqual({
      title: 'Moby-Dick',
      author: 'Herman Melville',
      pages: 635,
      copies: 1,
      lent: 0,
      available: 1,
      version: 1,
    });
    expect(id).toMatch(UUID_V7);
    expect(createdAt).toMatch(TIMESTAMP);
    expect(updatedAt).toBe(createdAt);
    expect(answer.headers).toMatchObject({
      location: `/books/${id}`,
      etag: '"1"',
      'last-modified': new Date(updatedAt).toUTCString(),
      'content-type': 'application/json',
      'cache-control': 'no-cache',
    });
    expect((await ask(`GET /books/${id}`)).body).toEqual(answer.body);
  });

  test('the system attributes in a body are ignored', async () => {
    const { body } = await ask('POST /books', {
      body: aBook({ id: 'mine', version: 9, createdAt: 'x', updatedAt: 5 }),
    });
    expect(body.id).not.toBe('mine');
    expect(body.version).toBe(1);
  });

  test('items made one after the other have ids that grow', async () => {
    const ids: string[] = [];
    for (let index = 0; index < 20; index++) {
      ids.push((await ask('POST /members', { body: { name: 'Ada', email: `ada${index}@example.org` } })).body.id);
    }
    expect([...ids].sort()).toEqual(ids);
    expect(new Set(ids).size).toBe(20);
  });

  test('deployed behind a stage, Location includes it', async () => {
    const { headers, body } = await ask('POST /books', { body: aBook(), base: '/prod' });
    expect(headers['location']).toBe(`/prod/books/${body.id}`);
  });
});

describe('GET of an item', () => {
  test('an item that is there is returned with its validators', async () => {
    await ask('PUT /books/there', { body: aBook() });
    const answer = await ask('GET /books/there');
    expect(answer.status).toBe(200);
    expect(answer.body).toMatchObject({ id: 'there', title: 'Moby-Dick', version: 1 });
    expect(answer.headers).toMatchObject({
      etag: withBirth(1),
      'cache-control': 'no-cache',
      'content-type': 'application/json',
    });
    expect(answer.headers).not.toHaveProperty('location');
  });

  test('an item that is not there is 404', async () => {
    const answer = await ask('GET /books/absent');
    expect(answer.status).toBe(404);
    expect(answer.body).toMatchObject({ type: '/docs#not-found', status: 404 });
    expect(answer.headers).not.toHaveProperty('etag');
  });

  test('an item of another collection of the same id is not found', async () => {
    await ask('PUT /books/shared-id', { body: aBook() });
    expect((await ask('GET /members/shared-id')).status).toBe(404);
  });

  test('fields selects attributes and id, and such a body has no ETag', async () => {
    await ask('PUT /books/fields', { body: aBook({ pages: 3 }) });
    const answer = await ask('GET /books/fields?fields=title,pages');
    expect(answer.status).toBe(200);
    expect(answer.body).toEqual({ id: 'fields', title: 'Moby-Dick', pages: 3 });
    expect(answer.headers).not.toHaveProperty('etag');
  });

  test('fields that name no attribute are 400, each of them listed', async () => {
    const answer = await ask('GET /books/fields?fields=titel,pages,nope');
    expect(answer.status).toBe(400);
    expect(answer.body.errors).toEqual([
      { detail: expect.stringContaining('Did you mean "title"?'), parameter: 'fields' },
      { detail: expect.stringContaining('"nope"'), parameter: 'fields' },
    ]);
  });

  test('no storage detail is in a body', async () => {
    await ask('PUT /books/clean', { body: aBook() });
    const { body } = await ask('GET /books/clean');
    expect(Object.keys(body).sort()).toEqual([
      'author',
      'available',
      'copies',
      'createdAt',
      'id',
      'lent',
      'title',
      'updatedAt',
      'version',
    ]);
  });

  test('HEAD has the status and headers of GET and no body', async () => {
    await ask('PUT /books/head', { body: aBook() });
    const [get, head] = [await ask('GET /books/head'), await ask('HEAD /books/head')];
    expect(head.status).toBe(200);
    expect(head.text).toBe('');
    const { 'server-timing': _a, 'x-request-id': _b, ...expected } = get.headers;
    expect(head.headers).toMatchObject({ ...expected, 'content-length': String(Buffer.byteLength(get.text)) });
    expect(get.headers).not.toHaveProperty('content-length');
    expect((await ask('HEAD /books/absent')).status).toBe(404);
  });
});

describe('PUT of an item', () => {
  test('an id that is free is created, 201 with Location', async () => {
    const answer = await ask('PUT /books/new', { body: aBook() });
    expect(answer.status).toBe(201);
    expect(answer.headers).toMatchObject({ location: '/books/new', etag: withBirth(1) });
    expect(answer.body).toMatchObject({ id: 'new', version: 1 });
  });

  test('an item that is there is replaced: attributes left out go or take their default, createdAt stays', async () => {
    const { body: before, headers } = await ask('PUT /books/replaced', {
      body: aBook({ pages: 3, copies: 7, tags: ['sea'] }),
    });
    const answer = await ask('PUT /books/replaced', { body: { title: 'Typee', author: 'Herman Melville' } });
    expect(answer.status).toBe(200);
    expect(answer.headers).not.toHaveProperty('location');
    expect(answer.headers['etag']).toBe(headers['etag']!.replace('"1-', '"2-'));
    expect(answer.body).toEqual({
      id: 'replaced',
      title: 'Typee',
      author: 'Herman Melville',
      copies: 1,
      lent: 0,
      available: 1,
      version: 2,
      createdAt: before.createdAt,
      updatedAt: expect.stringMatching(TIMESTAMP),
    });
    expect((await ask('GET /books/replaced')).body).toEqual(answer.body);
  });

  test('what GET returned can be sent back', async () => {
    const { body } = await ask('PUT /books/back', { body: aBook({ tags: ['a'] }) });
    const answer = await ask('PUT /books/back', { body });
    expect(answer.status).toBe(200);
    expect(answer.body).toEqual({ ...body, version: 2, updatedAt: answer.body.updatedAt });
  });

  test('an id in the body that differs from the path is 422', async () => {
    const answer = await ask('PUT /books/one', { body: aBook({ id: 'two' }) });
    expect(answer.status).toBe(422);
    expect(answer.body.errors).toEqual([{ detail: expect.any(String), pointer: '#/id' }]);
    expect((await ask('GET /books/one')).status).toBe(404);
  });

  test.each(['a'.repeat(129), 'a%20b', 'a%2Fb', '%C3%A9', 'a%00', 'a%23b', 'a:b'])(
    'the id %s, which the contract does not allow, is 422',
    async (id) => {
      const answer = await ask(`PUT /books/${id}`, { body: aBook() });
      expect(answer.status).toBe(422);
      expect(answer.body.errors).toEqual([{ detail: expect.any(String), parameter: 'id' }]);
    },
  );

  test.each(['a', 'A-Z_0.9~', 'a'.repeat(128), '%41bc'])('the id %s is taken', async (id) => {
    const answer = await ask(`PUT /books/${id}`, { body: aBook() });
    expect(answer.status).toBe(201);
    expect(answer.body.id).toBe(decodeURIComponent(id));
  });
});

describe('DELETE of an item', () => {
  test('an item that is there is gone, 204 without a body', async () => {
    await ask('PUT /books/gone', { body: aBook() });
    const answer = await ask('DELETE /books/gone');
    expect(answer).toMatchObject({ status: 204, text: '' });
    expect(answer.headers).not.toHaveProperty('content-type');
    expect(answer.headers).not.toHaveProperty('etag');
    expect((await ask('GET /books/gone')).status).toBe(404);
  });

  test('an item that is not there is 404', async () => {
    expect((await ask('DELETE /books/never')).status).toBe(404);
  });

  test('a body is ignored', async () => {
    await ask('PUT /books/body', { body: aBook() });
    expect((await ask('DELETE /books/body', { body: 'not json' })).status).toBe(204);
  });
});

describe('Prefer (RFC 7240)', () => {
  test.each([
    ['POST /books', 201],
    ['PUT /books/minimal', 201],
    ['PUT /books/minimal', 204],
    ['PATCH /books/minimal', 204],
  ])('return=minimal on %s leaves the body out and says so: %i', async (line, status) => {
    const answer = await ask(line, { body: aBook(), headers: { Prefer: 'return=minimal' } });
    expect(answer).toMatchObject({ status, text: '' });
    expect(answer.headers['preference-applied']).toBe('return=minimal');
    expect(answer.headers['etag']).toBeDefined();
    expect(answer.headers).not.toHaveProperty('content-type');
    expect('location' in answer.headers).toBe(status === 201);
  });

  test('return=minimal on an operation of a transaction leaves its body out of the results', async () => {
    await ask('PUT /books/inside', { body: aBook() });
    const headers = { Prefer: 'return=minimal' };
    const operations = [
      { method: 'PATCH', path: '/books/inside', body: { pages: 7 }, headers },
      { method: 'PUT', path: '/books/inside-new', body: aBook(), headers },
      { method: 'POST', path: '/books', body: aBook(), headers },
    ];
    const { status, body } = await ask('POST /transactions', { body: { operations } });
    expect([
      status,
      body.results.map((result: { status: number; headers: object; body?: unknown }) => [
        result.status,
        'body' in result,
        'Content-Type' in result.headers,
        'Location' in result.headers,
        'ETag' in result.headers,
      ]),
    ]).toEqual([
      200,
      [
        [204, false, false, false, true],
        [201, false, false, true, true],
        [201, false, false, true, true],
      ],
    ]);
  });

  test('return=minimal on an array leaves the items out', async () => {
    const answer = await ask('POST /books', { body: [aBook(), aBook()], headers: { Prefer: 'return=minimal' } });
    expect(answer).toMatchObject({ status: 201, text: '' });
    expect([answer.headers['preference-applied'], answer.headers['content-type'], answer.headers['location']]).toEqual([
      'return=minimal',
      undefined,
      undefined,
    ]);
  });

  test.each(['RETURN="minimal"', 'respond-async, return=minimal; foo=bar', 'return=minimal, return=representation'])(
    '%s is the same preference',
    async (prefer) => {
      expect((await ask('POST /books', { body: aBook(), headers: { Prefer: prefer } })).text).toBe('');
    },
  );

  test('return=representation is confirmed', async () => {
    const answer = await ask('POST /books', { body: aBook(), headers: { Prefer: 'return=representation' } });
    expect(answer.headers['preference-applied']).toBe('return=representation');
    expect(answer.body.title).toBe('Moby-Dick');
  });

  test('an unknown preference, or one on GET, is ignored', async () => {
    await ask('PUT /books/preferred', { body: aBook() });
    const answer = await ask('GET /books/preferred', { headers: { Prefer: 'return=minimal, wait=100' } });
    expect(answer.body.id).toBe('preferred');
    expect(answer.headers).not.toHaveProperty('preference-applied');
  });

  test('without Prefer nothing is confirmed', async () => {
    expect((await ask('POST /books', { body: aBook() })).headers).not.toHaveProperty('preference-applied');
  });
});
