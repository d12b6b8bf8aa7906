// Messages: committed with the writes of their transaction, and delivered at least once, under one key.

import { connect } from '#connect';
import { deliverDue, MOST_ATTEMPTS, type CallHandler, type MessageEvent } from '../../src/functions/delivery';
import { pauseAfter } from '../../src/events/pause';
import { publisher } from '../../src/functions/publish';
import type { Client } from '../../src/functions/client';
import { defineFunction } from '../../src/lambda';
import type { Send } from '../../src/store/client/send';
import type { AttributeMap } from '../../src/store/layout/value';
import { openOutbox } from '../../src/store/outbox';
import { createClient } from '../../src/testing/client';
import { useClock } from '../../src/testing/clock';
import { deliverMessages } from '../../src/testing/functions';
import { tableName, useTable } from '../../src/testing/table';
import { CLIENTS, race, statuses } from '../setup/race';
import { bookingAccepted, toolshed } from '../setup/toolshed';

useTable();
const clock = useClock();

const served = { resources: toolshed };
const ask = createClient(served);

/** What was taken, in order. */
let taken: { booking: string; renter: string; note: string; key: string; attempt: number }[] = [];
let isFailing = false;

const functions = {
  accepted: defineFunction(served, {
    message: bookingAccepted,
    description: 'Notes who was told.',
    writes: ['bookings'],
    async run({ body, key, attempt, api }) {
      taken.push({ ...body, key, attempt });
      if (isFailing) {
        throw new Error('The mail server is down.');
      }
      await api.bookings.patch(body.booking, { note: `told ${body.renter}` }, { idempotencyKey: key });
    },
  }),
};

let tool: string;
beforeAll(async () => {
  tool = (await ask('POST /tools', { body: { name: 'Drill', owner: 'ada' } })).body.id as string;
});
beforeEach(async () => {
  await deliverMessages(functions);
  [taken, isFailing] = [[], false];
});
afterEach(() => jest.restoreAllMocks());

const booking = async (): Promise<string> =>
  (await ask('POST /bookings', { body: { tool, renter: 'ben' } })).body.id as string;

/** The messages that lie in the table. */
async function waiting(): Promise<string[]> {
  const found: string[] = [];
  for await (const { key } of openOutbox(connect(), tableName(), Date.now() + 60_000).due(Number.MAX_SAFE_INTEGER)) {
    found.push(key);
  }
  return found;
}

test('what is committed is delivered, with defaults, under a key, and then gone', async () => {
  const id = await booking();
  expect((await ask(`POST /bookings/${id}/accept`)).status).toBe(200);
  expect(await waiting()).toHaveLength(1);
  expect(await deliverMessages(functions)).toEqual({ delivered: 1, failed: 0, claimed: 0, aside: 0 });
  expect(taken).toEqual([
    { booking: id, renter: 'ben', note: 'none', key: expect.stringMatching(/^[0-9a-f-]{36}$/) as string, attempt: 1 },
  ]);
  expect((await ask(`GET /bookings/${id}`)).body).toMatchObject({ state: 'accepted', note: 'told ben' });
  expect([await waiting(), await deliverMessages(functions)]).toEqual([
    [],
    { delivered: 0, failed: 0, claimed: 0, aside: 0 },
  ]);
});

test('what is not committed is never delivered: an action that throws, a precondition that fails, a body that is not valid', async () => {
  jest.spyOn(console, 'error').mockImplementation(() => undefined);
  const id = await booking();
  expect((await ask(`POST /bookings/${id}/accept`, { body: { fail: true } })).status).toBe(409);
  expect((await ask(`POST /bookings/${id}/accept`, { headers: { 'If-Match': '"7"' } })).status).toBe(412);
  expect((await ask(`POST /bookings/${id}/accept`, { body: { note: 'x'.repeat(101) } })).status).toBe(500);
  expect(await waiting()).toEqual([]);
});

test('of many who race for one booking one is committed, and one message', async () => {
  const id = await booking();
  const answers = await race(async () => ask(`POST /bookings/${id}/accept`));
  expect(statuses(answers)).toEqual({ 200: 1, 409: CLIENTS - 1 });
  expect(await waiting()).toHaveLength(1);
});

test('with an idempotency key one message is sent, however often the request is', async () => {
  const id = await booking();
  for (let time = 0; time < 3; time++) {
    expect((await ask(`POST /bookings/${id}/accept`, { headers: { 'Idempotency-Key': `k-${id}` } })).status).toBe(200);
  }
  expect(await waiting()).toHaveLength(1);
});

test('a message is due at once, also where the clock of who sent it goes before', async () => {
  const id = await booking();
  clock.advance({ minutes: 10 });
  await ask(`POST /bookings/${id}/accept`);
  clock.advance({ minutes: -10 });
  expect(await deliverMessages(functions)).toMatchObject({ delivered: 1 });
});

