// Changes on their way to the receivers of webhooks: to whom, signed, in order, again, once.

import { Webhook } from 'standardwebhooks';

import { createClient } from '../../src/testing/client';
import { useClock } from '../../src/testing/clock';
import { tableName, useTable } from '../../src/testing/table';
import { hooked, names } from '../setup/hooked';
import { openHooks, type Hooks } from '../setup/hooks';
import { startReceiver, type Answering, type Received, type Receiver } from '../setup/receiver';
import { RULES } from '../../src/testing/rules';
import { scanTable } from '../setup/scan';

useTable(true);
const clock = useClock();
const ask = createClient({ resources: hooked });
const byRules = createClient({ resources: hooked, config: RULES });

const ADA = { subject: 'ada' };
const BEN = { subject: 'ben' };
const EVE = { subject: 'eve', roles: ['editor'] };

let hooks: Hooks;
const receivers: Receiver[] = [];

beforeAll(async () => {
  hooks = await openHooks();
});
beforeEach(() => {
  jest.spyOn(console, 'warn').mockImplementation(() => undefined);
});
afterEach(async () => {
  jest.restoreAllMocks();
  await Promise.all(receivers.splice(0).map(async ({ close }) => close()));
  const { body } = await ask('GET /webhooks?limit=100');
  await Promise.all(body.items.map(async ({ id }: { id: string }) => ask(`DELETE /webhooks/${id}`)));
  await hooks.run();
  names.clear();
});

async function receiver(answer?: Answering): Promise<Receiver> {
  const started = await startReceiver(answer);
  receivers.push(started);
  return started;
}

interface Made {
  readonly id: string;
  readonly secret: string;
}

async function hook(url: string, more: object = {}, as?: object): Promise<Made> {
  const body = { url, types: ['notes.*'], ...more };
  const made =
    as === undefined
      ? await ask('POST /webhooks', { body })
      : await byRules('POST /webhooks', { body, as: as as typeof ADA });
  expect(made.status).toBe(201);
  return made.body as Made;
}

const note = async (text = 'x'): Promise<string> => (await ask('POST /notes', { body: { text } })).body.id as string;

interface Event {
  readonly type: string;
  readonly subject: string;
  readonly id: string;
  readonly data?: { readonly text: string };
}

const events = (of: { readonly received: readonly Received[] }): Event[] =>
  of.received.map(({ body }) => JSON.parse(body) as Event);

interface Delivery {
  readonly id: string;
  readonly status: string;
  readonly attempts: number;
  readonly lastFault?: string;
  readonly lastStatus?: number;
  readonly lastAttemptAt?: string;
  readonly nextAttemptAt?: string;
}

async function deliveries(id: string): Promise<Delivery[]> {
  return (await ask(`GET /webhooks/${id}/deliveries?limit=100`)).body.items as Delivery[];
}

/** How many records of a webhook's queue there are, its own among them. */
const waiting = async (id: string): Promise<number> =>
  (await scanTable(tableName())).filter(
    ({ pk, sk }) => pk?.S === `#deliveries#${id}` || (pk?.S === '#webhook-queues' && sk?.S === id),
  ).length;

test('each change of a type is sent once, signed, as an event', async () => {
  const target = await receiver();
  const { id, secret } = await hook(target.url, { types: ['notes.created', 'notes.deleted'] });
  const subject = await note('first');
  await ask(`PATCH /notes/${subject}`, { body: { text: 'second' } });
  await ask(`DELETE /notes/${subject}`);
  expect(await hooks.publish()).toEqual([id]);
  expect(await hooks.deliver()).toEqual({ [id]: 'done' });
  expect(events(target)).toMatchObject([
    {
      specversion: '1.0',
      type: 'notes.created',
      subject,
      source: `/notes/${subject}`,
      data: { id: subject, text: 'first', version: 1 },
    },
    { type: 'notes.deleted', subject },
  ]);
  for (const { headers, body } of target.received) {
    expect(headers['content-type']).toBe('application/cloudevents+json; charset=utf-8');
    expect(new Webhook(secret).verify(body, headers as Record<string, string>)).toEqual(JSON.parse(body));
  }
  expect(new Set(target.received.map(({ headers }) => headers['webhook-id'])).size).toBe(2);
  const list = await deliveries(id);
  expect(list).toMatchObject([
    { webhook: id, type: 'notes.deleted', status: 'delivered', attempts: 1, lastStatus: 204, collection: 'notes' },
    {
      webhook: id,
      type: 'notes.created',
      status: 'delivered',
      attempts: 1,
      lastStatus: 204,
      event: events(target)[0]!.id,
    },
  ]);
  expect(list.map(({ id: delivery }) => delivery).sort()).toEqual(
    target.received.map(({ headers }) => headers['webhook-id']).sort(),
  );
  expect(await waiting(id)).toBe(0);
  // Nothing is sent again.
  expect([await hooks.publish(), await hooks.deliver()]).toEqual([[], {}]);
  expect(target.received).toHaveLength(2);
});

