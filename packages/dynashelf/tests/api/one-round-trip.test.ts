// A merge patch that is written without a read, held against the same patch computed from the item: same answer, same
// record.

import { way } from '../setup/patch-way'; // before what it has a say in
import {
  DeleteItemCommand,
  DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  type AttributeValue,
} from '@aws-sdk/client-dynamodb';
import * as fc from 'fast-check';

import type { Json, JsonObject } from '../../src/values/json';
import type { Index, Resource } from '../../src/definition/resource';
import { defineResource, listResources } from '../../src/definition/define-resource';
import { readNodes } from '../../src/values/read-schema';
import { attributeOf, findFaults } from '../../src/values/check';
import { writable } from '../../src/definition/writable';
import { indexKeyNames, indexKeys } from '../../src/store/layout/index-keys';
import { recordKey, toImage } from '../../src/store/layout/record';
import { revisionOf } from '../../src/store/write/preconditions';
import { WRITERS_ATTRIBUTE } from '../../src/store/layout/table';
import { type AttributeMap } from '../../src/store/layout/value';
import { usesGet } from '../../src/values/decode';
import { createClient } from '../../src/testing/client';
import type { Answer } from '../../src/testing/ask';
import { everything } from '../setup/everything';
import { schemaPlans } from '../setup/schemas';
import { runs } from '../setup/runs';
import { tableName, useTable } from '../../src/testing/table';

useTable();

const RUNS = runs(40);

const database = new DynamoDBClient({});
afterAll(() => database.destroy());

/** What a patch does to one attribute: another value, the same again, none, or one of no type. */
type Touch = 'value' | 'same' | 'null' | 'junk';

/** One patch, as far as it can be told without the item. */
interface PatchPlan {
  readonly touches: Record<string, Touch>;
  readonly values: JsonObject;
  readonly junk: Json;
  readonly more: JsonObject;
  readonly headers: Record<string, string>;
}

// NOW stands for the item's revision, whose birth nobody foresees.
const past = 'Sun, 06 Nov 1994 08:49:37 GMT';
const future = 'Fri, 06 Nov 2099 08:49:37 GMT';
const headers = fc.oneof(
  { weight: 3, arbitrary: fc.constant({}) },
  {
    weight: 2,
    arbitrary: fc.constantFrom<Record<string, string>[]>(
      { 'If-Match': '"NOW"' },
      { 'If-Match': '*' },
      { 'If-Match': '"7", "NOW", "7-ANOTHER8"' },
      { 'If-Match': '"1"' },
      { 'If-Match': '"1-ANOTHER8", "2"' },
      { 'If-Match': '"x"' },
      { 'If-None-Match': '"2", "1-ANOTHER8"' },
      { 'If-None-Match': 'W/"NOW"' },
      { 'If-None-Match': '*' },
      { 'If-Unmodified-Since': past },
      { 'If-Unmodified-Since': future },
      { Prefer: 'return=minimal' },
    ),
  },
);

function patches(names: string[], values: fc.Arbitrary<JsonObject>): fc.Arbitrary<PatchPlan> {
  return fc.record({
    touches: fc.dictionary(
      fc.constantFrom(...names),
      fc.constantFrom<Touch>('value', 'value', 'value', 'same', 'null', 'null', 'junk'),
      { maxKeys: 3, noNullPrototype: true },
    ),
    values,
    junk: fc.constantFrom<Json[]>('junk', 1, true, {}, [], [null], { a: null }, 1e100),
    more: fc.oneof(
      { weight: 4, arbitrary: fc.constant({}) },
      {
        weight: 1,
        arbitrary: fc.constantFrom<JsonObject[]>(
          { id: '1' },
          { version: 70, createdAt: null },
          { unknown: null },
          { unknown: 1 },
        ),
      },
    ),
    headers,
  });
}

/** Whether the item is there, and which of its attributes it lacks as from before they were declared. */
const states = fc.record({
  absent: fc.integer({ max: 12, min: 0 }).map((number) => number === 0),
  lacks: fc.oneof(fc.constant([]), fc.array(fc.nat(999), { minLength: 1, maxLength: 2 })),
});

interface Case {
  readonly resource: Resource;
  readonly body: JsonObject;
  readonly state: { readonly absent: boolean; readonly lacks: readonly number[] };
  readonly patches: readonly PatchPlan[];
}

const template = defineResource({ name: 'things', description: 'Things.', schema: { a: String } });

const INDEXED = ['string', 'number', 'boolean', 'date'];

