// `states`: an item goes from one to another as the file says, whichever way it is written, and however many write at
// once.

import { DynamoDBClient, UpdateItemCommand } from '@aws-sdk/client-dynamodb';

import type { Answer as ActionAnswer } from '../../src/definition/action';
import { defineResource, listResources } from '../../src/definition/define-resource';
import { createClient } from '../../src/testing/client';
import type { Answer, Ask } from '../../src/testing/ask';
import { tableName, useTable } from '../../src/testing/table';
import { bookable, STATES, STEPS, type BookingState } from '../setup/bookings';
import { useProxy } from '../setup/proxied';
import { CLIENTS, race, statuses } from '../setup/race';
import { ADA, EDITOR, RULES } from '../setup/rules';

useTable();
const database = useProxy({ resources: bookable });
const ask: typeof database.ask = (...sent) => database.ask(...sent);

/** Many requests of one form. */
const plainly = createClient({ resources: bookable, described: false });

let number = 0;
const newId = (): string => `booking-${number++}`;

/** On the way to each state, from a new booking. */
const WAYS: Record<BookingState, readonly BookingState[]> = {
  requested: [],
  accepted: ['accepted'],
  'picked-up': ['accepted', 'picked-up'],
  returned: ['accepted', 'picked-up', 'returned'],
  cancelled: ['cancelled'],
};

/** A booking that has come to a state. */
async function booking(state: BookingState): Promise<string> {
  const id = newId();
  expect((await plainly(`PUT /bookings/${id}`, { body: {} })).body).toMatchObject({ state: 'requested' });
  for (const next of WAYS[state]) {
    expect((await plainly(`PATCH /bookings/${id}`, { body: { state: next } })).status).toBe(200);
  }
  return id;
}

async function stateOf(id: string): Promise<unknown> {
  return (await ask(`GET /bookings/${id}`)).body.state;
}

const transact = (...operations: object[]): Promise<Answer> => ask('POST /transactions', { body: { operations } });

/** Every way to bring a booking to a state, and where a refusal points. */
const WRITES: [name: string, write: (id: string, state: string) => Promise<Answer>, pointer: string][] = [
  ['a merge patch', (id, state) => ask(`PATCH /bookings/${id}`, { body: { state } }), '#/state'],
  [
    'a merge patch of more',
    (id, state) => ask(`PATCH /bookings/${id}`, { body: { state, note: 'x', tags: ['y'] } }),
    '#/state',
  ],
  [
    'a merge patch with a key',
    (id, state) =>
      ask(`PATCH /bookings/${id}`, { body: { state }, headers: { 'Idempotency-Key': `"${id}-${number++}"` } }),
    '#/state',
  ],
  [
    'a JSON Patch',
    (id, state) =>
      ask(`PATCH /bookings/${id}`, {
        body: [{ op: 'add', path: '/state', value: state }],
        headers: { 'Content-Type': 'application/json-patch+json' },
      }),
    '#/state',
  ],
  ['PUT', (id, state) => ask(`PUT /bookings/${id}`, { body: { state } }), '#/state'],
  ['an action', (id, state) => ask(`POST /bookings/${id}/go`, { body: { through: [state] } }), '#'],
  [
    'a PATCH of a transaction',
    (id, state) =>
      transact(
        { method: 'POST', path: '/bookings', body: {} },
        { method: 'PATCH', path: `/bookings/${id}`, body: { state } },
      ),
    '#/operations/1',
  ],
  [
    'a PUT of a transaction',
    (id, state) => transact({ method: 'PUT', path: `/bookings/${id}`, body: { state } }),
    '#/operations/0',
  ],
];

