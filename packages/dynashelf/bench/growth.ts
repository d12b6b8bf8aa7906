// `npm run bench:growth`: what a page costs as its collection grows. Writes docs/growth.md and docs/growth.svg.
// `npm run bench:growth -- 1000000` goes on to that many items.

import { writeFileSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';
import { join } from 'node:path';

import { type Database, startDatabase } from '../src/local/database';
import { defineResource, listResources } from '../src/definition/define-resource';
import { connect } from '#connect';
import type { Send } from '../src/store/client/send';
import { createClient, type Client } from '../src/testing/client';
import { fillTable, makeTable } from './fill';
import { plotGrowth, type Series } from './plot';

const PROJECT = join(__dirname, '..', '..', '..');
const WARM_UP = 20;
const ROUNDS = 100;

/** Items of about 500 bytes: a shelf of 20 kinds in turn, a rank, and one in 5,000 that is rare. */
const things = defineResource({
  name: 'things',
  description: 'What the collection grows by.',
  schema: {
    kind: { type: String, maxLength: 20 },
    rank: { type: Number, integer: true },
    half: { type: String, maxLength: 10 },
    rare: { type: Boolean },
    text: { type: String, maxLength: 1000 },
  },
  indexes: {
    byKind: { partition: 'kind', sort: 'rank' },
    byRank: { sort: 'rank' },
  },
});

/** The lists that are measured. The deep page begins in the middle of its collection. */
const LISTS = [
  { name: 'first page', path: '/things' },
  { name: 'deep page', path: '/things', deep: true },
  { name: 'filtered, one in two matches', path: '/things?half=even' },
  { name: 'in order of an index', path: '/things?sort=-rank' },
  { name: 'one partition of an index', path: '/things?kind=kind-7&sort=rank' },
  { name: 'deep in an index', path: '/things?sort=rank', deep: true },
  { name: 'filtered, one in 5,000 matches', path: '/things?rare=true' },
];

/** What one list costs at one size. */
interface Measured {
  readonly list: string;
  readonly items: number;
  readonly returned: number;
  readonly requests: number;
  readonly read: number;
  readonly units: number;
  /** Milliseconds. */
  readonly median: number;
  readonly p95: number;
}

async function main(): Promise<void> {
  const most = Number(process.argv[2] ?? 100_000);
  if (!Number.isInteger(most) || most < 1_000) {
    throw new Error(`"${process.argv[2]}" is no number of items: give 1000 or more, such as 1000000.`);
  }
  const sizes = [1_000, 10_000, 100_000, 1_000_000].filter((size) => size <= most);
  const database = await startEngine();
  Object.assign(process.env, {
    AWS_ENDPOINT_URL_DYNAMODB: database.endpoint,
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: 'growth',
    AWS_SECRET_ACCESS_KEY: 'growth',
    TABLE_NAME: tableOf(most),
    CURSOR_KEY: 'a key for measuring only',
    ACCESS: 'open',
    AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
  });
  try {
    for (const size of sizes) {
      const began = performance.now();
      await makeTable(tableOf(size));
      await fillTable(tableOf(size), things, size, valuesOf);
      console.log(`${size} items, ${(size / (performance.now() - began)).toFixed(1)} thousand loaded a second`);
    }
    const measured = await measure(sizes);
    console.log(measured.map(row).join('\n'));
    writeFileSync(join(PROJECT, 'docs/growth.md'), page(measured, database.kind));
    writeFileSync(join(PROJECT, 'docs/growth.svg'), plotGrowth(seriesOf(measured)));
    console.log('Written: docs/growth.md, docs/growth.svg.');
  } finally {
    await database.stop();
  }
}

/**
 * dynoxide where it is installed: DynamoDB Local takes five times as long to load. `DYNAMODB_ENGINE` insists on one.
 */
async function startEngine(): Promise<Database> {
  return startDatabase(undefined, { DYNAMODB_ENGINE: 'dynoxide', ...process.env }).catch(() => startDatabase());
}

/** Each size has a table of its own. */
function tableOf(size: number): string {
  return `growth-${size}`;
}

function valuesOf(index: number): Record<string, string | number | boolean> {
  return {
    kind: `kind-${index % 20}`,
    // A permutation: the order of ranks has nothing to do with that of ids.
    rank: (index * 7919) % 1_000_003,
    half: index % 2 === 0 ? 'even' : 'odd',
    ...(index % 5_000 === 4_999 && { rare: true }),
    text: `Thing ${index} `.repeat(30).slice(0, 300),
  };
}

/** What requests made the database do. */
interface Counts {
  requests: number;
  read: number;
  units: number;
}

/** A client of the collection of a size, and what its requests make the database do. */
function counted(size: number): { ask: Client; counts: Counts } {
  const counts: Counts = { requests: 0, read: 0, units: 0 };
  const send = connect();
  const counting: Send = async (operation, input) => {
    const output = await send(operation, input);
    counts.requests++;
    counts.read += 'ScannedCount' in output ? (output.ScannedCount ?? 0) : 0;
    counts.units += [output.ConsumedCapacity ?? []]
      .flat()
      .reduce((sum, { CapacityUnits = 0 }) => sum + CapacityUnits, 0);
    return output;
  };
  return {
    ask: createClient({
      resources: listResources(things),
      config: { tableName: tableOf(size) },
      send: counting,
      described: false,
    }),
    counts,
  };
}

/** Every list at every size in turn, round by round: what else the machine does in between, it does to all of them. */
async function measure(sizes: readonly number[]): Promise<Measured[]> {
  const runs: { list: string; items: number; line: string; ask: Client; counts: Counts; times: number[] }[] = [];
  for (const { name, path, deep } of LISTS) {
    for (const items of sizes) {
      const { ask, counts } = counted(items);
      runs.push({
        list: name,
        items,
        line: `GET ${deep === true ? await middle(ask, path, items) : path}`,
        ask,
        counts,
        times: [],
      });
    }
  }
  for (let round = -WARM_UP; round < ROUNDS; round++) {
    for (const { line, ask, times } of runs) {
      const began = performance.now();
      const answer = await ask(line);
      if (answer.status !== 200) {
        throw new Error(`${line} was answered ${answer.status}: ${answer.text}`);
      }
      if (round >= 0) {
        times.push(performance.now() - began);
      }
    }
  }
  return Promise.all(
    runs.map(async ({ list, items, line, ask, counts, times }) => {
      Object.assign(counts, { requests: 0, read: 0, units: 0 });
      const { items: returned } = (await ask(line)).body as { items: unknown[] };
      times.sort((a, b) => a - b);
      return {
        list,
        items,
        returned: returned.length,
        ...counts,
        median: times[ROUNDS / 2]!,
        p95: times[ROUNDS * 0.95]!,
      };
    }),
  );
}

/** The path of a page that begins in the middle, found by walking there. */
async function middle(ask: Client, path: string, items: number): Promise<string> {
  let next = `${path}${path.includes('?') ? '&' : '?'}limit=100`;
  for (let passed = 0; passed < items / 2; passed += 100) {
    next = ((await ask(`GET ${next}`)).body as { next: string }).next;
  }
  return next.replace('limit=100', 'limit=25');
}

function seriesOf(measured: readonly Measured[]): Series[] {
  return LISTS.map(({ name }) => ({
    name,
    points: measured
      .filter(({ list }) => list === name)
      .map(({ items, median, read }) => ({ items, milliseconds: median, read })),
  }));
}

function row({ list, items, returned, requests, read, units, median, p95 }: Measured): string {
  return `| ${[list, items.toLocaleString('en'), returned, requests, read.toLocaleString('en'), units, median.toFixed(1), p95.toFixed(1)].join(' | ')} |`;
}

function page(measured: readonly Measured[], engine: string): string {
  const [processor] = cpus();
  const versions = `Node ${process.versions.node}, ${engine === 'java' ? 'DynamoDB Local' : engine} in memory, on this machine: ${cpus().length} × ${processor?.model ?? 'unknown processor'}, ${Math.round(totalmem() / 2 ** 30)} GB`;
  return `# What a page costs as its collection grows

Written by \`npm run bench:growth\` (\`bench/growth.ts\`) on ${new Date().toISOString().slice(0, 10)}; \`npm run bench:growth -- 1000000\` goes further.
${versions}. Pages of 25 items of about 500 bytes each, asked of the handlers, each ${ROUNDS} times
after ${WARM_UP}, all lists and sizes in turn.

![Milliseconds and items read by the size of the collection](growth.svg)

Items read and capacity units are what DynamoDB would count too; milliseconds are this engine's and this machine's,
and only their growth says something.

| list | items in the collection | returned | requests | items read | RCU | ms, median | ms, 95 % |
| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |
${LISTS.flatMap(({ name }) => measured.filter(({ list }) => list === name))
  .map(row)
  .join('\n')}

A page reads as much of a large collection as of a small one, wherever it begins. The exception is the filter that hardly any
item passes and that no index serves: it reads up to the bound of one request, and its page is then short, with a \`next\`
([lists](lists.md)).
`;
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