test('of many who deliver at once each message is taken once', async () => {
  const ids = await Promise.all(Array.from({ length: 10 }, booking));
  await Promise.all(ids.map(async (id) => ask(`POST /bookings/${id}/accept`)));
  const counts = await Promise.all(Array.from({ length: 6 }, async () => deliverMessages(functions)));
  expect(counts.reduce((sum, { delivered }) => sum + delivered, 0)).toBe(10);
  expect(taken.map((one) => one.booking).sort()).toEqual([...ids].sort());
});

test('one whose function fails comes again, later and later, under the same key', async () => {
  const log = jest.spyOn(console, 'error').mockImplementation(() => undefined);
  const id = await booking();
  await ask(`POST /bookings/${id}/accept`);
  isFailing = true;
  for (let attempt = 1; attempt < 5; attempt++) {
    expect(await deliverMessages(functions)).toMatchObject({ failed: 1 });
    expect(await deliverMessages(functions)).toMatchObject({ failed: 0 });
    clock.advance({ milliseconds: pauseAfter(attempt) });
  }
  isFailing = false;
  expect(await deliverMessages(functions)).toMatchObject({ delivered: 1 });
  expect(taken.map(({ attempt }) => attempt)).toEqual([1, 2, 3, 4, 5]);
  expect(new Set(taken.map(({ key }) => key)).size).toBe(1);
  expect(log.mock.calls.flat().join()).toContain('a message was not taken: The mail server is down.');
});

test('one that nobody takes in the end is put aside, and said so', async () => {
  const log = jest.spyOn(console, 'error').mockImplementation(() => undefined);
  const id = await booking();
  await ask(`POST /bookings/${id}/accept`);
  isFailing = true;
  for (let attempt = 1; attempt <= MOST_ATTEMPTS; attempt++) {
    await deliverMessages(functions);
    clock.advance({ hours: 1 });
  }
  expect(await deliverMessages(functions)).toMatchObject({ aside: 1 });
  expect(await waiting()).toEqual([]);
  expect(log.mock.calls.flat().join()).toContain('a message was put aside');
  const { Items } = await connect()('Query', {
    TableName: tableName(),
    KeyConditionExpression: 'pk = :pk',
    ExpressionAttributeValues: { ':pk': { S: '#undelivered' } },
  });
  expect(Items).toMatchObject([{ sk: { S: taken[0]!.key }, message: { S: 'booking-accepted' } }]);
});

type Api = Client<typeof toolshed, never, 'bookings'>;

/** Runs code as that of a function which may write bookings. */
const run = async (code: (api: Api) => Promise<unknown>, words: object = { writes: ['bookings'] }): Promise<unknown> =>
  defineFunction(served, {
    description: 'Runs.',
    ...words,
    run: async ({ api }) => void (await code(api as unknown as Api)),
  })({});

test('a transaction of a function sends with its writes, or not at all', async () => {
  const id = await booking();
  await run(async (api) => {
    const items = await api.transaction([
      { send: bookingAccepted, body: { booking: id, renter: 'cem' } },
      { patch: 'bookings', id, changes: { note: 'sent' } },
    ]);
    expect(items).toMatchObject([undefined, { note: 'sent' }]);
    await expect(
      api.transaction([
        { patch: 'bookings', id, changes: { note: 'not sent' }, ifMatch: '"1"' },
        { send: bookingAccepted, body: { booking: id, renter: 'dan' } },
      ]),
    ).rejects.toThrow('precondition-failed');
  });
  await deliverMessages(functions);
  expect(taken.map(({ renter }) => renter)).toEqual(['cem']);
});

test('a key is that of its messages, too: with others it is refused, and nothing is sent', async () => {
  const id = await booking();
  await run(async (api) => {
    const send = async (...renters: string[]): Promise<unknown> =>
      api.transaction(
        [
          { patch: 'bookings', id, changes: { note: 'sent' } },
          ...renters.map((renter) => ({ send: bookingAccepted, body: { booking: id, renter } })),
        ],
        { idempotencyKey: `of-${id}` },
      );
    const first = await send('cem');
    expect(await send('cem')).toEqual(first);
    for (const others of [['dan'], ['cem', 'dan'], ['cem', 'cem'], []]) {
      await expect(send(...others)).rejects.toMatchObject({ status: 422, detail: expect.stringMatching('new key') });
    }
  });
  expect(await waiting()).toHaveLength(1);
});

