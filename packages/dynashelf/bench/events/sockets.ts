// What a change costs that is told on many sockets: how long it takes from the write to the sockets, and the requests
// of the fan-out in capacity units and dollars.

import { fork } from 'node:child_process';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';

import { connect } from '#connect';
import { readConfig } from '../../src/config';
import { defineResource, listResources } from '../../src/definition/define-resource';
import { openSocketGateway } from '../../src/events/socket-gateway';
import { fanOutAfterAppend } from '../../src/functions/socket-fan-out';
import { publisher } from '../../src/functions/publish';
import { socketFunction } from '../../src/lambda';
import type { SocketEvent } from '../../src/functions/socket';
import { openStream, type StreamRecord } from '../../src/local/stream';
import type { Send } from '../../src/store/client/send';
import { openTickets } from '../../src/store/tickets';
import { createClient } from '../../src/testing/client';
import type { FromSockets, ToSockets } from './sockets-process';

const measured = defineResource({
  name: 'measured',
  description: 'What is changed.',
  schema: { title: String, pages: Number, author: String },
  access: { list: 'public' },
  changes: true,
});
const resources = listResources(measured);

/** How many changes are made one after the other, and how many at once. */
const CHANGES = 20;
const BURST = 50;

/** How many connect at once. */
const AT_ONCE = 5;

/** US dollars of a million: read and write request units of DynamoDB on demand, and messages of API Gateway. */
const DOLLARS = { read: 0.125, write: 0.625, message: 1 };

interface Units {
  read: number;
  write: number;
}

/** Measures with some numbers of sockets, and prints a table. */
export async function measureSockets(counts: readonly number[]): Promise<void> {
  console.log(
    '| sockets | connected and subscribed, s | write to socket, ms, median | 99 % | messages a second | read units a change | write units a change | $ a million messages: DynamoDB, API Gateway |\n| ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |',
  );
  for (const count of counts) {
    console.log(`| ${count} | ${(await measure(count)).join(' | ')} |`);
  }
}

async function measure(count: number): Promise<(string | number)[]> {
  const config = readConfig(process.env);
  const units: Units = { read: 0, write: 0 };
  const other = fork(join(__dirname, 'sockets-process.ts'), { stdio: 'inherit' });
  const got = new Map<string, number[]>();
  let [subscribed, messages] = [0, 0];
  const port = await new Promise<number>((resolve) => {
    other.on('message', (message: FromSockets) => {
      if (message.kind === 'listening') {
        resolve(message.port);
      } else if (message.kind === 'subscribed') {
        subscribed++;
      } else if (message.kind === 'got') {
        messages++;
        got.set(message.sequence, [...(got.get(message.sequence) ?? []), message.at]);
      } else {
        void socket(JSON.parse(message.event) as SocketEvent).then((answer) =>
          say({ ...message, kind: 'answered', answer }),
        );
      }
    });
  });
  const say = (message: ToSockets): void => void other.send(message);
  const endpoint = `http://127.0.0.1:${port}`;
  const settings = { endpoint, subscriptions: 5, connections: 10_000, messageBytes: 4_096 };
  const socket = socketFunction({ resources, config, settings, send: connect() });
  const gateway = openSocketGateway(endpoint);
  const fanningOut = fanOutAfterAppend({ ...config, resources, gateway, send: counting(connect(), units) });
  const publish = publisher({ resources, send: connect(), tableName: config.tableName, afterAppend: [fanningOut] });
  const stop = await followStream(config.tableName, async (Records) => publish({ Records }));

  const tickets = openTickets(connect(), config.tableName, Infinity);
  const caller = { kind: 'token', subject: 'ada', roles: ['reader'], claims: { sub: 'ada', scope: 'read' } } as const;
  const began = performance.now();
  for (let first = 0; first < count; first += AT_ONCE) {
    const some = Math.min(AT_ONCE, count - first);
    const issued = await Promise.all(
      Array.from({ length: some }, async () => tickets.issue({ caller, ends: undefined, base: '' })),
    );
    say({ kind: 'connect', tickets: issued.map(({ ticket }) => ticket) });
    await until(() => subscribed === first + some);
  }
  const connecting = (performance.now() - began) / 1000;
  await pause(1_000);

  const ask = createClient({ resources, described: false });
  const delays: number[] = [];
  Object.assign(units, { read: 0, write: 0 });
  for (let change = 0; change < CHANGES; change++) {
    const before = messages;
    const known = new Set(got.keys());
    await ask(`PUT /measured/a`, { body: { title: `Title ${change}`, pages: change, author: 'Melville' } });
    const written = performance.timeOrigin + performance.now();
    await until(() => messages === before + count);
    for (const [sequence, times] of got) {
      delays.push(...(known.has(sequence) ? [] : times.map((time) => Math.max(0, time - written))));
    }
  }
  const each: Units = { read: units.read / CHANGES, write: units.write / CHANGES };

  const before = messages;
  const start = performance.now();
  await Promise.all(
    Array.from({ length: BURST }, async (_, item) => ask(`PUT /measured/${count}-${item}`, { body: { pages: 1 } })),
  );
  await until(() => messages === before + BURST * count);
  const seconds = (performance.now() - start) / 1000;

  await stop();
  other.kill();
  delays.sort((a, b) => a - b);
  const at = (share: number): string => delays[Math.floor(delays.length * share)]!.toFixed(0);
  const database = ((each.read * DOLLARS.read + each.write * DOLLARS.write) / count).toFixed(3);
  return [
    connecting.toFixed(1),
    at(0.5),
    at(0.99),
    Math.round((BURST * count) / seconds),
    each.read.toFixed(1),
    each.write.toFixed(1),
    `${database}, ${DOLLARS.message.toFixed(2)}`,
  ];
}

/** Counts what requests consume. */
function counting(send: Send, units: Units): Send {
  return async (operation, input, options) => {
    const output = await send(operation, input, options);
    const isRead = ['GetItem', 'BatchGetItem', 'Query'].includes(operation);
    for (const { CapacityUnits = 0 } of [output.ConsumedCapacity ?? []].flat()) {
      units[isRead ? 'read' : 'write'] += CapacityUnits;
    }
    return output;
  };
}

/** Gives what is new in the stream to a function, as Lambda does, until it is stopped. */
async function followStream(
  tableName: string,
  take: (records: readonly StreamRecord[]) => Promise<unknown>,
): Promise<() => Promise<void>> {
  const stream = await openStream(tableName);
  let isOver = false;
  const following = stream.shards().then(async (shards) =>
    Promise.all(
      shards.map(async ({ id }) => {
        let place: string | undefined = await stream.begin(id, 'LATEST');
        while (!isOver && place !== undefined) {
          const { records, next } = await stream.read(place, 100);
          const own = records.filter(({ dynamodb: { Keys } }) => Keys['pk']?.S === 'measured');
          if (own.length > 0) {
            await take(own);
          }
          await pause(own.length > 0 ? 0 : 10);
          place = next;
        }
      }),
    ),
  );
  return async () => {
    isOver = true;
    await following;
  };
}

async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) {
    await pause(2);
  }
}
