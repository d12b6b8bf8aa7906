// Webhooks whose functions are killed, run many times at once, and lose answers of the database: each change is sent at
// least once, always under one id, in order; what nothing disturbs is sent once.

import { connect } from '#connect';

import { workQueue } from '../../src/events/webhooks/work-queue';
import type { Send } from '../../src/store/client/send';
import { createClient } from '../../src/testing/client';
import { useClock } from '../../src/testing/clock';
import { tableName, useTable } from '../../src/testing/table';
import { hooked, lookup } from '../setup/hooked';
import { openHooks, type Hooks } from '../setup/hooks';
import { startReceiver, type Receiver } from '../setup/receiver';
import { runs } from '../setup/runs';
import { scanTable } from '../setup/scan';
import { seeded, type Random } from '../setup/seeded';

useTable(true);
const clock = useClock();
const ask = createClient({ resources: hooked, described: false });

let hooks: Hooks;
let receiver: Receiver;
let [one, other] = ['', ''];

beforeAll(async () => {
  hooks = await openHooks();
});
beforeEach(async () => {
  jest.spyOn(console, 'error').mockImplementation(() => undefined);
  jest.spyOn(console, 'warn').mockImplementation(() => undefined);
  receiver = await startReceiver();
  const make = async (path: string): Promise<string> =>
    (await ask('POST /webhooks', { body: { url: `${receiver.url}${path}`, types: ['notes.*'] } })).body.id as string;
  [one, other] = [await make('/one'), await make('/other')];
});
afterEach(async () => {
  jest.restoreAllMocks();
  await receiver.close();
  await Promise.all([one, other].map(async (id) => ask(`DELETE /webhooks/${id}`)));
});

const note = async (): Promise<string> => (await ask('POST /notes', { body: { text: 'x' } })).body.id as string;

/** A process that is killed before its request of this number: nothing that it sends from there on arrives. */
function killedAt(kill: number): { readonly send: Send; readonly isKilled: () => boolean } {
  const real = connect();
  let requests = 0;
  return {
    send: async (operation, input, options) => {
      if (requests++ >= kill) {
        throw new Error('killed');
      }
      return real(operation, input, options);
    },
    isKilled: () => requests > kill,
  };
}

/** Runs all of it until nothing is left, each time later. */
async function finish(): Promise<void> {
  for (let round = 0; round < 40; round++) {
    clock.advance({ minutes: 16 });
    await hooks.run();
    const left = (await scanTable(tableName())).filter(
      ({ pk }) => pk?.S?.startsWith('#deliveries#') === true || pk?.S === '#webhook-queues',
    );
    if (left.length === 0) {
      return;
    }
  }
  throw new Error('Something stays in the queues.');
}

/** What arrived of a note at a path: the ids, without repeats, and how often. */
function arrived(path: string, subject: string): { ids: string[]; times: number } {
  const found = receiver.received.filter(
    (request) => request.path.endsWith(path) && (JSON.parse(request.body) as { subject: string }).subject === subject,
  );
  return { ids: [...new Set(found.map(({ headers }) => String(headers['webhook-id'])))], times: found.length };
}

async function deliveriesOf(subject: string): Promise<{ webhook: string; status: string; id: string }[]> {
  return (await scanTable(tableName()))
    .filter(({ pk, event }) => pk?.S === 'webhook-deliveries' && event?.S?.includes(subject) === true)
    .map(({ webhook, status, sk }) => ({ webhook: webhook!.S!, status: status!.S!, id: sk!.S! }));
}

/** That each webhook has one delivery of a note, which was taken, under its id. */
async function expectOnce(subject: string): Promise<void> {
  const made = await deliveriesOf(subject);
  expect(made.map(({ webhook, status }) => `${webhook} ${status}`).sort()).toEqual(
    [`${one} delivered`, `${other} delivered`].sort(),
  );
  for (const [id, path] of [
    [one, '/one'],
    [other, '/other'],
  ] as const) {
    expect(arrived(path, subject).ids).toEqual(
      made.filter(({ webhook }) => webhook === id).map((delivery) => delivery.id),
    );
  }
}

test('a dispatch that is killed before any of its requests makes each delivery once', async () => {
  let kills = 0;
  for (let isKilled = true; isKilled; kills++) {
    const subject = await note();
    const process = killedAt(kills);
    await hooks.append();
    await hooks.dispatch(process.send);
    isKilled = process.isKilled();
    await finish();
    await expectOnce(subject);
    expect([arrived('/one', subject).times, arrived('/other', subject).times]).toEqual([1, 1]);
  }
  expect(kills).toBeGreaterThan(8);
});

test('a delivery that is killed before any of its requests is begun again, under the same id', async () => {
  let [kills, repeats] = [0, 0];
  for (let isKilled = true; isKilled; kills++) {
    const subject = await note();
    await hooks.publish();
    const process = killedAt(kills);
    await hooks.deliver(process.send).catch(() => undefined);
    isKilled = process.isKilled();
    await finish();
    await expectOnce(subject);
    const times = [arrived('/one', subject).times, arrived('/other', subject).times];
    expect(Math.min(...times)).toBeGreaterThanOrEqual(1);
    expect(Math.max(...times)).toBeLessThanOrEqual(2);
    repeats += times[0]! + times[1]! - 2;
  }
  expect(kills).toBeGreaterThan(10);
  // It was killed behind the request to the receiver, too.
  expect(repeats).toBeGreaterThan(0);
});

