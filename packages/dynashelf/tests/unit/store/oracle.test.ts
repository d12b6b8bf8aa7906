// What is stored and what is returned, held against Dynamoose itself: docs/decisions/codec.md.

import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import * as fc from 'fast-check';

import type { SchemaDefinition } from '../../../src/values/attribute';
import type { JsonObject } from '../../../src/values/json';
import { type SchemaNode } from '../../../src/values/node';
import { readNodes } from '../../../src/values/read-schema';
import { prepareItem, type Prepared } from '../../../src/values/prepare';
import { findFaults } from '../../../src/values/check';
import { writable } from '../../../src/definition/writable';
import { dynamooseModel, dynamooseSchema } from '../../../src/store/conversion/schema';
import { PARTITION_KEY, SORT_KEY } from '../../../src/store/layout/table';
import { encode, type AttributeMap } from '../../../src/store/layout/value';
import { decode } from '../../../src/values/decode';
import { schemaPlans, shown } from '../../setup/schemas';
import { runs } from '../../setup/runs';

/** What Dynamoose does to a record that it reads, in Model.get. */
const HYDRATION = {
  customTypesDynamo: true,
  checkExpiredItem: true,
  saveUnknown: true,
  modifiers: ['get'],
  type: 'fromDynamo',
  mapAttributes: true,
};

const KEY = { [PARTITION_KEY]: 'things', [SORT_KEY]: '1' };

/** Schemas for each test. */
const RUNS = runs(150);

/** A schema, and some bodies that its JSON Schema takes. */
const cases = schemaPlans.chain((plan) =>
  fc.record({ plan: fc.constant(plan).map(shown), bodies: fc.array(plan.json, { minLength: 1, maxLength: 4 }) }),
);

test('an item is refused exactly where Dynamoose refuses it, and otherwise what Dynamoose would store is stored', async () => {
  let stored = 0;
  let refused = 0;
  await fc.assert(
    fc.asyncProperty(cases, async ({ plan, bodies }) => {
      for (const body of bodies) {
        const ours = await prepared(readNodes(plan.make()), body);
        const theirs = await saved(plan.make(), plan.feed(body));
        if (ours.faults.count > 0 || theirs instanceof Error) {
          refused++;
          expect({
            faults: ours.faults.count > 0,
            refused: theirs instanceof Error ? theirs.message : theirs,
          }).toEqual({ faults: true, refused: expect.stringMatching(REFUSALS) as string });
        } else {
          stored++;
          expect(comparable({ M: encode(ours.values) })).toEqual(comparable({ M: theirs }));
        }
      }
    }),
    { numRuns: RUNS },
  );
  // Neither outcome is rare, so both are tested.
  expect(Math.min(stored, refused)).toBeGreaterThan(RUNS / 5);
});

test('an item is returned as Dynamoose would hydrate it, without what the schema does not know', async () => {
  await fc.assert(
    fc.asyncProperty(cases, fc.boolean(), async ({ plan, bodies }, more) => {
      for (const body of bodies) {
        const { values, faults } = await prepared(readNodes(plan.make()), body);
        if (faults.count > 0) {
          continue;
        }
        const record = more ? withUnknown(readNodes(plan.make()), encode(values)) : encode(values);
        const read = await decode(readNodes(plan.make()), record);
        expect(read).toEqual(await hydrated(plan.make(), record));
      }
    }),
    { numRuns: RUNS },
  );
});

/** The messages of what is required, enum and validate, ours to check, and of an empty set. */
const REFUSALS = /is a required property|must equal|had a validation error|not abc|non-empty set|to a RegExp validator/;

/** What http/input/body.ts does to a body. */
async function prepared(attributes: ReadonlyMap<string, SchemaNode>, body: JsonObject): Promise<Prepared> {
  const given = writable(attributes, body);
  const faults = findFaults({ name: 'things', attributes }, given);
  const result = await prepareItem(attributes, given, faults.attributes);
  faults.addAll(result.faults);
  return { values: result.values, faults };
}

interface Model {
  create(item: object, settings: { return: 'request' }): Promise<{ Item: AttributeMap }>;
  Item: new (record: AttributeMap, settings: object) => { conformToSchema(settings: object): Promise<object> };
}

async function saved(schema: SchemaDefinition, item: object): Promise<AttributeMap | Error> {
  const model = dynamooseModel('things', 'table', dynamooseSchema(schema)) as unknown as Model;
  try {
    const { Item } = await model.create({ ...KEY, ...item }, { return: 'request' });
    return withoutKey(Item);
  } catch (error) {
    return error as Error;
  }
}

async function hydrated(schema: SchemaDefinition, record: AttributeMap): Promise<unknown> {
  const model = dynamooseModel('things', 'table', dynamooseSchema(schema)) as unknown as Model;
  const item = await new model.Item({ ...encode(KEY), ...record }, { type: 'fromDynamo' }).conformToSchema(HYDRATION);
  return withoutKey(inJson({ ...item }) as AttributeMap);
}

function withoutKey({ [PARTITION_KEY]: _pk, [SORT_KEY]: _sk, ...rest }: AttributeMap): AttributeMap {
  return rest;
}

/** A record with attributes that no schema declares, also inside its objects. */
function withUnknown(attributes: ReadonlyMap<string, SchemaNode>, record: AttributeMap): AttributeMap {
  const unknown = { unknown: { S: 'x' } };
  const nested = Object.entries(record).map(
    ([name, value]) =>
      [name, attributes.get(name)!.properties.size > 0 ? { M: { ...value.M, ...unknown } } : value] as const,
  );
  return { ...Object.fromEntries(nested), ...unknown, gsi1pk: { S: 'y' } };
}

/** An attribute value in one form: neither the order of a set nor the class of bytes is part of it. */
function comparable(value: AttributeValue): unknown {
  return value.M !== undefined
    ? { M: Object.fromEntries(Object.entries(value.M).map(([name, inner]) => [name, comparable(inner)])) }
    : value.L !== undefined
      ? { L: value.L.map(comparable) }
      : value.SS !== undefined
        ? { SS: [...value.SS].sort() }
        : value.NS !== undefined
          ? { NS: [...value.NS].sort() }
          : value.B !== undefined
            ? { B: inBase64(value.B) }
            : value.BS !== undefined
              ? { BS: value.BS.map(inBase64).sort() }
              : value;
}

/** A hydrated value as JSON: what JSON.stringify would write, but for sets and bytes. */
function inJson(value: unknown): unknown {
  if (value instanceof Date) {
    return value.toJSON();
  }
  if (value instanceof Uint8Array) {
    return inBase64(value);
  }
  if (value instanceof Set) {
    return [...value]
      .map(inJson)
      .sort((a, b) => (typeof a === 'number' ? a - (b as number) : String(a) < String(b) ? -1 : 1));
  }
  if (Array.isArray(value)) {
    return value.map((inner) => inJson(inner) ?? null);
  }
  if (typeof value === 'object' && value !== null) {
    return Object.fromEntries(
      Object.entries(value)
        .map(([name, inner]) => [name, inJson(inner)])
        .filter(([, inner]) => inner !== undefined),
    );
  }
  return value;
}

function inBase64(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64');
}
