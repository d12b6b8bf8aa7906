// Conditional requests (RFC 9110 §13) on every method, without races.

import { listResources, defineResource } from '../../src/definition/resource';
import { createClient, type Answer } from '../setup/client';
import { aBook } from '../setup/samples';
import { useTable } from '../setup/table';

useTable();
const ask = createClient();

/** A book of version 2, whatever was there. */
async function secondVersion(id: string): Promise<Answer> {
  await ask(`DELETE /books/${id}`);
  await ask(`PUT /books/${id}`, { body: aBook() });
  return ask(`PUT /books/${id}`, { body: aBook({ pages: 2 }) });
}

const WRITES = ['PUT', 'PATCH', 'DELETE'];
const past = 'Sun, 06 Nov 1994 08:49:37 GMT';
const future = 'Fri, 06 Nov 2099 08:49:37 GMT';

describe('If-Match on a write', () => {
  describe.each(WRITES)('%s', (method) => {
    test.each(['"2"', '*', '"1", "2"', '"x","2"', ', "2" ,', '"2",W/"1"'])('with %s, which the item fulfils, is done', async (tags) => {
      await secondVersion('match');
      const answer = await ask(`${method} /books/match`, { body: aBook(), headers: { 'If-Match': tags } });
      expect(answer.status).toBe(method === 'DELETE' ? 204 : 200);
    });

    test.each(['"1"', 'W/"2"', '"3", "4"', '"02"', '"abc"', '""'])('with %s, which the item does not fulfil, is 412 with the item as it is', async (tags) => {
      const { body } = await secondVersion('unmatched');
      const answer = await ask(`${method} /books/unmatched`, { body: aBook({ pages: 9 }), headers: { 'If-Match': tags } });
      expect(answer.status).toBe(412);
      expect(answer.body).toMatchObject({ type: '/docs#precondition-failed', current: body });
      expect(answer.headers).toMatchObject({ etag: '"2"', 'content-type': 'application/problem+json' });
      expect((await ask('GET /books/unmatched')).body).toEqual(body);
    });

    test.each(['2', '"2', 'abc', '', '"1" "2"', '*, "2"'])('with %p, which is no list of tags, is 400', async (tags) => {
      await secondVersion('malformed');
      const answer = await ask(`${method} /books/malformed`, { body: aBook(), headers: { 'If-Match': tags } });
      expect(answer.status).toBe(400);
      expect(answer.body.errors).toEqual([{ detail: expect.any(String), header: 'If-Match' }]);
    });
  });

  test('PUT of an item that is not there is 412 without current, and creates nothing', async () => {
    for (const tags of ['*', '"1"']) {
      const answer = await ask('PUT /books/match-nothing', { body: aBook(), headers: { 'If-Match': tags } });
      expect(answer.status).toBe(412);
      expect(answer.body).not.toHaveProperty('current');
      expect(answer.headers).not.toHaveProperty('etag');
    }
    expect((await ask('GET /books/match-nothing')).status).toBe(404);
  });

  test.each(['PATCH', 'DELETE'])('%s of an item that is not there is 404 (RFC 9110 §13.2.1)', async (method) => {
    expect((await ask(`${method} /books/match-nothing`, { body: {}, headers: { 'If-Match': '"1"' } })).status).toBe(404);
  });
});

describe('If-None-Match on a write', () => {
  test('PUT with * creates', async () => {
    expect((await ask('PUT /books/none-new', { body: aBook(), headers: { 'If-None-Match': '*' } })).status).toBe(201);
  });

  test('PUT with * never replaces', async () => {
    const { body } = await secondVersion('none-there');
    const answer = await ask('PUT /books/none-there', { body: aBook({ pages: 9 }), headers: { 'If-None-Match': '*' } });
    expect(answer.status).toBe(412);
    expect(answer.body.current).toEqual(body);
    expect((await ask('GET /books/none-there')).body).toEqual(body);
  });

  test.each(WRITES)('%s with tags is refused for one that matches, also a weak one', async (method) => {
    for (const tags of ['"2"', 'W/"2"', '"1", W/"2"', '*']) {
      await secondVersion('none-tags');
      expect((await ask(`${method} /books/none-tags`, { body: aBook(), headers: { 'If-None-Match': tags } })).status).toBe(412);
    }
  });

  test.each(WRITES)('%s with tags of which none matches is done', async (method) => {
    await secondVersion('none-other');
    expect((await ask(`${method} /books/none-other`, { body: aBook(), headers: { 'If-None-Match': '"1", "x"' } })).status).toBe(method === 'DELETE' ? 204 : 200);
  });

  test('PUT with tags creates what is not there', async () => {
    expect((await ask('PUT /books/none-absent', { body: aBook(), headers: { 'If-None-Match': '"1"' } })).status).toBe(201);
  });

  test('beside If-Match both must hold', async () => {
    await secondVersion('both');
    const both = (match: string, none: string): Promise<Answer> => ask('PUT /books/both', { body: aBook(), headers: { 'If-Match': match, 'If-None-Match': none } });
    expect((await both('"2"', '"2"')).status).toBe(412);
    expect((await both('"2"', '"1"')).status).toBe(200);
  });
});

