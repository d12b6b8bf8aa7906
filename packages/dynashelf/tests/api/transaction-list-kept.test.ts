// What `transaction.list` rests on: the checksums of partitions. What they cost, what they bound, that deletions of
// every way keep them, and that they are made on a table with data.

import { LAYOUT_PARTITION } from '../../src/store/layout/layout-record';
import { establishConstraints } from '../../src/store/migrate/establish-constraints';
import type { Send } from '../../src/store/client/send';
import { createClient, type Client } from '../../src/testing/client';
import type { Answer } from '../../src/testing/ask';
import { useClock } from '../../src/testing/clock';
import { tableName, useTable } from '../../src/testing/table';
import { between, declareRentals } from '../setup/rentals';
import { brokenRules } from '../setup/invariants';
import { killAtEachRequest } from '../setup/kill';
import { deleteRecords } from '../setup/load';
import { useProxy } from '../setup/proxied';
import { scanTable } from '../setup/scan';
import { connect } from '#connect';

const resources = declareRentals(true);
useTable();
const clock = useClock();
const database = useProxy({ resources });
const ask: Client = async (line, options) => database.ask(line, options);

let last = 0;
async function newTool(): Promise<string> {
  const id = `kept-${last++}`;
  await ask(`PUT /tools/${id}`, { body: {} });
  return id;
}

async function look(client: Client, tool: string): Promise<Answer> {
  return client(`POST /tools/${tool}/look`, { body: { conditions: { tool } } });
}

async function broken(): Promise<string[]> {
  return brokenRules(resources, await scanTable(tableName()));
}

beforeEach(() => Object.assign(between, { run: undefined, runs: 0 }));

/** How many partitions have a checksum by their tool. */
async function checksumsByTool(): Promise<number> {
  const records = await scanTable(tableName());
  return records.filter(({ pk }) => pk?.S?.startsWith('#checksum#bookings#byTool#')).length;
}

/** How many should have one. */
async function partitionsByTool(): Promise<number> {
  const records = await scanTable(tableName());
  const booked = records.filter(({ pk, from }) => pk?.S === 'bookings' && from !== undefined);
  return new Set(booked.map(({ tool }) => tool?.S)).size;
}

describe('a write of an item in a transactional index', () => {
  async function sent(line: string, options: object = {}): Promise<string[]> {
    database.proxy.clear();
    expect((await ask(line, options)).status).toBeLessThan(300);
    return database.proxy.requests.map(({ operation, input }) => {
      const actions = ((input['TransactItems'] ?? []) as object[]).map((item) => Object.keys(item)[0]!).sort();
      return [operation, ...actions].join(' ');
    });
  }

  test('takes one action more, two where it goes from one partition to another, and reads the item before', async () => {
    await ask('PUT /renters/a', { body: {} });
    await ask('PUT /renters/b', { body: {} });
    expect(await sent('PUT /bookings/cost', { body: { renter: 'a', note: 'n' } })).toEqual([
      'GetItem',
      // The booking, its renter, the checksum of the renter's bookings.
      'TransactWriteItems Put Update Update',
    ]);
    expect(await sent('PATCH /bookings/cost', { body: { note: 'm' } })).toEqual([
      'GetItem',
      'TransactWriteItems Update Update',
    ]);
    expect(await sent('PATCH /bookings/cost', { body: { renter: 'b' } })).toEqual([
      'GetItem',
      'TransactWriteItems Update Update Update Update Update',
    ]);
    expect(await sent('DELETE /bookings/cost')).toEqual(['GetItem', 'TransactWriteItems Delete Update Update']);
    // In no index, nothing is added.
    expect(await sent('POST /bookings', { body: { note: 'free' } })).toEqual(['PutItem']);
    expect(await sent('POST /bookings', { body: [{ renter: 'a' }, { renter: 'a' }, { renter: 'b' }] })).toEqual([
      'TransactWriteItems Put Put Put Update Update Update Update',
    ]);
  });

  test('and an action that lists reads a checksum and the index, and holds to what it read by one action', async () => {
    const tool = await newTool();
    await ask('POST /bookings', { body: [1, 2, 3].map((from) => ({ tool, from, to: from })) });
    expect(await sent(`POST /tools/${tool}/book`, { body: { from: 10, to: 20 } })).toEqual([
      'GetItem',
      'GetItem',
      'Query',
      // The booking, the tool with its counter, the checksum: added to, if it is as it was.
      'TransactWriteItems Put Update Update',
    ]);
    expect(await sent(`POST /tools/${tool}/look`, { body: { conditions: { tool } } })).toEqual([
      'GetItem',
      'GetItem',
      'Query',
      'TransactWriteItems ConditionCheck Update',
    ]);
    expect(await sent(`POST /tools/${await newTool()}/look`, { body: { conditions: { tool: 'none' } } })).toEqual([
      'GetItem',
      'GetItem',
      'TransactWriteItems ConditionCheck Update',
    ]);
  });
});

