// Lists against a model: random items, filters, orders and limits, walked through `next`, compared with filtering and
// sorting in memory, and with writes going on between the pages. SEED repeats a run.

import * as fc from 'fast-check';

import { listResources } from '../../src/definition/define-resource';
import { createClient } from '../../src/testing/client';
import {
  expected,
  type Filter,
  filtersOn,
  INDEXES,
  items,
  type ModelItem,
  modelled,
  type Order,
  parameters,
} from '../setup/list-model';
import { isByDynamoose } from '../setup/models';
import { runs } from '../setup/runs';
import { useTable } from '../../src/testing/table';

const ITEMS = isByDynamoose ? 60 : 200;
const AT_ONCE = 8;

useTable();
const ask = createClient({ resources: listResources(modelled), described: false });

const seed = Number(process.env.SEED ?? Date.now() % 2 ** 31);
const model = new Map<string, ModelItem>();

/** Writes one item and keeps what the API says it is. */
async function put(id: string, body: object): Promise<void> {
  const answer = await ask(`PUT /modelled/${id}`, { body });
  if (answer.status > 201) {
    throw new Error(`PUT was answered ${answer.text} (seed ${seed})`);
  }
  model.set(id, answer.body as ModelItem);
}

beforeAll(async () => {
  const made = [...new Map(fc.sample(items, { numRuns: ITEMS, seed }).map((item) => [item.id, item.body])).entries()];
  await Promise.all(
    Array.from({ length: AT_ONCE }, async () => {
      for (let next = made.pop(); next !== undefined; next = made.pop()) {
        await put(...next);
      }
    }),
  );
});

/** A list: filters, an order that an index serves, and in about how many pages it is to be walked. */
interface Query {
  readonly filters: readonly Filter[];
  readonly order: Order;
  readonly pages: number;
}

/** A partition's value stands for that of some item, so that lists are not empty. */
const queries: fc.Arbitrary<Query> = fc.constantFrom(...INDEXES).chain(({ partition, sort }) =>
  fc.record({
    filters: fc.nat().chain((at) => filtersOn([...model.values()], at, partition, sort)),
    order: fc.record({ attributes: fc.constant(sort), descending: fc.boolean() }),
    pages: fc.integer({ min: 1, max: 9 }),
  }),
);

/** The items of all pages. */
async function walk(
  { filters, order, pages }: Query,
  wanted: number,
  between: () => Promise<void> = async () => undefined,
): Promise<ModelItem[]> {
  const found: ModelItem[] = [];
  // Often the last page is full to the brim, and no further one may follow.
  const limit = Math.min(Math.max(Math.ceil(wanted / pages), 1), 100);
  for (let line: string | undefined = `/modelled?${parameters(filters, order, limit)}`; line !== undefined;) {
    const answer = await ask(`GET ${line}`);
    expect([line, answer.status, answer.body.errors]).toEqual([line, 200, undefined]);
    const page = answer.body.items as ModelItem[];
    expect(page.length).toBeLessThanOrEqual(limit);
    if (page.length < limit && answer.body.next !== undefined) {
      // Only the bound of what one request may read cuts a page short.
      expect(Number(/desc="(\d+) reads?/.exec(answer.headers['server-timing']!)?.[1])).toBeGreaterThanOrEqual(10);
    }
    found.push(...page);
    line = answer.body.next as string | undefined;
    if (line !== undefined) {
      await between();
    }
  }
  return found;
}

test('a list walked through next is what filtering and sorting in memory gives', async () => {
  let total = 0;
  await fc.assert(
    fc.asyncProperty(queries, async (query) => {
      const wanted = expected([...model.values()], query.filters, query.order);
      total += wanted.length;
      expect((await walk(query, wanted.length)).map(({ id }) => id)).toEqual(wanted.map(({ id }) => id));
    }),
    { seed, numRuns: runs(isByDynamoose ? 8 : 60), endOnFailure: true },
  );
  // Most lists hold something, or nothing would be shown by this.
  expect(total).toBeGreaterThan(isByDynamoose ? 20 : 200);
});

test('the items of a list are those that GET shows', async () => {
  const found = await walk({ filters: [], order: { attributes: [], descending: true }, pages: 4 }, model.size);
  expect(found).toEqual(expected([...model.values()], [], { attributes: [], descending: true }));
});

test('whatever is written between the pages, an item that was there and matched throughout is there once, and none twice', async () => {
  let fresh = 0;
  let kept = 0;
  const writes = fc.infiniteStream(fc.tuple(fc.constantFrom('create', 'delete', 'update', 'update'), fc.nat(), items));
  await fc.assert(
    fc.asyncProperty(queries, writes, async (query, stream) => {
      const { filters, order } = query;
      const stable = new Map(expected([...model.values()], filters, order).map((item) => [item.id, item]));
      const touched = new Set([...order.attributes, ...filters.map(({ path }) => path[0]!)]);
      const between = async (): Promise<void> => {
        for (const [kind, at, { body }] of stream.take(3)) {
          const id = [...model.keys()][at % model.size]!;
          if (kind === 'create') {
            await put(`new-${seed}-${fresh++}`, body);
          } else if (kind === 'delete' && model.size > ITEMS / 2) {
            await ask(`DELETE /modelled/${id}`);
            model.delete(id);
            stable.delete(id);
          } else {
            const changes = Object.fromEntries(
              Object.entries({ ...body, note: `changed ${at}` }).filter(([name]) => !touched.has(name)),
            );
            const answer = await ask(`PATCH /modelled/${id}`, { body: changes });
            expect(answer.status).toBe(200);
            model.set(id, answer.body as ModelItem);
            // Every write changes these two: where they are filtered by, the item has not matched throughout.
            if (touched.has('version') || touched.has('updatedAt')) {
              stable.delete(id);
            }
          }
        }
      };
      const found = (await walk(query, stable.size, between)).map(({ id }) => id);
      expect(new Set(found).size).toBe(found.length);
      expect([...stable.keys()].filter((id) => !found.includes(id))).toEqual([]);
      kept += stable.size;
    }),
    { seed, numRuns: runs(isByDynamoose ? 3 : 16), endOnFailure: true },
  );
  expect(kept).toBeGreaterThan(isByDynamoose ? 4 : 40);
});
