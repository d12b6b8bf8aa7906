// The client that a function is given: each method is the HTTP operation of the same name, without HTTP.

import type { Client } from '../../src/functions/client';
import { defineFunction } from '../../src/lambda';
import { Problem } from '../../src/problem';
import { createClient } from '../../src/testing/client';
import { useClock } from '../../src/testing/clock';
import { callFunction } from '../../src/testing/functions';
import { useTable } from '../../src/testing/table';
import type { Caller } from '../../src/values/caller';
import { CLIENTS } from '../setup/race';
import { toolshed } from '../setup/toolshed';

useTable();
const clock = useClock();

const served = { resources: toolshed };
const ask = createClient(served);

/** Runs code as that of a function which may read and write all. */
const run = async <T>(code: (api: Api) => Promise<T>): Promise<T> => {
  let done: T;
  await defineFunction(served, {
    description: 'Runs code.',
    writes: ['tools', 'bookings'],
    async run({ api }) {
      done = await code(api);
    },
  })({});
  return done!;
};
type Api = Client<typeof toolshed, never, 'tools' | 'bookings'>;

const BEN: Caller = { kind: 'token', subject: 'ben', roles: [], claims: {} };
const ADA: Caller = { ...BEN, subject: 'ada' };

/** The problem that a promise is rejected with. */
const problemOf = async (promise: Promise<unknown>): Promise<Problem> =>
  promise.then(
    () => {
      throw new Error('It was not refused.');
    },
    (error: unknown) => {
      expect(error).toBeInstanceOf(Problem);
      return error as Problem;
    },
  );

test('items are made, read, changed, replaced and deleted, as over HTTP', async () =>
  run(async (api) => {
    const made = await api.tools.create({ name: 'Drill', owner: 'ada', price: undefined });
    expect(made).toMatchObject({ name: 'Drill', version: 1, bookings: 0 });
    expect((await ask(`GET /tools/${made.id}`)).body).toEqual(made);
    const changed = await api.tools.patch(made.id, { price: 3 });
    expect(changed).toMatchObject({ price: 3, version: 2 });
    expect(await api.tools.get(made.id)).toEqual(changed);
    expect(await api.tools.replace('chosen', { name: 'Saw', owner: 'ada' })).toMatchObject({
      id: 'chosen',
      version: 1,
    });
    expect(
      (await problemOf(api.tools.replace('chosen', { name: 'Saw', owner: 'ada' }, { ifNoneMatch: '*' }))).type,
    ).toBe('precondition-failed');
    await api.tools.delete('chosen');
    expect(await problemOf(api.tools.get('chosen'))).toMatchObject({ type: 'not-found', status: 404 });
  }));

test('what is not valid is a problem with every fault, and nothing is written', async () =>
  run(async (api) => {
    const problem = await problemOf(api.tools.create({ name: 1, ownr: 'x' } as never));
    expect(problem).toMatchObject({ type: 'invalid' });
    expect(problem.more.errors?.map((fault) => 'pointer' in fault && fault.pointer)).toEqual(
      expect.arrayContaining(['#/name', '#/owner', '#/ownr']),
    );
    expect(await problemOf(api.tools.create({ name: 'Drill', owner: 'ada', price: 0.5 }))).toMatchObject({
      type: 'invalid',
    });
    expect(await problemOf(api.bookings.act('none', 'pay', { payment: 'p' }))).toMatchObject({ type: 'not-found' });
    expect(await problemOf(api.tools.get('not an id'))).toMatchObject({ type: 'not-found' });
  }));