test('what is kept of a delivery goes after 30 days', async () => {
  const target = await receiver();
  const { id } = await hook(target.url);
  await note();
  await hooks.publish();
  const expiry = async (): Promise<number[]> =>
    (await scanTable(tableName()))
      .filter(({ pk, webhook }) => pk?.S === 'webhook-deliveries' && webhook?.S === id)
      .map((record) => Number(record['#expires']?.N) - Date.now() / 1000);
  expect((await expiry()).map((seconds) => Math.round(seconds / 86_400))).toEqual([30]);
  await hooks.deliver();
  expect((await expiry()).map((seconds) => Math.round(seconds / 86_400))).toEqual([30]);
});

test('each webhook has its own, and a disabled one has none', async () => {
  const [one, other, third] = [await receiver(), await receiver(), await receiver()];
  await hook(one.url, { types: ['*'] });
  await hook(other.url, { types: ['letters.*', 'notes.created'] });
  await hook(third.url, { enabled: false });
  await note();
  await ask('POST /letters', { body: { text: 'x', to: 'ada' } });
  await ask('POST /papers', { body: { text: 'x' } });
  await hooks.run();
  expect(
    [one, other, third].map((of) =>
      events(of)
        .map(({ type }) => type)
        .sort(),
    ),
  ).toEqual([['letters.created', 'notes.created'], ['letters.created', 'notes.created'], []]);
});

test('of 40 webhooks and several changes at once each gets each, as one delivery', async () => {
  const target = await receiver();
  const made = await Promise.all(Array.from({ length: 40 }, async (_, index) => hook(`${target.url}?${index}`)));
  const ids = [await note(), await note(), await note()];
  expect((await hooks.publish()).sort()).toEqual(made.map(({ id }) => id).sort());
  await hooks.deliver();
  await hooks.deliver();
  const seen = target.received.map(({ path, body }) => `${path} ${(JSON.parse(body) as Event).subject}`);
  expect(new Set(seen).size).toBe(120);
  // On a busy machine a delivery may be sent twice, as its end could not be noted in time: it is the same one.
  expect(new Set(target.received.map(({ headers }) => headers['webhook-id'])).size).toBe(120);
  expect(new Set(seen.map((text) => text.split(' ')[1]))).toEqual(new Set(ids));
});