describe.each(WRITES)('by %s', (_, write, pointer) => {
  test.each(STATES)('what is %s goes where it may, stays as it is, and goes nowhere else', async (from) => {
    let id = await booking(from);
    for (const to of STATES) {
      const next: readonly string[] = (STEPS as Partial<Record<BookingState, readonly BookingState[]>>)[from] ?? [];
      const { status, body } = await write(id, to);
      if (to === from || next.includes(to)) {
        expect([to, status, await stateOf(id)]).toEqual([to, 200, to]);
        id = await booking(from);
        continue;
      }
      const detail =
        next.length === 0
          ? `"state" is "${from}", which is final: leave it as it is.`
          : `"state" is "${from}", from where it goes to ${next.map((state) => `"${state}"`).join(' or ')} and to nothing else: choose that, or leave it as it is.`;
      expect([to, status, body.type, await stateOf(id)]).toEqual([to, 409, '/docs#conflict', from]);
      expect(body.errors).toEqual([{ detail: expect.stringContaining(detail) as string, pointer }]);
    }
  });
});

describe('a new item', () => {
  test.each<[string, (state: string) => Promise<Answer>, string]>([
    ['POST', (state) => ask('POST /bookings', { body: { state } }), '#/state'],
    ['PUT', (state) => ask(`PUT /bookings/${newId()}`, { body: { state } }), '#/state'],
    ['POST of several', (state) => ask('POST /bookings', { body: [{}, { state }] }), '#/1/state'],
    ['a transaction', (state) => transact({ method: 'POST', path: '/bookings', body: { state } }), '#/operations/0'],
    [
      'an action',
      async (state) =>
        ask(`POST /bookings/${await booking('requested')}/copy`, { body: { begin: state, through: [] } }),
      '#',
    ],
  ])('by %s begins as the file says', async (_, write, pointer) => {
    expect((await write('requested')).status).toBeLessThan(300);
    const { status, body } = await write('accepted');
    expect([status, body.type]).toEqual([422, '/docs#invalid']);
    expect(body.errors).toEqual([
      { detail: expect.stringContaining('Must be "requested" in a new item.') as string, pointer },
    ]);
  });

  test('of several, every one that does not is named', async () => {
    const { body } = await ask('POST /bookings', { body: [{ state: 'returned' }, {}, { state: 'cancelled' }] });
    expect(body.errors.map((fault: { pointer: string }) => fault.pointer)).toEqual(['#/0/state', '#/2/state']);
  });

  test('that an action makes goes on from there in the same action', async () => {
    const id = await booking('requested');
    const { status, body } = await ask(`POST /bookings/${id}/copy`, { body: { through: ['accepted', 'picked-up'] } });
    expect([status, body.state, body.version]).toEqual([201, 'picked-up', 1]);
  });
});

describe('the steps of one action', () => {
  test.each<[string, BookingState, string[], number]>([
    ['one after the other, each of them allowed', 'requested', ['accepted', 'picked-up', 'returned'], 200],
    ['of which the second is not', 'requested', ['accepted', 'returned'], 409],
    ['of which the first is not, though the way from first to last is', 'requested', ['returned', 'cancelled'], 409],
    ['that come back to where they began by one that is not', 'accepted', ['requested', 'accepted'], 409],
  ])('%s', async (_, from, through, expected) => {
    const id = await booking(from);
    const { status, body } = await ask(`POST /bookings/${id}/go`, { body: { through } });
    expect(status).toBe(expected);
    expect(await stateOf(id)).toBe(expected === 200 ? through.at(-1) : from);
    expect(expected === 409 || body.version === WAYS[from].length + 2).toBe(true);
  });
});

test.each<[string, (id: string) => Promise<Answer>]>([
  ['a merge patch', (id) => ask(`PATCH /bookings/${id}`, { body: { state: null } })],
  ['PUT', (id) => ask(`PUT /bookings/${id}`, { body: {} })],
])('what %s leaves out becomes the default, which is a step like any other', async (_, write) => {
  expect((await write(await booking('accepted'))).body.errors).toEqual([
    expect.objectContaining({ detail: expect.stringContaining('"state" is "accepted"') as string, pointer: '#/state' }),
  ]);
  expect((await write(await booking('requested'))).status).toBe(200);
});

