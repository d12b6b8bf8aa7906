// What one request reads: 4 MB of items by id, by `expand` and in a transaction, as in a list; and no longer than there
// is time.

import { defineResource, listResources } from '../../src/definition/define-resource';
import type { Send } from '../../src/store/client/send';
import { connect } from '#connect';
import { createClient, type Client } from '../../src/testing/client';
import { useClock } from '../../src/testing/clock';
import { useTable } from '../../src/testing/table';
import { latency } from '../setup/latency';

useTable();

const papers = defineResource({
  name: 'papers',
  description: 'Papers.',
  schema: { text: String, kind: { type: String, maxLength: 10 }, next: { type: String, references: 'papers' } },
  indexes: { byKind: { sort: 'kind' } },
});
const sheets = defineResource({
  name: 'sheets',
  description: 'Sheets in shards.',
  shards: 12,
  schema: { text: String, kind: String },
});
const resources = listResources(papers, sheets);
const text = 'x'.repeat(390_000);
const ids = Array.from({ length: 14 }, (_, index) => `p${String(index).padStart(2, '0')}`);

let units = 0;
let sent = 0;
const connected = connect();
const clock = useClock();

/** Counts what is read, and takes a while for it. */
function slowly(milliseconds: number, slow: (number: number, operation: string) => boolean = () => true): Send {
  const pass = latency(clock, milliseconds);
  return async (operation, input, options) => {
    if (milliseconds > 0 && slow(++sent, operation)) {
      await pass();
    }
    if (options?.deadline !== undefined && Date.now() > options.deadline) {
      throw Object.assign(new Error('late'), { name: 'TimeoutError' });
    }
    const output = await connected(operation, input, options);
    units += [
      (output as { ConsumedCapacity?: { CapacityUnits?: number } | { CapacityUnits?: number }[] }).ConsumedCapacity ??
        [],
    ]
      .flat()
      .reduce((sum, { CapacityUnits = 0 }) => sum + CapacityUnits, 0);
    return output;
  };
}

const ask = createClient({ resources, send: slowly(0), described: false });

async function walk(
  client: Client,
  first: string,
  of: (item: { id: string; expand?: object }) => unknown = ({ id }) => id,
): Promise<unknown[][]> {
  const pages: unknown[][] = [];
  for (let line: string | undefined = first; line !== undefined && pages.length < 50;) {
    const { status, body } = await client(`GET ${line}`);
    expect(status).toBe(200);
    pages.push(body.items.map(of));
    line = body.next;
  }
  return pages;
}

beforeAll(async () => {
  await Promise.all(ids.map(async (id) => ask(`PUT /papers/${id}`, { body: { text, kind: 'k' } })));
});
beforeEach(() => {
  jest.spyOn(console, 'error').mockImplementation(() => undefined);
  units = sent = 0;
});
afterEach(() => jest.restoreAllMocks());

const MOST_UNITS = (4 * 1024 * 1024) / 4096 + 100;

test('a list of large items by id ends its page at 4 MB and has all of them, once, in its pages', async () => {
  const page = await ask(`GET /papers?id[in]=${ids.join(',')}&limit=100`);
  expect([page.status, page.body.next, units]).toEqual([200, expect.any(String), expect.any(Number)]);
  expect(units).toBeLessThan(MOST_UNITS);
  expect((await walk(ask, `/papers?id[in]=${ids.join(',')}&limit=100`)).flat()).toEqual([...ids].reverse());
});

test('a list by id of which a filter leaves nothing ends its page at 4 MB, empty, and comes to its end', async () => {
  const pages = await walk(ask, `/papers?id[in]=${ids.join(',')}&limit=100&kind=none`);
  expect(pages).toEqual([[], []]);
});

test('large items by id in another order, which cannot be read in part, are 413, and the answer says what to do', async () => {
  const { status, body } = await ask(`GET /papers?id[in]=${ids.join(',')}&limit=100&sort=kind`);
  expect([status, body.detail]).toEqual([
    413,
    expect.stringMatching(/^The first \d+ of the \d+ named items have more than 4 MB together.*name fewer/),
  ]);
});

test('a page whose items refer to large ones ends where 4 MB of those are read, and its pages have all', async () => {
  await Promise.all(ids.map(async (id) => ask(`PUT /papers/s${id}`, { body: { next: id, kind: 'small' } })));
  units = 0;
  const page = await ask('GET /papers?kind=small&sort=kind&expand=next&limit=100');
  expect([page.status, page.body.next, page.body.items.length < ids.length]).toEqual([200, expect.any(String), true]);
  const pages = await walk(ask, '/papers?kind=small&sort=kind&expand=next&limit=100', ({ id, expand }) => [
    id,
    (expand as { next: { id: string } }).next.id,
  ]);
  expect(pages.flat()).toEqual(ids.map((id) => [`s${id}`, id]));
});

