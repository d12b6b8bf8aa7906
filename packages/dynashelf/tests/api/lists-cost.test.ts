// What each kind of list costs: the requests to the database and the items read, as the table of docs/lists.md says.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import type { Resource } from '../../src/definition/resource';
import { defineResource, listResources } from '../../src/definition/define-resource';
import type { Ask } from '../../src/testing/ask';
import { loadItems } from '../setup/load';
import { isByDynamoose } from '../setup/models';
import { useProxy } from '../setup/proxied';
import { useTable } from '../../src/testing/table';

const MAKERS = 2;

function collection(name: string, shards?: number): Resource {
  return defineResource({
    name,
    description: 'A collection to be measured.',
    schema: {
      kind: { type: String, maxLength: 20 },
      rank: { type: Number },
      half: { type: String, maxLength: 10 },
      rare: { type: Boolean },
      maker: { type: String, references: 'makers' },
    },
    indexes: {
      byKind: { partition: 'kind' },
      byKindRank: { partition: 'kind', sort: 'rank' },
      byRank: { sort: 'rank' },
      byMaker: { partition: 'maker' },
    },
    ...(shards !== undefined && { shards }),
  });
}

const makers = defineResource({
  name: 'makers',
  description: 'To whom they belong.',
  schema: { name: { type: String, maxLength: 20 } },
  relations: { small: { collection: 'small', attribute: 'maker' }, large: { collection: 'large', attribute: 'maker' } },
});

/** The same things, 100 and 3,000 of them, and the same over four partitions. */
const SIZES = { small: 100, large: 3_000 };
const RESOURCES = {
  small: collection('small'),
  large: collection('large'),
  smallSharded: collection('small-sharded', 4),
  largeSharded: collection('large-sharded', 4),
};

useTable();
const database = useProxy({ resources: listResources(makers, ...Object.values(RESOURCES)) });

beforeAll(async () => {
  await loadItems(
    makers,
    Array.from({ length: MAKERS }, (_, index) => ({ id: `maker-${index}`, name: `Maker ${index}` })),
  );
  for (const [name, resource] of Object.entries(RESOURCES).filter(([name]) => isMeasured(name))) {
    const length = name.startsWith('small') ? SIZES.small : SIZES.large;
    await loadItems(
      resource,
      Array.from({ length }, (_, index) => ({
        id: idOf(index),
        kind: `kind-${index % 2}`,
        rank: (index * 7919) % 10_007,
        half: Math.floor(index / 2) % 2 === 0 ? 'even' : 'odd',
        maker: `maker-${index % MAKERS}`,
      })),
    );
  }
});

/** Models convert what was read: that the size of a collection does not matter is shown without them. */
function isMeasured(name: string): boolean {
  return !isByDynamoose || name.startsWith('small');
}

function idOf(index: number): string {
  return `item-${String(index).padStart(4, '0')}`;
}

interface Kind {
  readonly path: (name: string) => string;
  readonly ask?: Ask;
  /** Whether a page deep in the list is measured. */
  readonly deep?: true;
}

/** By the first cell of the row. */
const KINDS: Record<string, Kind> = {
  'newest first: `/things`': { path: (name) => `/${name}` },
  'the page after three others': { path: (name) => `/${name}`, deep: true },
  'in order of an index: `?sort=-rank`': { path: (name) => `/${name}?sort=-rank` },
  'one partition: `?kind=a`': { path: (name) => `/${name}?kind=kind-1` },
  'one partition, in order: `?kind=a&sort=rank`': { path: (name) => `/${name}?kind=kind-1&sort=rank` },
  'a range of the order: `?kind=a&rank[gte]=5&sort=rank`': {
    path: (name) => `/${name}?kind=kind-1&rank[gte]=5&sort=rank`,
  },
  'a relation: `/makers/1/things`': { path: (name) => `/makers/maker-1/${name}` },
  'named items: `?id[in]=…`, 25 of them': {
    path: (name) => `/${name}?id[in]=${Array.from({ length: 25 }, (_, index) => idOf(index)).join(',')}`,
  },
  'with what it refers to: `?expand=maker`, two makers in all': { path: (name) => `/${name}?expand=maker` },
  'four shards, newest first': { path: (name) => `/${name}-sharded` },
  'a filter that no index serves, one in two matches: `?half=even`': { path: (name) => `/${name}?half=even` },
  'a filter that no index serves, none matches: `?rare=true`': { path: (name) => `/${name}?rare=true` },
  'newest first, with `Prefer: count=exact`': {
    path: (name) => `/${name}`,
    ask: { headers: { Prefer: 'count=exact' } },
  },
};

/** The kinds whose cost may grow with the collection, up to the bound. */
const GROWING = [
  'a filter that no index serves, none matches: `?rare=true`',
  'newest first, with `Prefer: count=exact`',
];

async function measure(name: string, { path, ask = {}, deep }: Kind): Promise<string[]> {
  let line = path(name);
  for (let page = 0; deep === true && page < 3; page++) {
    line = (await database.ask(`GET ${line}`)).body.next as string;
  }
  database.proxy.clear();
  const { status, body } = await database.ask(`GET ${line}`, ask);
  expect([line, status, body.items.length]).toEqual([line, 200, line.includes('rare') ? 0 : 25]);
  const counts = new Map<string, number>();
  let read = 0;
  for (const { operation, input, output } of database.proxy.requests) {
    const name = input['Select'] === 'COUNT' ? 'Query for the count' : operation;
    counts.set(name, (counts.get(name) ?? 0) + 1);
    const batch = Object.values((output?.['Responses'] ?? {}) as Record<string, unknown[]>).flat().length;
    read += operation === 'Query' ? (output?.['ScannedCount'] as number) : operation === 'GetItem' ? 1 : batch;
  }
  const requests = [...counts]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([operation, count]) => `${count} ${operation}`)
    .join(', ');
  return [requests, read.toLocaleString('en')];
}

const rows = new Map(
  readFileSync(join(__dirname, '../../../../docs/lists.md'), 'utf8')
    .split('\n')
    .map((line): [string, string] => [line.split(' | ')[0]!.replace(/^\| /, ''), line]),
);

describe.each(Object.keys(KINDS))('%s', (kind) => {
  test('costs what docs/lists.md says', async () => {
    const small = await measure('small', KINDS[kind]!);
    const large = isMeasured('large') ? await measure('large', KINDS[kind]!) : undefined;
    const row = rows.get(kind)!;
    const measured = `| ${[kind, ...small, ...(large ?? [])].join(' | ')} |`;
    expect(large === undefined ? row.slice(0, measured.length) : row).toBe(measured);
    if (large !== undefined && !GROWING.includes(kind)) {
      expect(large).toEqual(small);
    }
  });
});
