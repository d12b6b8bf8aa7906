// `npm run bench:contention`: what references to one item cost while many are made at once. Prints the table of
// docs/decisions/reference-counter.md.

import { setTimeout as pause } from 'node:timers/promises';

import { startDatabase } from '../src/local/database';
import { defineResource, listResources } from '../src/definition/define-resource';
import { connect } from '#connect';
import type { Operations, Send } from '../src/store/client/send';
import { createClient } from '../src/testing/client';
import { makeTable } from './fill';

const TABLE = 'contention';
const CREATIONS = 200;
/**
 * Milliseconds that a transaction takes on AWS, about: on the engine it takes less, and others are never in its way.
 */
const LATENCY = 8;

const parents = defineResource({ name: 'parents', description: 'Referred to.', schema: { name: String } });
const children = defineResource({
  name: 'children',
  description: 'Refer.',
  schema: { parent: { type: String, references: 'parents' } },
});
const counters = defineResource({
  name: 'counters',
  description: 'Referred to, and counting it as an attribute.',
  schema: {
    name: String,
    count: { type: Number, readOnly: true, default: 0, counts: { collection: 'counted', attribute: 'counter' } },
  },
});
const counted = defineResource({
  name: 'counted',
  description: 'Refer, and are counted.',
  schema: { counter: { type: String, references: 'counters' } },
});

interface Counters {
  attempts: number;
  conflicts: number;
}

/** DynamoDB as on AWS in this respect: of two transactions on one item at the same time the second is cancelled. */
function conflicting(send: Send, count: Counters): Send {
  const underWay = new Set<string>();
  const sendOne = async (operation: keyof Operations, input: never): Promise<unknown> => {
    if (operation !== 'TransactWriteItems') {
      return send(operation, input);
    }
    count.attempts++;
    const { TransactItems = [] } = input as Operations['TransactWriteItems']['input'];
    const keys = TransactItems.map(({ Put, Update, Delete, ConditionCheck }) =>
      JSON.stringify(
        Put === undefined ? (Update ?? Delete ?? ConditionCheck)!.Key : [Put.Item!['pk'], Put.Item!['sk']],
      ),
    );
    if (keys.some((key) => underWay.has(key))) {
      count.conflicts++;
      await pause(LATENCY / 2);
      throw Object.assign(new Error('Transaction cancelled'), {
        name: 'TransactionCanceledException',
        CancellationReasons: keys.map((key) => ({ Code: underWay.has(key) ? 'TransactionConflict' : 'None' })),
      });
    }
    keys.forEach((key) => underWay.add(key));
    try {
      return (await Promise.all([send(operation, input), pause(LATENCY)]))[0];
    } finally {
      keys.forEach((key) => underWay.delete(key));
    }
  };
  return sendOne as Send;
}

async function main(): Promise<void> {
  const database = await startDatabase();
  Object.assign(process.env, {
    AWS_ENDPOINT_URL_DYNAMODB: database.endpoint,
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: 'contention',
    AWS_SECRET_ACCESS_KEY: 'contention',
    TABLE_NAME: TABLE,
    CURSOR_KEY: 'a key for measuring only',
    ACCESS: 'open',
    AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
  });
  try {
    await makeTable(TABLE);
    console.log(
      '| references to | clients at once | made a second | ms, median | ms, 95 % | transactions for each | refused 409 |\n| --- | ---: | ---: | ---: | ---: | ---: | ---: |',
    );
    for (const [name, collection, attribute, target] of [
      ['an item each', 'children', 'parent', 'parents'],
      ['one item', 'children', 'parent', 'parents'],
      ['one item that `counts` them', 'counted', 'counter', 'counters'],
    ] as const) {
      for (const clients of [1, 10, 50]) {
        console.log(
          `| ${name} | ${clients} | ${(await measure(name === 'an item each', collection, attribute, target, clients)).join(' | ')} |`,
        );
      }
    }
  } finally {
    await database.stop();
  }
}

async function measure(
  isSpread: boolean,
  collection: string,
  attribute: string,
  target: string,
  clients: number,
): Promise<(string | number)[]> {
  const count: Counters = { attempts: 0, conflicts: 0 };
  const ask = createClient({
    resources: listResources(parents, children, counters, counted),
    send: conflicting(connect(), count),
  });
  await Promise.all(Array.from({ length: clients }, (_, client) => ask(`PUT /${target}/${client}`, { body: {} })));
  count.attempts = 0;
  const times: number[] = [];
  let refused = 0;
  const began = performance.now();
  await Promise.all(
    Array.from({ length: clients }, async (_, client) => {
      for (let made = 0; made < CREATIONS / clients; made++) {
        const start = performance.now();
        const { status } = await ask(`POST /${collection}`, { body: { [attribute]: isSpread ? String(client) : '0' } });
        times.push(performance.now() - start);
        refused += status === 201 ? 0 : 1;
      }
    }),
  );
  const seconds = (performance.now() - began) / 1000;
  times.sort((a, b) => a - b);
  const at = (share: number): string => times[Math.floor(times.length * share)]!.toFixed(0);
  return [
    ((CREATIONS - refused) / seconds).toFixed(0),
    at(0.5),
    at(0.95),
    (count.attempts / CREATIONS).toFixed(1),
    refused,
  ];
}

void main();
