// Actions as a function calls them: of an item, of the collection, and those that only read.

import type { Answer } from '../../src/definition/action';
import { defineResource, listResources } from '../../src/definition/define-resource';
import type { Client } from '../../src/functions/client';
import { defineFunction } from '../../src/lambda';
import { Problem } from '../../src/problem';
import { createClient } from '../../src/testing/client';
import { useTable } from '../../src/testing/table';
import type { Caller } from '../../src/values/caller';
import { CLIENTS } from '../setup/race';

useTable();

const rooms = defineResource({
  name: 'rooms',
  description: 'Rooms, and what a night costs.',
  schema: {
    night: { type: Number, required: true, integer: true, minimum: 0 },
    guests: { type: Number, integer: true, readOnly: true, default: 0 },
  },
  access: { create: 'authenticated', price: 'public', itself: 'public', enter: 'authenticated', open: 'authenticated' },
  actions: (action) => ({
    price: action({
      description: 'What some nights cost.',
      safe: true,
      query: { nights: { type: Number, required: true, minimum: 1 }, from: Date, breakfast: Boolean },
      response: { price: { type: Number, required: true }, from: Date, breakfast: Boolean },
      run: async ({ item: { night }, query: { nights, ...more } }) => ({ price: night * nights, ...more }),
    }),
    itself: action({ description: 'The room.', safe: true, run: async ({ item }): Promise<Answer> => item }),
    enter: action({
      description: 'Lets a guest in.',
      response: { guests: { type: Number, required: true } },
      async run({ item, transaction }): Promise<{ guests: number }> {
        const { guests } = await transaction.update(rooms, item.id, { guests: item.guests + 1 });
        return { guests };
      },
    }),
  }),
  collectionActions: (action) => ({
    open: action({
      description: 'Makes a room of the lowest price.',
      body: { name: { type: String, required: true }, night: { type: Number, default: 40 } },
      run: async ({ body, transaction }): Promise<Answer> =>
        transaction.create(rooms, { night: body.night }, { id: body.name }),
    }),
    total: action({
      description: 'What several rooms cost together.',
      safe: true,
      query: { rooms: { type: Array, schema: [String], required: true } },
      response: { total: { type: Number, required: true } },
      async run({ query, transaction }): Promise<{ total: number }> {
        const found = await Promise.all(query.rooms.map(async (id) => transaction.read(rooms, id)));
        return { total: found.reduce((sum, room) => sum + (room?.night ?? 0), 0) };
      },
    }),
    terms: action({
      description: 'What is agreed.',
      body: { short: Boolean },
      response: { text: { type: String, required: true, enum: ['long', 'short'] } },
      run: async ({ body }): Promise<{ text: 'long' | 'short' }> => ({ text: body.short === true ? 'short' : 'long' }),
    }),
  }),
});

const served = { resources: listResources(rooms) };
const ask = createClient(served);

type Api = Client<typeof served.resources, never, 'rooms'>;

/** Runs code as that of a function that writes rooms. */
const run = async (code: (api: Api) => Promise<void>): Promise<void> =>
  void (await defineFunction(served, {
    description: 'Runs code.',
    writes: ['rooms'],
    run: async ({ api }) => code(api),
  })({}));

const refused = async (promise: Promise<unknown>): Promise<unknown> => promise.catch((error: unknown) => error);

const ADA: Caller = { kind: 'token', subject: 'ada', roles: [], claims: {} };
const NOBODY: Caller = { ...ADA, kind: 'anonymous', subject: '' };

test('an action that only reads is called with its query, and answers as over HTTP', async () =>
  run(async (api) => {
    const { id } = await api.rooms.create({ night: 50 });
    const { price }: { price: number } = await api.rooms.act(id, 'price', { nights: 3 });
    expect(price).toBe(150);
    const full = { nights: 2, from: '2030-01-01T00:00:00.000Z', breakfast: false };
    expect(await api.rooms.act(id, 'price', full)).toEqual(
      (await ask(`GET /rooms/${id}/price?nights=2&from=2030-01-01T00:00:00Z&breakfast=false`)).body,
    );
    expect(await api.rooms.act(id, 'price', { nights: 1, breakfast: undefined })).toEqual({ price: 50 });
    expect(await api.rooms.act(id, 'itself')).toEqual(await api.rooms.get(id));
    expect(await refused(api.rooms.act(id, 'price', { nights: 0 }))).toMatchObject({
      type: 'malformed-request',
      more: { errors: [{ parameter: 'nights' }] },
    });
    expect(await refused(api.rooms.act('none', 'price', { nights: 1 }))).toMatchObject({ type: 'not-found' });
  }));

test('the answer of an action that only reads is no item whose tag a write goes by', async () =>
  run(async (api) => {
    const { id } = await api.rooms.create({ night: 50 });
    const seen = await api.rooms.act(id, 'itself');
    await expect(api.rooms.patch(id, { night: 1 }, { ifMatch: seen })).rejects.toThrow('get it first');
  }));

test('an action of the collection is called without an id, and its key has its effect once', async () =>
  run(async (api) => {
    const made = await Promise.all(
      Array.from({ length: CLIENTS }, async () => {
        for (;;) {
          const done = await refused(api.rooms.call('open', { name: 'blue' }, { idempotencyKey: 'open-blue' }));
          if (!(done instanceof Problem && done.more.headers?.['Retry-After'] !== undefined)) {
            return done;
          }
        }
      }),
    );
    expect(made).toEqual(made.map(() => expect.objectContaining({ id: 'blue', night: 40, version: 1 })));
    expect(await refused(api.rooms.call('open', { name: 'blue' }))).toMatchObject({ type: 'conflict' });
    const patched = await api.rooms.patch(
      'blue',
      { night: 45 },
      { ifMatch: (made as { version: 1; id: 'blue' }[])[0] },
    );
    expect(patched).toMatchObject({ version: 2 });
    expect(await refused(api.rooms.call('open', { night: 3 } as never))).toMatchObject({
      type: 'invalid',
      more: { errors: [{ pointer: '#/name' }] },
    });
    const { text }: { text: 'long' | 'short' } = await api.rooms.call('terms');
    expect([text, await api.rooms.call('terms', { short: true })]).toEqual(['long', { text: 'short' }]);
  }));