test('messages are sent alone, too, and with a key once', async () => {
  const id = await booking();
  await run(async (api) => {
    const send = { send: bookingAccepted, body: { booking: id, renter: 'cem' } };
    expect(await api.transaction([send, send])).toEqual([undefined, undefined]);
    for (let time = 0; time < 2; time++) {
      expect(await api.transaction([send], { idempotencyKey: `alone-${id}` })).toEqual([undefined]);
    }
    await expect(
      api.transaction([{ ...send, body: { booking: id, renter: 'dan' } }], { idempotencyKey: `alone-${id}` }),
    ).rejects.toMatchObject({ status: 422 });
    await expect(api.transaction([])).rejects.toMatchObject({ status: 422 });
  });
  expect(await waiting()).toHaveLength(3);
});

test('a function that writes nothing sends nothing, here as where it is deployed', async () => {
  jest.spyOn(console, 'error').mockImplementation(() => undefined);
  const id = await booking();
  const send = { send: bookingAccepted, body: { booking: id, renter: 'cem' } };
  for (const operations of [[{ check: 'bookings', id }, send], [send]] as const) {
    await expect(run(async (api) => api.transaction(operations), { reads: ['bookings'] })).rejects.toThrow(
      'the function sends the message "booking-accepted" and writes no collection, and has no right to send where it is deployed: add one to its writes',
    );
  }
  expect(await waiting()).toEqual([]);
});

test('a bundle that was made without messages refuses to send one, in a function as in an action, and writes nothing', async () => {
  jest.spyOn(console, 'error').mockImplementation(() => undefined);
  const id = await booking();
  globalThis.bundleLacks = { messages: true };
  try {
    await expect(
      run(async (api) =>
        api.transaction([
          { patch: 'bookings', id, changes: { note: 'sent' } },
          { send: bookingAccepted, body: { booking: id, renter: 'cem' } },
        ]),
      ),
    ).rejects.toThrow('This bundle was made without messages');
    expect((await ask(`POST /bookings/${id}/accept`)).status).toBe(500);
  } finally {
    globalThis.bundleLacks = undefined;
  }
  expect(await waiting()).toEqual([]);
  expect((await ask(`GET /bookings/${id}`)).body).toMatchObject({ state: 'requested', version: 1 });
});

describe('a delivery that is killed', () => {
  /** A way to the database that ends with the n-th request, before it is sent or after it was carried out. */
  const killing = (at: number, when: 'before' | 'after'): Send => {
    const send = connect();
    let requests = 0;
    return (async (operation: never, input: never, options: never) => {
      if (requests++ !== at) {
        return send(operation, input, options);
      }
      if (when === 'after') {
        await send(operation, input, options);
      }
      throw new Error('killed');
    }) as unknown as Send;
  };

  test.each(
    Array.from({ length: 8 }, (_, at) => (['before', 'after'] as const).map((when) => [at, when] as const)).flat(),
  )(
    'at request %i, %s it is carried out, loses nothing: every message arrives at least once, under its key',
    async (at, when) => {
      const ids = [await booking(), await booking()];
      for (const id of ids) {
        await ask(`POST /bookings/${id}/accept`);
      }
      const seen: MessageEvent[] = [];
      const call: CallHandler = async (_message, event) => Promise.resolve(void seen.push(event));
      await deliverDue(openOutbox(killing(at, when), tableName(), Date.now() + 60_000), call).catch(() => undefined);
      clock.advance({ minutes: 1 });
      await deliverDue(openOutbox(connect(), tableName(), Date.now() + 60_000), call);
      expect(new Set(seen.map(({ body }) => body['booking']))).toEqual(new Set(ids));
      expect(new Set(seen.map(({ key }) => key)).size).toBe(2);
      expect(await waiting()).toEqual([]);
    },
  );
});