describe('a list of too much is 413 and says how far it was', () => {
  // What comes after reads all that there is, again and again.
  afterAll(async () => deleteRecords((await scanTable(tableName())).filter(({ pk }) => pk?.S !== LAYOUT_PARTITION)));

  test('of more than 1,000 items', async () => {
    const tool = await newTool();
    for (let made = 0; made < 1_000; made += 50) {
      const body = Array.from({ length: 50 }, (_, number) => ({ tool, from: made + number }));
      expect((await ask('POST /bookings', { body })).status).toBe(201);
    }
    const { status, body } = await look(ask, tool);
    expect([status, (body.found as string[]).length]).toEqual([200, 1_000]);
    await ask('POST /bookings', {
      body: [
        { tool, from: -1 },
        { tool, from: -2 },
      ],
    });
    const refused = await look(ask, tool);
    expect([refused.status, refused.body.detail]).toEqual([
      413,
      'What has one "tool" in bookings has 1002 items, and a transaction lists at most 1000: remove some, or do it in smaller parts. Nothing was changed.',
    ]);
    expect(await broken()).toEqual([]);
  });

  test('of more than 4 MB', async () => {
    const tool = await newTool();
    const note = 'x'.repeat(380_000);
    for (let from = 0; from < 12; from++) {
      expect((await ask('POST /bookings', { body: { tool, from, note } })).status).toBe(201);
    }
    const { status, body } = await look(ask, tool);
    expect([status, body.detail]).toEqual([
      413,
      expect.stringMatching(
        /^What has one "tool" in bookings has more than 4 MB in 1[12] of its 12 items, and a transaction lists at most as much: remove some/,
      ),
    ]);
  });
});

describe('a deletion keeps them', () => {
  describe.each([
    ['in one transaction', undefined],
    ['in transactions of 6 actions', 6],
  ])('%s', (_way, transactionSize) => {
    const client = createClient({ resources, ...(transactionSize !== undefined && { transactionSize }) });

    test('of items that go with another, and of those that lose a reference', async () => {
      const [tool, other] = [await newTool(), await newTool()];
      await ask('PUT /renters/leaving', { body: {} });
      for (let from = 0; from < 12; from++) {
        const body = { tool: from % 2 === 0 ? tool : other, renter: 'leaving', from };
        expect((await ask('POST /bookings', { body })).status).toBe(201);
      }
      expect((await client(`DELETE /tools/${tool}`)).status).toBe(204);
      expect(await broken()).toEqual([]);
      expect((await client('DELETE /renters/leaving')).status).toBe(204);
      expect(await broken()).toEqual([]);
      expect((await look(ask, other)).body.found).toHaveLength(6);
    });
  });

  test('and an action that has listed what a gradual deletion then takes is run again', async () => {
    const [tool, looking] = [await newTool(), await newTool()];
    await ask('POST /bookings', { body: [1, 2, 3, 4, 5, 6].map((from) => ({ tool, from })) });
    const small = createClient({ resources, transactionSize: 6 });
    between.run = async () => {
      between.run = undefined;
      expect((await small(`DELETE /tools/${tool}`)).status).toBe(204);
    };
    const { body } = await ask(`POST /tools/${looking}/look`, { body: { conditions: { tool } } });
    expect([body.found, between.runs]).toEqual([[], 2]);
  });
});

