// A table proved: what breaks an invariant is found, whatever it is, told by its kind, and mended where it has one
// right answer.

import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { PutItemCommand, type AttributeValue } from '@aws-sdk/client-dynamodb';
import fc from 'fast-check';

import { connect } from '#connect';

import { defineResource, listResources } from '../../src/definition/define-resource';
import type { Send } from '../../src/store/client/send';
import { establishConstraints } from '../../src/store/migrate/establish-constraints';
import { rekeyTable } from '../../src/store/migrate/rekey';
import type { Finding } from '../../src/store/verify/finding';
import { takeBack } from '../../src/store/verify/take-back';
import { writeChange } from '../../src/store/layout/change';
import { writeHead } from '../../src/store/layout/feed-head';
import { beginVerification, confirmed, verifyTable, type VerifyState } from '../../src/store/verify/verify-table';
import { createClient } from '../../src/testing/client';
import { tableName, useTable } from '../../src/testing/table';
import { emptyLedger } from '../../src/store/verify/ledger-state';
import { openLedger } from '../../src/store/verify/ledger';
import { keyText, recordKey } from '../../src/store/layout/record';
import { readState, subjectOf, writeState } from '../../src/local/verify-state';
import { database } from '../setup/database';
import { finishAllDeletions } from '../setup/deletions';
import { scanTable } from '../setup/scan';

useTable();

const houses = defineResource({
  name: 'houses',
  description: 'Houses.',
  schema: {
    street: { type: String, required: true, maxLength: 20, unique: true },
    rooms: { type: Number, readOnly: true, default: 0, counts: { collection: 'rooms', attribute: 'house' } },
    area: { type: Number, readOnly: true, default: 0, sums: { collection: 'rooms', attribute: 'house', of: 'area' } },
    average: { type: Number, readOnly: true },
    within: { type: String, references: 'houses', acyclic: true },
  },
  computed: { average: ({ rooms, area }) => (rooms === 0 ? undefined : Number(area) / Number(rooms)) },
  rules: [{ holds: ({ area }) => area <= 1000, detail: 'No house is larger.', attribute: 'area' }],
  indexes: { byStreet: { sort: 'street' } },
});
const rooms = defineResource({
  name: 'rooms',
  description: 'Rooms.',
  schema: {
    house: { type: String, references: 'houses', onDelete: 'cascade' },
    area: { type: Number, minimum: 0 },
    colours: { type: Array, schema: [String], maxItems: 5 },
  },
  unique: [['house', 'colours[]']],
  indexes: { byHouse: { partition: 'house', transactional: true } },
  shards: 2,
});
const resources = listResources(houses, rooms);
const ask = createClient({ resources });
const send = connect();

type StoredRecord = Record<string, AttributeValue>;

async function verify(state: VerifyState = beginVerification(), by: Send = send): Promise<Finding[]> {
  return verifyTable(by, tableName(), resources, state);
}

const saidOf = (findings: readonly Finding[]): string[] =>
  findings.map(({ kind, at, detail }) => `${kind} ${at}: ${detail}`);

async function find(pk: RegExp, sk: RegExp = /./): Promise<StoredRecord> {
  const records = await scanTable(tableName());
  return records.find((record) => pk.test(record['pk']!.S!) && sk.test(record['sk']!.S!))!;
}

/** Writes past the API: a record as it is not to be. */
async function put(record: StoredRecord): Promise<void> {
  await database.send(new PutItemCommand({ TableName: tableName(), Item: record }));
}

async function remove({ pk, sk }: StoredRecord): Promise<void> {
  await send('DeleteItem', { TableName: tableName(), Key: { pk: pk!, sk: sk! } });
}

beforeEach(async () => {
  for (const record of await scanTable(tableName())) {
    if (record['pk']?.S !== '#layout') {
      await remove(record);
    }
  }
  const made = [
    ['PUT /houses/a', { street: 'Elm' }],
    ['PUT /houses/b', { street: 'Oak', within: 'a' }],
    ['PUT /rooms/1', { house: 'a', area: 12.5, colours: ['red', 'blue'] }],
    ['PUT /rooms/2', { house: 'a', area: 7.5, colours: ['green'] }],
    ['PUT /rooms/3', { house: 'b', area: 3 }],
  ] as const;
  for (const [line, body] of made) {
    expect([line, (await ask(line, { body })).status]).toEqual([line, 201]);
  }
});