describe('the bodies have the sight of whoever named the URL', () => {
  test('of attributes', async () => {
    const [one, other] = [await receiver(), await receiver()];
    await hook(one.url, {}, ADA);
    await hook(other.url, {}, EVE);
    await ask('POST /notes', { body: { text: 'x', hidden: 'for editors' } });
    await hooks.run();
    expect(events(one)[0]!.data).not.toHaveProperty('hidden');
    expect(events(other)[0]!.data).toHaveProperty('hidden', 'for editors');
    expect(one.received[0]!.body).not.toContain('for editors');
  });

  test('of items, which come into it and leave it', async () => {
    const [one, other] = [await receiver(), await receiver()];
    const { id } = await hook(one.url, { types: ['*'] }, ADA);
    await hook(other.url, { types: ['*'] }, BEN);
    const { body: letter } = await ask('POST /letters', { body: { text: 'secret', to: 'ada' } });
    await ask(`PATCH /letters/${letter.id}`, { body: { to: 'ben' } });
    await ask(`PATCH /letters/${letter.id}`, { body: { text: 'other' } });
    await hooks.run();
    expect(events(one).map(({ type }) => type)).toEqual(['letters.created', 'letters.deleted']);
    expect(events(other).map(({ type }) => type)).toEqual(['letters.created', 'letters.updated']);

    expect(await deliveries(id)).toHaveLength(2);
  });

  test('as it is when it is sent: what may no longer be seen is not', async () => {
    let status = 500;
    const target = await receiver(() => status);
    const { id } = await hook(target.url, {}, EVE);
    await ask('POST /notes', { body: { text: 'x', hidden: 'for editors' } });
    await hooks.run();
    await byRules(`PATCH /webhooks/${id}`, { as: { subject: 'eve' }, body: { description: 'no editor any more' } });
    status = 204;
    clock.advance({ minutes: 2 });
    await hooks.run();
    expect(events(target).map(({ data }) => data)).toEqual([
      expect.objectContaining({ hidden: 'for editors' }),
      expect.not.objectContaining({ hidden: 'for editors' }),
    ]);
  });

  test('of another who names another URL, and not the one before', async () => {
    const [one, other] = [await receiver(), await receiver()];
    const { id } = await hook(one.url, {}, EVE);
    await byRules(`PATCH /webhooks/${id}`, { as: { subject: 'root', roles: ['admin'] }, body: { url: other.url } });
    await ask('POST /notes', { body: { text: 'x', hidden: 'for editors' } });
    await hooks.run();
    expect([one.received.length, events(other)[0]!.data]).toEqual([
      0,
      expect.not.objectContaining({ hidden: 'for editors' }),
    ]);
  });
});

describe('what is not taken', () => {
  test.each([[500], [404], [302], [429]])(
    'but answered %i, is sent again later and later, under the same id, until it is',
    async (first) => {
      let status: number = first;
      const target = await receiver(() => status);
      const { id } = await hook(target.url);
      await note();
      await hooks.run();
      expect(await deliveries(id)).toMatchObject([
        {
          status: 'pending',
          attempts: 1,
          lastStatus: first,
          lastFault: expect.stringContaining(String(first)) as string,
          nextAttemptAt: expect.any(String) as string,
        },
      ]);
      for (const [minutes, times] of [
        [0, 1],
        [1, 2],
        [1, 2],
        [1, 3],
        [3, 3],
        [1, 4],
      ] as const) {
        clock.advance({ minutes, seconds: 1 });
        await hooks.run();
        expect(target.received).toHaveLength(times);
      }
      status = 200;
      clock.advance({ minutes: 9 });
      expect(await hooks.run()).toEqual({ [id]: 'done' });
      expect(new Set(target.received.map(({ headers }) => headers['webhook-id'])).size).toBe(1);
      expect(new Set(target.received.map(({ body }) => body)).size).toBe(1);
      const [delivery] = await deliveries(id);
      expect(delivery).toMatchObject({ status: 'delivered', attempts: 5, lastStatus: 200 });
      expect(delivery).not.toHaveProperty('lastFault');
      expect(delivery).not.toHaveProperty('nextAttemptAt');
      expect(await waiting(id)).toBe(0);
    },
  );

  test('for a day is kept as failed, and can be sent again', async () => {
    let status = 503;
    const target = await receiver(() => status);
    const { id } = await hook(target.url);
    await note();
    for (let hour = 0; hour <= 25; hour++) {
      await hooks.run();
      clock.advance({ hours: 1, seconds: 1 });
    }
    const [delivery] = await deliveries(id);
    expect(delivery).toMatchObject({ status: 'failed', lastStatus: 503 });
    expect(delivery!.attempts).toBeGreaterThan(20);
    expect(await waiting(id)).toBe(0);
    const { length } = target.received;
    expect(await hooks.run()).toEqual({});
    expect(target.received).toHaveLength(length);

    status = 204;
    const again = await ask(`POST /webhook-deliveries/${delivery!.id}/redeliver`);
    expect(again).toMatchObject({ status: 200, body: { id: delivery!.id, status: 'pending' } });
    expect((await ask(`POST /webhook-deliveries/${delivery!.id}/redeliver`)).status).toBe(409);
    await hooks.run();
    expect(target.received.at(-1)!.headers['webhook-id']).toBe(delivery!.id);
    expect(target.received.at(-1)!.body).toBe(target.received[0]!.body);
    expect(await deliveries(id)).toMatchObject([{ status: 'delivered' }]);
    // What was delivered can be sent again, too.
    expect((await ask(`POST /webhook-deliveries/${delivery!.id}/redeliver`)).status).toBe(200);
    await hooks.run();
    expect(target.received).toHaveLength(length + 2);
  });

  test('as nobody listens, or the name leads nowhere, or to where it may not, says why', async () => {
    const gone = await receiver();
    await gone.close();
    const faults = async (id: string): Promise<unknown> =>
      (await deliveries(id)).map(({ lastFault, lastStatus }) => [lastFault, lastStatus]);
    const one = await hook(gone.url);
    const two = await hook('https://nowhere.example.com/');
    const three = await hook('https://turned.example.com/');
    names.set('turned.example.com', [{ address: '169.254.169.254', family: 4 }]);
    await note();
    await hooks.run();
    expect(await Promise.all([one, two, three].map(async ({ id }) => faults(id)))).toEqual([
      [['no connection (ECONNREFUSED)', undefined]],
      [['no connection (ENOTFOUND)', undefined]],
      [['the URL leads to an address that is not public', undefined]],
    ]);
  });

  test('waits as long as the receiver asks for', async () => {
    const target = await receiver(
      (_request, response) => void response.writeHead(429, { 'retry-after': '1800' }).end(),
    );
    const { id } = await hook(target.url);
    await note();
    await hooks.run();
    const [{ nextAttemptAt, lastAttemptAt }] = (await deliveries(id)) as [Delivery];
    expect(Date.parse(nextAttemptAt!) - Date.parse(lastAttemptAt!)).toBe(1_800_000);
  });
});

