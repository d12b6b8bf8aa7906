// Actions that only read: GET of an item's, and of a collection's, with parameters, tags and caches as every GET.
import type { Answer } from '../../src/definition/action';
import { defineMessage } from '../../src/definition/define-message';
import { defineResource, listResources } from '../../src/definition/define-resource';
import { createClient } from '../../src/testing/client';
import { useTable } from '../../src/testing/table';
import { ADA, RULES } from '../setup/rules';

let counted: () => unknown = () => ({ count: 1 });
const looked = defineMessage({
  name: 'looked',
  description: 'A look.',
  body: { tool: { type: String, maxLength: 128 } },
});
const tools = defineResource({
  name: 'tools',
  description: 'Tools.',
  schema: {
    price: { type: Number, default: 5 },
    shelf: { type: String, maxLength: 20 },
    next: String,
    owner: { type: String, readableBy: 'nobody' },
  },
  indexes: { byShelf: { partition: 'shelf', sort: 'price' } },
  access: { read: { owner: 'owner' }, price: 'public', next: 'authenticated', cheapest: 'public' },
  actions: (action) => ({
    price: action({
      description: 'What it costs for some days.',
      safe: true,
      query: {
        days: { type: Number, required: true, integer: true, minimum: 1, description: 'How long.' },
        from: { type: Date },
        paid: { type: Boolean, default: false },
        code: { type: String, maxLength: 5, set: (code: string) => code.toUpperCase() },
        parts: { type: Array, schema: [{ type: Number, maximum: 9 }], maxItems: 3 },
      },
      maxAge: 60,
      response: { price: { type: Number, required: true }, asked: { type: Object, schema: 'any', required: true } },
      run: async ({ item, query }) => ({ price: item.price * query.days, asked: { ...query } }),
    }),
    next: action({
      description: 'The tool behind it.',
      safe: true,
      run: async ({ item, transaction }): Promise<Answer> =>
        (item.next === undefined ? undefined : await transaction.read(tools, item.next)) ?? item,
    }),
    notify: action({
      description: 'Sends, although it may not.',
      safe: true,
      async run({ item, transaction }): Promise<Answer> {
        await transaction.send(looked, { tool: item.id });
        return item;
      },
    }),
    beside: action({
      description: 'The prices of what is on the same shelf, from one on.',
      safe: true,
      query: { from: { type: Number, default: 0 }, times: { type: Number, default: 1 } },
      response: { prices: { type: Array, schema: [Number], required: true } },
      async run({ item, query, transaction }): Promise<{ prices: number[] }> {
        let prices: number[] = [];
        for (let time = 0; time < query.times; time++) {
          const found = await transaction.list(tools, { shelf: item.shelf ?? '', price: { gte: query.from } });
          prices = found.map(({ price }) => price);
        }
        return { prices };
      },
    }),
    lookup: action({
      description: 'Answers with an item of a list.',
      safe: true,
      run: async ({ item, transaction }): Promise<Answer> =>
        (await transaction.list(tools, { shelf: item.shelf ?? '' }))[0] ?? item,
    }),
    anywhere: action({
      description: 'Lists by no partition.',
      safe: true,
      async run({ item, transaction }): Promise<Answer> {
        await transaction.list(tools, { price: { gt: 1 } });
        return item;
      },
    }),
    write: action({
      description: 'Writes, which it must not.',
      safe: true,
      run: ({ item, transaction }): Promise<Answer> => transaction.update(tools, item.id, { price: 0 }),
    }),
  }),
  collectionActions: (action) => ({
    cheapest: action({
      description: 'Counts.',
      safe: true,
      response: { count: { type: Number, required: true } },
      run: async () => counted() as { count: number },
    }),
    greedy: action({
      description: 'Reads more than it may.',
      safe: true,
      response: { count: { type: Number, required: true } },
      async run({ transaction }) {
        for (let id = 0; id < 102; id++) {
          await transaction.read(tools, `none-${Math.min(id, 100)}`);
        }
        return { count: 0 };
      },
    }),
  }),
});
const resources = listResources(tools);

useTable();
const ask = createClient({ resources });
const askByRules = createClient({ resources, config: RULES });

beforeAll(async () => {
  await ask('PUT /tools/drill', { body: { next: 'saw', owner: 'ada' } });
  await ask('PUT /tools/saw', { body: { price: 7, owner: 'ben' } });
});