test('an item stands for its tag: of many who change the same one wins, and the others are told how it is', async () =>
  run(async (api) => {
    const { id } = await api.tools.create({ name: 'Drill', owner: 'ada' });
    const seen = await Promise.all(Array.from({ length: 8 }, async () => api.tools.get(id)));
    const outcomes = await Promise.allSettled(
      seen.map(async (one, index) => api.tools.patch(id, { price: index }, { ifMatch: one })),
    );
    const won = outcomes.filter((one) => one.status === 'fulfilled');
    expect(won).toHaveLength(1);
    const { more, type } = (outcomes.find((one) => one.status === 'rejected') as PromiseRejectedResult)
      .reason as Problem;
    expect([type, more.current?.item]).toEqual(['precondition-failed', won[0]!.value]);
    await expect(api.tools.patch(id, { price: 1 }, { ifMatch: { ...won[0]!.value } })).rejects.toThrow('get it first');
    expect(await problemOf(api.tools.delete(id, { ifMatch: '"1"' }))).toMatchObject({ type: 'precondition-failed' });
  }));

test('a key has its effect once, however many send it, and is not that of other callers', async () =>
  run(async (api) => {
    const { id: tool } = await api.tools.create({ name: 'Drill', owner: 'ada' });
    const made = await Promise.all(
      Array.from({ length: CLIENTS }, async () => {
        for (;;) {
          try {
            return await api.bookings.create({ tool, renter: 'ben' }, { idempotencyKey: 'one' });
          } catch (error) {
            if (!(error instanceof Problem && error.more.headers?.['Retry-After'] !== undefined)) {
              throw error;
            }
          }
        }
      }),
    );
    expect(new Set(made.map(({ id }) => id)).size).toBe(1);
    expect(await api.tools.get(tool)).toMatchObject({ bookings: 1 });
    expect(await problemOf(api.bookings.create({ tool, renter: 'cem' }, { idempotencyKey: 'one' }))).toMatchObject({
      type: 'invalid',
    });
    const other = await api.as(BEN).bookings.create({ tool, renter: 'ben' }, { idempotencyKey: 'one' });
    expect(other!.id).not.toBe(made[0]!.id);
    const anonymous = await ask('POST /bookings', {
      body: { tool, renter: 'dan' },
      headers: { 'Idempotency-Key': 'one' },
    });
    expect(anonymous.status).toBe(201);
  }));

test('a replacement takes no key of its own, but in a transaction that has one', async () =>
  run(async (api) => {
    const item = { name: 'Saw', owner: 'ada' };
    // @ts-expect-error PUT has no idempotency key, so it would have its effect twice
    await api.tools.replace('keyed', item, { idempotencyKey: 'replacement' });
    const once = async (): Promise<unknown> =>
      api.transaction([{ replace: 'tools', id: 'keyed', item }], { idempotencyKey: 'replacement' });
    expect([await once(), await once()]).toMatchObject([[{ version: 2 }], [{ version: 2 }]]);
    expect(await api.tools.get('keyed')).toMatchObject({ version: 2 });
  }));

test('a key is that of one function, also of two that are called at the same time', async () => {
  const made: string[] = [];
  const nightly = (description: string): ReturnType<typeof defineFunction> =>
    defineFunction(served, {
      schedule: 'rate(1 day)',
      description,
      writes: ['tools'],
      async run({ api }) {
        made.push((await api.tools.create({ name: 'Drill', owner: 'ada' }, { idempotencyKey: 'night' })).id);
      },
    });
  for (const description of ['Makes one.', 'Makes one.', 'Makes another.']) {
    await nightly(description)({});
  }
  expect(made[1]).toBe(made[0]);
  expect(made[2]).not.toBe(made[0]);
});