test('other attributes are written in every state, and a patch of them does not ask for it', async () => {
  for (const state of STATES) {
    const id = await booking(state);
    database.proxy.clear();
    expect((await ask(`PATCH /bookings/${id}`, { body: { note: 'x' } })).body).toMatchObject({ state, note: 'x' });
    expect(database.proxy.requests.map(({ operation }) => operation)).toEqual(['UpdateItem']);
    expect((await ask(`DELETE /bookings/${id}`)).status).toBe(204);
  }
});

test('what it costs: a patch one request, also where it is refused; PUT a read before', async () => {
  const cost = async (line: string, more: Ask): Promise<[number, string]> => {
    database.proxy.clear();
    const { status } = await ask(line, more);
    return [status, database.proxy.requests.map(({ operation }) => operation).join(', ')];
  };
  const id = await booking('requested');
  expect(await cost(`PATCH /bookings/${id}`, { body: { state: 'accepted' } })).toEqual([200, 'UpdateItem']);
  expect(await cost(`PATCH /bookings/${id}`, { body: { state: 'returned' } })).toEqual([409, 'UpdateItem']);
  expect(await cost(`PATCH /bookings/${newId()}`, { body: { state: 'accepted' } })).toEqual([404, 'UpdateItem']);
  expect(await cost(`PUT /bookings/${id}`, { body: { state: 'picked-up' } })).toEqual([200, 'GetItem, UpdateItem']);
  expect(await cost('POST /bookings', { body: {} })).toEqual([201, 'PutItem']);
  expect(await cost(`DELETE /bookings/${id}`, {})).toEqual([204, 'DeleteItem']);
});

describe('of clients at once', () => {
  test.each(WRITES)('by %s, one brings an item out of a state, where two ways lead out of it', async (_, write) => {
    const id = await booking('accepted');
    const answers = await race((client) => write(id, client % 2 === 0 ? 'picked-up' : 'cancelled'));
    const state = await stateOf(id);
    const isDone = (client: number): boolean => (client % 2 === 0 ? 'picked-up' : 'cancelled') === state;
    // The others of the same mind find it so already.
    expect(answers.map(({ status }, client) => [client, status])).toEqual(
      answers.map((_answer, client) => [client, isDone(client) ? 200 : 409]),
    );
  });

  test('each step of a way is taken once, where each asks for the version that it saw', async () => {
    const id = await booking('requested');
    for (const state of ['accepted', 'picked-up', 'returned'] as const) {
      const { etag } = (await ask(`GET /bookings/${id}`)).headers;
      const answers = await race(() =>
        ask(`PATCH /bookings/${id}`, { body: { state }, headers: { 'If-Match': etag! } }),
      );
      expect(statuses(answers)).toEqual({ 200: 1, 412: CLIENTS - 1 });
    }
    expect((await ask(`GET /bookings/${id}`)).body.version).toBe(4);
  });
});

describe('an item from before the states were declared', () => {
  async function give(id: string, state: string | undefined): Promise<void> {
    const client = new DynamoDBClient({});
    await client.send(
      new UpdateItemCommand({
        TableName: tableName(),
        Key: { pk: { S: 'bookings' }, sk: { S: id } },
        UpdateExpression: state === undefined ? 'REMOVE #s' : 'SET #s = :s',
        ExpressionAttributeNames: { '#s': 'state' },
        ...(state !== undefined && { ExpressionAttributeValues: { ':s': { S: state } } }),
      }),
    );
    client.destroy();
  }

  test.each<[string | undefined, string]>([
    [undefined, '"state" has no value: begin with "requested".'],
    ['lost', '"state" is "lost", which is no state any more: begin with "requested".'],
  ])('whose state is %s begins as a new one, and nowhere else', async (old, detail) => {
    for (const [, write] of WRITES) {
      const id = await booking('accepted');
      await give(id, old);
      const { status, body } = await write(id, 'accepted');
      expect([status, body.errors]).toEqual([
        409,
        [expect.objectContaining({ detail: expect.stringContaining(detail) as string })],
      ]);
      expect((await write(id, 'requested')).status).toBe(200);
      expect((await write(id, 'accepted')).status).toBe(200);
    }
  });

  test('without a state keeps what else is written', async () => {
    const id = await booking('accepted');
    await give(id, undefined);
    expect((await ask(`PATCH /bookings/${id}`, { body: { note: 'x' } })).body).not.toHaveProperty('state');
  });
});