describe('declared on a table with data', () => {
  /** A process that does not know the keyword, and notes with its first write that nobody keeps it any more. */
  const former = (): Client => createClient({ resources: declareRentals(false) });
  const tools = ['late-1', 'late-2', 'late-3'];
  const establish = async (send: Send = connect()): ReturnType<typeof establishConstraints> =>
    establishConstraints(send, tableName(), resources, 0);
  /** Lets a process forget what it believes. */
  let minutes = 0;
  const later = (): void => clock.advance({ minutes: (minutes += 5) });

  test('they are made by the migration, which can be killed; until then writes go on, and no action lists', async () => {
    const before = former();
    for (const tool of tools) {
      await before(`PUT /tools/${tool}`, { body: {} });
    }
    await before('POST /bookings', { body: [1, 2, 3].map((from) => ({ tool: 'late-1', from })) });
    await before('POST /bookings', { body: [1, 2].map((from) => ({ tool: 'late-2', from })) });
    later();
    const refused = await look(ask, 'late-1');
    expect([refused.status, refused.body.detail]).toEqual([
      503,
      'The index "byTool" of bookings, which was declared "transactional" when there were items already, does not count all of them yet, so that no action can list by it: whoever runs this API has to run "npm run rekey" once.',
    ]);
    expect((await ask('PUT /bookings/now', { body: { tool: 'late-3', from: 1 } })).status).toBe(201);
    expect((await ask('PATCH /bookings/now', { body: { from: 2 } })).status).toBe(200);
    // What was added to before is not all: it is set, and deleted where there are no items.
    await before('DELETE /bookings/now');
    await killAtEachRequest(establish);
    expect(await broken()).toEqual([]);
    expect(await checksumsByTool()).toEqual(await partitionsByTool());
    later();
    expect((await look(ask, 'late-1')).body.found).toHaveLength(3);
    expect((await ask('POST /bookings', { body: { tool: 'late-2', from: 3 } })).status).toBe(201);
    expect((await look(ask, 'late-2')).body.found).toHaveLength(3);
    expect(await establish()).toEqual([]);
  });

  test('while the migration runs nothing is written that they count, and everything else is', async () => {
    await former()('PUT /bookings/unknown', { body: { tool: 'late-3', from: 7 } });
    later();
    await ask('GET /health');
    const send = connect();
    let seen: Answer[] = [];
    const watched: Send = async (operation, input) => {
      // The layout is read, and noted that it is in the making, when the first of the items is read.
      if (operation === 'Query' && seen.length === 0 && JSON.stringify(input).includes('"bookings"')) {
        later();
        seen = [
          await ask('POST /bookings', { body: { tool: 'late-3', from: 8 } }),
          await ask('PATCH /bookings/unknown', { body: { note: 'n' } }),
          await ask('DELETE /bookings/unknown'),
          await look(ask, 'late-3'),
          await ask('PATCH /tools/late-3', { body: { title: 'T' } }),
        ];
      }
      return send(operation, input);
    };
    await establish(watched);
    expect(seen.map(({ status }) => status)).toEqual([503, 503, 503, 503, 200]);
    expect(seen[0]!.body.detail).toMatch(
      /^The index "by(Tool|Renter)" of bookings, which was declared "transactional", is being made to hold by "npm run rekey", and no item of bookings is written meanwhile: send the request again when that is done\.$/,
    );
    later();
    expect(await broken()).toEqual([]);
    expect((await look(ask, 'late-3')).body.found).toEqual(['unknown']);
    expect((await ask('DELETE /bookings/unknown')).status).toBe(204);
    expect(await broken()).toEqual([]);
  });
});
