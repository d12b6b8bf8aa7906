// `transaction.list` in an action: what it finds is exactly what there is, and still so when the action is carried out.

import { createClient } from '../../src/testing/client';
import type { Answer } from '../../src/testing/ask';
import { tableName, useTable } from '../../src/testing/table';
import { between, declareRentals } from '../setup/rentals';
import { brokenRules } from '../setup/invariants';
import { useProxy } from '../setup/proxied';
import { CLIENTS, race, statuses } from '../setup/race';
import { runs } from '../setup/runs';
import { scanTable } from '../setup/scan';

const resources = declareRentals(true);
useTable();
const ask = createClient({ resources });
const database = useProxy({ resources });

let last = 0;
/** A tool that no other test has. */
async function newTool(): Promise<string> {
  const id = `tool-${last++}`;
  await ask(`PUT /tools/${id}`, { body: { title: id } });
  return id;
}

async function book(tool: string, from: number, to: number, more: object = {}): Promise<Answer> {
  return ask(`POST /tools/${tool}/book`, { body: { from, to, ...more } });
}

async function look(tool: string, conditions: object): Promise<string[]> {
  const { status, body } = await ask(`POST /tools/${tool}/look`, { body: { conditions } });
  expect([status, body.detail]).toEqual([200, undefined]);
  return body.found as string[];
}

beforeEach(() => Object.assign(between, { run: undefined, runs: 0 }));
afterEach(async () => {
  expect(await brokenRules(resources, await scanTable(tableName()))).toEqual([]);
});

describe('an action that lists and then makes an item', () => {
  test('is refused by what is there, and done where there is nothing', async () => {
    const tool = await newTool();
    expect((await book(tool, 10, 20)).status).toBe(201);
    const { status, body } = await book(tool, 15, 25);
    expect([status, body.detail]).toEqual([409, 'It is booked from 10 to 20: choose another time.']);
    expect((await book(tool, 20, 30)).status).toBe(201);
    expect((await book(await newTool(), 15, 25)).status).toBe(201);
  });

  test(`of ${CLIENTS} clients at once, those are done that do not overlap, and nobody is refused in vain`, async () => {
    for (let round = 0; round < runs(2); round++) {
      const tool = await newTool();
      const wanted = Array.from({ length: CLIENTS }, (_, number) => {
        const from = (number * 37) % 60;
        return { from, to: from + 5 + ((number * 11) % 15) };
      });
      const answers = await race(async (number) => book(tool, wanted[number]!.from, wanted[number]!.to));
      expect(statuses(answers)).toEqual({ 201: expect.any(Number), 409: expect.any(Number) });
      const done = wanted.filter((_, number) => answers[number]!.status === 201);
      const overlap = (a: { from: number; to: number }, b: typeof a): boolean => a.from < b.to && b.from < a.to;
      for (const [number, one] of wanted.entries()) {
        const others = done.filter((other) => other !== one && overlap(one, other));
        expect([answers[number]!.status, others.length > 0]).toEqual(
          answers[number]!.status === 201 ? [201, false] : [409, true],
        );
        expect(answers[number]!.body.detail ?? '').not.toMatch(/kept changing/);
      }
    }
  });
});

