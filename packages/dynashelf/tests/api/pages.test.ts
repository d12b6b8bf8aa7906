// Orders, pages and cursors of lists over indexes and shards, and what they read: counted at the database.

import { defineResource, listResources } from '../../src/definition/define-resource';
import type { Resource } from '../../src/definition/resource';
import { createClient, type Client } from '../../src/testing/client';
import { loadItems } from '../setup/load';
import { useProxy } from '../setup/proxied';
import { useTable } from '../../src/testing/table';

const schema = {
  author: { type: String, maxLength: 200 },
  title: { type: String, maxLength: 300 },
  year: Number,
  rare: Boolean,
  text: String,
} as const;

const works = defineResource({
  name: 'works',
  description: 'Many works.',
  schema,
  indexes: {
    byAuthor: { partition: 'author' },
    byAuthorTitle: { partition: 'author', sort: 'title' },
    byYear: { sort: ['year', 'title'] },
    byTitle: { sort: 'title' },
  },
});
const spread = defineResource({
  name: 'spread',
  description: 'The same, sharded.',
  schema,
  indexes: {
    byAuthor: { partition: 'author' },
    byAuthorTitle: { partition: 'author', sort: 'title' },
    byYear: { sort: ['year', 'title'] },
    byTitle: { sort: 'title' },
  },
  shards: 5,
});
const wide = defineResource({ name: 'wide', description: 'More shards than a page has items.', schema, shards: 64 });
const large = defineResource({
  name: 'large',
  description: 'Large texts.',
  schema,
  indexes: { byTitle: { sort: 'title' } },
});
const bulky = defineResource({ name: 'bulky', description: 'Long texts.', schema });
const changing = defineResource({
  name: 'changing',
  description: 'Written while it is read.',
  schema,
  indexes: { byTitle: { sort: 'title' } },
  shards: 3,
});
const resources = listResources(works, spread, wide, large, bulky, changing);

useTable();
const proxied = useProxy({ resources });
// Many pages of one form; what `proxied` gets is held against the description.
const ask: Client = createClient({ resources, described: false });

const COUNT = 300;
const items = Array.from({ length: COUNT }, (_, index) => ({
  id: `w${String(index).padStart(4, '0')}`,
  author: `author ${index % 7}`,
  title: `title ${(index * 37) % 100}`,
  ...(index % 3 > 0 && { year: 1900 + (index % 10) - 5.5 }),
  ...(index % 60 === 17 && { rare: true }),
}));
const byId = (a: { id: string }, b: { id: string }): number => (a.id < b.id ? -1 : 1);

beforeAll(async () => {
  for (const resource of [works, spread, wide] as Resource[]) {
    await loadItems(resource, items);
  }
});

interface Walk {
  readonly pages: string[][];
  readonly ids: string[];
}

/** All pages from a first one on. */
async function walk(client: Client, first: string, between?: () => Promise<void>): Promise<Walk> {
  const pages: string[][] = [];
  for (let line: string | undefined = first; line !== undefined;) {
    const { status, body } = await client(`GET ${line}`);
    expect([line, status]).toEqual([line, 200]);
    pages.push(body.items.map(({ id }: { id: string }) => id));
    line = body.next as string | undefined;
    await between?.();
  }
  return { pages, ids: pages.flat() };
}

/** What reached the database since the last clearing: requests and records read, those filtered out included. */
function reading(): { requests: string[]; records: number } {
  const { requests } = proxied.proxy;
  const records = requests.map(
    ({ output }) =>
      (output?.['ScannedCount'] as number) ??
      (output?.['Responses'] === undefined ? 0 : Object.values(output['Responses'] as object).flat().length),
  );
  return {
    requests: requests.map(
      ({ operation, input }) =>
        `${operation}${input['IndexName'] === undefined ? '' : ` ${input['IndexName'] as string}`}`,
    ),
    records: records.reduce((sum, count) => sum + count, 0),
  };
}

