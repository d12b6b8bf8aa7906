// POST of an array: 1 to 100 items, all made or none.

import { defineResource, listResources } from '../../src/definition/define-resource';
import { createClient } from '../../src/testing/client';
import { noteResources } from '../setup/notes';
import { useTable } from '../../src/testing/table';

const tags = defineResource({
  name: 'tags',
  description: 'Tags.',
  schema: { name: { type: String, maxLength: 50, unique: true }, code: { type: String, maxLength: 50, unique: true } },
});
const uses = defineResource({
  name: 'uses',
  description: 'Uses of tags.',
  schema: { tag: { type: String, required: true, references: 'tags' } },
});

useTable();
const askNotes = createClient({ resources: noteResources });
const ask = createClient({ resources: listResources(tags, uses) });

const notes = (count: number, more: object = {}): object[] =>
  Array.from({ length: count }, (_, index) => ({ title: `Note ${index}`, ...more }));

async function count(collection: string, client = ask): Promise<number> {
  let items = 0;
  for (let next = `/${collection}?limit=100`; next !== undefined;) {
    const { body } = await client(`GET ${next}`);
    items += body.items.length;
    next = body.next;
  }
  return items;
}

const pointers = (errors: { pointer: string }[]): string[] => errors.map(({ pointer }) => pointer);

test.each([1, 2, 99, 100])('%i items are made, in the order of the array, by their ids too', async (length) => {
  const before = await count('notes', askNotes);
  const { status, headers, body } = await askNotes('POST /notes', { body: notes(length) });
  expect(status).toBe(201);
  expect(headers['content-type']).toBe('application/json');
  expect(headers).not.toHaveProperty('location');
  expect(headers).not.toHaveProperty('etag');
  expect(Object.keys(body)).toEqual(['items']);
  expect(body.items.map(({ title }: { title: string }) => title)).toEqual(
    notes(length).map((note) => (note as { title: string }).title),
  );
  const ids = body.items.map(({ id }: { id: string }) => id) as string[];
  expect(new Set(ids).size).toBe(length);
  expect([...ids].sort()).toEqual(ids);
  expect(body.items[0]).toMatchObject({ version: 1, copies: 1, createdAt: expect.any(String) });
  expect((await askNotes(`GET /notes/${ids.at(-1)}`)).body).toEqual(body.items.at(-1));
  expect(await count('notes', askNotes)).toBe(before + length);
});

test('no item is 422, 101 are 413', async () => {
  expect((await askNotes('POST /notes', { body: [] })).status).toBe(422);
  const { status, body } = await askNotes('POST /notes', { body: notes(101) });
  expect([status, body.type]).toEqual([413, '/docs#too-large']);
  expect(body.detail).toContain('100');
});

test('every fault of every item is named with its place, and nothing is made', async () => {
  const before = await count('notes', askNotes);
  const all: unknown[] = notes(6);
  all[1] = { title: 1, pages: 0 };
  all[3] = { author: 'x' };
  all[4] = 'text';
  all[5] = { title: 'x', colour: 'red', tags: ['a', 2] };
  const { status, body } = await askNotes('POST /notes', { body: all });
  expect([status, body.type]).toEqual([422, '/docs#invalid']);
  expect(pointers(body.errors).sort()).toEqual([
    '#/1/pages',
    '#/1/title',
    '#/3/title',
    '#/4',
    '#/5/colour',
    '#/5/tags/1',
  ]);
  expect(await count('notes', askNotes)).toBe(before);
});

test('a number that cannot be kept is named with its place', async () => {
  const { status, body } = await askNotes('POST /notes', {
    body: '[{"title":"a"},{"title":"b","copies":12345678901234567890}]',
  });
  // It is also greater than a whole number may be.
  expect([status, [...new Set(pointers(body.errors))]]).toEqual([422, ['#/1/copies']]);
});

test('Prefer and fields say how the items are answered', async () => {
  const minimal = await askNotes('POST /notes', { body: notes(2), headers: { Prefer: 'return=minimal' } });
  expect([minimal.status, minimal.text, minimal.headers['preference-applied']]).toEqual([201, '', 'return=minimal']);
  const { body } = await askNotes('POST /notes?fields=title', { body: notes(2) });
  expect(body.items.map((item: object) => Object.keys(item).sort())).toEqual([
    ['id', 'title'],
    ['id', 'title'],
  ]);
});