describe('what others do between the list and the commit has the action run again', () => {
  async function meanwhile(tool: string, write: () => Promise<Answer>): Promise<string[]> {
    between.run = async () => {
      between.run = undefined;
      expect((await write()).status).toBeLessThan(300);
    };
    return look(tool, { tool });
  }

  test.each<[string, (tool: string) => Promise<Answer>, (ids: string[]) => string[]]>([
    [
      'a new item',
      async (tool) => ask('PUT /bookings/new', { body: { tool, from: 3, to: 4 } }),
      (ids) => [...ids, 'new'],
    ],
    ['an item that goes', async (tool) => ask(`DELETE /bookings/${tool}-1`), (ids) => ids.slice(1)],
    [
      'an item that changes',
      async (tool) => ask(`PATCH /bookings/${tool}-1`, { body: { from: 9 } }),
      (ids) => ids.toReversed(),
    ],
    [
      'an item that leaves the partition',
      async (tool) => ask(`PATCH /bookings/${tool}-1`, { body: { tool: null } }),
      (ids) => ids.slice(1),
    ],
    [
      'an item that leaves the index',
      async (tool) => ask(`PATCH /bookings/${tool}-1`, { body: { from: null } }),
      (ids) => ids.slice(1),
    ],
    [
      'an attribute of no index',
      async (tool) => ask(`PATCH /bookings/${tool}-1`, { body: { note: 'n' } }),
      (ids) => ids,
    ],
    [
      'an array of items',
      async (tool) =>
        ask('POST /bookings', { body: [{ tool }, { tool, note: 'none of them is in the index' }, { tool, from: 0 }] }),
      (ids) => [expect.any(String) as string, ...ids],
    ],
    [
      'an item made anew, of the same version and id',
      async (tool) => {
        await ask(`DELETE /bookings/${tool}-1`);
        return ask(`PUT /bookings/${tool}-1`, { body: { tool, from: 9, to: 10 } });
      },
      (ids) => ids.toReversed(),
    ],
  ])('%s', async (_what, write, expected) => {
    const tool = await newTool();
    const ids = [`${tool}-1`, `${tool}-2`];
    for (const [index, id] of ids.entries()) {
      await ask(`PUT /bookings/${id}`, { body: { tool, from: index + 1, to: index + 2 } });
    }
    expect(await meanwhile(tool, async () => write(tool))).toEqual(expected(ids));
    expect(between.runs).toBe(2);
    await ask('DELETE /bookings/new');
  });

  test('but not what they do to the items of another partition', async () => {
    const [tool, other] = [await newTool(), await newTool()];
    expect(await meanwhile(tool, async () => ask('POST /bookings', { body: { tool: other, from: 1, to: 2 } }))).toEqual(
      [],
    );
    expect(between.runs).toBe(1);
  });

  test('and a write that is refused, or undone, leaves it as it was', async () => {
    const tool = await newTool();
    const written = async (): Promise<Answer> => {
      expect((await ask('POST /bookings', { body: { tool, from: 1, renter: 'nobody' } })).status).toBe(409);
      await ask('PUT /bookings/brief', { body: { tool, from: 1 } });
      return ask('DELETE /bookings/brief');
    };
    expect(await meanwhile(tool, written)).toEqual([]);
    expect(between.runs).toBe(1);
  });
});

describe('it finds', () => {
  test('what all conditions hold of, in the order of the index', async () => {
    const tool = await newTool();
    const make = async (id: string, body: object): Promise<void> => {
      expect((await ask(`PUT /bookings/${id}`, { body: { tool, ...body } })).status).toBe(201);
    };
    await make('c', { from: 30, to: 40, note: 'third', at: '2027-01-03T00:00:00Z', days: ['mon'] });
    await make('a', { from: -10, to: 20, note: 'first', at: '2027-01-01T00:00:00Z', place: { city: 'Oslo' } });
    await make('b', { from: 20, to: 30, at: '2027-01-02T00:00:00Z', days: ['tue', 'mon'] });
    await make('none', { to: 30 });
    for (const [conditions, found] of [
      [{}, ['a', 'b', 'c']],
      [{ from: 20 }, ['b']],
      [{ from: { eq: 20 } }, ['b']],
      [{ from: { ne: 20 } }, ['a', 'c']],
      [{ from: { gt: -10, lte: 30 }, to: { lt: 40 } }, ['b']],
      [{ to: { gte: 30 } }, ['b', 'c']],
      [{ to: { in: [20, 40] } }, ['a', 'c']],
      [{ note: { exists: false } }, ['b']],
      [{ note: { begins: 'th' } }, ['c']],
      [{ note: { contains: 'irs' } }, ['a']],
      [{ days: { contains: 'mon' } }, ['b', 'c']],
      [{ at: { gte: '2027-01-02T00:00:00Z' } }, ['b', 'c']],
      [{ 'place.city': 'Oslo' }, ['a']],
      [{ id: { in: ['a', 'c'] } }, ['a', 'c']],
      [{ version: 1 }, ['a', 'b', 'c']],
    ] as const) {
      expect([conditions, await look(tool, { tool, ...conditions })]).toEqual([conditions, found]);
    }
    for (const id of ['a', 'b', 'c', 'none']) {
      await ask(`DELETE /bookings/${id}`);
    }
  });

  test('by another index where its partition is given, of which items need no other attribute', async () => {
    const tool = await newTool();
    await ask('PUT /renters/ann', { body: {} });
    await ask('PUT /bookings/of-ann', { body: { renter: 'ann' } });
    expect(await look(tool, { renter: 'ann' })).toEqual(['of-ann']);
    await ask('PATCH /bookings/of-ann', { body: { renter: null } });
    expect(await look(tool, { renter: 'ann' })).toEqual([]);
  });

  test('the items as the action has left them so far', async () => {
    const tool = await newTool();
    await ask('POST /bookings', {
      body: [
        { tool, from: 1, to: 2 },
        { tool, from: 3, to: 4 },
      ],
    });
    const { status, body } = await ask(`POST /tools/${tool}/rework`);
    expect([status, body.found]).toEqual([
      200,
      ['1-2v1 3-4v1', '1-2v1 3-4v1 5-6v1', '3-4v1 5-6v1 8-9v2', '5-6v1 8-9v2', '5-6v1'],
    ]);
  });

  test('an item with which the action can answer', async () => {
    const tool = await newTool();
    const made = await ask('POST /bookings', { body: { tool, from: 1, to: 2 } });
    const { status, body } = await ask(`POST /tools/${tool}/first`);
    expect([status, body]).toEqual([200, made.body]);
  });

  test.each<[string, object, RegExp]>([
    ['no partition', {}, /one of the attributes \\"tool\\", \\"renter\\" must be given one value/],
    ['a range of the partition', { tool: { gte: 'a' } }, /must be given one value/],
    ['an unknown attribute', { tol: 'x' }, /\\"tol\\" is no attribute of bookings\. Did you mean \\"tool\\"\?/],
    ['an unknown attribute inside', { tool: 'x', 'place.cty': 'x' }, /\\"cty\\" is not an attribute of \\"place\\"/],
    [
      'an unknown operator',
      { tool: 'x', from: { atLeast: 3 } },
      /\\"atLeast\\" of \\"from\\" is no operator: use eq, ne/,
    ],
    [
      'a value of another type',
      { tool: 'x', from: 'soon' },
      /\\"from\\" is compared with \\\\"soon\\\\"\. Must be a number|Must be a number/,
    ],
    ['an operator that does not go with it', { tool: 'x', days: 'mon' }, /\\"days\\" holds several values/],
    ['a condition that asks nothing', { tool: 'x', from: {} }, /asks nothing/],
    ['null', { tool: 'x', note: null }, /is compared with null/],
    ['in without values', { tool: 'x', from: { in: [] } }, /takes an array of values/],
  ])(
    'nothing by conditions with %s, which are a mistake of the code, and logged',
    async (_what, conditions, message) => {
      const tool = await newTool();
      const logged = jest.spyOn(console, 'error').mockImplementation(() => undefined);
      const { status } = await ask(`POST /tools/${tool}/look`, { body: { conditions } });
      const lines = logged.mock.calls.flat().join('\n');
      logged.mockRestore();
      expect(status).toBe(500);
      expect(lines).toMatch(/transaction\.list of bookings: /);
      expect(lines).toMatch(message);
    },
  );
});

