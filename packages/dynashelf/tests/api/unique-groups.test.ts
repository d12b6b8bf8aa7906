// Unique groups: no two items of a collection have the same values in several attributes together, or share an element
// of one, whoever writes it and however many do at once.

import * as fc from 'fast-check';

import { createClient } from '../../src/testing/client';
import type { Answer } from '../../src/testing/ask';
import { tableName, useTable } from '../../src/testing/table';
import { brokenRules } from '../setup/invariants';
import { useProxy } from '../setup/proxied';
import { CLIENTS, race, statuses } from '../setup/race';
import { runs } from '../setup/runs';
import { scanTable } from '../setup/scan';
import { days, day, declareUnique } from '../setup/unique-groups';

const resources = declareUnique(true);
useTable();
const ask = createClient({ resources });
const database = useProxy({ resources });

let last = 0;
const newTool = (): string => `tool-${last++}`;

async function book(tool: string, booked: string[], more: object = {}): Promise<Answer> {
  return ask('POST /bookings', { body: { tool, days: booked, ...more } });
}

function expectTaken({ status, body }: Answer, detail: string, ...pointers: string[]): void {
  expect(status).toBe(409);
  expect(body).toMatchObject({ type: '/docs#conflict', detail: expect.stringContaining(detail) });
  expect(body.errors.map(({ pointer }: { pointer: string }) => pointer).sort()).toEqual(pointers.sort());
}

describe('of attributes that are unique together', () => {
  const SAME = 'Another item of favourites has this "tool" and this "user" too: change one of them.';

  test('one may be the same, both are refused, by every way to write', async () => {
    const tool = newTool();
    const {
      body: { id },
    } = await ask('POST /favourites', { body: { user: 'ann', tool } });
    expect((await ask('PUT /favourites/bo', { body: { user: 'bo', tool } })).status).toBe(201);
    expect((await ask('PUT /favourites/other', { body: { user: 'ann', tool: newTool() } })).status).toBe(201);
    for (const refused of [
      await ask('POST /favourites', { body: { user: 'ann', tool } }),
      await ask('PUT /favourites/new', { body: { user: 'ann', tool } }),
      await ask('PUT /favourites/bo', { body: { user: 'ann', tool } }),
      await ask('PATCH /favourites/bo', { body: { user: 'ann' } }),
      await ask('PATCH /favourites/other', { body: { tool } }),
      await ask('PATCH /favourites/other', {
        body: [{ op: 'replace', path: '/tool', value: tool }],
        headers: { 'Content-Type': 'application/json-patch+json' },
      }),
    ]) {
      expectTaken(refused, SAME, '#/tool', '#/user');
    }
    expect((await ask(`PATCH /favourites/${id}`, { body: { note: 'n' } })).status).toBe(200);
    expect((await ask(`PUT /favourites/${id}`, { body: { user: 'ann', tool } })).status).toBe(200);
    expect((await ask(`DELETE /favourites/${id}`)).status).toBe(204);
    expect((await ask('PATCH /favourites/bo', { body: { user: 'ann' } })).status).toBe(200);
  });

  test('an item that lacks one is not compared, and is as soon as it has it', async () => {
    const tool = newTool();
    const made = await race(() => ask('POST /favourites', { body: { tool } }), 3);
    expect(statuses(made)).toEqual({ 201: 3 });
    const [first, second] = made.map(({ body }) => `/favourites/${body.id}`);
    expect((await ask(`PATCH ${first}`, { body: { user: 'ann' } })).status).toBe(200);
    expectTaken(await ask(`PATCH ${second}`, { body: { user: 'ann' } }), SAME, '#/tool', '#/user');
    expect((await ask(`PATCH ${first}`, { body: { user: null } })).status).toBe(200);
    expect((await ask(`PATCH ${second}`, { body: { user: 'ann' } })).status).toBe(200);
  });

  test('values are not run together: ("a,b", "c") and ("a", "b,c") are two', async () => {
    expect((await ask('POST /favourites', { body: { user: 'a,b', tool: 'c' } })).status).toBe(201);
    expect((await ask('POST /favourites', { body: { user: 'a', tool: 'b,c' } })).status).toBe(201);
    expect((await ask('POST /favourites', { body: { user: '"a","b"', tool: 'c' } })).status).toBe(201);
  });

  test(`of ${CLIENTS} clients at once exactly one has both, whether it makes an item or changes one`, async () => {
    const tool = newTool();
    await Promise.all(
      Array.from({ length: CLIENTS }, async (_, number) =>
        ask(`PUT /favourites/racer-${number}`, { body: { user: `u${number}`, tool } }),
      ),
    );
    const answers = await race(async (number) =>
      number % 2 === 0
        ? ask('POST /favourites', { body: { user: 'winner', tool } })
        : ask(`PATCH /favourites/racer-${number}`, { body: { user: 'winner' } }),
    );
    const { 200: changed = 0, 201: made = 0, 409: refused } = statuses(answers);
    expect([changed + made, refused]).toEqual([1, CLIENTS - 1]);
  });
});

