// Conditional requests (RFC 9110 §13) on every method, without races.

import { listResources, defineResource } from '../../src/definition/define-resource';
import { resources as sampleResources } from '../library/src/resources/index';
import { createClient } from '../../src/testing/client';
import type { Answer } from '../../src/testing/ask';
import { notes as plainNotes } from '../setup/notes';
import { aBook } from '../setup/samples';
import { putRecords } from '../setup/load';
import { scanTable } from '../setup/scan';
import { tableName, useTable } from '../../src/testing/table';
import { withBirth } from '../setup/tags';

useTable();
const ask = createClient({ resources: listResources(...sampleResources.values(), plainNotes) });

/** An item of version 2, whatever was there, and what stands in the tags of both its versions. */
interface Second {
  readonly body: Answer['body'];
  readonly headers: Answer['headers'];
  readonly old: string;
  readonly now: string;
}

/** Each that was made, and its record, by path: made once, it is put there again. */
const made = new Map<
  string,
  { readonly second: Second; readonly record: Awaited<ReturnType<typeof scanTable>>[number] }
>();

async function secondVersion(path: string): Promise<Second> {
  const before = made.get(path);
  if (before !== undefined) {
    await putRecords([before.record]);
    return before.second;
  }
  const first = await ask(`PUT ${path}`, { body: aBook() });
  const { body, headers } = await ask(`PUT ${path}`, { body: aBook({ pages: 2 }) });
  const second = { body, headers, old: first.headers['etag']!.slice(1, -1), now: headers['etag']!.slice(1, -1) };
  const record = (await scanTable(tableName())).find(({ pk, sk }) => `/${pk?.S}/${sk?.S}` === path)!;
  made.set(path, { second, record });
  return second;
}

/**
 * Tags with those of an item in place of OLD and NOW, and in place of FOREIGN one of its version and of another item's
 * birth.
 */
function tagsOf({ old, now }: Second, tags: string): string {
  return tags
    .replaceAll('OLD', old)
    .replaceAll('NOW', now)
    .replaceAll('FOREIGN', `2-${now.slice(2).split('').reverse().join('')}`);
}

/** Books are read, then written in a transaction; notes are written in one request. */
const COLLECTIONS = ['books', 'notes'];
const WRITES = ['PUT', 'PATCH', 'DELETE'];
const WAYS = COLLECTIONS.flatMap((collection) => WRITES.map((method): [string, string] => [method, `/${collection}`]));
const past = 'Sun, 06 Nov 1994 08:49:37 GMT';
const future = 'Fri, 06 Nov 2099 08:49:37 GMT';
/** How many seconds after the item was written. */
const after = ({ headers }: Pick<Answer, 'headers'>, seconds: number): string =>
  new Date(Date.parse(headers['last-modified']!) + seconds * 1000).toUTCString();