describe.each([['works'], ['spread']])('orders of %s', (name) => {
  const order = (names: string, filter: (item: (typeof items)[number]) => boolean = () => true): string[] => {
    const descending = names.startsWith('-');
    const attributes = names.split(',').map((one) => one.replace('-', '')) as ('title' | 'year' | 'id')[];
    const sorted = items
      .filter((item) => filter(item) && attributes.every((one) => item[one] !== undefined))
      .sort((a, b) => {
        const different = attributes.find((one) => a[one] !== b[one]);
        return different === undefined ? byId(a, b) : a[different]! < b[different]! ? -1 : 1;
      });
    return (descending ? sorted.reverse() : sorted).map(({ id }) => id);
  };

  test.each(['id', '-id', 'title', '-title', 'title,id', '-title,-id', 'year,title', '-year,-title'])(
    'sort=%s, ties by id, those without the attribute left out',
    async (names) => {
      expect((await walk(ask, `/${name}?sort=${names}&limit=37`)).ids).toEqual(order(names));
    },
  );

  test.each([
    ['author=author%203&sort=title', 'title', ({ author }: { author: string }) => author === 'author 3'],
    [
      'author=author%203&sort=-title&title[gte]=title%203',
      '-title',
      ({ author, title }: { author: string; title: string }) => author === 'author 3' && title >= 'title 3',
    ],
    ['author=author%203', '-id', ({ author }: { author: string }) => author === 'author 3'],
    ['title=title%2020&sort=year', 'year', ({ title }: { title: string }) => title === 'title 20'],
    ['sort=-title&title[begins]=title%202', '-title', ({ title }: { title: string }) => title.startsWith('title 2')],
    [
      'id[in]=w0003,w0001,w0290,none&limit=2',
      '-id',
      ({ id }: { id: string }) => ['w0003', 'w0001', 'w0290'].includes(id),
    ],
    [
      'id[in]=w0003,w0001,w0290,none&limit=2&sort=title',
      'title',
      ({ id }: { id: string }) => ['w0003', 'w0001', 'w0290'].includes(id),
    ],
    ['rare=true&limit=2', '-id', ({ rare }: { rare?: boolean }) => rare === true],
    ['rare=true&limit=2&sort=title', 'title', ({ rare }: { rare?: boolean }) => rare === true],
    ['id[gte]=w0100&id[lt]=w0110&sort=id', 'id', ({ id }: { id: string }) => id >= 'w0100' && id < 'w0110'],
  ] as [string, string, (item: (typeof items)[number]) => boolean][])('%s', async (query, names, filter) => {
    const { pages, ids } = await walk(ask, `/${name}?${query}`);
    expect(ids).toEqual(order(names, filter));
    expect(ids.length).toBeGreaterThan(0);
    const limit = Number(/limit=(\d+)/.exec(query)?.[1] ?? 25);
    expect(pages.slice(0, -1).every((page) => page.length === limit)).toBe(true);
  });

  test('a sharded resource’s pages are those of an unsharded one', async () => {
    expect(await walk(ask, `/${name}?limit=23`)).toEqual(await walk(ask, '/works?limit=23'));
  });
});

test.each([
  [
    'sort=text',
    /No index serves this order\. Served are: id; title \(with author=…\); year,title; title\. Each also descending/,
  ],
  ['sort=titel', /"titel" orders no list\. Did you mean "title"\?/],
  ['sort=year', /No index serves this order/],
  ['sort=version', /"version" orders no list/],
  ['sort=-createdAt', /"createdAt" orders no list\. Leave "sort" out for the newest first\./],
  ['sort=', /Must name attributes/],
  ['sort=title,', /Must name attributes/],
  ['sort=title,title', /Names "title" twice/],
  ['sort=year,-title', /ascending in all its attributes, or descending in all: write year,title/],
  ['sort=id,title', /"id" ends an order/],
  ['sort=--title', /"-title" orders no list/],
  ['sort=+title', /" title" orders no list/],
])('%s is 400', async (query, detail) => {
  const { status, body } = await ask(`GET /works?${query}`);
  expect(status).toBe(400);
  expect(body.errors).toEqual(
    expect.arrayContaining([{ detail: expect.stringMatching(detail) as unknown, parameter: 'sort' }]),
  );
});

