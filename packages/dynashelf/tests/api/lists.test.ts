// Lists: newest first, by pages.

import { defineResource, listResources } from '../../src/definition/define-resource';
import { createClient, type Client } from '../../src/testing/client';
import { resources } from '../library/src/resources/index';
import { aBook } from '../setup/samples';
import { useTable } from '../../src/testing/table';

useTable();
const ask = createClient({ resources });

/** All pages from a first one on. */
async function walk(client: Client, first: string): Promise<{ id: string }[][]> {
  const pages: { id: string }[][] = [];
  for (let line: string | undefined = first; line !== undefined;) {
    const answer = await client(`GET ${line}`);
    expect(answer.status).toBe(200);
    expect(answer.headers['link']).toBe(
      answer.body.next === undefined ? undefined : `<${answer.body.next}>; rel="next"`,
    );
    pages.push(answer.body.items);
    line = answer.body.next as string | undefined;
  }
  return pages;
}

const made: string[] = [];

beforeAll(async () => {
  for (let index = 0; index < 57; index++) {
    made.unshift((await ask('POST /books', { body: aBook({ title: `Book ${index}` }) })).body.id as string);
  }
});

test('a collection without items is an empty page without next', async () => {
  const answer = await ask('GET /loans');
  expect(answer.body).toEqual({ items: [] });
  expect(answer.headers).not.toHaveProperty('link');
});

test('without limit a page has 25 items, the newest first', async () => {
  const answer = await ask('GET /books');
  expect(answer.status).toBe(200);
  expect(answer.body.items.map(({ id }: { id: string }) => id)).toEqual(made.slice(0, 25));
  expect(answer.headers).toMatchObject({ 'cache-control': 'no-cache', 'content-type': 'application/json' });
});

test.each([1, 7, 25, 57, 100])('following next with a limit of %i yields every item once, in order', async (limit) => {
  const pages = await walk(ask, `/books?limit=${limit}`);
  expect(pages.flat().map(({ id }) => id)).toEqual(made);
  expect(pages.every((page, index) => page.length === limit || index === pages.length - 1)).toBe(true);
});

test('next keeps the parameters, and the limit may change from page to page', async () => {
  const first = await ask('GET /books?fields=title&limit=2');
  expect(first.body.items[0]).toEqual({ id: made[0], title: 'Book 56' });
  expect(first.body.next).toMatch(/^\/books\?fields=title&limit=2&cursor=[A-Za-z0-9_-]+$/);
  const second = await ask(`GET ${String(first.body.next).replace('limit=2', 'limit=3')}`);
  expect(second.body.items.map(({ id }: { id: string }) => id)).toEqual(made.slice(2, 5));
});

test('a cursor is under 200 characters', async () => {
  const { body } = await ask('GET /books?limit=1');
  expect(new URL(body.next, 'http://x').searchParams.get('cursor')!.length).toBeLessThan(200);
});

test('next includes the stage where there is one', async () => {
  expect((await ask('GET /books?limit=1', { base: '/prod' })).body.next).toMatch(/^\/prod\/books\?/);
});

test('items written and deleted meanwhile neither hide nor repeat those that stay', async () => {
  await ask('PUT /members/m5', { body: { name: 'M', email: 'm5@example.org' } });
  const ids = ['m9', 'm7', 'm5', 'm3', 'm1'];
  for (const id of ids) {
    await ask(`PUT /members/${id}`, { body: { name: 'M', email: `${id}@example.org` } });
  }
  const first = await ask('GET /members?limit=2');
  await ask('DELETE /members/m7');
  await ask('PUT /members/m8', { body: { name: 'M', email: 'm8@example.org' } });
  await ask('DELETE /members/m3');
  const rest = await walk(ask, first.body.next);
  expect([...first.body.items, ...rest.flat()].map(({ id }: { id: string }) => id)).toEqual(['m9', 'm7', 'm5', 'm1']);
});

test('a cursor that was changed, cut, made up, or is of another list is 400', async () => {
  const cursor = new URL((await ask('GET /books?limit=1')).body.next as string, 'http://x').searchParams.get('cursor')!;
  const flipped = (at: number): string =>
    `${cursor.slice(0, at)}${cursor[at] === 'A' ? 'B' : 'A'}${cursor.slice(at + 1)}`;
  for (const line of [
    `/books?cursor=${flipped(3)}`,
    `/books?cursor=${flipped(30)}`,
    `/books?cursor=${cursor.slice(0, -4)}`,
    `/books?cursor=${cursor}AAAA`,
    '/books?cursor=abc',
    '/books?cursor=',
    `/members?cursor=${cursor}`,
    `/books?cursor=${cursor}=`,
    `/books?cursor=%20${cursor}`,
  ]) {
    const answer = await ask(`GET ${line}`);
    expect([line, answer.status]).toEqual([line, 400]);
    expect(answer.body.errors).toEqual([{ detail: expect.any(String), parameter: 'cursor' }]);
  }
  const foreign = createClient({ resources, config: { cursorKeys: ['another key than the one of the tests'] } });
  expect((await foreign(`GET /books?cursor=${cursor}`)).status).toBe(400);
});

test('a page of items that together exceed what DynamoDB reads at once is full nevertheless', async () => {
  const blobs = defineResource({ name: 'blobs', description: 'Large texts.', schema: { text: String } });
  const askBlobs = createClient({ resources: listResources(blobs) });
  for (let index = 0; index < 8; index++) {
    await askBlobs(`PUT /blobs/large-${index}`, { body: { text: 'a'.repeat(380_000) } });
  }
  const answer = await askBlobs('GET /blobs?limit=8');
  expect(answer.body.items).toHaveLength(8);
  expect(answer.headers['server-timing']).toMatch(/desc="[2-4] reads, /);
});

test('HEAD has the headers of GET and no body', async () => {
  const [get, head] = [await ask('GET /books?limit=2'), await ask('HEAD /books?limit=2')];
  expect(head).toMatchObject({ status: 200, text: '' });
  expect(head.headers['link']).toContain('rel="next"');
  expect([head.headers['link'], head.headers['etag'], head.headers['content-length']]).toEqual([
    get.headers['link'],
    get.headers['etag'],
    String(get.length),
  ]);
});

test('Server-Timing names the stations of a request; the plan is one of a list', async () => {
  await ask('PUT /books/timed', { body: aBook() });
  const stationsOf = async (line: string): Promise<string[]> =>
    [...(await ask(line)).headers['server-timing']!.matchAll(/(\w+);dur=/g)].map(([, name]) => name!);
  expect(await stationsOf('GET /books?sort=title&limit=2')).toEqual([
    'route',
    'caller',
    'input',
    'plan',
    'operation',
    'total',
    'store',
  ]);
  expect(await stationsOf('GET /books/timed')).toEqual(['route', 'caller', 'input', 'operation', 'total', 'store']);
  expect(await stationsOf('GET /books?sort=pages,title')).toEqual(['route', 'caller', 'input', 'total']);
});

test('an order that no index serves and a cursor of another list are named with what else is wrong', async () => {
  const parametersOf = async (query: string): Promise<string[]> =>
    (await ask(`GET /books?${query}`)).body.errors.map(({ parameter }: { parameter: string }) => parameter);
  expect(await parametersOf('sort=pages,title&cursor=x')).toEqual(['sort', 'cursor']);
  expect(await parametersOf('sort=pages,title&cursor=x&limit=0&colour=red')).toEqual([
    'limit',
    'colour',
    'sort',
    'cursor',
  ]);
});