describe('410', () => {
  test('disables the webhook, ends what waits, and leaves another URL alone', async () => {
    const target = await receiver(() => 410);
    const { id } = await hook(target.url);
    await Promise.all([note(), note(), note()]);
    await hooks.run();
    expect((await ask(`GET /webhooks/${id}`)).body).toMatchObject({
      enabled: false,
      goneAt: expect.any(String) as string,
    });
    expect((await deliveries(id)).map(({ status }) => status)).toEqual(['failed', 'failed', 'failed']);
    expect(await waiting(id)).toBe(0);
    const { length } = target.received;
    await note();
    await hooks.run();
    expect(target.received).toHaveLength(length);
    const [{ id: delivery }] = (await deliveries(id)) as [Delivery];
    expect((await ask(`POST /webhook-deliveries/${delivery}/redeliver`)).status).toBe(409);
    const { body } = await ask(`PATCH /webhooks/${id}`, { body: { enabled: true } });
    expect(body.enabled).toBe(true);
    expect(body).not.toHaveProperty('goneAt');
  });

  test('of a receiver whose URL was changed meanwhile disables nothing, and what waits is sent to the other', async () => {
    const other = await receiver();
    let id = '';
    const target = await receiver(async () => {
      expect((await ask(`PATCH /webhooks/${id}`, { body: { url: other.url } })).status).toBe(200);
      return 410;
    });
    ({ id } = await hook(target.url));
    const notes = await Promise.all(Array.from({ length: 10 }, async () => note()));
    await hooks.run();
    expect((await ask(`GET /webhooks/${id}`)).body.enabled).toBe(true);
    clock.advance({ minutes: 2 });
    await hooks.run();
    expect((await deliveries(id)).map(({ status }) => status)).toEqual(notes.map(() => 'delivered'));
    expect(
      events(other)
        .map(({ subject }) => subject)
        .sort(),
    ).toEqual([...notes].sort());
  });
});

test('a webhook that is disabled while its queue is worked through is sent nothing of what is left', async () => {
  let id = '';
  const target = await receiver(async () => {
    await ask(`PATCH /webhooks/${id}`, { body: { enabled: false } });
    clock.advance({ seconds: 2 });
    return 200;
  });
  ({ id } = await hook(target.url));
  await Promise.all(Array.from({ length: 12 }, async () => note()));
  await hooks.run();
  // What was under way has come.
  expect(target.received.length).toBeLessThanOrEqual(9);
  expect((await deliveries(id)).filter(({ status }) => status === 'failed').length).toBeGreaterThanOrEqual(3);
});

