// The feed: how many changes a second come into it, how long one takes, what it costs, and whether a page costs the
// same however many changes there are.

import { BatchWriteItemCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { setTimeout as pause } from 'node:timers/promises';

import { connect } from '#connect';
import { defineResource, listResources } from '../../src/definition/define-resource';
import type { Resource } from '../../src/definition/resource';
import { publisher } from '../../src/functions/publish';
import { openStream, type StreamRecord } from '../../src/local/stream';
import { recreateTable } from '../../src/local/table';
import { tableDefinition } from '../../src/serverless/table';
import type { Operations, Send } from '../../src/store/client/send';
import { openFeed } from '../../src/store/feed';
import { writeChange } from '../../src/store/layout/change';
import { writeHead } from '../../src/store/layout/feed-head';
import { sizeOf, type AttributeMap } from '../../src/store/layout/value';
import { createClient } from '../../src/testing/client';

/** How many items are made for each measurement, and how many clients make them at once. */
const ITEMS = 800;
const CLIENTS = 16;

/** How many changes are made one after the other. */
const ALONE = 50;

/** How often a page is read. */
const PAGES = 50;

const TITLE = 'x'.repeat(200);

function resourceOf(partitions: number): Resource {
  return defineResource({
    name: 'measured',
    description: 'What is changed.',
    schema: { title: String, pages: Number },
    changes: { partitions },
  });
}

/** Prints the tables. @param most how many changes the larger feed has of which pages are read */
export async function measureFeed(table: string, most: number): Promise<void> {
  const database = new DynamoDBClient({});
  console.log('| partitions | changes a second into the feed | with as many clients writing | write units a change |');
  console.log('| ---: | ---: | ---: | ---: |');
  for (const partitions of [1, 8]) {
    await recreateTable(database, table, tableDefinition(true));
    await measureThroughput(table, partitions);
  }
  await recreateTable(database, table, tableDefinition(true));
  await measureDelay(table);
  console.log('\n| changes in the feed | a page of 100, median ms | 99 % | read units |');
  console.log('| ---: | ---: | ---: | ---: |');
  for (const count of [100, most]) {
    await recreateTable(database, table, tableDefinition());
    await fill(database, table, count);
    await measurePages(count);
  }
  database.destroy();
}

/** Adds up what the transactions of appends cost on AWS: two units a KB for each record. */
function metered(send: Send): { readonly send: Send; readonly units: () => number } {
  let units = 0;
  return {
    units: () => units,
    send: async (operation, input, options) => {
      if (operation === 'TransactWriteItems') {
        const { TransactItems = [] } = input as Operations['TransactWriteItems']['input'];
        units += TransactItems.reduce((sum, { Put }) => sum + 2 * Math.ceil(sizeOf({ M: Put!.Item! }) / 1024), 0);
      }
      return send(operation, input, options);
    },
  };
}

/** Gives the stream to `publish`, as Lambda does, until it is told to end. */
async function pump(table: string, resource: Resource, send: Send, isOver: () => boolean): Promise<void> {
  const publish = publisher({ resources: listResources(resource), tableName: table, send, handlers: new Map() });
  const stream = await openStream(table);
  const [shard] = await stream.shards();
  let place = await stream.begin(shard!.id, 'TRIM_HORIZON');
  for (;;) {
    const { records, next } = await stream.read(place, 100);
    place = next!;
    const items = records.filter(({ dynamodb }: StreamRecord) => !dynamodb.Keys['pk']!.S!.startsWith('#'));
    if (items.length > 0) {
      await publish({ Records: items });
    } else if (records.length === 0) {
      if (isOver()) {
        return;
      }
      await pause(5);
    }
  }
}

async function measureThroughput(table: string, partitions: number): Promise<void> {
  const resource = resourceOf(partitions);
  const ask = createClient({ resources: listResources(resource), described: false });
  const make = async (): Promise<void> => {
    await Promise.all(
      Array.from({ length: CLIENTS }, async () => {
        for (let count = 0; count < ITEMS / CLIENTS; count++) {
          await ask('POST /measured', { body: { title: TITLE } });
        }
      }),
    );
  };
  await make();
  const meter = metered(connect());
  const begun = performance.now();
  await pump(table, resource, meter.send, () => true);
  const appended = performance.now() - begun;
  let isMade = false;
  const both = performance.now();
  const pumping = pump(table, resource, meter.send, () => isMade);
  await make();
  isMade = true;
  await pumping;
  const together = performance.now() - both;
  const rate = (milliseconds: number): string => String(Math.round((1_000 * ITEMS) / milliseconds));
  console.log(
    `| ${partitions} | ${rate(appended)} | ${rate(together)} | ${(meter.units() / (3 * ITEMS)).toFixed(2)} |`,
  );
}

async function measureDelay(table: string): Promise<void> {
  const resource = resourceOf(1);
  const ask = createClient({ resources: listResources(resource), described: false });
  let isOver = false;
  const pumping = pump(table, resource, connect(), () => isOver);
  const feed = openFeed(connect(), table, Date.now() + 600_000);
  const delays: number[] = [];
  for (let count = 0; count < ALONE; count++) {
    await ask('POST /measured', { body: { title: TITLE } });
    const written = performance.now();
    while ((await feed.head('measured')) < count + 2) {
      await pause(1);
    }
    delays.push(performance.now() - written);
  }
  isOver = true;
  await pumping;
  console.log(`\nFrom the answer to a write until it is in the feed: ${spread(delays)} ms (median, 99 %).`);
}

async function fill(database: DynamoDBClient, table: string, count: number): Promise<void> {
  const expires = Math.floor(Date.now() / 1000) + 30 * 24 * 60 * 60;
  const image: AttributeMap = { title: { S: TITLE }, version: { N: '1' } };
  for (let from = 1; from <= count; from += 400) {
    await Promise.all(
      Array.from({ length: 16 }, async (_, part) => {
        const sequences = Array.from({ length: 25 }, (_one, index) => from + part * 25 + index);
        const records = sequences
          .filter((sequence) => sequence <= count)
          .flatMap((sequence) =>
            writeChange(
              'measured',
              sequence,
              1,
              {
                kind: 'created',
                id: `i${sequence}`,
                version: 1,
                time: '2026-01-01T00:00:00.000Z',
                before: undefined,
                after: image,
                position: '',
              },
              expires,
            ),
          );
        await (records.length > 0 &&
          database.send(
            new BatchWriteItemCommand({
              RequestItems: { [table]: records.map((Item) => ({ PutRequest: { Item } })) },
            }),
          ));
      }),
    );
  }
  const head = { next: count + 1, time: Date.now() - 60_000, spans: [{ from: 1, partitions: 1, since: Date.now() }] };
  await connect()('PutItem', { TableName: table, Item: writeHead('measured', head) });
}

async function measurePages(count: number): Promise<void> {
  const ask = createClient({ resources: listResources(resourceOf(1)), described: false });
  const first = (await ask('GET /changes?collection=measured&limit=100')).body as { next: string };
  const times: number[] = [];
  let units = '';
  for (let page = 0; page < PAGES; page++) {
    const begun = performance.now();
    const { headers } = await ask(count > 100 ? `GET ${first.next}` : 'GET /changes?collection=measured&limit=100');
    times.push(performance.now() - begun);
    units = /([0-9.]+) RCU/.exec(headers['server-timing'] ?? '')?.[1] ?? '?';
  }
  const [median, most] = spread(times).split(', ');
  console.log(`| ${count} | ${median} | ${most} | ${units} |`);
}

/** Median and 99 %. */
function spread(times: readonly number[]): string {
  const sorted = times.toSorted((a, b) => a - b);
  return [0.5, 0.99].map((part) => sorted[Math.floor(part * (sorted.length - 1))]!.toFixed(1)).join(', ');
}
