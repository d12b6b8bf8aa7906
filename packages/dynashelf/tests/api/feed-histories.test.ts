// Random histories: clients write, functions read the stream into the feed, on a very bad day, and others copy the
// collections by list and feed meanwhile. The feed is what the stream was, once and in order, and every copy is right.

import { connect } from '#connect';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';

import { readStreamRecord } from '../../src/events/stream-record';
import { publisher } from '../../src/functions/publish';
import { recreateTable } from '../../src/local/table';
import { openStream, type StreamRecord } from '../../src/local/stream';
import { tableDefinition } from '../../src/serverless/table';
import { openFeed } from '../../src/store/feed';
import { createClient, type Client } from '../../src/testing/client';
import { tableName } from '../../src/testing/table';
import { changing } from '../setup/changing';
import { badProcess } from '../setup/faulty-send';
import { IS_LONG } from '../setup/runs';
import { seeded, type Random } from '../setup/seeded';
import { openPump, type Pump, type StreamFunction } from '../setup/stream';

const COUNT = Number(process.env.HISTORIES ?? (IS_LONG ? 300 : 2));
const FIRST = Number(process.env.SEED ?? Date.now() % 1_000_000_000);
const CLIENTS = 4;
const REQUESTS = 12;
const FOLLOWERS = 2;
const COLLECTIONS = ['memos', 'remarks'];

const table = `${tableName()}-feed`;
const database = new DynamoDBClient({});
const clean = connect();

beforeAll(() => jest.spyOn(console, 'error').mockImplementation(() => undefined));
afterAll(() => {
  jest.restoreAllMocks();
  database.destroy();
});

/** A function as Lambda runs it: killed, it has answered nothing. */
function badFunction(random: Random): StreamFunction {
  return async (event) => {
    const { send, isKilled } = badProcess(clean, random);
    const answer = await publisher({ resources: changing, send, tableName: table, handlers: new Map() })(event);
    if (isKilled()) {
      throw new Error('killed');
    }
    return answer;
  };
}

/** One request of a client: of few items, so that they meet. */
async function write(ask: Client, random: Random): Promise<void> {
  const memo = `m${random.below(3)}`;
  const remark = `r${random.below(4)}`;
  const title = String(random.below(1000));
  const make = { method: 'PUT', path: `/memos/${memo}`, body: { owner: 'ada', title } };
  const lines: (() => Promise<unknown>)[] = [
    () => ask(`PUT /memos/${memo}`, { body: { owner: 'ada', title } }),
    () => ask(`PATCH /memos/${memo}`, { body: { title, pages: random.below(9) } }),
    () => ask(`DELETE /memos/${memo}`),
    () => ask('POST /memos', { body: { owner: 'ben', title } }),
    () => ask(`PUT /remarks/${remark}`, { body: { memo, text: title } }),
    () => ask(`PUT /remarks/${remark}`, { body: { memo, text: title } }),
    () => ask(`DELETE /remarks/${remark}`),
    () =>
      ask('POST /transactions', {
        body: { operations: [make, { method: 'PUT', path: `/memos/${memo}x`, body: { owner: 'ada', title } }] },
      }),
  ];
  await random.pick(lines)();
}

type Copy = Map<string, unknown>;

/** Copies the collections as the contract says, until nothing more comes and nobody writes. */
async function copy(ask: Client, isOver: () => boolean): Promise<Copy> {
  let next = ((await ask(`GET /changes?collection=${COLLECTIONS.join()}&since=now&limit=5`)).body as { next: string })
    .next;
  const items: Copy = await listed(ask);
  for (;;) {
    const wasOver = isOver();
    const answer = await ask(`GET ${next}`);
    expect([answer.status, answer.text]).toEqual([200, expect.any(String)]);
    const page = answer.body as unknown as {
      changes: { type: string; source: string; data?: unknown }[];
      next: string;
    };
    for (const { source, data } of page.changes) {
      if (data === undefined) {
        items.delete(source);
      } else {
        items.set(source, data);
      }
    }
    next = page.next;
    if (wasOver && page.changes.length === 0) {
      return items;
    }
  }
}