describe('who may not see the state is not told of it, and who may see it is', () => {
  const states = { attribute: 'state', from: { a: ['b'], b: ['c'] } } as const;
  const hidden = defineResource({
    name: 'hidden',
    description: 'Things with a state that not everyone sees.',
    schema: { state: { type: String, enum: ['a', 'b', 'c'], default: 'a', readableBy: { role: 'editor' } } },
    states,
    access: { replace: 'public', patch: 'public', create: 'public', read: 'public', go: 'public' },
    actions: (action) => ({
      go: action({
        description: 'Brings it to the last state.',
        run: ({ item, transaction }): Promise<ActionAnswer> => transaction.update(hidden, item.id, { state: 'c' }),
      }),
    }),
  });
  const unread = defineResource({
    name: 'unread',
    description: 'Things that not everyone reads.',
    schema: { state: { type: String, enum: ['a', 'b', 'c'], default: 'a' } },
    states,
    access: { replace: 'public', patch: 'public', create: 'public', read: { role: 'editor' }, go: 'public' },
    actions: (action) => ({
      go: action({
        description: 'Brings it to the last state.',
        run: ({ item, transaction }): Promise<ActionAnswer> => transaction.update(unread, item.id, { state: 'c' }),
      }),
    }),
  });
  const remote = defineResource({
    name: 'remote',
    description: 'Remote controls of things that not everyone reads.',
    schema: { thing: { type: String, required: true, references: 'unread' } },
    access: { create: 'public', read: 'public' },
    async onWrite({ after, transaction }): Promise<void> {
      await transaction.update(unread, after!.thing, { state: 'c' });
    },
  });
  const askOf = createClient({ resources: listResources(hidden, unread, remote), config: RULES });
  const untold = '"state" cannot become "c" from what it is: choose another state, or leave it as it is.';
  const told = '"state" is "a", from where it goes to "b" and to nothing else: choose that, or leave it as it is.';

  test.each<[collection: string, way: string, line: (id: string) => string, body: (id: string) => object]>([
    ...['hidden', 'unread'].flatMap(
      (collection): [string, string, (id: string) => string, (id: string) => object][] => [
        [collection, 'PATCH', (id) => `PATCH /${collection}/${id}`, () => ({ state: 'c' })],
        [collection, 'PUT', (id) => `PUT /${collection}/${id}`, () => ({ state: 'c' })],
        [collection, 'an action', (id) => `POST /${collection}/${id}/go`, () => ({})],
      ],
    ),
    ['unread', 'onWrite of another', () => 'POST /remote', (id) => ({ thing: id })],
  ])('of %s by %s', async (collection, _way, line, body) => {
    const id = newId();
    expect((await askOf(`PUT /${collection}/${id}`, { as: ADA, body: {} })).status).toBe(201);
    const { status, text, body: problem } = await askOf(line(id), { as: ADA, body: body(id) });
    expect([status, problem.detail]).toEqual([409, untold]);
    expect(text).not.toMatch(/"a\\?"|"b\\?"/);
    expect((await askOf(line(id), { as: EDITOR, body: body(id) })).body.detail).toBe(told);
  });
});

test('the description says it, in words and as data', async () => {
  const { components } = (await ask('GET /openapi.json')).body;
  const schemas = components.schemas as Record<string, { properties: Record<string, Record<string, unknown>> }>;
  const states = {
    description:
      'A new item is "requested". From "requested" it goes to "accepted" or "cancelled". From "accepted" it goes to "picked-up" or "cancelled". From "picked-up" it goes to "returned". "returned" and "cancelled" are final.',
    'x-states': { initial: ['requested'], from: { ...STEPS, returned: [], cancelled: [] } },
  };
  const described = Object.values(schemas).filter(({ properties }) => properties?.['state']?.['enum'] !== undefined);
  expect(described).toHaveLength(3);
  for (const { properties } of described) {
    expect(properties['state']).toMatchObject(states);
  }
});