describe('If-Match on a write', () => {
  describe.each(WAYS)('%s %s', (method, collection) => {
    test.each(['"NOW"', '*', '"OLD", "NOW"', '"x","NOW"', ', "NOW" ,', '"NOW",W/"OLD"', '"FOREIGN", "NOW"'])(
      'with %s, which the item fulfils, is done',
      async (tags) => {
        const second = await secondVersion(`${collection}/match`);
        const answer = await ask(`${method} ${collection}/match`, {
          body: aBook(),
          headers: { 'If-Match': tagsOf(second, tags) },
        });
        expect(answer.status).toBe(method === 'DELETE' ? 204 : 200);
      },
    );

    test.each(['"OLD"', 'W/"NOW"', '"3", "4"', '"2"', '"FOREIGN"', '"NOW.deleting"', '"02"', '"abc"', '""'])(
      'with %s, which the item does not fulfil, is 412 with the item as it is',
      async (tags) => {
        const second = await secondVersion(`${collection}/unmatched`);
        const answer = await ask(`${method} ${collection}/unmatched`, {
          body: aBook({ pages: 9 }),
          headers: { 'If-Match': tagsOf(second, tags) },
        });
        expect(answer.status).toBe(412);
        expect(answer.body).toMatchObject({ type: '/docs#precondition-failed', current: second.body });
        expect(answer.headers).toMatchObject({
          etag: second.headers['etag'],
          'content-type': 'application/problem+json',
        });
        const now = await ask(`GET ${collection}/unmatched`);
        expect([now.body, now.headers['etag']]).toEqual([second.body, second.headers['etag']]);
      },
    );

    test.each(['2', '"2', 'abc', '', '"1" "2"', '*, "2"'])(
      'with %p, which is no list of tags, is 400',
      async (tags) => {
        await secondVersion(`${collection}/malformed`);
        const answer = await ask(`${method} ${collection}/malformed`, { body: aBook(), headers: { 'If-Match': tags } });
        expect(answer.status).toBe(400);
        expect(answer.body.errors).toEqual([{ detail: expect.any(String), header: 'If-Match' }]);
      },
    );
  });

  test.each(COLLECTIONS)(
    'PUT of an item of %s that is not there is 412 without current, and creates nothing',
    async (collection) => {
      for (const tags of ['*', '"1"', '"1-Ab3dE_9x"']) {
        const answer = await ask(`PUT /${collection}/match-nothing`, { body: aBook(), headers: { 'If-Match': tags } });
        expect(answer.status).toBe(412);
        expect(answer.body).not.toHaveProperty('current');
        expect(answer.headers).not.toHaveProperty('etag');
      }
      expect((await ask(`GET /${collection}/match-nothing`)).status).toBe(404);
    },
  );

  test.each(WAYS.filter(([method]) => method !== 'PUT'))(
    '%s of an item of %s that is not there is 404 (RFC 9110 §13.2.1)',
    async (method, collection) => {
      expect(
        (await ask(`${method} ${collection}/match-nothing`, { body: {}, headers: { 'If-Match': '"1"' } })).status,
      ).toBe(404);
    },
  );
});

describe('If-None-Match on a write', () => {
  test.each(COLLECTIONS)('PUT to %s with * creates', async (collection) => {
    expect(
      (await ask(`PUT /${collection}/none-new`, { body: aBook(), headers: { 'If-None-Match': '*' } })).status,
    ).toBe(201);
  });

  test.each(COLLECTIONS)('PUT to %s with * never replaces', async (collection) => {
    const { body } = await secondVersion(`/${collection}/none-there`);
    const answer = await ask(`PUT /${collection}/none-there`, {
      body: aBook({ pages: 9 }),
      headers: { 'If-None-Match': '*' },
    });
    expect(answer.status).toBe(412);
    expect(answer.body.current).toEqual(body);
    expect((await ask(`GET /${collection}/none-there`)).body).toEqual(body);
  });

  test.each(WAYS)('%s %s with tags is refused for one that matches, also a weak one', async (method, collection) => {
    for (const tags of ['"NOW"', 'W/"NOW"', '"OLD", W/"NOW"', '"FOREIGN", "NOW"', '*']) {
      const second = await secondVersion(`${collection}/none-tags`);
      expect(
        (
          await ask(`${method} ${collection}/none-tags`, {
            body: aBook(),
            headers: { 'If-None-Match': tagsOf(second, tags) },
          })
        ).status,
      ).toBe(412);
    }
  });

  test.each(WAYS)('%s %s with tags of which none matches is done', async (method, collection) => {
    for (const tags of ['"OLD", "x"', '"2"', '"FOREIGN"', '"x"']) {
      const second = await secondVersion(`${collection}/none-other`);
      expect(
        (
          await ask(`${method} ${collection}/none-other`, {
            body: aBook(),
            headers: { 'If-None-Match': tagsOf(second, tags) },
          })
        ).status,
      ).toBe(method === 'DELETE' ? 204 : 200);
    }
  });

  test.each(COLLECTIONS)('PUT to %s with tags creates what is not there', async (collection) => {
    expect(
      (await ask(`PUT /${collection}/none-absent`, { body: aBook(), headers: { 'If-None-Match': '"1"' } })).status,
    ).toBe(201);
  });

  test.each(COLLECTIONS)('beside If-Match both must hold of an item of %s', async (collection) => {
    const { old, now } = await secondVersion(`/${collection}/both`);
    const both = (match: string, none: string): Promise<Answer> =>
      ask(`PUT /${collection}/both`, {
        body: aBook(),
        headers: { 'If-Match': `"${match}"`, 'If-None-Match': `"${none}"` },
      });
    expect((await both(now, now)).status).toBe(412);
    expect((await both(old, 'x')).status).toBe(412);
    expect((await both(now, old)).status).toBe(200);
  });
});

