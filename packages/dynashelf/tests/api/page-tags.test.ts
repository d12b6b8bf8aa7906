// The weak ETag of a page, and conditional requests on lists.

import { createClient } from '../../src/testing/client';
import { resources } from '../library/src/resources/index';
import { aBook } from '../setup/samples';
import { useTable } from '../../src/testing/table';

useTable();
const ask = createClient({ resources });

const DUE = { dueAt: '2027-01-01T00:00:00.000Z' };

beforeAll(async () => {
  for (const id of ['b1', 'b2', 'b3']) {
    await ask(`PUT /books/${id}`, { body: aBook({ title: id }) });
  }
  await ask('PUT /members/m1', { body: { name: 'Ann', email: 'ann@example.org' } });
  await ask('PUT /loans/l1', { body: { book: 'b1', member: 'm1', ...DUE } });
});

async function tagOf(path: string, headers: Record<string, string> = {}): Promise<string> {
  return (await ask(`GET ${path}`, { headers })).headers['etag']!;
}

test('a page has a weak tag, the same as long as it shows the same', async () => {
  const tag = await tagOf('/books?limit=2');
  expect(tag).toMatch(/^W\/"[A-Za-z0-9_-]{22}"$/);
  expect(await tagOf('/books?limit=2')).toBe(tag);
});

test('If-None-Match with it is 304 without a body, as long as nothing has changed', async () => {
  const first = await ask('GET /books');
  const headers = { 'If-None-Match': first.headers['etag']! };
  const second = await ask('GET /books', { headers });
  expect(second).toMatchObject({ status: 304, text: '' });
  // RFC 9110 §15.4.5
  expect(second.headers).toMatchObject({
    etag: first.headers['etag'],
    'cache-control': 'no-cache',
    vary: first.headers['vary'],
  });
  expect(second.headers).not.toHaveProperty('content-type');
  await ask('PATCH /books/b2', { body: { pages: 7 } });
  const third = await ask('GET /books', { headers });
  expect(third.status).toBe(200);
  expect(third.headers['etag']).not.toBe(first.headers['etag']);
});

test('an item that goes or comes changes the tag of its page', async () => {
  const before = await tagOf('/books');
  await ask('PUT /books/b4', { body: aBook() });
  const between = await tagOf('/books');
  expect(between).not.toBe(before);
  await ask('DELETE /books/b4');
  expect(await tagOf('/books')).toBe(before);
});

test('next, fields, expand and total are part of what is tagged', async () => {
  const tags = [
    await tagOf('/loans'),
    await tagOf('/loans?fields=book'),
    await tagOf('/loans?expand=book'),
    await tagOf('/loans', { Prefer: 'count=exact' }),
    await tagOf('/books?limit=3'),
    await tagOf('/books?limit=2'),
  ];
  expect(new Set(tags).size).toBe(tags.length);
  // The items are the same two, but one page has more after it.
  const [, cut] = [await tagOf('/books?id[gte]=b2'), await tagOf('/books?limit=2')];
  expect(await tagOf('/books?id[gte]=b2')).not.toBe(cut);
});

test('an expanded item that changes changes the tag of the page, though the items themselves do not', async () => {
  const [plain, expanded] = [await tagOf('/loans'), await tagOf('/loans?expand=book')];
  await ask('PATCH /books/b1', { body: { pages: 99 } });
  expect(await tagOf('/loans')).toBe(plain);
  expect(await tagOf('/loans?expand=book')).not.toBe(expanded);
});

test('an attribute that fields leave out changes the version and not the tag', async () => {
  const tag = await tagOf('/books?fields=title');
  await ask('PATCH /books/b1', { body: { pages: 100 } });
  expect(await tagOf('/books?fields=title')).toBe(tag);
});

test('an empty page has a tag, and * matches it', async () => {
  expect(await tagOf('/books?id[gte]=z')).toMatch(/^W\//);
  expect((await ask('GET /books?id[gte]=z', { headers: { 'If-None-Match': '*' } })).status).toBe(304);
});

test('If-None-Match compares weakly, in a list of tags too', async () => {
  const tag = await tagOf('/books');
  expect((await ask('GET /books', { headers: { 'If-None-Match': `"x", ${tag.replace('W/', '')}` } })).status).toBe(304);
  expect((await ask('GET /books', { headers: { 'If-None-Match': '"x"' } })).status).toBe(200);
});

test('If-Match compares strongly, so that no tag of a page passes it: 412, and * passes', async () => {
  const tag = await tagOf('/books');
  for (const value of [tag, tag.replace('W/', ''), '"1"', `"x", ${tag}`]) {
    const { status, body } = await ask('GET /books', { headers: { 'If-Match': value } });
    expect([value, status, body.type]).toEqual([value, 412, '/docs#precondition-failed']);
  }
  expect((await ask('GET /books', { headers: { 'If-Match': '*' } })).status).toBe(200);
});

test('a precondition that cannot be read is 400; the list’s own faults, and 404, come before If-Match', async () => {
  expect((await ask('GET /books', { headers: { 'If-Match': 'x' } })).status).toBe(400);
  expect((await ask('GET /books', { headers: { 'If-None-Match': 'x' } })).status).toBe(400);
  expect((await ask('GET /books?limit=0', { headers: { 'If-Match': '"1"' } })).status).toBe(400);
  expect((await ask('GET /members/nobody/loans', { headers: { 'If-Match': '"1"' } })).status).toBe(404);
});

test('conditions on a date are ignored, a list having none', async () => {
  const past = 'Mon, 01 Jan 2001 00:00:00 GMT';
  const future = 'Mon, 01 Jan 2099 00:00:00 GMT';
  expect((await ask('GET /books', { headers: { 'If-Modified-Since': future } })).status).toBe(200);
  expect((await ask('GET /books', { headers: { 'If-Unmodified-Since': past } })).status).toBe(200);
  expect((await ask('GET /books')).headers).not.toHaveProperty('last-modified');
});

test('HEAD has the tag of GET', async () => {
  expect((await ask('HEAD /books')).headers['etag']).toBe(await tagOf('/books'));
});