describe('what is read', () => {
  test.each([
    ['/works?limit=25', ['Query'], 25],
    ['/works?limit=100&sort=id', ['Query'], 100],
    ['/works?limit=25&sort=-title', ['Query gsi4'], 25],
    ['/works?limit=25&sort=title&title[gte]=title%205', ['Query gsi4'], 25],
    ['/works?limit=25&author=author%202', ['Query gsi1'], 25],
    ['/works?limit=25&author=author%202&sort=title', ['Query gsi2'], 25],
    ['/works?id[in]=w0001,w0002,none', ['BatchGetItem'], 2],
    ['/works?id=w0001', ['BatchGetItem'], 1],
    ['/works?id[in]=', [], 0],
    ['/works?id[gt]=w0200&limit=10', ['Query'], 10],
    ['/works?sort=title&title[gt]=b&title[lt]=a', [], 0],
  ])('%s: one request, and no record that is not returned', async (line, requests, records) => {
    expect((await proxied.ask(`GET ${line}`)).status).toBe(200);
    expect(reading()).toEqual({ requests, records });
  });

  test('the second page reads as much as the first', async () => {
    const { body } = await proxied.ask('GET /works?limit=25&sort=title');
    proxied.proxy.clear();
    await proxied.ask(`GET ${body.next}`);
    expect(reading()).toEqual({ requests: ['Query gsi4'], records: 25 });
  });

  test('a filter that no index serves reads on until the page is full', async () => {
    const { body } = await proxied.ask('GET /works?rare=true&limit=4');
    expect(body.items).toHaveLength(4);
    expect(reading().records).toBeLessThanOrEqual(COUNT);
    expect(reading().requests.length).toBeLessThanOrEqual(3);
  });

  test.each([
    ['spread', 5, 25],
    ['spread', 5, 100],
    ['wide', 64, 25],
    ['wide', 64, 100],
  ])(
    'a page of %s, in %i shards, of %i items reads about as many records as both together',
    async (name, shards, limit) => {
      await proxied.ask(`GET /${name}?limit=${limit}`);
      const { records } = reading();
      expect(records).toBeGreaterThanOrEqual(limit);
      expect(records).toBeLessThanOrEqual(limit + 2.5 * shards);
      expect(proxied.proxy.requests.length).toBeLessThanOrEqual(2.5 * shards);
    },
  );

  test('the bound on reads makes a page short, and its next goes on where reading stopped', async () => {
    const bounded = createClient({ resources, config: { readLimit: 1 } });
    const { pages, ids } = await walk(bounded, '/works?rare=true&limit=3');
    expect(ids).toEqual(
      items
        .filter(({ rare }) => rare)
        .map(({ id }) => id)
        .reverse(),
    );
    expect(pages.slice(0, -1).some((page) => page.length < 3)).toBe(true);
    const shards = await walk(createClient({ resources, config: { readLimit: 1 } }), '/spread?rare=true&limit=3');
    expect(shards.ids).toEqual(ids);
  });
});

describe('large items', () => {
  const ids = Array.from({ length: 18 }, (_, index) => `l${String(index).padStart(2, '0')}`);

  beforeAll(async () => {
    for (const id of ids) {
      await loadItems(large, [{ id, title: `t${id}`, text: (id < 'l11' ? 'x' : '"').repeat(390_000) }]);
    }
  });

  test.each(['/large?limit=100', '/large?limit=100&sort=title', '/large?limit=100&id[in]=' + ids.join(',')])(
    '%s: a body stays under what Lambda may answer, and next goes on',
    async (first) => {
      let line: string | undefined = first;
      const seen: string[] = [];
      while (line !== undefined) {
        const { body, text } = await ask(`GET ${line}`);
        expect(Buffer.byteLength(JSON.stringify(text))).toBeLessThan(6 * 1024 * 1024 - 100_000);
        expect(body.items.length).toBeGreaterThan(0);
        seen.push(...body.items.map(({ id }: { id: string }) => id));
        line = body.next as string | undefined;
      }
      expect(seen.sort()).toEqual(ids);
    },
  );

  test('what a filter leaves out is read up to 4 MB for a page', async () => {
    // An engine may count its 1 MB for one Query after the filter; so more than one has to be needed.
    await loadItems(
      bulky,
      Array.from({ length: 130 }, (_, index) => ({ id: `b${index}`, text: `${index} ${'x'.repeat(50_000)}` })),
    );
    const { body } = await proxied.ask('GET /bulky?text[begins]=0%20');
    expect(body).toMatchObject({ items: [], next: expect.any(String) });
    expect(reading().records).toBeLessThan(130);
    expect((await walk(ask, '/bulky?text[begins]=0%20')).ids).toEqual(['b0']);
  });
});

