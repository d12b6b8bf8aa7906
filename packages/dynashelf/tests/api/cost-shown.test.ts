// Where rules hold, no header tells how large that is which the caller may not see: capacity units are shown of what is
// its own alone.

import { defineResource, listResources } from '../../src/definition/define-resource';
import { createClient } from '../../src/testing/client';
import { ADA, BEN, RULES } from '../setup/rules';
import { useTable } from '../../src/testing/table';

useTable();

const OPEN = {
  list: 'public',
  read: 'public',
  create: 'public',
  replace: 'public',
  patch: 'public',
  delete: 'public',
} as const;
const own = { owner: 'owner' } as const;
const owner = { type: String, required: true, maxLength: 50 } as const;

const folders = defineResource({
  name: 'folders',
  description: 'Folders of owners.',
  schema: { title: String, owner },
  indexes: { byOwner: { partition: 'owner' } },
  access: { list: own, read: own, create: own, replace: own, patch: own, delete: own },
});
const notes = defineResource({
  name: 'notes',
  description: 'Notes of everybody.',
  schema: { text: String, folder: { type: String, references: 'folders' } },
  indexes: { byFolder: { partition: 'folder' } },
  relations: {},
  access: OPEN,
});
const letters = defineResource({
  name: 'letters',
  description: 'Letters that nobody reads.',
  schema: { text: String },
  access: { create: 'public', replace: 'public', patch: 'public', delete: 'public' },
});
const cards = defineResource({
  name: 'cards',
  description: 'Cards with a secret.',
  schema: { title: String, secret: { type: String, readableBy: 'nobody' } },
  access: OPEN,
});
const resources = listResources(folders, notes, letters, cards);
const ask = createClient({ resources, config: RULES, described: false });
const open = createClient({ resources, described: false });

beforeAll(async () => {
  const title = 'x'.repeat(200_000);
  await open('PUT /folders/large', { body: { title, owner: 'ada' } });
  await open('PUT /folders/own', { body: { title: 'small', owner: 'ben' } });
  await open('PUT /notes/n', { body: { text: 'n', folder: 'large' } });
  await open('PUT /notes/m', { body: { text: 'm' } });
  await open('PUT /letters/l', { body: { text: title } });
  await open('PUT /cards/c', { body: { title: 'c', secret: title } });
});

const json = { 'Content-Type': 'application/json' };

test.each([
  ["an item of another's", 'GET /folders/large', undefined],
  ["another's item, by id", 'GET /folders?id=large', undefined],
  ["others' items, by ids", 'GET /folders?id[in]=large,own', undefined],
  ["an item that refers to another's", 'GET /notes/n?expand=folder', undefined],
  ["items that refer to others'", 'GET /notes?expand=folder', undefined],
  ['an item with a hidden attribute', 'GET /cards/c', undefined],
  ['items with a hidden attribute', 'GET /cards', undefined],
  ['a write of what one may not read', 'PATCH /letters/l', { text: 'short' }],
  ['a replacement of what one may not read', 'PUT /letters/l', { text: 'short' }],
  ["a new item that refers to another's", 'POST /notes', { text: 'p', folder: 'large' }],
  [
    'a transaction on such items',
    'POST /transactions',
    {
      operations: [
        { method: 'PATCH', path: '/letters/l', body: { text: 's' } },
        { method: 'PATCH', path: '/notes/m', body: { text: 'm' } },
      ],
    },
  ],
  ['a deletion of what one may not read', 'DELETE /letters/l', undefined],
])('of %s no units are shown', async (_what, line, body) => {
  const { status, headers } = await ask(line, { body, as: BEN, ...(body !== undefined && { headers: json }) });
  expect([status, headers['server-timing']]).toEqual([expect.any(Number), expect.not.stringMatching(/[RW]CU/)]);
});

test.each([
  ['an own item', 'GET /folders/own'],
  ['the own items', 'GET /folders'],
  ["an item of everybody's", 'GET /notes/m'],
  ["a list of everybody's", 'GET /notes'],
])('of %s they are', async (_what, line) => {
  expect((await ask(line, { as: BEN })).headers['server-timing']).toContain('RCU');
});

test('who may see everything is shown what everything cost', async () => {
  const all = createClient({
    resources: listResources(
      defineResource({ name: 'memos', description: 'Memos.', schema: { text: String }, access: OPEN }),
    ),
    config: RULES,
    described: false,
  });
  expect((await all('POST /memos', { body: { text: 'x' }, as: ADA })).headers['server-timing']).toContain('WCU');
});

test('a link to the next page stands in a header where API Gateway sends one so long, and in the body always', async () => {
  const text = (length: number): string => `/notes?limit=1&text[ne]=${'%3A'.repeat(length)}`;
  const [short, long] = [await open(`GET ${text(1_000)}`), await open(`GET ${text(7_000)}`)];
  expect([short.status, short.headers['link'], short.body.next]).toEqual([
    200,
    expect.stringContaining('rel="next"'),
    expect.any(String),
  ]);
  expect([long.status, long.headers['link'], long.body.next]).toEqual([200, undefined, expect.any(String)]);
  expect((await open(`GET ${long.body.next}`)).status).toBe(200);
});

test('a cursor of one index is 400 where a deployment has made another the better one', async () => {
  const of = (indexes: object) =>
    createClient({
      resources: listResources(
        defineResource({
          name: 'films',
          description: 'Films.',
          schema: { title: { type: String, maxLength: 50 }, year: Number },
          indexes,
        } as never),
      ),
      described: false,
    });
  const before = of({ both: { sort: ['year', 'title'] } });
  for (const title of ['a', 'b', 'c']) {
    await before('POST /films', { body: { title, year: 1999 } });
  }
  const { body } = await before('GET /films?year=1999&sort=title&limit=1');
  expect((await before(`GET ${body.next}`)).status).toBe(200);
  const after = of({ both: { sort: ['year', 'title'] }, byYear: { partition: 'year', sort: 'title' } });
  expect((await after(`GET ${body.next}`)).status).toBe(400);
});