test('a table that only the API has written is right', async () => {
  expect((await ask('PATCH /rooms/2', { body: { house: 'b', colours: ['red'] } })).status).toBe(200);
  expect((await ask('POST /rooms', { body: { area: 1 }, headers: { 'Idempotency-Key': 'k' } })).status).toBe(201);
  expect((await ask('DELETE /rooms/3')).status).toBe(204);
  expect(await verify()).toEqual([]);
});

interface Break {
  readonly name: string;
  readonly break: () => Promise<void>;
  readonly found: readonly string[];
  /** Whether the repair has one right answer. */
  readonly isMended?: false;
}

const GUARD = /^#unique#houses#street/;

const BREAKS: readonly Break[] = [
  {
    name: 'a guard that is missing',
    break: async () => remove(await find(GUARD)),
    found: [expect.stringMatching(/^guard houses\/[ab]: The guard of its "street" is missing/) as string],
  },
  {
    name: 'a guard of a value that no item has',
    break: async () => put({ pk: { S: '#unique#houses#street#x' }, sk: { S: '#' }, owner: { S: 'a' } }),
    found: ['guard ["#unique#houses#street#x","#"]: It guards a "street" that houses/a does not have.'],
  },
  {
    name: 'a guard of an element that is missing',
    break: async () => remove(await find(/^#unique#rooms#colours/)),
    found: [expect.stringMatching(/^guard rooms\/[12]: The guard of its "colours\[\],house" is missing/) as string],
  },
  {
    name: 'a number of references that is too great',
    break: async () => put({ ...(await find(/^houses$/, /^a$/)), 'in#rooms': { N: '3' } }),
    found: ['count houses/a: 1 fewer references of rooms lead to it than it counts.'],
  },
  {
    name: 'a number of references that is too small',
    break: async () => put({ ...(await find(/^houses$/, /^a$/)), 'in#houses': { N: '0' } }),
    found: ['count houses/a: 1 more references of houses lead to it than it counts.'],
  },
  {
    name: 'a count and what is computed of it',
    break: async () => put({ ...(await find(/^houses$/, /^b$/)), rooms: { N: '4' } }),
    found: [
      'computed houses/b: Its "average" is not what is computed of the other attributes.',
      'aggregate houses/b: Its "rooms" should be less by 3.',
    ],
  },
  {
    name: 'a sum',
    break: async () => put({ ...(await find(/^houses$/, /^b$/)), area: { N: '2.9' }, average: { N: '2.9' } }),
    found: ['aggregate houses/b: Its "area" should be greater by 0.1.'],
  },
  {
    name: 'a checksum that is gone',
    break: async () => remove(await find(/^#checksum#rooms#byHouse#/)),
    found: [
      expect.stringMatching(
        /^checksum .*: It is not that of the items of this partition of the index "byHouse"/,
      ) as string,
    ],
  },
  {
    name: 'a key of an index',
    break: async () => put({ ...(await find(/^houses$/, /^a$/)), gsi1sk: { S: 'Ash' } }),
    found: ['keys houses/a: Its keys in the index "byStreet" do not follow from its attributes.'],
  },
  {
    name: 'keys of an index that is not declared',
    break: async () => put({ ...(await find(/^houses$/, /^a$/)), gsi9pk: { S: 'x' }, gsi9sk: { S: 'y' } }),
    found: ['keys houses/a: It has keys of indexes that are not declared.'],
  },
  {
    name: 'an item in the partition of another shard',
    break: async () => {
      const room = await find(/^rooms#/, /^3$/);
      await remove(room);
      await put({ ...room, pk: { S: room['pk']!.S === 'rooms#0/2' ? 'rooms#1/2' : 'rooms#0/2' } });
    },
    found: [
      expect.stringMatching(
        /^keys rooms\/3: It lies in the partition rooms#[01]\/2, and belongs to another\.$/,
      ) as string,
    ],
  },
  {
    name: 'an item that is marked for a deletion which nobody goes on with',
    break: async () => put({ ...(await find(/^rooms#/, /^3$/)), '#deleting': { SS: ['houses/gone 1'] } }),
    found: ['mark rooms/3: A deletion of it, or of what it refers to, was begun and is not done.'],
  },
  {
    name: 'a reference to what does not exist',
    break: async () => put({ ...(await find(/^houses$/, /^b$/)), within: { S: 'none' } }),
    found: [
      'reference houses/none: It does not exist, and 1 references of houses lead to it.',
      'count houses/a: 1 fewer references of houses lead to it than it counts.',
    ],
    isMended: false,
  },
  {
    name: 'a value that the schema does not allow, one that is missing, a version that is none',
    break: async () => {
      await put({ ...(await find(/^rooms#/, /^3$/)), area: { S: 'large' } });
      const house = await find(/^houses$/, /^b$/);
      delete house['street'];
      delete house['gsi1pk'];
      delete house['gsi1sk'];
      await put({ ...house, version: { N: '0' } });
    },
    found: [
      'item houses/b: Its version is no number from 1.',
      'item houses/b: "street" is required, and it has none.',
      'item rooms/3: Its "area" is not as the schema says.',
      'guard ["#unique#houses#street#',
      'aggregate houses/b: Its "area" should be ',
    ].map((text) => expect.stringContaining(text) as string),
    isMended: false,
  },
  {
    name: 'a rule that does not hold',
    break: async () => {
      const room = await find(/^rooms#/, /^3$/);
      await put({ ...room, area: { N: '2000' } });
      await put({ ...(await find(/^houses$/, /^b$/)), area: { N: '2000' }, average: { N: '2000' } });
    },
    found: ['computed houses/b: A rule does not hold: No house is larger.'],
    isMended: false,
  },
  {
    name: 'a house within itself',
    break: async () =>
      put({ ...(await find(/^houses$/, /^a$/)), within: { S: 'b' } }).then(async () =>
        put({ ...(await find(/^houses$/, /^b$/)), 'in#houses': { N: '1' } }),
      ),
    found: [expect.stringMatching(/^tree houses\/[ab]: It is above itself by its "within"\.$/) as string],
    isMended: false,
  },
  {
    name: 'a record of nothing that is declared',
    break: async () => put({ pk: { S: 'barns' }, sk: { S: '1' } }),
    found: ['record ["barns","1"]: No resource file declares the collection, and the engine keeps nothing there.'],
    isMended: false,
  },
];

test.each(BREAKS)('$name is found, and nothing else', async ({ break: spoil, found, isMended = true }) => {
  await spoil();
  const findings = await verify();
  expect(saidOf(findings)).toHaveLength(found.length);
  expect(saidOf(findings)).toEqual(expect.arrayContaining([...found]));
  expect(findings.some(({ remedy }) => remedy === undefined)).toBe(!isMended);
});

test.each(BREAKS.filter(({ isMended = true }) => isMended))(
  '$name is mended, and the API goes on',
  async ({ break: spoil }) => {
    await spoil();
    expect(await takeBack(send, tableName(), resources, await verify())).toBeGreaterThan(0);
    await rekeyTable(send, tableName(), resources);
    await establishConstraints(send, tableName(), resources, 0);
    await finishAllDeletions(resources, tableName());
    expect(saidOf(await verify())).toEqual([]);
    expect((await ask('POST /houses', { body: { street: 'Elm' } })).status).toBe(409);
    expect((await ask('DELETE /houses/b')).status).toBe(204);
    expect((await ask('DELETE /houses/a')).status).toBe(204);
    expect(saidOf(await verify())).toEqual([]);
  },
);

/** A database that ends after some pages, of a few records each. */
function pages(most: number): Send {
  let read = 0;
  return async (operation, input) => {
    if (operation === 'Scan' && ++read > most) {
      throw new Error('killed');
    }
    return send(operation, operation === 'Scan' ? { ...input, Limit: 2 } : input);
  };
}

test('a run that is killed after any page and gone on with finds the same as one that is not', async () => {
  await remove(await find(GUARD));
  await put({ ...(await find(/^houses$/, /^a$/)), 'in#rooms': { N: '7' } });
  const whole = saidOf(await verify());
  expect(whole).toHaveLength(2);
  const file = join(mkdtempSync(join(tmpdir(), 'verify-')), 'state');
  for (let killedAfter = 0, isDone = false; !isDone; killedAfter++) {
    let state = beginVerification();
    const again = (): void => {
      writeState(file, state, 'this');
      state = readState(readFileSync(file, 'utf8'), 'this');
    };
    await verify(state, pages(killedAfter)).then(
      () => (isDone = true),
      () => undefined,
    );
    again();
    expect(saidOf(await verify(state, pages(Infinity)))).toEqual(whole);
    expect(state.records).toBe((await scanTable(tableName())).length);
  }
});

test('a file that is no state of a run, or one of another table, of other files, or of before yesterday, is refused', () => {
  expect(() => readState('{}', 'this')).toThrow(/none that dynashelf verify has written/);
  expect(() => readState('no JSON', 'this')).toThrow(/none that dynashelf verify has written/);
  const file = join(mkdtempSync(join(tmpdir(), 'verify-')), 'state');
  const subject = subjectOf({}, tableName(), resources);
  writeState(file, beginVerification(), subject);
  const text = readFileSync(file, 'utf8');
  expect(readState(text, subject).records).toBe(0);
  for (const other of [
    subjectOf({}, 'other', resources),
    subjectOf({}, tableName(), listResources({ ...rooms, shards: 1 }, houses)),
  ]) {
    expect(() => readState(text, other)).toThrow(/of another table, or of resource files that said something else/);
  }
  const { time } = JSON.parse(text) as { time: string };
  const old = new Date(Date.now() - 25 * 3_600_000).toISOString();
  expect(() => readState(text.replace(time, old), subject)).toThrow(/much can have changed since: remove it/);
});

test('a change of the last day that is missing in a feed is found, and an older one is not', async () => {
  const hours = (ago: number): string => new Date(Date.now() - ago * 3_600_000).toISOString();
  const times = [hours(30), hours(29), hours(2), hours(1), hours(0)];
  const records = times.flatMap((time, index) =>
    writeChange(
      'houses',
      index + 1,
      2,
      { kind: 'created', id: `h${index}`, version: 1, time, position: '', before: undefined, after: {} },
      4_000_000_000,
    ),
  );
  await Promise.all([...records, writeHead('houses', { next: 6, spans: [], time: 0 })].map(put));
  expect(await verify()).toEqual([]);
  await remove(records[1]!);
  expect(await verify()).toEqual([]);
  await remove(records[3]!);
  expect(saidOf(await verify())).toEqual(['feed houses: The changes 4 to 4 are missing.']);
  await remove(records[4]!);
  expect(saidOf(await verify())).toEqual(['feed houses: The changes 4 to 5 are missing.']);
});

test('a gap of a feed that goes on is confirmed by a second pass', async () => {
  const change = (sequence: number): StoredRecord[] =>
    writeChange(
      'houses',
      sequence,
      2,
      {
        kind: 'created',
        id: 'h',
        version: 1,
        time: new Date().toISOString(),
        position: '',
        before: undefined,
        after: {},
      },
      4_000_000_000,
    );
  const pass = async (...sequences: readonly number[]): Promise<Finding[]> => {
    const next = Math.max(...sequences) + 1;
    await Promise.all([...sequences.flatMap(change), writeHead('houses', { next, spans: [], time: 0 })].map(put));
    return verify();
  };
  const earlier = await pass(1, 2, 4);
  expect(saidOf(confirmed(earlier, await pass(5, 6)))).toEqual(['feed houses: The changes 3 to 3 are missing.']);
});

test('two items of one unique value are found, in whatever order records are read', async () => {
  await put({ ...(await find(/^houses$/, /^b$/)), sk: { S: 'c' }, street: { S: 'Elm' }, 'in#rooms': { N: '0' } });
  const records = await scanTable(tableName());
  const byKey = new Map(records.map((record) => [keyText(record), record]));
  await fc.assert(
    fc.asyncProperty(fc.shuffledSubarray(records, { minLength: records.length }), async (shuffled) => {
      const ledger = openLedger(resources, emptyLedger());
      for (const record of shuffled) {
        await ledger.add(record);
      }
      const findings = await ledger.findings(async (resource, id) => byKey.get(keyText(recordKey(resource, id))));
      expect(saidOf(findings.filter(({ kind }) => kind === 'guard'))).toEqual([
        'guard houses/c: The guard of its "street" is missing, or that of an item with the same value.',
      ]);
    }),
    { numRuns: 50 },
  );
});

test.each([
  ['a count', async () => find(/^houses$/, /^a$/), { 'in#rooms': { N: '5' } }, { 'in#rooms': { N: '6' } }, 1],
  ['a sum', async () => find(/^houses$/, /^b$/), { rooms: { N: '3' } }, { rooms: { N: '3' }, version: { N: '9' } }, 0],
  ['a checksum', async () => find(/^#checksum#rooms#byHouse#.*/), { sum: { N: '1' } }, { sum: { N: '2' } }, 0],
] as const)('%s that is seen otherwise by each of two passes is not confirmed', async (_, of, first, second, more) => {
  const record = await of();
  await put({ ...record, ...first });
  const earlier = await verify();
  expect(earlier.length).toBeGreaterThan(0);
  expect(confirmed(earlier, await verify())).toHaveLength(earlier.length);
  await put({ ...record, ...second });
  // A reference more of another item, as others make it between two passes.
  const room = await find(/^rooms#/, /^3$/);
  const rooms = Array.from({ length: more }, (_unused, index) => ({
    ...room,
    sk: { S: `more${index}` },
    house: { S: 'a' },
  }));
  await Promise.all(rooms.map(put));
  const later = await verify();
  await Promise.all(rooms.map(remove));
  const kinds = new Set(earlier.map(({ kind }) => kind));
  expect(later.map(({ kind }) => kind)).toEqual(
    expect.arrayContaining([...kinds].filter((kind) => kind !== 'computed')),
  );
  expect(confirmed(earlier, later).filter(({ kind }) => kind !== 'computed')).toEqual([]);
});

test('constraints that a repair has taken back before it was killed are told, and made to hold by the next', async () => {
  const findings = await verify();
  await remove(await find(GUARD));
  await takeBack(send, tableName(), resources, await verify());
  expect(findings).toEqual([]);
  const told = await verify();
  expect(saidOf(told)).toEqual(['constraint houses: "unique street" does not hold of all items.']);
  await takeBack(send, tableName(), resources, told);
  await establishConstraints(send, tableName(), resources, 0);
  expect(await verify()).toEqual([]);
  expect((await ask('POST /houses', { body: { street: 'Elm' } })).status).toBe(409);
});

test('what clients write meanwhile is never confirmed to be wrong', async () => {
  const writers = [0, 1, 2, 3].map(async (index) => {
    for (let round = 0; round < 10; round++) {
      await ask(`PUT /rooms/w${index}`, {
        body: { house: round % 2 === 0 ? 'a' : 'b', area: round, colours: [`c${index}`] },
      });
      await ask(`DELETE /rooms/w${index}`);
    }
  });
  const passes: Finding[][] = [];
  const reading = (async (): Promise<void> => {
    for (let pass = 0; pass < 6; pass++) {
      passes.push(await verify(beginVerification(), pages(Infinity)));
    }
  })();
  await Promise.all([...writers, reading]);
  expect(await verify()).toEqual([]);
  expect(confirmed(passes.at(-1)!, await verify())).toEqual([]);
});

test('any record that goes missing, but an item to which nothing leads, is found', async () => {
  const records = (await scanTable(tableName())).filter(({ pk }) => !/^#(layout|idempotency)/.test(pk!.S!));
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...records), async (record) => {
      await remove(record);
      const findings = await verify();
      await put(record);
      expect([record['pk']!.S, findings.length > 0]).toEqual([record['pk']!.S, true]);
    }),
    { numRuns: records.length },
  );
  expect(await verify()).toEqual([]);
});