test('conflicts of several items are all named, each with its place, and nothing is made', async () => {
  await ask('POST /tags', { body: [{ name: 'a' }, { name: 'b' }] });
  const before = await count('tags');
  const { status, body } = await ask('POST /tags', {
    body: [{ name: 'c' }, { name: 'a' }, { name: 'd' }, { name: 'b' }],
  });
  expect([status, pointers(body.errors).sort()]).toEqual([409, ['#/1/name', '#/3/name']]);
  expect(await count('tags')).toBe(before);
  const uses = await ask('POST /uses', { body: [{ tag: 'nowhere' }, { tag: 'no-way' }] });
  expect([uses.status, pointers(uses.body.errors).sort()]).toEqual([409, ['#/0/tag', '#/1/tag']]);
  expect(await count('uses')).toBe(0);
});

describe('more than one transaction holds is 413 that says how many fit, and so many do', () => {
  async function expectFit(
    collection: string,
    items: object[],
    headers: Record<string, string>,
    fitting: number,
  ): Promise<void> {
    const before = await count(collection);
    const { status, body } = await ask(`POST /${collection}`, { body: items, headers });
    expect([status, body.type]).toEqual([413, '/docs#too-large']);
    expect(body.detail).toContain(`the first ${fitting} of the ${items.length} items would fit`);
    expect(await count(collection)).toBe(before);
    expect((await ask(`POST /${collection}`, { body: items.slice(0, fitting), headers })).status).toBe(201);
    expect(await count(collection)).toBe(before + fitting);
  }

  test('two unique values each: an action for the item and for each value', async () => {
    await expectFit(
      'tags',
      Array.from({ length: 40 }, (_, index) => ({ name: `n${index}`, code: `c${index}` })),
      {},
      33,
    );
  });

  test('a unique value in some of them', async () => {
    await expectFit(
      'tags',
      Array.from({ length: 100 }, (_, index) => (index < 80 ? {} : { name: `some-${index}` })),
      {},
      90,
    );
  });

  test('references to one item: an action for all of them', async () => {
    await ask('PUT /tags/one', { body: {} });
    await expectFit(
      'uses',
      Array.from({ length: 100 }, () => ({ tag: 'one' })),
      {},
      99,
    );
  });

  test('references to an item each', async () => {
    await ask('POST /tags', { body: [{}] });
    const { body } = await ask('POST /tags', { body: Array.from({ length: 60 }, () => ({})) });
    await expectFit(
      'uses',
      body.items.map(({ id }: { id: string }) => ({ tag: id })),
      {},
      50,
    );
  });

  test('an idempotency key takes an action too, and its first use, which failed, does not count', async () => {
    await expectFit(
      'tags',
      Array.from({ length: 100 }, () => ({})),
      { 'Idempotency-Key': 'hundred' },
      99,
    );
  });
});

test('of several arrays at once that share a unique value one is made whole, and of the others nothing', async () => {
  const before = await count('tags');
  const answers = await Promise.all(
    Array.from({ length: 20 }, (_, number) =>
      ask('POST /tags', { body: [{ name: `own-${number}` }, { name: 'shared' }, {}] }),
    ),
  );
  expect(answers.map(({ status }) => status).sort()).toEqual([201, ...Array.from({ length: 19 }, () => 409)]);
  expect(await count('tags')).toBe(before + 3);
  answers
    .filter(({ status }) => status === 409)
    .forEach(({ body }) => expect(pointers(body.errors)).toEqual(['#/1/name']));
});

test('items whose defaults make the answer longer than Lambda sends are 413 before anything is written, and can be made without a body', async () => {
  // A control character is one byte as it is stored, and seven in an answer of Lambda.
  const text = { type: String, maxLength: 20_000, default: '\u0001'.repeat(20_000) };
  const ask = createClient({
    resources: listResources(defineResource({ name: 'blanks', description: 'Blanks.', schema: { text } })),
    described: false,
  });
  const refused = await ask('POST /blanks', { body: Array.from({ length: 90 }, () => ({})) });
  expect([refused.status, refused.body.detail]).toEqual([413, expect.stringContaining('"Prefer: return=minimal"')]);
  expect((await ask('GET /blanks?limit=1')).body.items).toEqual([]);
  expect(
    (await ask('POST /blanks', { body: Array.from({ length: 90 }, () => ({})), headers: { Prefer: 'return=minimal' } }))
      .status,
  ).toBe(201);
  expect((await ask('POST /blanks', { body: Array.from({ length: 20 }, () => ({})) })).status).toBe(201);
});