test('a list is read page after page, by filters and orders as over HTTP, and ends where its reader does', async () =>
  run(async (api) => {
    const owner = 'lists';
    for (let price = 0; price < 5; price++) {
      await api.transaction(
        Array.from({ length: 48 }, () => ({ create: 'tools', item: { name: 'Drill', owner, price } }) as const),
      );
    }
    const read = async (list: AsyncIterable<{ id: string; price?: number }>): Promise<number[]> => {
      const prices: number[] = [];
      for await (const { price } of list) {
        prices.push(price!);
      }
      return prices;
    };
    expect(await read(api.tools.list({ owner }))).toHaveLength(240);
    expect(await read(api.tools.list({ owner, limit: 130 }))).toHaveLength(130);
    expect(await read(api.tools.list({ owner, limit: 0 }))).toEqual([]);
    expect(await read(api.tools.list({ owner, price: { gte: 3 }, sort: '-price' }))).toEqual([
      ...Array.from({ length: 48 }, () => 4),
      ...Array.from({ length: 48 }, () => 3),
    ]);
    expect(await read(api.tools.list({ owner, price: { in: [0, 4] } }))).toHaveLength(96);
    expect(await problemOf(read(api.tools.list({ ownr: 'x' } as never)))).toMatchObject({ type: 'malformed-request' });
    expect(await problemOf(read(api.tools.list({ name: { in: ['a,b'] } })))).toMatchObject({
      type: 'malformed-request',
    });
    for await (const { owner: first } of api.tools.list({ owner })) {
      expect(first).toBe(owner);
      break;
    }
  }));

test('actions are carried out, and a transaction holds all of its operations or none', async () =>
  run(async (api) => {
    const tool = await api.tools.create({ name: 'Drill', owner: 'ada' });
    const booking = await api.bookings.create({ tool: tool.id, renter: 'ben' });
    expect(await api.bookings.act(booking.id, 'pay', { payment: 'p-1' })).toMatchObject({
      id: booking.id,
      state: 'paid',
    });
    const current = await api.tools.get(tool.id);
    const done = await api.transaction([
      { create: 'bookings', item: { tool: tool.id, renter: 'cem' } },
      { patch: 'tools', id: tool.id, changes: { price: 9 }, ifMatch: current },
      { replace: 'tools', id: 'made-so', item: { name: 'Saw', owner: 'ada' } },
      { delete: 'bookings', id: booking.id },
    ]);
    expect(done).toMatchObject([{ renter: 'cem' }, { price: 9, bookings: 1 }, { id: 'made-so' }, undefined]);
    const problem = await problemOf(
      api.transaction([
        { delete: 'bookings', id: done[0]!.id },
        { check: 'tools', id: tool.id, ifMatch: current },
      ]),
    );
    expect(problem).toMatchObject({ type: 'precondition-failed', more: { errors: [{ pointer: '#/operations/1' }] } });
    expect(await api.bookings.get(done[0]!.id)).toMatchObject({ renter: 'cem' });
    await expect(api.transaction([{ remove: 'tools' } as never])).rejects.toThrow('is no operation of a transaction');
  }));

test('actions of a collection, and those that only read, are carried out, and answer as they declare', async () =>
  run(async (api) => {
    const one = await api.tools.create({ name: 'Drill', owner: 'ada', price: 4 });
    const other = await api.tools.create({ name: 'Saw', owner: 'ada', price: 3 });
    const { price }: { price: number } = await api.bookings.call('quote', { tool: one.id, days: 3 });
    expect(price).toBe(12);
    expect(await api.bookings.call('cheapest', { one: one.id, other: other.id })).toEqual({ tool: other.id });
    expect(await problemOf(api.bookings.call('cheapest', { one: one.id } as never))).toMatchObject({ status: 400 });
    expect(await problemOf(api.as(BEN).bookings.call('quote', { tool: one.id }))).toMatchObject({ type: 'forbidden' });
  }));

test('a client of a caller goes by the rules, and shows what the caller may see', async () =>
  run(async (api) => {
    const ben = api.as(BEN);
    const tool = await api.as(ADA).tools.create({ name: 'Drill', owner: 'somebody' });
    expect(tool).toMatchObject({ owner: 'ada' });
    expect(await problemOf(ben.tools.patch(tool!.id, { price: 1 }))).toMatchObject({ type: 'forbidden' });
    const booking = await ben.bookings.create({ tool: tool!.id, renter: 'x' });
    expect(booking).toMatchObject({ renter: 'ben' });
    expect(await problemOf(api.as(ADA).bookings.get(booking!.id))).toMatchObject({ type: 'not-found' });
    expect(await problemOf(ben.bookings.act(booking!.id, 'pay', { payment: 'p' }))).toMatchObject({
      type: 'forbidden',
    });
    const nobody = api.as({ kind: 'anonymous', subject: '', roles: [], claims: {} });
    expect(await problemOf(nobody.tools.create({ name: 'Saw', owner: 'x' }))).toMatchObject({
      type: 'unauthenticated',
    });
    // The system may all, whatever the rules say.
    expect(await api.bookings.get(booking!.id)).toMatchObject({ renter: 'ben' });
  }));