describe.each(['If-Match', 'If-None-Match'])('%s', (header) => {
  test.each([...WAYS, ['GET', '/books'], ['POST', '/books']])(
    'on %s %s names at most 50 tags',
    async (method, collection) => {
      const path = method === 'POST' ? collection : `${collection}/many`;
      const { now } = await secondVersion(`${collection}/many`);
      const headers = (count: number): Record<string, string> => ({
        [header]: [...Array.from({ length: count - 1 }, (_, index) => `"${index + 3}-Ab3dE_9x"`), `"${now}"`].join(
          ', ',
        ),
      });
      const tooMany = await ask(`${method} ${path}`, {
        ...(method !== 'GET' && { body: aBook() }),
        headers: headers(51),
      });
      expect([tooMany.status, tooMany.body.errors]).toEqual([400, [{ detail: 'Must name at most 50 tags.', header }]]);
      const most = await ask(`${method} ${path}`, { ...(method !== 'GET' && { body: aBook() }), headers: headers(50) });
      const isMet = (header === 'If-Match') === (method !== 'POST');
      expect(most.status).toBe(
        !isMet ? (method === 'GET' ? 304 : 412) : ({ GET: 200, POST: 201, DELETE: 204 }[method] ?? 200),
      );
    },
  );
});

describe('If-Unmodified-Since', () => {
  test.each(WAYS)('%s %s of an item modified later is 412', async (method, collection) => {
    await secondVersion(`${collection}/unmodified`);
    const answer = await ask(`${method} ${collection}/unmodified`, {
      body: aBook(),
      headers: { 'If-Unmodified-Since': past },
    });
    expect(answer.status).toBe(412);
    expect(answer.body.current.version).toBe(2);
  });

  test.each(WAYS)(
    '%s %s with the second in which the item was written is 412, for it may have changed since within it; with a later one it is done',
    async (method, collection) => {
      const second = await secondVersion(`${collection}/unmodified-same`);
      for (const [seconds, status] of [
        [-1, 412],
        [0, 412],
        [1, method === 'DELETE' ? 204 : 200],
      ] as const) {
        const answer = await ask(`${method} ${collection}/unmodified-same`, {
          body: aBook(),
          headers: { 'If-Unmodified-Since': after(second, seconds) },
        });
        expect([seconds, answer.status]).toEqual([seconds, status]);
      }
    },
  );

  test.each(COLLECTIONS)(
    'is ignored beside If-Match, for an absent item of %s, and where it is no date, as a day that no month has',
    async (collection) => {
      const put = async (id: string, headers: Record<string, string>): Promise<number> =>
        (await ask(`PUT /${collection}/${id}`, { body: aBook(), headers })).status;
      const { now } = await secondVersion(`/${collection}/unmodified-ignored`);
      expect(await put('unmodified-ignored', { 'If-Unmodified-Since': past, 'If-Match': `"${now}"` })).toBe(200);
      expect(await put('unmodified-absent', { 'If-Unmodified-Since': past })).toBe(201);
      for (const date of [
        '2020-01-01',
        'Thu, 31 Feb 1994 08:49:37 GMT',
        'Sun, 06 Nov 1994 24:49:37 GMT',
        'Thursday, 30-Feb-95 08:49:37 GMT',
        'Thu Feb 31 08:49:37 1994',
      ]) {
        expect([date, await put('unmodified-ignored', { 'If-Unmodified-Since': date })]).toEqual([date, 200]);
      }
    },
  );

  test.each(COLLECTIONS)('holds of an item of %s up to the last second of the year 9999', async (collection) => {
    await secondVersion(`/${collection}/unmodified-late`);
    expect(
      (
        await ask(`PUT /${collection}/unmodified-late`, {
          body: aBook(),
          headers: { 'If-Unmodified-Since': 'Fri, 31 Dec 9999 23:59:59 GMT' },
        })
      ).status,
    ).toBe(200);
  });
});