describe('publish', () => {
  const call = async (
    handlers: Record<string, string>,
    event: unknown,
    send = connect(),
  ): Promise<[unknown, unknown[]]> => {
    const invoked: unknown[] = [];
    const invoke = async (name: string, given: object): Promise<void> => {
      invoked.push([name, (given as MessageEvent).body['renter']]);
      if (name === 'failing') {
        throw new Error('It failed.');
      }
      return Promise.resolve();
    };
    const publish = publisher({ tableName: tableName(), send, invoke, handlers: new Map(Object.entries(handlers)) });
    return [await publish(event), invoked];
  };
  /** The event of the stream for what lies in the outbox. */
  const streamed = async (): Promise<object> => {
    const { Items = [] } = await connect()('Scan', { TableName: tableName(), ConsistentRead: true });
    return {
      Records: Items.filter(({ pk }) => pk?.S?.startsWith('#outbox#')).map((NewImage, index) => ({
        dynamodb: { SequenceNumber: String(index), NewImage },
      })),
    };
  };

  test('calls the function of each message that the stream brings, once, also where the stream brings it twice', async () => {
    const id = await booking();
    await ask(`POST /bookings/${id}/accept`);
    const event = await streamed();
    expect(await call({ 'booking-accepted': 'taking' }, event)).toEqual([
      { batchItemFailures: [] },
      [['taking', 'ben']],
    ]);
    expect(await call({ 'booking-accepted': 'taking' }, event)).toEqual([{ batchItemFailures: [] }, []]);
    expect(await waiting()).toEqual([]);
  });

  test('leaves to the schedule what its function did not take, and what the stream has missed', async () => {
    jest.spyOn(console, 'error').mockImplementation(() => undefined);
    const id = await booking();
    await ask(`POST /bookings/${id}/accept`);
    expect(await call({ 'booking-accepted': 'failing' }, await streamed())).toEqual([
      { batchItemFailures: [] },
      [['failing', 'ben']],
    ]);
    const missed = await booking();
    await ask(`POST /bookings/${missed}/accept`);
    clock.advance({ minutes: 1 });
    expect((await call({ 'booking-accepted': 'taking' }, { source: 'aws.events' }))[1]).toHaveLength(2);
    expect(await waiting()).toEqual([]);
  });

  test('reports to the stream what the database has refused, and nothing else of the batch', async () => {
    jest.spyOn(console, 'error').mockImplementation(() => undefined);
    for (const id of [await booking(), await booking()]) {
      await ask(`POST /bookings/${id}/accept`);
    }
    const send = connect();
    let requests = 0;
    const once = (async (operation: never, input: never, options: never) => {
      if (requests++ === 0) {
        throw Object.assign(new Error('no'), { name: 'InternalServerError' });
      }
      return send(operation, input, options);
    }) as unknown as Send;
    const [answer, invoked] = await call({ 'booking-accepted': 'taking' }, await streamed(), once);
    expect(answer).toEqual({ batchItemFailures: [{ itemIdentifier: '0' }] });
    expect(invoked).toHaveLength(1);
  });

  test.each([
    ['a body that is no JSON', { body: { S: '{"booking":' } }],
    ['a body that is no object', { body: { S: '[1]' } }],
    ['no body', { body: { NULL: true } }],
    ['no kind', { message: { S: '' } }],
    ['attempts that are no number', { attempts: { S: 'many' } }],
  ])('puts aside one that cannot be read, as it is, and delivers the others: %s', async (_name, spoiled) => {
    const log = jest.spyOn(console, 'error').mockImplementation(() => undefined);
    for (const by of ['stream', 'schedule']) {
      for (const id of [await booking(), await booking(), await booking()]) {
        await ask(`POST /bookings/${id}/accept`);
      }
      const { Records } = (await streamed()) as { Records: { dynamodb: { NewImage: AttributeMap } }[] };
      const poisoned = Object.assign(Records[0]!.dynamodb.NewImage, spoiled);
      await connect()('PutItem', { TableName: tableName(), Item: poisoned });
      const event = by === 'stream' ? { Records } : {};
      const [answer, invoked] = await call({ 'booking-accepted': 'taking' }, event);
      expect([answer, invoked]).toEqual([{ batchItemFailures: [] }, [expect.anything(), expect.anything()]]);
      expect(await streamed()).toEqual({ Records: [] });
      const { Item } = await connect()('GetItem', {
        TableName: tableName(),
        Key: { pk: { S: '#undelivered' }, sk: poisoned['sk']! },
      });
      expect(Item).toMatchObject({
        ...poisoned,
        pk: { S: '#undelivered' },
        reason: { S: 'its record cannot be read' },
      });
      expect(log.mock.calls.flat().join()).toContain('a message was put aside, as its record cannot be read');
    }
  });

  test('of many who put aside one that cannot be read each ends, and none brings it back', async () => {
    jest.spyOn(console, 'error').mockImplementation(() => undefined);
    await ask(`POST /bookings/${await booking()}/accept`);
    const { Records } = (await streamed()) as { Records: { dynamodb: { NewImage: AttributeMap } }[] };
    const poisoned = Object.assign(Records[0]!.dynamodb.NewImage, { body: { S: '?' } });
    await connect()('PutItem', { TableName: tableName(), Item: poisoned });
    const answers = await Promise.all(Array.from({ length: CLIENTS }, async () => call({}, { Records })));
    expect(answers.map(([answer]) => answer)).toEqual(answers.map(() => ({ batchItemFailures: [] })));
    const Key = { pk: { S: '#undelivered' }, sk: poisoned['sk']! };
    await connect()('DeleteItem', { TableName: tableName(), Key });
    await call({}, { Records });
    expect((await connect()('GetItem', { TableName: tableName(), Key })).Item).toBeUndefined();
  });

  test('keeps a message that no function takes, and says so', async () => {
    const log = jest.spyOn(console, 'error').mockImplementation(() => undefined);
    const id = await booking();
    await ask(`POST /bookings/${id}/accept`);
    await call({}, await streamed());
    expect(log.mock.calls.flat().join()).toContain('no function takes the message \\"booking-accepted\\"');
    expect(await waiting()).toHaveLength(1);
  });
});