test('a dispatch for more webhooks than a transaction holds makes each delivery once, killed where it may be', async () => {
  const body = { url: `${receiver.url}/many`, types: ['notes.*'] };
  const made = await ask('POST /webhooks', { body: Array.from({ length: 38 }, () => body) });
  expect(made.status).toBe(201);
  const many = (made.body.items as { id: string }[]).map(({ id }) => id);
  for (const kill of [6, 7]) {
    const subject = await note();
    await hooks.append();
    await hooks.dispatch(killedAt(kill).send);
    clock.advance({ minutes: 16 });
    await hooks.dispatch();
    const webhooks = (await deliveriesOf(subject)).map(({ webhook }) => webhook);
    expect([webhooks.length, new Set(webhooks).size]).toEqual([40, 40]);
  }
  await Promise.all(many.map(async (id) => ask(`DELETE /webhooks/${id}`)));
  await finish();
});

test('of many dispatches and deliveries at once each change is made and sent once, and those of an item in order', async () => {
  const ids = await Promise.all(Array.from({ length: 6 }, note));
  const writing = Promise.all(
    ids.map(async (id) => {
      for (let text = 1; text <= 5; text++) {
        await ask(`PATCH /notes/${id}`, { body: { text: String(text) } });
      }
    }),
  );
  let isOver = false;
  const turning = Promise.all([
    (async () => {
      while (!isOver) {
        await hooks.append();
      }
    })(),
    ...[1, 2, 3].map(async () => {
      while (!isOver) {
        await hooks.dispatch();
      }
    }),
    ...[1, 2, 3].map(async () => {
      while (!isOver) {
        await hooks.deliver();
      }
    }),
  ]);
  await writing;
  isOver = true;
  await turning;
  await finish();
  for (const path of ['/one', '/other']) {
    const events = receiver.received
      .filter((request) => request.path.endsWith(path))
      .map(({ body }) => JSON.parse(body) as { subject: string; data: { version: number } });
    expect(events).toHaveLength(36);
    for (const id of ids) {
      expect(events.filter(({ subject }) => subject === id).map(({ data }) => data.version)).toEqual([
        1, 2, 3, 4, 5, 6,
      ]);
    }
  }
});

test('of many who work one queue through one does', async () => {
  await note();
  await hooks.publish();
  const parts = { send: connect(), tableName: tableName(), resources: hooked, lookup };
  const came = await Promise.all(Array.from({ length: 8 }, async () => workQueue(parts, one, Date.now() + 60_000)));
  expect(came.sort()).toEqual(['done', ...Array<string>(7).fill('idle')]);
  expect(receiver.received).toHaveLength(1);
});

test('what comes into a queue while it is worked through is not left lying', async () => {
  await note();
  await hooks.publish();
  let isFirst = true;
  const late: string[] = [];
  const real = connect();
  // Behind the look at the queue, before its end.
  const send: Send = async (operation, input, options) => {
    if (operation === 'DeleteItem' && isFirst) {
      isFirst = false;
      late.push(await note());
      await hooks.publish();
    }
    return real(operation, input, options);
  };
  expect(await workQueue({ send, tableName: tableName(), resources: hooked, lookup }, one, Date.now() + 60_000)).toBe(
    'done',
  );
  expect(late).toHaveLength(1);
  expect(arrived('/one', late[0]!).times).toBe(1);
});

/** Requests that are lost on the way there, or on the way back. */
function disturbed(random: Random): Send {
  const real = connect();
  return async (operation, input, options) => {
    const isLost = random.chance(0.08);
    if (isLost && random.chance(0.5)) {
      throw new Error('lost on the way there');
    }
    const answer = await real(operation, input, options);
    if (isLost) {
      throw new Error('lost on the way back');
    }
    return answer;
  };
}

test.each(Array.from({ length: runs(1) }, (_, seed) => seed + 1))(
  'however the database is disturbed, everything arrives in the end (seed %i)',
  async (seed) => {
    const random = seeded(seed);
    const ids = [await note(), await note(), await note()];
    for (let round = 0; round < 12; round++) {
      await Promise.all([
        ...ids.map(async (id) =>
          random.chance(0.4) ? ask(`PATCH /notes/${id}`, { body: { text: String(round) } }) : undefined,
        ),
        hooks.append().then(async () => hooks.dispatch(disturbed(random))),
        hooks.deliver(disturbed(random)).catch(() => undefined),
      ]);
      clock.advance({ minutes: random.below(20) });
    }
    await finish();
    for (const [path, webhook] of [
      ['/one', one],
      ['/other', other],
    ] as const) {
      for (const id of ids) {
        const { body } = await ask(`GET /notes/${id}`);
        const events = receiver.received
          .filter((request) => request.path.endsWith(path))
          .map(({ body: sent, headers }) => ({
            ...(JSON.parse(sent) as { subject: string; data: { version: number } }),
            key: String(headers['webhook-id']),
          }))
          .filter(({ subject }) => subject === id);
        // Each version, in order but for repeats, each under one id.
        const firsts = [...new Map(events.map(({ key, data }) => [key, data.version])).values()];
        expect(firsts).toEqual(Array.from({ length: body.version as number }, (_, index) => index + 1));
        const made = (await deliveriesOf(id)).filter((delivery) => delivery.webhook === webhook);
        expect(made.map(({ status }) => status)).toEqual(Array(body.version).fill('delivered'));
      }
    }
  },
);