const cases: fc.Arbitrary<Case> = schemaPlans.chain((plan) => {
  const schema = plan.make();
  const attributes = readNodes(schema);
  const keys = [...attributes].filter(([, node]) => INDEXED.includes(node.kind)).map(([name]) => name);
  const indexes: fc.Arbitrary<Index[]> =
    keys.length === 0
      ? fc.constant([])
      : fc.array(
          fc.oneof(
            fc.record({ sort: fc.constantFrom(...keys) }),
            fc.record({ partition: fc.constantFrom(...keys) }),
            fc.record({ partition: fc.constantFrom(...keys), sort: fc.constantFrom(...keys) }),
            fc.record({ sort: fc.uniqueArray(fc.constantFrom(...keys), { minLength: 1, maxLength: 3 }) }),
          ),
          { maxLength: 3 },
        );
  return fc.record({
    resource: indexes.map((list): Resource => ({
      ...template,
      schema,
      attributes,
      indexes: Object.fromEntries(list.map((index, number) => [`by${number}`, index])),
    })),
    body: plan.json,
    state: states,
    patches: fc.array(patches([...attributes.keys()], plan.json), { minLength: 1, maxLength: 4 }),
  });
});

test('a merge patch of a random item of a random schema has one outcome, read or not', async () => {
  const statuses = await compareAll(cases, RUNS);
  expect(way.blind).toBeGreaterThan(RUNS / 10);
  expect(statuses.get(200)).toBeGreaterThan(RUNS / 10);
  // 204 is what `Prefer: return=minimal` makes of 200.
  expect([...statuses.keys()].filter((status) => status !== 204).sort()).toEqual([200, 404, 412, 422]);
  if (RUNS > 40) {
    console.log(
      `${way.blind} of ${[...statuses.values()].reduce((sum, count) => sum + count) / 2} patches were written without a read, answers: ${[...statuses].map((pair) => pair.join(': ')).join(', ')}`,
    );
  }
});

const samples: JsonObject = {
  needed: 'x',
  text: 'a',
  number: 1,
  flag: true,
  moment: '2026-01-01T00:00:00.000Z',
  bytes: 'QQ==',
  list: [1, 2],
  words: ['a', 'b'],
  numbers: [1],
  binaries: ['QQ=='],
  anyList: [{ a: 1 }, null],
  literal: 'l',
  made: 1,
  madeLater: 'm',
  inSeconds: '2026-01-01T00:00:00.000Z',
  inText: '2026-01-01T00:00:00.000Z',
  color: 'red',
  level: 2,
  currency: 'EUR',
  lowercase: 'a',
  even: 2,
  checkedLater: 'free',
  explained: 'one',
  trimmed: 'a',
  shown: 'a',
  titled: 't',
  sized: 'abc',
  patterned: 'AB',
  date: '2026-01-01',
  whole: 3,
  between: 0.5,
  multiple: 1.5,
  counted: ['a'],
  countedSet: ['a'],
  nested: { unit: 'm' },
  madeObject: { value: 2 },
  object: { name: 'n', size: 1 },
  anyObject: { a: 1, b: { c: [2] } },
  internal: 5,
  stamped: 'me',
};
const others: JsonObject = {
  ...samples,
  text: 'b',
  number: -0,
  flag: false,
  moment: '2026-01-01T01:00:00+01:00',
  bytes: 'QUE=',
  list: [],
  words: ['b', 'a'],
  anyList: [],
  color: 'blue',
  level: 4,
  currency: 'usd',
  lowercase: 'A',
  even: 3,
  checkedLater: 'taken',
  explained: 'two words',
  trimmed: ' a ',
  shown: '<a>',
  sized: 'abcde',
  patterned: 'ab',
  date: '2026-13-01',
  whole: 11,
  between: 1,
  multiple: 1.3,
  counted: ['abcd'],
  countedSet: ['a', 'b', 'c'],
  nested: { digits: 5 },
  madeObject: { unit: 'in' },
  object: { size: 2 },
  anyObject: { b: { d: 3 } },
};

test('a merge patch of an item with every feature of a resource file has one outcome, read or not', async () => {
  const values = fc.constantFrom(samples, others);
  const { likes: _, ...schema } = everything.schema;
  const { byLikes: _byLikes, ...indexes } = everything.indexes;
  const resource: Resource = {
    ...everything,
    name: 'things',
    schema,
    attributes: readNodes(schema),
    indexes,
    relations: {},
  };
  await compareAll(
    fc.record({
      resource: fc.constant(resource),
      body: fc.subarray(Object.keys(samples)).map((names): JsonObject => ({
        needed: 'x',
        ...Object.fromEntries(names.map((name) => [name, samples[name]!])),
      })),
      state: states,
      patches: fc.array(patches(Object.keys(samples), values), { minLength: 1, maxLength: 4 }),
    }),
    RUNS,
  );
});