async function listed(ask: Client): Promise<Copy> {
  const items: Copy = new Map();
  for (const name of COLLECTIONS) {
    for (let next: string | undefined = `/${name}?limit=3`; next !== undefined;) {
      const page = (await ask(`GET ${next}`)).body as unknown as { items: { id: string }[]; next?: string };
      page.items.forEach((item) => items.set(`/${name}/${item.id}`, item));
      next = page.next;
    }
  }
  return items;
}

/** What the stream says that the feed is, each item by itself: kinds and versions in order. */
async function ofStream(): Promise<Record<string, string[]>> {
  const stream = await openStream(table);
  const records: StreamRecord[] = [];
  for (const { id } of await stream.shards()) {
    for (let place: string | undefined = await stream.begin(id, 'TRIM_HORIZON'); place !== undefined;) {
      const portion = await stream.read(place);
      records.push(...portion.records);
      place = portion.records.length === 0 ? undefined : portion.next;
    }
  }
  const found: Record<string, string[]> = {};
  for (const record of records) {
    const read = await readStreamRecord(changing, record);
    if (read !== undefined) {
      const { kind, id, version } = read.change;
      (found[`${read.resource.name}/${id}`] ??= []).push(`${kind} ${version}`);
    }
  }
  return found;
}

async function ofFeed(): Promise<Record<string, string[]>> {
  const feed = openFeed(clean, table, Date.now() + 30_000);
  const found: Record<string, string[]> = {};
  for (const name of COLLECTIONS) {
    const resource = changing.get(name)!;
    let next = 1;
    for (;;) {
      const stretch = await feed.read(resource, next, 10);
      expect([stretch.isGone, stretch.changes.map(({ sequence }) => sequence)]).toEqual([
        false,
        stretch.changes.map((_change, index) => next + index),
      ]);
      if (stretch.changes.length === 0) {
        break;
      }
      stretch.changes.forEach(({ id, kind, version }) => (found[`${name}/${id}`] ??= []).push(`${kind} ${version}`));
      next = stretch.next;
    }
    expect(await feed.head(name)).toBe(next);
  }
  return found;
}

async function history(seed: number): Promise<void> {
  const random = seeded(seed);
  await recreateTable(database, table, tableDefinition(true));
  const client = (send = clean): Client =>
    createClient({ resources: changing, config: { tableName: table }, send, remaining: 8_000, described: false });
  const pumps: Pump[] = [await openPump(table), await openPump(table)];
  let writing = true;
  let told = false;
  const follow = async (): Promise<Copy> => copy(client(), () => told);
  const copies: Promise<Copy>[] = [follow()];
  const pumping = Promise.all(
    pumps.map(async (pump, index) => {
      const options = { batchSize: 6, shards: 1 + index * 3, random };
      while (writing) {
        await pump(badFunction(random), options);
      }
      await pump(badFunction(random), options);
    }),
  );
  await Promise.all(
    Array.from({ length: CLIENTS }, async (_, number) => {
      const ask = client(number === 0 ? badProcess(clean, seeded(seed + 1)).send : clean);
      for (let count = 0; count < REQUESTS; count++) {
        await write(ask, random);
        if (number === 1 && count === REQUESTS / 2) {
          copies.push(...Array.from({ length: FOLLOWERS - 1 }, follow));
        }
      }
    }),
  );
  writing = false;
  await pumping;
  told = true;
  expect(await ofFeed()).toEqual(await ofStream());
  const wanted = await listed(client());
  for (const one of await Promise.all(copies)) {
    expect(Object.fromEntries(one)).toEqual(Object.fromEntries(wanted));
  }
}

test(
  `of ${COUNT} histories from seed ${FIRST} on, the feed is the stream, once and in order, and each copy is the collection`,
  async () => {
    for (let seed = FIRST; seed < FIRST + COUNT; seed++) {
      await history(seed).catch((error: Error) => {
        throw new Error(`SEED=${seed} HISTORIES=1: ${error.message}`);
      });
    }
  },
  120_000 + COUNT * 20_000,
);