describe('If-Unmodified-Since', () => {
  test.each(WRITES)('%s of an item modified later is 412', async (method) => {
    await secondVersion('unmodified');
    const answer = await ask(`${method} /books/unmodified`, { body: aBook(), headers: { 'If-Unmodified-Since': past } });
    expect(answer.status).toBe(412);
    expect(answer.body.current.version).toBe(2);
  });

  test.each(WRITES)('%s with the Last-Modified of the item is done', async (method) => {
    const { headers } = await secondVersion('unmodified-same');
    const answer = await ask(`${method} /books/unmodified-same`, { body: aBook(), headers: { 'If-Unmodified-Since': headers['last-modified']! } });
    expect(answer.status).toBe(method === 'DELETE' ? 204 : 200);
  });

  test('is ignored beside If-Match, for an absent item, and where it is no date', async () => {
    await secondVersion('unmodified-ignored');
    expect((await ask('PUT /books/unmodified-ignored', { body: aBook(), headers: { 'If-Unmodified-Since': past, 'If-Match': '"2"' } })).status).toBe(200);
    expect((await ask('PUT /books/unmodified-absent', { body: aBook(), headers: { 'If-Unmodified-Since': past } })).status).toBe(201);
    expect((await ask('PUT /books/unmodified-ignored', { body: aBook(), headers: { 'If-Unmodified-Since': '2020-01-01' } })).status).toBe(200);
  });
});

describe('GET with conditions', () => {
  beforeAll(() => secondVersion('read'));

  test.each(['"2"', 'W/"2"', '*', '"1", "2"'])('If-None-Match %s, which matches, is 304 with validators and no body', async (tags) => {
    for (const method of ['GET', 'HEAD']) {
      const answer = await ask(`${method} /books/read`, { headers: { 'If-None-Match': tags } });
      expect(answer).toMatchObject({ status: 304, text: '' });
      expect(answer.headers).toMatchObject({ etag: '"2"', 'cache-control': 'no-cache', vary: 'Accept, Accept-Encoding' });
      expect(answer.headers).not.toHaveProperty('content-type');
    }
  });

  test.each(['"1"', '"x"'])('If-None-Match %s, which does not match, is 200', async (tags) => {
    expect((await ask('GET /books/read', { headers: { 'If-None-Match': tags } })).status).toBe(200);
  });

  test('If-None-Match with a tag does not match a partial body, which has none', async () => {
    expect((await ask('GET /books/read?fields=title', { headers: { 'If-None-Match': '"2"' } })).status).toBe(200);
  });

  test.each([['"2"', 200], ['*', 200], ['"1"', 412], ['W/"2"', 412]])('If-Match %s is %i', async (tags, status) => {
    expect((await ask('GET /books/read', { headers: { 'If-Match': tags } })).status).toBe(status);
  });

  test('of an absent item is 404 whatever the conditions', async () => {
    expect((await ask('GET /books/absent', { headers: { 'If-Match': '"1"' } })).status).toBe(404);
    expect((await ask('GET /books/absent', { headers: { 'If-None-Match': '*' } })).status).toBe(404);
  });

  test('If-Modified-Since is 304 for an item that is older, and ignored beside If-None-Match', async () => {
    const { headers } = await ask('GET /books/read');
    const since = (date: string, more = {}): Promise<Answer> => ask('GET /books/read', { headers: { 'If-Modified-Since': date, ...more } });
    expect((await since(headers['last-modified']!)).status).toBe(304);
    expect((await since(future)).status).toBe(304);
    expect((await since('Friday, 06-Nov-99 08:49:37 GMT')).status).toBe(200);
    expect((await since('Fri Nov  6 08:49:37 2099')).status).toBe(304);
    expect((await since(past)).status).toBe(200);
    expect((await since('yesterday')).status).toBe(200);
    expect((await since(future, { 'If-None-Match': '"1"' })).status).toBe(200);
  });

  test('If-Unmodified-Since of an item modified later is 412', async () => {
    expect((await ask('GET /books/read', { headers: { 'If-Unmodified-Since': past } })).status).toBe(412);
  });
});

describe("a resource with preconditions: 'required'", () => {
  const notes = defineResource({ name: 'notes', description: 'Notes.', schema: { text: String }, preconditions: 'required' });
  const askNotes = createClient({ resources: listResources(notes) });

  test.each(WRITES)('%s without a precondition is 428 and changes nothing', async (method) => {
    await askNotes('PUT /notes/1', { body: { text: 'a' }, headers: { 'If-None-Match': '*' } });
    const answer = await askNotes(`${method} /notes/1`, { body: { text: 'b' } });
    expect(answer.status).toBe(428);
    expect(answer.body).toMatchObject({ type: '/docs#precondition-required', errors: [{ header: 'If-Match' }] });
    expect((await askNotes('GET /notes/1')).body.text).toBe('a');
  });

  test.each(['PATCH', 'DELETE'])('%s with If-None-Match alone is 428', async (method) => {
    expect((await askNotes(`${method} /notes/1`, { body: {}, headers: { 'If-None-Match': '"9"' } })).status).toBe(428);
  });

  test('with If-Match all are done, POST needs none', async () => {
    const { body } = await askNotes('POST /notes', { body: { text: 'a' } });
    expect((await askNotes(`PUT /notes/${body.id}`, { body: {}, headers: { 'If-Match': '"1"' } })).status).toBe(200);
    expect((await askNotes(`PATCH /notes/${body.id}`, { body: {}, headers: { 'If-Match': '"2"' } })).status).toBe(200);
    expect((await askNotes(`DELETE /notes/${body.id}`, { headers: { 'If-Match': '"3"' } })).status).toBe(204);
  });
});