test('what waits of a webhook that is disabled or deleted is not sent', async () => {
  let status = 500;
  const target = await receiver(() => status);
  const [one, other] = [await hook(target.url), await hook(target.url)];
  await note();
  await hooks.run();
  expect(target.received).toHaveLength(2);
  await ask(`PATCH /webhooks/${one.id}`, { body: { enabled: false } });
  await ask(`DELETE /webhooks/${other.id}`);
  status = 200;
  clock.advance({ minutes: 2 });
  await hooks.run();
  expect(target.received).toHaveLength(2);
  expect(await deliveries(one.id)).toMatchObject([{ status: 'failed', lastFault: 'the webhook is disabled' }]);
  expect([await waiting(one.id), await waiting(other.id)]).toEqual([0, 0]);
});

describe('order', () => {
  test('of each item is kept: the next is sent when the one before is taken, while others go on', async () => {
    let isDown = true;
    let first = '';
    const target = await receiver(({ body }) => ((JSON.parse(body) as Event).subject === first && isDown ? 500 : 204));
    const { id } = await hook(target.url);
    first = await note('1');
    for (const text of ['2', '3', '4']) {
      await ask(`PATCH /notes/${first}`, { body: { text } });
    }
    const second = await note('a');
    await ask(`PATCH /notes/${second}`, { body: { text: 'b' } });
    await hooks.run();
    const texts = (subject: string): (string | undefined)[] =>
      events(target)
        .filter((event) => event.subject === subject)
        .map(({ data }) => data?.text);
    expect([texts(first), texts(second)]).toEqual([['1'], ['a', 'b']]);
    isDown = false;
    clock.advance({ minutes: 2 });
    expect(await hooks.run()).toEqual({ [id]: 'done' });
    expect(texts(first)).toEqual(['1', '1', '2', '3', '4']);
  });

  test('is given up where the webhook says so', async () => {
    const target = await receiver(({ body }) => ((JSON.parse(body) as Event).data?.text === '1' ? 500 : 204));
    await hook(target.url, { order: 'none' });
    const id = await note('1');
    await ask(`PATCH /notes/${id}`, { body: { text: '2' } });
    await hooks.run();
    expect(
      events(target)
        .map(({ data }) => data?.text)
        .sort(),
    ).toEqual(['1', '2']);
  });

  test('goes on behind a change that has failed', async () => {
    const target = await receiver(({ body }) => ((JSON.parse(body) as Event).data?.text === '1' ? 500 : 204));
    const { id } = await hook(target.url);
    const subject = await note('1');
    await ask(`PATCH /notes/${subject}`, { body: { text: '2' } });
    for (let hour = 0; hour <= 25; hour++) {
      await hooks.run();
      clock.advance({ hours: 1, seconds: 1 });
    }
    expect((await deliveries(id)).map(({ status }) => status).sort()).toEqual(['delivered', 'failed']);
    expect(events(target).at(-1)!.data!.text).toBe('2');
  });
});