test('an item that cannot be sent with what it refers to is 413, alone and in a list, which names expand', async () => {
  const wide = defineResource({
    name: 'wides',
    description: 'Wide.',
    schema: {
      text: String,
      more: String,
      a: { type: String, references: 'wides' },
      b: { type: String, references: 'wides' },
    },
  });
  const client = createClient({ resources: listResources(wide), described: false });
  for (const id of ['a', 'b', 'c']) {
    // Each control character is one byte as it is stored, and seven as Lambda sends it.
    expect(
      (
        await client(`PUT /wides/${id}`, {
          body: { text: '\u0001'.repeat(170_000), ...(id === 'c' && { a: 'a', b: 'b' }) },
        })
      ).status,
    ).toBe(201);
    expect(
      (
        await client(`PATCH /wides/${id}`, {
          body: [{ op: 'copy', from: '/text', path: '/more' }],
          headers: { 'Content-Type': 'application/json-patch+json' },
        })
      ).status,
    ).toBe(200);
  }
  for (const line of ['GET /wides/c?expand=a,b', 'GET /wides?id=c&expand=a,b', 'GET /wides?expand=a,b']) {
    const { status, body } = await client(line);
    expect([status, body.detail]).toEqual([413, expect.stringContaining('"expand"')]);
  }
  expect((await client('GET /wides/c?expand=a')).status).toBe(200);
});

test('a transaction that reads more than 4 MB is 413 before it has read it all, and writes nothing', async () => {
  const { version } = (await ask(`GET /papers/${ids[0]}`)).body;
  units = 0;
  const operations = ids.map((id) => ({
    method: 'PATCH',
    path: `/papers/${id}`,
    body: { kind: 'l' },
    headers: { Prefer: 'return=minimal' },
  }));
  const { status, body } = await ask('POST /transactions', { body: { operations } });
  expect([status, body.detail]).toEqual([
    413,
    expect.stringMatching(/^The first \d+ items that the request reads have more than 4 MB together/),
  ]);
  expect(units).toBeLessThan(MOST_UNITS);
  expect((await ask(`GET /papers/${ids[0]}`)).body.version).toBe(version);
});

test('a page of many shards reads 4 MB and the first record of each shard, and its pages have all items', async () => {
  const all = Array.from({ length: 20 }, (_, index) => String(index + 10)).reverse();
  await Promise.all(all.map(async (id) => ask(`PUT /sheets/${id}`, { body: { text, kind: 'k' } })));
  units = 0;
  await ask('GET /sheets?limit=100');
  // Of eight shards the first Query may bring 1 MB before anybody knows how large they are.
  expect(units * 4096).toBeLessThan(4e6 + 8 * 1.05e6 + 12 * 400_000);
  expect((await walk(ask, '/sheets?limit=100')).flat()).toEqual(all);
  expect((await walk(ask, '/sheets?limit=100&kind=k')).flat()).toEqual(all);
});

describe('with 3 s left, the database taking 0.4 s', () => {
  const client = createClient({
    resources,
    send: slowly(400),
    remaining: 3_000,
    config: { readLimit: 100 },
    described: false,
  });
  const took = async (
    line: string,
    headers = {},
  ): Promise<{ seconds: number; answer: Awaited<ReturnType<Client>> }> => {
    const start = Date.now();
    clock.set(start);
    const answer = await client(`GET ${line}`, { headers });
    return { seconds: (Date.now() - start) / 1000, answer };
  };

  test('a list ends its page in time, with next', async () => {
    const whole = await ask('GET /papers?sort=id&limit=100');
    const { seconds, answer } = await took('/papers?sort=id&limit=100');
    expect([answer.status, seconds < 1.6, answer.body.next, answer.body.items.length > 0]).toEqual([
      200,
      true,
      expect.any(String),
      true,
    ]);
    expect(answer.body.items.length).toBeLessThan(whole.body.items.length);
  });

  test('a count that takes longer is left out, and the page is there', async () => {
    const { seconds, answer } = await took('/papers?limit=1', { Prefer: 'count=exact' });
    expect([
      answer.status,
      seconds < 1.7,
      answer.body.items.length,
      answer.body.total,
      answer.headers['preference-applied'],
    ]).toEqual([200, true, 1, undefined, undefined]);
  });
});

test('a database that is too slow for one read of a list is 503 with Retry-After, before the function ends', async () => {
  const client = createClient({ resources, send: slowly(400), remaining: 1_700, described: false });
  const { status, headers } = await client('GET /papers');
  expect([status, headers['retry-after']]).toEqual([503, '1']);
});

test('a database that becomes too slow while a list is read ends the page, with next', async () => {
  const client = createClient({
    resources,
    send: slowly(700, (number) => number > 1),
    remaining: 2_000,
    config: { readLimit: 100 },
    described: false,
  });
  sent = 0;
  const { status, body } = await client('GET /papers?sort=id&limit=100');
  expect([status, body.next, body.items.length > 0]).toEqual([200, expect.any(String), true]);
});