describe('of elements that are unique', () => {
  test('no two items of a tool share one, and every one that is taken is named', async () => {
    const [tool, other] = [newTool(), newTool()];
    expect((await book(tool, days(3))).status).toBe(201);
    expect((await book(other, days(3))).status).toBe(201);
    expect((await book(tool, days(2, 3))).status).toBe(201);
    expectTaken(
      await book(tool, [day(9), day(4), day(2)]),
      'Another item of bookings has this element of "days" and this "tool" too: change one of them.',
      '#/tool',
      '#/days/1',
      '#/days/2',
    );
    expect((await book(tool, days(1, 9))).status).toBe(201);
  });

  test('one that an item holds twice is one', async () => {
    const tool = newTool();
    const { status, body } = await book(tool, [day(1), day(1), day(2)]);
    expect([status, body.days]).toEqual([201, [day(1), day(1), day(2)]]);
    expect((await ask(`PATCH /bookings/${body.id}`, { body: { days: [day(1), day(2), day(2)] } })).status).toBe(200);
    expect((await ask(`PATCH /bookings/${body.id}`, { body: { days: [day(2)] } })).status).toBe(200);
    expect((await book(tool, [day(1)])).status).toBe(201);
    expectTaken(await book(tool, [day(2)]), 'Another item of bookings', '#/tool', '#/days/0');
  });

  test('those of a set are, over the whole collection', async () => {
    expect((await ask('PUT /bookings/seated', { body: { seats: [1, 2] } })).status).toBe(201);
    expectTaken(
      await ask('POST /bookings', { body: { tool: newTool(), seats: [3, 2] } }),
      'Another item of bookings has this element of "seats": choose another.',
      '#/seats',
    );
    expect((await ask('PATCH /bookings/seated', { body: { seats: [1] } })).status).toBe(200);
    expect((await ask('PUT /bookings/late', { body: { seats: [3, 2] } })).status).toBe(201);
    await ask('DELETE /bookings/seated');
    await ask('DELETE /bookings/late');
  });

  test('an empty array takes none, and another tool takes all along', async () => {
    const [tool, other] = [newTool(), newTool()];
    const {
      body: { id },
    } = await book(tool, []);
    expect((await book(tool, [])).status).toBe(201);
    expect((await ask(`PATCH /bookings/${id}`, { body: { days: days(3) } })).status).toBe(200);
    expect((await ask(`PATCH /bookings/${id}`, { body: { tool: other } })).status).toBe(200);
    expect((await book(tool, days(3))).status).toBe(201);
    expect((await book(other, days(1))).status).toBe(409);
  });

  test('they pass from one item to another in a transaction, and a refused one takes nothing', async () => {
    const tool = newTool();
    const [first, second] = [await book(tool, days(2)), await book(tool, days(2, 2))].map(
      ({ body }) => `/bookings/${body.id}`,
    );
    const patches = (...bodies: object[]): object => ({
      operations: [first, second].map((path, index) => ({ method: 'PATCH', path, body: bodies[index] })),
    });
    const swapped = await ask('POST /transactions', {
      body: patches({ days: [day(0), day(3)] }, { days: [day(2), day(1)] }),
    });
    expect(swapped.status).toBe(200);
    const refused = await ask('POST /transactions', {
      body: patches({ days: [day(7)] }, { days: [day(8), day(7)] }),
    });
    expect([refused.status, refused.body.errors.map(({ pointer }: { pointer: string }) => pointer)]).toEqual([
      409,
      ['#/operations/1'],
    ]);
    expect((await book(tool, [day(7), day(8)])).status).toBe(201);
    for (const taken of days(4)) {
      expect((await book(tool, [taken])).status).toBe(409);
    }
  });

  test('more than a transaction holds is 413 and says how far it was', async () => {
    const tool = newTool();
    const {
      body: { id },
    } = await book(tool, days(40), { seats: Array.from({ length: 20 }, (_, seat) => 100 + seat) });
    const { status, body } = await ask(`PUT /bookings/${id}`, {
      body: { tool, days: days(40, 40), seats: Array.from({ length: 20 }, (_, seat) => 120 + seat) },
    });
    expect([status, body.detail]).toEqual([
      413,
      'The request takes 121 database actions (one for each item, unique value, item referred to and partition of a transactional index, and one for an idempotency key), and a transaction holds 100: send fewer operations, or change fewer elements of "days" and "seats", at once. Nothing was changed.',
    ]);
    const array = await ask('POST /bookings', {
      body: [0, 1, 2].map((place) => ({ tool, days: days(40, 40 * (place + 2)) })),
    });
    expect(array.body.detail).toMatch(/takes 123 .* holds 100: the first 2 of the 3 items would fit/);
    expect((await ask(`DELETE /bookings/${id}`)).status).toBe(204);
  });

  test(`of ${CLIENTS} clients whose days overlap, those are done that share none, and no others`, async () => {
    for (let round = 0; round < runs(3); round++) {
      const tool = newTool();
      const answers = await race(async (number) => book(tool, days(1 + (number % 4), (number * 7) % 11)));
      const done = answers.filter(({ status }) => status === 201).flatMap(({ body }) => body.days as string[]);
      expect(new Set(done).size).toBe(done.length);
      expect(statuses(answers)[409]).toBe(CLIENTS - (statuses(answers)[201] ?? 0));
      // Nobody was refused in vain: each lost to one who has a day of it.
      answers.forEach(({ status }, number) => {
        const wanted = days(1 + (number % 4), (number * 7) % 11);
        expect(status === 201 || wanted.some((one) => done.includes(one))).toBe(true);
      });
    }
  });
});