describe('a receiver that is slow or dead', () => {
  test('delays nobody else', async () => {
    let release: () => void = () => undefined;
    const held = new Promise<void>((resolve) => (release = resolve));
    const slow = await receiver(async () => held.then(() => 200));
    const fast = await receiver();
    await hook(slow.url);
    await hook(fast.url);
    await Promise.all(Array.from({ length: 12 }, async () => note()));
    await hooks.publish();
    const running = hooks.deliver();
    while (fast.received.length < 12) {
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    // No more than so many wait for it at once.
    expect(slow.received).toHaveLength(8);
    release();
    await running;
    expect(slow.received).toHaveLength(12);
  });

  test('is left alone after some failures in a row, and tried with few each time', async () => {
    let status = 500;
    const target = await receiver(() => status);
    const { id } = await hook(target.url);
    await Promise.all(Array.from({ length: 40 }, async () => note()));
    await hooks.publish();
    await hooks.deliver();
    const { length } = target.received;
    expect(length).toBeGreaterThanOrEqual(8);
    expect(length).toBeLessThan(17);
    expect(await hooks.deliver()).toEqual({});
    clock.advance({ minutes: 1, seconds: 1 });
    await hooks.deliver();
    expect(target.received.length - length).toBeLessThan(17);
    // A test event ends the rest.
    status = 200;
    await ask(`POST /webhooks/${id}/test`);
    await hooks.run();
    expect((await deliveries(id)).filter(({ status: one }) => one === 'delivered').length).toBeGreaterThan(20);
    clock.advance({ minutes: 5 });
    expect(await hooks.run()).toEqual({ [id]: 'done' });
    expect((await deliveries(id)).every(({ status: one }) => one === 'delivered')).toBe(true);
  });

  test('for a day: what it has never been sent has failed too', async () => {
    const target = await receiver(() => 500);
    const { id } = await hook(target.url, { order: 'none' });
    await Promise.all(Array.from({ length: 30 }, async () => note()));
    await hooks.run();
    clock.advance({ hours: 23 });
    await hooks.run();
    clock.advance({ hours: 2 });
    await hooks.run();
    clock.advance({ hours: 1, minutes: 1 });
    await hooks.run();
    expect((await deliveries(id)).map(({ status }) => status)).toEqual(Array(30).fill('failed'));
    expect(await waiting(id)).toBe(0);
  });
});

describe('rotation', () => {
  test('signs by both secrets for a day, and then by the new one', async () => {
    const target = await receiver();
    const { id, secret: before } = await hook(target.url);
    const {
      body: { secret, previousUntil },
    } = await ask(`POST /webhooks/${id}/rotate`);
    await note();
    await hooks.run();
    const [both] = target.received;
    expect(both!.headers['webhook-signature']!.toString().split(' ')).toHaveLength(2);
    for (const one of [before, secret as string]) {
      expect(() => new Webhook(one).verify(both!.body, both!.headers as Record<string, string>)).not.toThrow();
    }
    clock.advance({ hours: 24, seconds: 1 });
    expect(Date.parse(previousUntil as string)).toBeLessThan(Date.now());
    await note();
    await hooks.run();
    const later = target.received.at(-1)!;
    expect(later.headers['webhook-signature']!.toString().split(' ')).toHaveLength(1);
    const timestamps = [...target.received].map(({ headers }) => Number(headers['webhook-timestamp']));
    expect(timestamps[1]! - timestamps[0]!).toBeGreaterThan(86_000);
    expect(() => new Webhook(before).verify(later.body, later.headers as Record<string, string>)).toThrow();
  });

  test('twice makes the first secret void at once', async () => {
    const target = await receiver();
    const { id, secret: first } = await hook(target.url);
    await ask(`POST /webhooks/${id}/rotate`);
    await ask(`POST /webhooks/${id}/rotate`);
    await note();
    await hooks.run();
    const [{ body, headers }] = target.received as [Received];
    expect(() => new Webhook(first).verify(body, headers as Record<string, string>)).toThrow();
  });
});

test('a test event is sent to the URL, and listed', async () => {
  const target = await receiver();
  const { id, secret } = await hook(target.url);
  const { status, body } = await ask(`POST /webhooks/${id}/test`);
  expect(status).toBe(201);
  await hooks.run();
  expect(events(target)).toMatchObject([
    { type: 'webhooks.test', subject: id, source: `/webhooks/${id}`, data: { webhook: id } },
  ]);
  const [{ body: sent, headers }] = target.received as [Received];
  expect(new Webhook(secret).verify(sent, headers as Record<string, string>)).toEqual(JSON.parse(sent));
  expect(headers['webhook-id']).toBe(body.id);
  expect(await deliveries(id)).toMatchObject([
    { id: body.id, type: 'webhooks.test', status: 'delivered', attempts: 1 },
  ]);
});

test('a change that is no longer kept is not sent again', async () => {
  const target = await receiver(() => 500);
  const { id } = await hook(target.url, { types: ['letters.*'] });
  await ask('POST /letters', { body: { text: 'x', to: 'ada' } });
  await hooks.run();
  clock.advance({ hours: 24, minutes: 5 });
  await hooks.run();
  expect(await deliveries(id)).toMatchObject([{ status: 'failed' }]);
  await ask(`POST /webhook-deliveries/${(await deliveries(id))[0]!.id}/redeliver`);
  await hooks.run();
  expect(await deliveries(id)).toMatchObject([{ status: 'failed', lastFault: 'the change is no longer kept' }]);
});
