// Entity tags: none ever names two states of a path, whatever is made, written, deleted and made again there.
import fc from 'fast-check';
import { listResources } from '../../src/definition/define-resource';
import { resources as sampleResources } from '../library/src/resources/index';
import { createClient } from '../../src/testing/client';
import type { Answer } from '../../src/testing/ask';
import { notes } from '../setup/notes';
import { aBook } from '../setup/samples';
import { tagWithBirth, withBirth } from '../setup/tags';
import { runs } from '../setup/runs';
import { useTable } from '../../src/testing/table';

useTable();
const ask = createClient({ resources: listResources(...sampleResources.values(), notes) });
const put = (path: string, title = 'x'): Promise<Answer> => ask(`PUT ${path}`, { body: aBook({ title }) });

/** Books are read, then written in a transaction; notes are written in one request. */
describe.each(['books', 'notes'])('of %s', (collection) => {
  test('an item under an id that its client chose has its birth in its tag, the same in every version and at every method', async () => {
    const path = `/${collection}/born`;
    const first = (await put(path)).headers['etag']!;
    expect(first).toMatch(tagWithBirth(1));
    const birth = first.slice(3, -1);
    const answers = [
      await put(path, 'y'),
      await ask(`PATCH ${path}`, { body: { pages: 3 } }),
      await ask(`PATCH ${path}`, { body: { pages: 4 }, headers: { 'If-Match': `"3-${birth}"` } }),
    ];
    expect(answers.map(({ headers }) => headers['etag'])).toEqual([2, 3, 4].map((version) => `"${version}-${birth}"`));
    expect([(await ask(`GET ${path}`)).headers['etag'], (await ask(`HEAD ${path}`)).headers['etag']]).toEqual([
      `"4-${birth}"`,
      `"4-${birth}"`,
    ]);
    expect(answers.at(-1)!.body.version).toBe(4);
  });

  test('an item whose id the server made has its version alone, as no other ever has that id', async () => {
    const { headers, body } = await ask(`POST /${collection}`, { body: aBook() });
    expect(headers['etag']).toBe('"1"');
    const patched = await ask(`PATCH /${collection}/${body.id}`, {
      body: { pages: 3 },
      headers: { 'If-Match': '"1"' },
    });
    expect([patched.status, patched.headers['etag']]).toEqual([200, '"2"']);
    expect((await ask(`DELETE /${collection}/${body.id}`, { headers: { 'If-Match': '"1"' } })).status).toBe(412);
    expect((await ask(`DELETE /${collection}/${body.id}`, { headers: { 'If-Match': '"2"' } })).status).toBe(204);
  });

  test('an item whose id the server made, deleted and made again by PUT at its path, has another tag', async () => {
    const { headers, body } = await ask(`POST /${collection}`, { body: aBook() });
    await ask(`DELETE /${collection}/${body.id}`);
    expect((await put(`/${collection}/${body.id}`)).headers['etag']).toEqual(withBirth(1));
    expect((await ask(`DELETE /${collection}/${body.id}`, { headers: { 'If-Match': headers['etag']! } })).status).toBe(
      412,
    );
  });

  test.each(['PUT', 'PATCH', 'DELETE'])(
    'a tag of an earlier life of the id is stale: %s with it is 412 and changes nothing, GET with If-None-Match is 200',
    async (method) => {
      const path = `/${collection}/again`;
      await ask(`DELETE ${path}`);
      const tags: string[] = [];
      for (const title of ['first', 'second', 'third']) {
        tags.push((await put(path, title)).headers['etag']!);
        if (title !== 'third') {
          await ask(`DELETE ${path}`);
        }
      }
      expect(new Set(tags).size).toBe(3);
      for (const stale of tags.slice(0, 2)) {
        const answer = await ask(`${method} ${path}`, {
          body: aBook({ title: 'lost' }),
          headers: { 'If-Match': stale },
        });
        expect([answer.status, answer.headers['etag'], answer.body.current.title]).toEqual([412, tags[2], 'third']);
        expect(await ask(`GET ${path}`, { headers: { 'If-None-Match': stale } })).toMatchObject({
          status: 200,
          body: { title: 'third', version: 1 },
        });
      }
      expect((await ask(`${method} ${path}`, { body: aBook(), headers: { 'If-Match': tags[2]! } })).status).toBe(
        method === 'DELETE' ? 204 : 200,
      );
    },
  );

  test('of any requests on one path, no tag is ever of two states', async () => {
    let paths = 0;
    const way = fc.constantFrom(
      'PUT',
      'PATCH',
      'DELETE',
      'PUT in a transaction',
      'PATCH in a transaction',
      'DELETE in a transaction',
    );
    await fc.assert(
      fc.asyncProperty(fc.array(way, { minLength: 2, maxLength: 8 }), fc.boolean(), async (ways, isMade) => {
        const path = isMade
          ? `/${collection}/${(await ask(`POST /${collection}`, { body: aBook({ title: 'made' }) })).body.id}`
          : `/${collection}/any-${paths++}`;
        const states = new Map<string, string>();
        for (const [index, request] of ways.entries()) {
          const [method = '', ...isInside] = request.split(' ');
          const body = method === 'DELETE' ? undefined : aBook({ title: `${index}` });
          await (isInside.length > 0
            ? ask('POST /transactions', { body: { operations: [{ method, path, ...(body && { body }) }] } })
            : ask(`${method} ${path}`, { body }));
          const { status, headers, text } = await ask(`GET ${path}`);
          if (status === 200) {
            const tag = headers['etag']!;
            expect(states.get(tag) ?? text).toBe(text);
            states.set(tag, text);
          }
        }
      }),
      { numRuns: runs(12) },
    );
  });
});

test('PUT without a read gives an item that POST made a birth too, since it does not know who made it; tags of before are stale', async () => {
  const { body } = await ask('POST /notes', { body: aBook() });
  const answer = await put(`/notes/${body.id}`, 'y');
  expect([answer.status, answer.headers['etag'], answer.body.version]).toEqual([200, withBirth(2), 2]);
  for (const stale of ['"1"', '"2"']) {
    expect((await ask(`PATCH /notes/${body.id}`, { body: { pages: 1 }, headers: { 'If-Match': stale } })).status).toBe(
      412,
    );
  }
  const next = await put(`/notes/${body.id}`, 'z');
  expect(next.headers['etag']).toBe(answer.headers['etag']!.replace('"2-', '"3-'));
});

test('a transaction answers with the tags that GET then has, with a birth where it made an item by PUT', async () => {
  const { body } = await ask('POST /transactions', {
    body: {
      operations: [
        { method: 'PUT', path: '/books/inside', body: aBook() },
        { method: 'PUT', path: '/notes/inside', body: aBook() },
        { method: 'POST', path: '/notes', body: aBook() },
      ],
    },
  });
  const tags = body.results.map(({ headers }: { headers: Record<string, string> }) => headers['ETag']);
  expect(tags).toEqual([withBirth(1), withBirth(1), '"1"']);
  expect([(await ask('GET /books/inside')).headers['etag'], (await ask('GET /notes/inside')).headers['etag']]).toEqual(
    tags.slice(0, 2),
  );
});

test('the birth is in no body, no list and no filter', async () => {
  await put('/notes/private');
  const { headers, text } = await ask('GET /notes/private');
  const list = await ask('GET /notes');
  expect([text.includes(headers['etag']!.slice(3, -1)), text.includes('birth'), list.text.includes('birth')]).toEqual([
    false,
    false,
    false,
  ]);
  expect((await ask('GET /notes?%23birth=x')).status).toBe(400);
});