test('values of a list are sent together, and what no text stands for is refused', async () =>
  run(async (api) => {
    const both = await Promise.all([api.rooms.create({ night: 5 }), api.rooms.create({ night: 7 })]);
    expect(await api.rooms.call('total', { rooms: both.map(({ id }) => id) })).toEqual({ total: 12 });
    for (const given of [[], ['a,b'], [['a']], null, {}]) {
      expect(await refused(api.rooms.call('total', { rooms: given } as never))).toMatchObject({
        type: 'malformed-request',
      });
    }
  }));

test('actions of many at once leave what each was answered', async () =>
  run(async (api) => {
    const { id } = await api.rooms.create({ night: 5 });
    const answers = await Promise.all(Array.from({ length: 6 }, async () => refused(api.rooms.act(id, 'enter'))));
    const entered = answers.flatMap((answer) => (answer instanceof Problem ? [] : [answer as { guests: number }]));
    expect(entered.map(({ guests }) => guests).sort((a, b) => a - b)).toEqual(entered.map((_, index) => index + 1));
    expect(await api.rooms.get(id)).toMatchObject({ guests: entered.length });
  }));

test('actions of a caller go by the rules', async () =>
  run(async (api) => {
    const { id } = await api.rooms.create({ night: 5 });
    expect(await api.as(NOBODY).rooms.act(id, 'price', { nights: 2 })).toEqual({ price: 10 });
    expect(await refused(api.as(NOBODY).rooms.call('open', { name: 'red' }))).toMatchObject({
      type: 'unauthenticated',
    });
    expect(await refused(api.as(ADA).rooms.call('total', { rooms: [id] }))).toMatchObject({ type: 'forbidden' });
    // No rule lets her read rooms: what writes has its effect, and what reads is refused.
    expect(await api.as(ADA).rooms.call('open', { name: 'red' })).toBeUndefined();
    expect(await refused(api.as(ADA).rooms.act(id, 'itself'))).toMatchObject({ type: 'forbidden' });
    expect(await api.as(ADA).rooms.act(id, 'enter')).toEqual({ guests: 1 });
  }));

test('a function that only reads calls actions that only read, and no others', async () => {
  jest.spyOn(console, 'error').mockImplementation(() => undefined);
  await ask('PUT /rooms/green', { body: { night: 9 } });
  const answers: object[] = [];
  await defineFunction(served, {
    description: 'Reads.',
    reads: ['rooms'],
    async run({ api }) {
      answers.push(await api.rooms.act('green', 'price', { nights: 1 }));
      answers.push(await api.rooms.call('total', { rooms: ['green'] }));
      // @ts-expect-error -- it writes
      answers.push(await api.rooms.act('green', 'enter').catch((error: Error) => ({ error: error.message })));
      // @ts-expect-error -- it writes
      answers.push(await api.rooms.call('terms', {}).catch((error: Error) => ({ error: error.message })));
    },
  })({});
  const refusal = { error: expect.stringContaining("add writes: ['rooms']") as string };
  expect(answers).toEqual([{ price: 9 }, { total: 9 }, refusal, refusal]);
});

test('a call that does not fit its action is a compile error', () => {
  const compiled = async (api: Api): Promise<void> => {
    // @ts-expect-error -- it needs the nights
    await api.rooms.act('1', 'price');
    // @ts-expect-error -- nights are a number
    await api.rooms.act('1', 'price', { nights: '3' });
    // @ts-expect-error -- it has no such parameter
    await api.rooms.act('1', 'price', { nights: 3, night: 1 });
    // @ts-expect-error -- what only reads takes no key
    await api.rooms.act('1', 'price', { nights: 3 }, { idempotencyKey: 'x' });
    // @ts-expect-error -- it is of an item
    await api.rooms.call('price', { nights: 3 });
    // @ts-expect-error -- it is of the collection
    await api.rooms.act('1', 'open', { name: 'x' });
    // @ts-expect-error -- it needs a name
    await api.rooms.call('open');
    // @ts-expect-error -- there is no such action
    await api.rooms.call('opne', { name: 'x' });
    // @ts-expect-error -- the answer has no such attribute
    void (await api.rooms.act('1', 'price', { nights: 3 })).cost;
    // @ts-expect-error -- the answer is no item
    void (await api.rooms.call('terms')).id;
    const { version }: { version: number } = await api.rooms.act('1', 'itself');
    const { guests }: { guests: number } = await api.as(ADA).rooms.act('1', 'enter', {}, { idempotencyKey: 'x' });
    const { id }: { id: string } = await api.as(ADA).rooms.act('1', 'itself');
    // @ts-expect-error -- of a caller that may not see it there is nothing
    const made: { id: string } = await api.as(ADA).rooms.call('open', { name: 'x' });
    void [version, guests, id, made];
  };
  expect(compiled).toBeDefined();
});

test('an id that is the name of an action of the collection is that of no item, and calls nothing', async () =>
  run(async (api) => {
    for (const name of ['total', 'open']) {
      expect(await refused(api.rooms.get(name))).toMatchObject({ type: 'not-found', status: 404 });
    }
  }));