test('is answered by GET with what its response declares, its parameters read by their types', async () => {
  const { status, headers, body } = await ask(
    'GET /tools/drill/price?days=3&from=2026-05-01T00:00:00Z&paid=true&code=ab&parts=1,2',
  );
  expect([status, body]).toEqual([
    200,
    { price: 15, asked: { days: 3, from: '2026-05-01T00:00:00.000Z', paid: true, code: 'AB', parts: [1, 2] } },
  ]);
  expect(headers).toMatchObject({ etag: expect.stringMatching(/^W\//), 'cache-control': 'max-age=60' });
  expect((await ask('GET /tools/drill/price?days=1')).body.asked).toEqual({ days: 1, paid: false });
});

test('has a tag of what it answers: 304 for it, 412 for If-Match, and HEAD as GET', async () => {
  counted = () => ({ count: 1 });
  const { headers } = await ask('GET /tools/cheapest');
  const known = { headers: { 'If-None-Match': headers['etag']! } };
  expect(await ask('GET /tools/cheapest', known)).toMatchObject({ status: 304, text: '' });
  expect((await ask('GET /tools/cheapest', { headers: { 'If-Match': headers['etag']! } })).status).toBe(412);
  expect(await ask('HEAD /tools/cheapest')).toMatchObject({
    status: 200,
    text: '',
    headers: { etag: headers['etag'] },
  });
  counted = () => ({ count: 2 });
  expect(await ask('GET /tools/cheapest', known)).toMatchObject({ status: 200, body: { count: 2 } });
});

test('answers with an item that it read, under a tag that no other item of that version has', async () => {
  const { status, headers, body } = await ask('GET /tools/drill/next');
  expect([status, body]).toEqual([200, (await ask('GET /tools/saw')).body]);
  await ask('PATCH /tools/drill', { body: { next: 'drill' } });
  const other = await ask('GET /tools/drill/next', { headers: { 'If-None-Match': headers['etag']! } });
  expect([other.status, other.body.id]).toEqual([200, 'drill']);
  await ask('PATCH /tools/drill', { body: { next: 'saw' } });
});

test.each<[string, string, string | undefined]>([
  ['without a parameter that is required', '', 'days'],
  ['with one that is too small', 'days=0', 'days'],
  ['with one of another type', 'days=long', 'days'],
  ['with no boolean', 'days=1&paid=yes', 'paid'],
  ['with no date', 'days=1&from=May', 'from'],
  ['with an element that is too great', 'days=1&parts=1,10', 'parts'],
  ['with an element that is empty', 'days=1&parts=', 'parts'],
  ['with one that is unknown', 'days=1&day=2', 'day'],
  ['with one twice', 'days=1&days=2', 'days'],
])('%s it is 400 that names it', async (_, query, parameter) => {
  const { status, body } = await ask(`GET /tools/drill/price?${query}`);
  expect([status, body.type, body.errors.map((fault: { parameter: string }) => fault.parameter)]).toEqual([
    400,
    '/docs#malformed-request',
    [parameter],
  ]);
});

test('has its path to itself, takes GET alone, and is 404 without its item', async () => {
  for (const path of ['/tools/drill/price', '/tools/cheapest']) {
    const { status, headers } = await ask(`POST ${path}`, { body: {} });
    expect([status, headers['allow']]).toEqual([405, 'GET, HEAD, OPTIONS']);
  }
  expect((await ask('PUT /tools/cheapest', { body: {} })).status).toBe(405);
  expect((await ask('GET /tools/none/next')).status).toBe(404);
  expect((await ask('GET /tools/drill/next', { headers: { Accept: 'text/html' } })).status).toBe(406);
});

test('goes by its line of access, and its answer is no shared cache’s where somebody asks', async () => {
  expect((await askByRules('GET /tools/drill/next')).status).toBe(401);
  expect((await askByRules('GET /tools/drill/next', { as: ADA })).body.type).toBe('/docs#forbidden');
  expect((await askByRules('GET /tools/drill/write', { as: ADA })).status).toBe(403);
  const own = await askByRules('GET /tools/drill/price?days=1', { as: ADA });
  expect([own.status, own.headers['cache-control']]).toEqual([200, 'private, max-age=60']);
});

test('is refused what writes, and reads of more items than a request may', async () => {
  const logged = jest.spyOn(console, 'error').mockImplementation(() => undefined);
  expect((await ask('GET /tools/drill/write')).status).toBe(500);
  expect(logged.mock.calls.join()).toContain('is safe and calls transaction.update, which writes');
  expect((await ask('GET /tools/drill/notify')).status).toBe(500);
  expect(logged.mock.calls.join()).toContain('is safe and calls transaction.send, which writes');
  logged.mockRestore();
  expect(await ask('GET /tools/greedy')).toMatchObject({
    status: 413,
    body: { detail: expect.stringContaining('100') },
  });
  expect((await ask('GET /tools/drill')).body.price).toBe(5);
});

test('costs the reads that it makes, each item once, and no write', async () => {
  const { headers } = await ask('GET /tools/drill/next');
  expect(headers['server-timing']).toMatch(/desc="2 reads, 2 RCU"/);
});

test('is described with its parameters', async () => {
  const { get, post } = (await ask('GET /openapi.json')).body.paths['/tools/{id}/price'];
  expect(post).toBeUndefined();
  expect(get.parameters.slice(0, 5)).toEqual([
    expect.objectContaining({ name: 'days', in: 'query', required: true, description: 'How long.' }),
    expect.objectContaining({ name: 'from', schema: expect.objectContaining({ format: 'date-time' }) }),
    expect.objectContaining({ name: 'paid', schema: expect.objectContaining({ type: 'boolean' }) }),
    expect.objectContaining({ name: 'code' }),
    expect.objectContaining({ name: 'parts', style: 'form', explode: false }),
  ]);
});

describe('a list of one that only reads', () => {
  const shelf = `s${Date.now()}`.slice(0, 20);
  let id: string;
  beforeAll(async () => {
    for (const price of [7, 3, 5]) {
      id = (await ask('POST /tools', { body: { price, shelf } })).body.id as string;
    }
    await ask('POST /tools', { body: { price: 4, shelf: 'another' } });
  });

  test('is in the order of the index, and of its conditions', async () => {
    expect((await ask(`GET /tools/${id}/beside`)).body).toEqual({ prices: [3, 5, 7] });
    const { body, headers } = await ask(`GET /tools/${id}/beside?from=4`);
    expect(body).toEqual({ prices: [5, 7] });
    expect(headers['server-timing']).toMatch(/desc="2 reads/);
  });

  test('gives items with which it may answer', async () => {
    expect((await ask(`GET /tools/${id}/lookup`)).body).toMatchObject({ price: 3, shelf });
  });

  test('goes beyond a page, and ends at a thousand items', async () => {
    const full = `f${Date.now()}`.slice(0, 20);
    let made = 0;
    const add = async (count: number): Promise<void> => {
      for (; count > 0; count -= 50) {
        const operations = Array.from({ length: Math.min(50, count) }, () => ({
          method: 'POST',
          path: '/tools',
          body: { price: made++, shelf: full },
        }));
        const answer = await ask('POST /transactions', { body: { operations } });
        id = (answer.body.results as { body: { id: string } }[])[0]!.body.id;
      }
    };
    await add(1000);
    expect((await ask(`GET /tools/${id}/beside`)).body.prices).toEqual(
      Array.from({ length: 1000 }, (_, price) => price),
    );
    await add(1);
    expect(await ask(`GET /tools/${id}/beside`)).toMatchObject({ status: 413 });
    expect((await ask(`GET /tools/${id}/beside?from=990`)).body.prices).toHaveLength(11);
  });

  test('is one of ten at most, and by the partition of an index', async () => {
    expect((await ask(`GET /tools/${id}/beside?times=10&from=990`)).status).toBe(200);
    expect((await ask(`GET /tools/${id}/beside?times=11&from=990`)).status).toBe(413);
    const log = jest.spyOn(console, 'error').mockImplementation(() => undefined);
    expect((await ask(`GET /tools/${id}/anywhere`)).status).toBe(500);
    expect(log.mock.calls.flat().join()).toContain(
      'transaction.list of tools: one of the attributes \\"shelf\\" must be given one value: these are the partitions of its indexes',
    );
    log.mockRestore();
  });
});