describe('GET with conditions', () => {
  let second: Second;
  beforeAll(async () => {
    second = await secondVersion('/books/read');
  });

  test.each(['"NOW"', 'W/"NOW"', '*', '"OLD", "NOW"'])(
    'If-None-Match %s, which matches, is 304 with validators and no body',
    async (tags) => {
      for (const method of ['GET', 'HEAD']) {
        const answer = await ask(`${method} /books/read`, { headers: { 'If-None-Match': tagsOf(second, tags) } });
        expect(answer).toMatchObject({ status: 304, text: '' });
        expect(answer.headers).toMatchObject({
          etag: withBirth(2),
          'cache-control': 'no-cache',
          vary: 'Accept, Accept-Encoding',
        });
        expect(answer.headers['etag']).toBe(second.headers['etag']);
        expect(answer.headers).not.toHaveProperty('content-type');
        expect(answer.headers).not.toHaveProperty('content-length');
      }
    },
  );

  test.each(['"OLD"', '"2"', '"FOREIGN"', '"x"'])('If-None-Match %s, which does not match, is 200', async (tags) => {
    expect((await ask('GET /books/read', { headers: { 'If-None-Match': tagsOf(second, tags) } })).status).toBe(200);
  });

  test('If-None-Match with a tag does not match a partial body, which has none', async () => {
    expect(
      (await ask('GET /books/read?fields=title', { headers: { 'If-None-Match': second.headers['etag']! } })).status,
    ).toBe(200);
  });

  test.each([
    ['"NOW"', 200],
    ['*', 200],
    ['"OLD"', 412],
    ['"2"', 412],
    ['"FOREIGN"', 412],
    ['W/"NOW"', 412],
  ])('If-Match %s is %i', async (tags, status) => {
    expect((await ask('GET /books/read', { headers: { 'If-Match': tagsOf(second, tags) } })).status).toBe(status);
  });

  test('of an absent item is 404 whatever the conditions', async () => {
    expect((await ask('GET /books/absent', { headers: { 'If-Match': '"1"' } })).status).toBe(404);
    expect((await ask('GET /books/absent', { headers: { 'If-None-Match': '*' } })).status).toBe(404);
  });

  test('If-Modified-Since is 304 for an item that was written in an earlier second, and ignored beside If-None-Match', async () => {
    const { headers } = await ask('GET /books/read');
    const since = (date: string, more = {}): Promise<Answer> =>
      ask('GET /books/read', { headers: { 'If-Modified-Since': date, ...more } });
    expect((await since(headers['last-modified']!)).status).toBe(200);
    expect((await since(after({ headers }, 1))).status).toBe(304);
    expect((await since(future)).status).toBe(304);
    expect((await since('Fri, 31 Dec 9999 23:59:59 GMT')).status).toBe(304);
    expect((await since('Friday, 06-Nov-99 08:49:37 GMT')).status).toBe(200);
    expect((await since('Fri Nov  6 08:49:37 2099')).status).toBe(304);
    expect((await since(past)).status).toBe(200);
    expect((await since('yesterday')).status).toBe(200);
    expect((await since('Tue, 31 Feb 2099 08:49:37 GMT')).status).toBe(200);
    expect((await since(future, { 'If-None-Match': '"1"' })).status).toBe(200);
  });

  test('If-Unmodified-Since is 412 for an item written later, or in the second that it names', async () => {
    const unmodified = async (date: string): Promise<number> =>
      (await ask('GET /books/read', { headers: { 'If-Unmodified-Since': date } })).status;
    expect(await unmodified(past)).toBe(412);
    expect(await unmodified(second.headers['last-modified']!)).toBe(412);
    expect(await unmodified(after(second, 1))).toBe(200);
  });
});

describe("a resource with preconditions: 'required'", () => {
  const notes = defineResource({
    name: 'notes',
    description: 'Notes.',
    schema: { text: String },
    preconditions: 'required',
  });
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
    const {
      body,
      headers: { etag },
    } = await askNotes('POST /notes', { body: { text: 'a' } });
    const put = await askNotes(`PUT /notes/${body.id}`, { body: {}, headers: { 'If-Match': etag! } });
    expect([put.status, put.body.version]).toEqual([200, 2]);
    const patched = await askNotes(`PATCH /notes/${body.id}`, {
      body: {},
      headers: { 'If-Match': put.headers['etag']! },
    });
    expect([patched.status, patched.body.version]).toEqual([200, 3]);
    expect(
      (await askNotes(`DELETE /notes/${body.id}`, { headers: { 'If-Match': patched.headers['etag']! } })).status,
    ).toBe(204);
  });
});