test('after random histories each value has one owner, and no record is left over', async () => {
  const step = fc.record({
    id: fc.constantFrom('i1', 'i2', 'i3'),
    kind: fc.constantFrom('PUT', 'PATCH', 'DELETE'),
    tool: fc.option(fc.constantFrom('t1', 't2')),
    days: fc.option(fc.array(fc.constantFrom(...days(4)), { maxLength: 5 })),
    seats: fc.option(fc.uniqueArray(fc.constantFrom(901, 902, 903), { minLength: 1 })),
  });
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.array(step, { minLength: 1, maxLength: 4 }), { minLength: 1, maxLength: 6 }),
      async (rounds) => {
        for (const round of rounds) {
          const answers = await Promise.all(
            round.map(({ id, kind, ...body }) => {
              const given = Object.fromEntries(
                Object.entries(body).filter(([, value]) => kind === 'PATCH' || value !== null),
              );
              return ask(`${kind} /bookings/${id}`, kind === 'DELETE' ? {} : { body: given });
            }),
          );
          expect(answers.every(({ status }) => status < 300 || status === 404 || status === 409)).toBe(true);
        }
        expect(await brokenRules(resources, await scanTable(tableName()))).toEqual([]);
      },
    ),
    { numRuns: runs(15) },
  );
});

test('a write that touches none of them is sent alone, and one that does takes an action for each value', async () => {
  const tool = newTool();
  const { body } = await book(tool, days(2));
  const sent = async (line: string, options: object): Promise<string[]> => {
    database.proxy.clear();
    await database.ask(line, options);
    return database.proxy.requests.map(({ operation, input }) =>
      operation === 'TransactWriteItems' ? `${operation} ${(input['TransactItems'] as object[]).length}` : operation,
    );
  };
  const path = `/bookings/${body.id}`;
  await sent(`PATCH ${path}`, { body: { note: 'warm' } });
  expect(await sent(`PATCH ${path}`, { body: { note: 'n' } })).toEqual(['UpdateItem']);
  expect(await sent(`PATCH ${path}`, { body: { tool: newTool() } })).toEqual(['GetItem', 'TransactWriteItems 5']);
  expect(await sent(`PATCH ${path}`, { body: { days: days(3) } })).toEqual(['GetItem', 'TransactWriteItems 2']);
  expect(await sent('POST /favourites', { body: { user: 'one', tool } })).toEqual(['TransactWriteItems 2']);
  expect(await sent('POST /favourites', { body: { user: 'one' } })).toEqual(['PutItem']);
});

test('the description says what no two items have in common', async () => {
  const { body } = await ask('GET /openapi.json');
  for (const [path, method] of [
    ['/bookings', 'post'],
    ['/bookings/{id}', 'put'],
    ['/bookings/{id}', 'patch'],
  ] as const) {
    expect(body.paths[path][method].description).toMatch(
      /No two items have the same `code`, nor the same element of `days` and `tool`, nor the same element of `seats`: 409 for the second\.$/,
    );
    expect(body.paths[path][method].responses).toHaveProperty('409');
  }
});
