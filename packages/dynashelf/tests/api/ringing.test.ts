// Subscribers rung by publish: when there are changes for them, and by the schedule where that came to nothing.

import { setTimeout as pause } from 'node:timers/promises';
import { connect } from '#connect';

import { publisher, type Publisher } from '../../src/functions/publish';
import { readSubscribers } from '../../src/functions/ring';
import { LEASE, openConsumers } from '../../src/store/consumers';
import { outboxAttributes, outboxKey } from '../../src/store/layout/outbox';
import { openPutAside } from '../../src/store/put-aside';
import { createClient } from '../../src/testing/client';
import { useClock } from '../../src/testing/clock';
import { tableName, useTable } from '../../src/testing/table';
import { noteResources as resources } from '../setup/feeds';
import { openPump } from '../setup/stream';

useTable(true);
const clock = useClock();
const ask = createClient({ resources });

let rung: [name: string, event: object, how: string | undefined][] = [];
let isFailing = false;
beforeEach(() => void ([rung, isFailing] = [[], false]));
afterEach(() => jest.restoreAllMocks());

const publish: Publisher = publisher({
  tableName: tableName(),
  send: connect(),
  resources,
  subscribers: readSubscribers({ SUBSCRIBERS: 'told/notes=app-dev-told,counted/tallies=app-dev-counted' }),
  invoke: async (name, event, how) => {
    rung.push([name, event, how]);
    return isFailing ? Promise.reject(new Error('Lambda is busy')) : Promise.resolve();
  },
});

const consumers = () => openConsumers(connect(), tableName(), Date.now() + 60_000);
const TOLD = [['app-dev-told', { subscriber: 'told' }, 'asynchronously']];

test('what the environment says of them is read', () => {
  expect(readSubscribers({ SUBSCRIBERS: 'a/tools=x-a,b/tools=x-b' })).toEqual([
    { name: 'a', collection: 'tools', functionName: 'x-a' },
    { name: 'b', collection: 'tools', functionName: 'x-b' },
  ]);
  expect(readSubscribers({})).toEqual([]);
});

test('a subscriber begins before anything is appended, and is rung for its collection alone, once and not waited for', async () => {
  const pump = await openPump();
  await ask('PUT /notes/a', { body: { text: 'A' } });
  await pump(publish);
  expect(rung).toEqual(TOLD);
  expect(await consumers().find({ name: 'told', collection: 'notes' })).toMatchObject({ place: 1, attempts: 0 });
  expect(await consumers().find({ name: 'counted', collection: 'tallies' })).toMatchObject({ place: 1 });
});

test('the schedule rings who is behind, nobody who is at work, and who waits when the time has come', async () => {
  await publish({});
  expect(rung).toEqual(TOLD);
  const found = (await consumers().find({ name: 'told', collection: 'notes' }))!;
  const lease = (await consumers().claim(found, Date.now()))!;
  await publish({});
  expect(rung).toEqual(TOLD);
  clock.advance({ milliseconds: LEASE + 1 });
  await publish({});
  expect(rung).toEqual([...TOLD, ...TOLD]);
  await consumers().release(lease, 1, Date.now() + 60_000);
  await publish({});
  expect(rung).toHaveLength(2);
  clock.advance({ minutes: 1 });
  await publish({});
  expect(rung).toHaveLength(3);
});

test('one that cannot be called is rung again, and fails nobody', async () => {
  const log = jest.spyOn(console, 'error').mockImplementation(() => undefined);
  isFailing = true;
  clock.advance({ minutes: 10 });
  expect(await publish({})).toEqual({ batchItemFailures: [] });
  expect(log.mock.calls.flat().join()).toContain('a subscriber waits to be rung again: Lambda is busy');
  isFailing = false;
  await publish({});
  expect(rung).toEqual([...TOLD, ...TOLD]);
});

test('one that is done is not rung, until a change of it is sent again', async () => {
  clock.advance({ minutes: 10 });
  const found = (await consumers().find({ name: 'told', collection: 'notes' }))!;
  const lease = (await consumers().claim(found, Date.now()))!;
  const aside = { consumer: found, sequence: 1, item: 'a', attempts: 8, reason: 'no', at: '2026-11-27T00:00:00.000Z' };
  await consumers().putAside(lease, { to: 2, isLast: true }, aside);
  await publish({});
  expect(rung).toEqual([]);
  const putAside = openPutAside(connect(), tableName(), Date.now() + 60_000);
  for await (const one of putAside.list()) {
    expect(await putAside.sendAgain(one)).toBe(true);
  }
  await publish({});
  expect(rung).toEqual(TOLD);
});

test('a slow function that takes a message does not hold up what is told of changes beside it', async () => {
  const pump = await openPump();
  await pump(publish);
  const order: string[] = [];
  let tell = (): void => undefined;
  const told = new Promise<void>((resolve) => (tell = resolve));
  const key = '01890a5d-ac96-774b-bcce-b302099a8057';
  const message = { key, message: 'slow', body: {}, sentAt: '2026-11-27T00:00:00.000Z', attempts: 0, due: 0 };
  await connect()('PutItem', { TableName: tableName(), Item: { ...outboxKey(key), ...outboxAttributes(message) } });
  await ask('PUT /notes/b', { body: { text: 'B' } });
  await pump(
    publisher({
      tableName: tableName(),
      send: connect(),
      resources,
      subscribers: [],
      handlers: new Map([['slow', 'app-dev-slow']]),
      afterAppend: [
        async () => {
          order.push('told');
          tell();
          return Promise.resolve();
        },
      ],
      async invoke() {
        await Promise.race([told, pause(1_000)]);
        order.push('taken');
      },
    }),
  );
  expect(order).toEqual(['told', 'taken']);
});

test('who is told by a call of the stream has half a minute of it, and all of a call of the schedule', async () => {
  const times: number[] = [];
  const timed = publisher({
    tableName: tableName(),
    send: connect(),
    resources,
    subscribers: [],
    afterAppend: [async (_collections, deadline) => Promise.resolve(void times.push(deadline - Date.now()))],
  });
  clock.set(Date.now());
  const context = { getRemainingTimeInMillis: () => 600_000 };
  const pump = await openPump();
  await pump(publish);
  await ask('PUT /notes/c', { body: { text: 'C' } });
  await pump(async (event) => timed(event, context));
  expect(times).toEqual([30_000]);
  await timed({}, context);
  expect(times).toEqual([30_000, 599_000]);
});
