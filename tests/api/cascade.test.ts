// DELETE of an item with what refers to it: onDelete cascade and setNull.

import { defineResource, listResources } from '../../src/definition/resource';
import { useProxy } from '../setup/proxied';
import { useTable } from '../setup/table';

const authors = defineResource({ name: 'authors', description: 'Authors.', schema: { name: String } });
const editors = defineResource({ name: 'editors', description: 'Editors.', schema: { name: String } });
const works = defineResource({
  name: 'works',
  description: 'Works.',
  schema: {
    author: { type: String, required: true, references: 'authors', onDelete: 'cascade' },
    editor: { type: String, references: 'editors', onDelete: 'setNull' },
    code: { type: String, maxLength: 20, unique: true },
  },
  indexes: { byAuthor: { partition: 'author' }, byEditor: { partition: 'editor' } },
});
const reviews = defineResource({
  name: 'reviews',
  description: 'Reviews.',
  schema: { work: { type: String, required: true, references: 'works', onDelete: 'cascade' } },
  indexes: { byWork: { partition: 'work' } },
});
const prizes = defineResource({
  name: 'prizes',
  description: 'Prizes.',
  schema: { author: { type: String, required: true, references: 'authors' } },
});

useTable();
const database = useProxy({ resources: listResources(authors, editors, works, reviews, prizes) });

async function ids(collection: string): Promise<string[]> {
  return (await database.ask(`GET /${collection}?limit=100`)).body.items.map(({ id }: { id: string }) => id).sort();
}

/** An author with works, each with reviews. */
async function library(author: string, workCount: number, reviewCount: number): Promise<void> {
  const { ask } = database;
  await ask(`PUT /authors/${author}`, { body: { name: author } });
  await Promise.all(Array.from({ length: workCount }, async (_, work) => {
    const id = `${author}-${work}`;
    expect((await ask(`PUT /works/${id}`, { body: { author, code: id } })).status).toBe(201);
    for (let review = 0; review < reviewCount; review++) {
      expect((await ask(`PUT /reviews/${id}-${review}`, { body: { work: id } })).status).toBe(201);
    }
  }));
}

async function clean(): Promise<void> {
  for (const collection of ['prizes', 'reviews', 'works', 'authors', 'editors']) {
    for (const id of await ids(collection)) {
      await database.ask(`DELETE /${collection}/${id}`);
    }
  }
}

afterEach(async () => {
  database.proxy.clear();
  await clean();
});

test('cascade deletes what refers to the item, and what refers to that, and frees unique values', async () => {
  await library('a', 5, 3);
  await library('b', 1, 1);
  expect((await database.ask('DELETE /authors/a')).status).toBe(204);
  expect([await ids('authors'), await ids('works'), await ids('reviews')]).toEqual([['b'], ['b-0'], ['b-0-0']]);
  expect((await database.ask('PUT /works/other', { body: { author: 'b', code: 'a-0' } })).status).toBe(201);
});

test('more than fits into one page are deleted too', async () => {
  await library('many', 60, 0);
  expect((await database.ask('DELETE /authors/many')).status).toBe(204);
  expect(await ids('works')).toEqual([]);
});

test('setNull clears the reference and keeps the item', async () => {
  await library('a', 2, 0);
  await database.ask('PUT /editors/e', { body: { name: 'e' } });
  await database.ask('PATCH /works/a-0', { body: { editor: 'e' } });
  expect((await database.ask('DELETE /editors/e')).status).toBe(204);
  const { body } = await database.ask('GET /works/a-0');
  expect(body).toMatchObject({ author: 'a', version: 3 });
  expect(body).not.toHaveProperty('editor');
  expect((await database.ask('DELETE /works/a-0')).status).toBe(204);
});

test('a reference that restricts refuses the whole, and nothing is deleted or marked', async () => {
  await library('a', 2, 1);
  await database.ask('PUT /prizes/p', { body: { author: 'a' } });
  const answer = await database.ask('DELETE /authors/a');
  expect(answer.status).toBe(409);
  expect(answer.body.detail).toContain('prizes');
  expect(await ids('works')).toEqual(['a-0', 'a-1']);
  expect((await database.ask('PUT /works/new', { body: { author: 'a' } })).status).toBe(201);
  await database.ask('DELETE /prizes/p');
});

test('preconditions hold before anything is deleted', async () => {
  await library('a', 1, 0);
  expect((await database.ask('DELETE /authors/a', { headers: { 'If-Match': '"9"' } })).status).toBe(412);
  expect(await ids('works')).toEqual(['a-0']);
  expect((await database.ask('DELETE /authors/a', { headers: { 'If-Match': '"1"' } })).status).toBe(204);
});

test('broken off in the middle, the item is still there with what is left, takes no new references, and DELETE goes on', async () => {
  await library('a', 20, 0);
  let deletions = 0;
  jest.spyOn(console, 'error').mockImplementation(() => {});
  database.proxy.intercept = async ({ operation }, forward) => (operation === 'TransactWriteItems' && ++deletions > 5 ? 'disconnect' : forward());
  expect((await database.ask('DELETE /authors/a')).status).toBe(503);
  jest.restoreAllMocks();
  database.proxy.clear();
  const left = await ids('works');
  expect(left.length).toBeGreaterThan(0);
  expect(left.length).toBeLessThan(20);
  expect((await database.ask('GET /authors/a')).body).toMatchObject({ id: 'a', version: 1 });
  const refused = await database.ask('PUT /works/late', { body: { author: 'a' } });
  expect([refused.status, refused.body.errors[0].pointer]).toEqual([409, '#/author']);
  expect((await database.ask('DELETE /authors/a')).status).toBe(204);
  expect([await ids('authors'), await ids('works')]).toEqual([[], []]);
});

test('racing with the creation of references, no work is left without its author', async () => {
  for (let round = 0; round < 5; round++) {
    await library('r', 3, 0);
    const [deletion, ...creations] = await Promise.all([
      database.ask('DELETE /authors/r'),
      ...Array.from({ length: 10 }, (_, index) => database.ask(`PUT /works/new-${index}`, { body: { author: 'r' } })),
    ]);
    expect(deletion.status).toBe(204);
    expect(creations.every(({ status }) => status === 201 || status === 409)).toBe(true);
    expect([await ids('authors'), await ids('works')]).toEqual([[], []]);
  }
});