describe('cursors', () => {
  const cursorOf = async (line: string): Promise<string> =>
    new URL((await ask(`GET ${line}`)).body.next as string, 'http://x').searchParams.get('cursor')!;

  test('of plain lists are under 200 characters, also with the longest ids', async () => {
    const id = 'i'.repeat(128);
    await loadItems(large, [{ id: `z${id.slice(1)}` }, { id: `y${id.slice(1)}` }]);
    expect((await cursorOf('/large?limit=1')).length).toBeLessThan(200);
    expect((await cursorOf('/works?limit=1&sort=title')).length).toBeLessThan(100);
  });

  test('are good for one collection, its filters and sort, in any order of the parameters and with any limit', async () => {
    const cursor = await cursorOf('/works?author=author%201&title[gte]=t&sort=title&limit=5');
    expect(
      (await ask(`GET /works?limit=7&title[gte]=t&sort=title&author=author%201&fields=title&cursor=${cursor}`)).body
        .items,
    ).toHaveLength(7);
    for (const line of [
      '/works?author=author%201&title[gte]=t&sort=-title',
      '/works?author=author%202&title[gte]=t&sort=title',
      '/works?author=author%201&title[gt]=t&sort=title',
      '/works?author=author%201&title[gte]=t',
      '/works?author=author%201&sort=title',
      '/works?sort=title',
      '/works?limit=5',
      '/spread?author=author%201&title[gte]=t&sort=title',
    ]) {
      const answer = await ask(`GET ${line}&cursor=${cursor}`);
      expect([line, answer.status, answer.body.errors]).toEqual([
        line,
        400,
        [{ detail: expect.any(String), parameter: 'cursor' }],
      ]);
    }
    const plain = await cursorOf('/works?limit=5');
    for (const line of ['/works?sort=id', '/works?author=author%201', '/spread?limit=5']) {
      expect((await ask(`GET ${line}&cursor=${plain}`)).status).toBe(400);
    }
    expect((await ask(`GET /works?sort=-id&cursor=${plain}`)).status).toBe(200);
  });

  test.each([['id'], ['-id'], ['title'], ['-title']])(
    'sort=%s: items that stay are seen once, whatever is written and deleted between the pages',
    async (sort) => {
      const stay = Array.from({ length: 40 }, (_, index) => ({
        id: `k${String(index).padStart(2, '0')}5`,
        title: `t${index % 6}`,
      }));
      await loadItems(changing, stay);
      let round = 0;
      const { ids } = await walk(ask, `/changing?sort=${sort}&limit=6`, async () => {
        round++;
        // New ones before and after every place, the old ones of the rounds before gone, also where the cursor stands.
        const passing = Array.from({ length: 20 }, (_, index) => ({
          id: `k${String((index * 2 + round) % 40).padStart(2, '0')}${round % 2 === 0 ? 3 : 7}`,
          title: `t${(index + round) % 6}`,
        }));
        await loadItems(changing, passing);
        await Promise.all(passing.slice(10).map(({ id }) => ask(`DELETE /changing/${id}`)));
        await ask(`DELETE /changing/${String(stay[round % 40]?.id)}x`);
      });
      const own = new Set(stay.map(({ id }) => id));
      const seen = ids.filter((id) => own.has(id));
      const expected = [...stay]
        .sort((a, b) => (sort.endsWith('title') && a.title !== b.title ? (a.title < b.title ? -1 : 1) : byId(a, b)))
        .map(({ id }) => id);
      expect(seen).toEqual(sort.startsWith('-') ? expected.reverse() : expected);
    },
  );

  test.each([['id'], ['title']])('sort=%s: the item at the cursor may be gone', async (sort) => {
    const before = (await walk(ask, `/changing?sort=${sort}&limit=100`)).ids;
    const { body } = await ask(`GET /changing?sort=${sort}&limit=5`);
    await ask(`DELETE /changing/${before[4]}`);
    await ask(`DELETE /changing/${before[5]}`);
    expect((await walk(ask, body.next)).ids).toEqual(before.slice(6));
  });
});

test('a list is read in shards’ order although ids of all shards are mixed', async () => {
  expect((await walk(ask, '/wide?limit=70')).ids).toEqual(items.map(({ id }) => id).reverse());
  expect((await ask('GET /wide/w0123')).body.title).toBe(items[123]!.title);
});