describe('an index that is behind', () => {
  /** From now on the index shows what it showed before, so many times. */
  async function stall(tool: string, times: number, write: () => Promise<unknown>): Promise<void> {
    await database.ask(`POST /tools/${tool}/look`, { body: { conditions: { tool } } });
    const old = database.proxy.requests.find(({ operation }) => operation === 'Query')!.output;
    await write();
    database.proxy.clear();
    let left = times;
    database.proxy.intercept = async (request, forward) => {
      const reply = await forward();
      return request.operation === 'Query' && request.input['IndexName'] !== undefined && left-- > 0
        ? // Without the check sum of the body that it had.
          { ...reply, headers: { 'content-type': reply.headers['content-type'] }, body: JSON.stringify(old) }
        : reply;
    };
  }

  test.each<[string, (tool: string) => Promise<unknown>]>([
    ['lacks an item', async (tool) => ask(`PUT /bookings/${tool}-2`, { body: { tool, from: 2, to: 3 } })],
    ['has one that is gone', async (tool) => ask(`DELETE /bookings/${tool}-1`)],
    ['has one as it was', async (tool) => ask(`PATCH /bookings/${tool}-1`, { body: { from: 7 } })],
  ])('and %s is read again until it is not', async (_what, write) => {
    const tool = await newTool();
    await ask(`PUT /bookings/${tool}-1`, { body: { tool, from: 1, to: 2 } });
    await stall(tool, 3, async () => write(tool));
    const { body } = await database.ask(`POST /tools/${tool}/look`, { body: { conditions: { tool } } });
    const queries = database.proxy.requests.filter(({ operation }) => operation === 'Query').length;
    database.proxy.clear();
    const { items } = (await ask(`GET /bookings?tool=${tool}&sort=from`)).body as { items: { id: string }[] };
    expect(body.found).toEqual(items.map(({ id }) => id));
    // Of an empty partition the checksum says enough.
    expect(queries).toBe(items.length === 0 ? 0 : 4);
  });

  test('for too long is 503, and nothing was done', async () => {
    const tool = await newTool();
    await ask(`PUT /bookings/${tool}-1`, { body: { tool, from: 1, to: 2 } });
    await stall(tool, Infinity, async () => ask(`PATCH /bookings/${tool}-1`, { body: { from: 7 } }));
    const hurried = createClient({ resources, remaining: 2_500 });
    const { status, body, headers } = await hurried(`POST /tools/${tool}/look`, { body: { conditions: { tool } } });
    expect([status, body.detail, headers['retry-after']]).toEqual([
      503,
      'The index "byTool" of bookings has not caught up with what was written last: send the request again.',
      '1',
    ]);
  });
});