test('what is not declared is a compile error', () => {
  defineFunction(served, {
    description: 'Is compiled, and never called.',
    body: { count: { type: Number, required: true }, unit: { type: String, enum: ['kg', 'm'] } },
    reads: ['tools'],
    writes: ['bookings'],
    async run({ api, body, query }) {
      const count: number = body.count;
      const unit: 'kg' | 'm' | undefined = body.unit;
      // @ts-expect-error -- query declares nothing
      void [count, unit, query.count];
      // @ts-expect-error -- bookings have no such action
      await api.bookings.act('1', 'pya', {});
      // @ts-expect-error -- the action needs a payment
      await api.bookings.act('1', 'pay');
      await api.bookings.act('1', 'expire');
      // @ts-expect-error -- tools are read alone
      await api.tools.patch('1', {});
      // @ts-expect-error -- there is no such attribute
      await api.bookings.create({ tool: '1', renter: 'ben', nte: 'x' });
      // @ts-expect-error -- no list asks for it
      api.tools.list({ ownr: 'ada' });
      const { name }: { name: string } = await api.tools.get('1');
      // @ts-expect-error -- of a caller that may not see it there is nothing
      const seen: { tool: string } = await api.as(BEN).bookings.patch('1', { note: name });
      void seen;
    },
  });
  // @ts-expect-error -- there is no such collection
  expect(() => defineFunction(served, { description: 'X.', reads: ['tolls'], run: () => undefined })).toThrow('tolls');
});

test('what a function does not declare it does not reach, here as where it is deployed', async () => {
  const fails = async (code: (api: never) => Promise<unknown>, words: object): Promise<void> =>
    expect(
      defineFunction(served, {
        description: 'Reads.',
        ...words,
        run: async ({ api }) => void (await code(api as never)),
      })({}),
    ).rejects.toThrow(/does not say so, .*: add (reads|writes): \['tools'\]/);
  jest.spyOn(console, 'error').mockImplementation(() => undefined);
  await fails(async (api: Api) => api.tools.get('x'), { reads: ['bookings'] });
  await fails(async (api: Api) => api.tools.patch('x', {}), { reads: ['tools'] });
  await fails(async (api: Api) => api.transaction([{ delete: 'tools', id: 'x' }]), {
    reads: ['tools'],
    writes: ['bookings'],
  });
  await fails(async (api: Api) => api.as(BEN).tools.get('x'), {});
});

test('a test calls the code of a function with a body, a caller and a time', async () => {
  const handler = defineFunction(served, {
    route: 'POST /echo',
    description: 'Says what it is given.',
    body: { count: { type: Number, required: true }, unit: { type: String, default: 'kg' } },
    query: { exact: Boolean },
    run: ({ body, query, caller, now, request }) => ({
      body: { ...body, ...query, who: caller.subject, now: now.toISOString(), one: request.headers['x-one'] },
    }),
  });
  clock.set('2030-01-01T00:00:00Z');
  expect(
    await callFunction(handler, { body: { count: 1 }, query: { exact: true }, caller: BEN, headers: { 'x-one': '1' } }),
  ).toEqual({ body: { count: 1, unit: 'kg', exact: true, who: 'ben', now: '2030-01-01T00:00:00.000Z', one: '1' } });
  expect(await problemOf(callFunction(handler, { body: { count: 'x' } }))).toMatchObject({ type: 'invalid' });
});