/** Patches items both ways; how often each status was answered. */
async function compareAll(arbitrary: fc.Arbitrary<Case>, numRuns: number): Promise<Map<number, number>> {
  const statuses = new Map<number, number>();
  way.blind = 0;
  await fc.assert(
    fc.asyncProperty(arbitrary, async ({ resource, body, state, patches: plans }) => {
      const ask = createClient({ resources: listResources(resource), described: false });
      const id = state.absent ? 'absent' : '1';
      await database.send(new DeleteItemCommand({ TableName: tableName(), Key: recordKey(resource, '1') }));
      if (!state.absent && (await ask('PUT /things/1', { body })).status >= 400) {
        return;
      }
      const record = state.absent ? undefined : aged(resource, (await readRecord(resource))!, state.lacks);
      const item = record === undefined ? {} : ((await toImage(resource, record)).item as JsonObject);
      if (record !== undefined && !isComparable(resource, item)) {
        return;
      }
      for (const plan of plans) {
        const ways: unknown[] = [];
        const document = documentOf(plan, item);
        const revision = record === undefined ? '1' : revisionOf(record);
        const headers = Object.fromEntries(
          Object.entries(plan.headers).map(([name, value]) => [name, value.replace('NOW', revision)]),
        );
        for (const reads of [false, true]) {
          way.reads = reads;
          if (record !== undefined) {
            await database.send(new PutItemCommand({ TableName: tableName(), Item: record }));
          }
          const answer = await ask(`PATCH /things/${id}`, { body: document, headers });
          ways.push({
            document,
            headers,
            answer: comparableAnswer(answer),
            record: comparableRecord(await readRecord(resource, id)),
          });
          statuses.set(answer.status, (statuses.get(answer.status) ?? 0) + 1);
        }
        expect(ways[0]).toEqual(ways[1]);
      }
    }),
    { numRuns },
  );
  return statuses;
}

function documentOf({ touches, values, junk, more }: PatchPlan, item: JsonObject): JsonObject {
  const entries = Object.entries(touches).flatMap(([name, touch]): [string, Json][] => {
    switch (touch) {
      case 'value':
        return Object.hasOwn(values, name) ? [[name, values[name]!]] : [];
      case 'same':
        return Object.hasOwn(item, name) ? [[name, item[name]!]] : [];
      case 'null':
        return [[name, null]];
      case 'junk':
        return [[name, junk]];
    }
  });
  return { ...Object.fromEntries(entries), ...more };
}

async function readRecord(resource: Resource, id = '1'): Promise<AttributeMap | undefined> {
  return (
    await database.send(
      new GetItemCommand({ TableName: tableName(), Key: recordKey(resource, id), ConsistentRead: true }),
    )
  ).Item;
}

/** The record without some attributes, as it would be had it been written before they were declared. */
function aged(resource: Resource, record: AttributeMap, lacks: readonly number[]): AttributeMap {
  const left = { ...record };
  const names = [...resource.attributes.keys()];
  for (const name of [...lacks.map((position) => names[position % names.length]!), ...indexKeyNames(resource)]) {
    delete left[name];
  }
  return { ...left, ...indexKeys(resource, '1', left) };
}

/**
 * Whether the item, where it lacks nothing, is one that its own schema takes: a `set` can make what it does not,
 * and a patch that reads the item then refuses what nobody changed. Nor is NaN, which a `get` may make, itself.
 */
function isComparable(resource: Resource, item: JsonObject): boolean {
  const faults = findFaults(resource, writable(resource.attributes, item)).named.filter((fault) => {
    const node = resource.attributes.get(attributeOf(fault));
    return node !== undefined && !usesGet(node) && Object.hasOwn(item, attributeOf(fault));
  });
  return faults.length === 0 && !Object.values(item).some((value) => Number.isNaN(value));
}

function comparableAnswer({
  status,
  headers: { 'x-request-id': _id, 'server-timing': _timing, 'last-modified': modified, ...rest },
  body,
}: Answer): unknown {
  const { updatedAt, instance: _instance, ...shown } = (body ?? {}) as Record<string, unknown>;
  return { status, headers: rest, hasDate: modified !== undefined, body: { ...shown, updatedAt: typeof updatedAt } };
}

function comparableRecord(record: AttributeMap | undefined): unknown {
  const { updatedAt: _, [WRITERS_ATTRIBUTE]: __, ...rest } = record ?? {};
  return Object.fromEntries(Object.entries(rest).map(([name, value]) => [name, comparable(value)]));
}

/** An attribute value in one form: neither the order of a set nor the notation of a number is part of it. */
function comparable(value: AttributeValue): unknown {
  return value.SS !== undefined
    ? { SS: [...value.SS].sort() }
    : value.N !== undefined
      ? { N: Number(value.N) }
      : value.NS !== undefined
        ? { NS: value.NS.map(Number).sort() }
        : value.BS !== undefined
          ? { BS: value.BS.map((bytes) => Buffer.from(bytes).toString('hex')).sort() }
          : value.L !== undefined
            ? { L: value.L.map(comparable) }
            : value.M !== undefined
              ? { M: Object.fromEntries(Object.entries(value.M).map(([name, inner]) => [name, comparable(inner)])) }
              : value;
}
