// The two conversions of docs/dynamoose.md, held against each other: whatever the schema and the value, the one by
// Dynamoose's models gives what the compiled one gives.

import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { Item } from 'dynamoose/dist/Item';
import * as fc from 'fast-check';

import type { SchemaDefinition } from '../../../src/values/attribute';
import type { Json, JsonObject } from '../../../src/values/json';
import * as compiled from '../../../src/store/conversion/compiled';
import type { Attributes, Conversion } from '../../../src/store/conversion/conversion';
import { isHeld } from '../../../src/store/conversion/held';
import * as models from '../../../src/store/conversion/models';
import type { AttributeMap } from '../../../src/store/layout/value';
import { readNodes } from '../../../src/values/read-schema';
import type { Prepared } from '../../../src/values/prepare';
import { findFaults } from '../../../src/values/check';
import { writable } from '../../../src/definition/writable';
import { runs } from '../../setup/runs';
import { schemaPlans, shown as shownAsSchema } from '../../setup/schemas';

const CONVERSIONS: readonly Conversion[] = [compiled, models];

const RUNS = runs(25);

const cases = schemaPlans.chain((plan) =>
  fc.record({
    plan: fc.constant(plan).map(shownAsSchema),
    bodies: fc.array(plan.json, { minLength: 1, maxLength: 3 }),
  }),
);

test('whatever the schema and the item, the same is stored, refused, changed and shown', async () => {
  await fc.assert(
    fc.asyncProperty(cases, async ({ plan, bodies }) => {
      const own = CONVERSIONS.map(() => readNodes(plan.make()));
      for (const body of bodies) {
        const [one, other] = await each(own, (conversion, attributes) => course(conversion, attributes, body));
        expect(other).toEqual(one);
      }
    }),
    { numRuns: RUNS },
  );
});

/** What Dynamoose alone would change or lose, and what it would not take. */
const awkward = fc.record(
  {
    number: fc.oneof(fc.constantFrom(2 ** 53, 1e21, -1e125, 0.1, 1e-100), fc.maxSafeInteger()),
    free: fc.dictionary(
      fc.constantFrom('a.b', 'constructor', '0', 'x', 'toString', '__proto__', 'é'),
      fc.oneof(fc.jsonValue({ maxDepth: 2 }).filter(isStorable), fc.constant({ 'c.d': [null, { 'e.f': 2 ** 60 }] })),
      { maxKeys: 3, noNullPrototype: true },
    ),
    any: fc.array(fc.oneof(fc.jsonValue({ maxDepth: 2 }).filter(isStorable), fc.constant([[{ x: null }]])), {
      maxLength: 4,
    }),
    frees: fc.array(fc.dictionary(fc.constantFrom('x', 'y.z'), fc.integer(), { maxKeys: 2, noNullPrototype: true }), {
      maxLength: 4,
    }),
    numbers: fc.uniqueArray(fc.constantFrom(3, 1, 2 ** 60, -0.5), { minLength: 1 }),
    words: fc.uniqueArray(fc.string(), { minLength: 1, maxLength: 5 }),
    word: fc.string(),
    save: fc.string(),
    original: fc.string(),
    filled: fc.array(fc.record({ x: fc.integer() }, { requiredKeys: [] })),
    shared: fc.dictionary(fc.constantFrom('x', 'y'), fc.integer(), { noNullPrototype: true }),
    code: fc.constantFrom('abc', 'abcd', '1'),
    rows: fc.array(fc.record({ when: fc.constantFrom('2020-01-01T00:00:00Z', '2020-01-01t00:00:00.5+01:00') })),
    S: fc.string(),
  },
  { requiredKeys: [], noNullPrototype: true },
);

const awkwardSchema = (): SchemaDefinition => ({
  number: Number,
  free: { type: Object, schema: 'any' },
  any: { type: Array, schema: 'any' },
  frees: { type: Array, schema: [{ type: Object, schema: 'any' }] },
  numbers: { type: Set, schema: [Number] },
  words: { type: Set, schema: [String] },
  word: String,
  save: String,
  original: String,
  filled: {
    type: Array,
    schema: [{ type: Object, schema: { x: { type: Number, default: 1 }, y: { type: String, default: 'y' } } }],
  },
  shared: { type: Object, schema: 'any', default: { x: 1 } },
  code: { type: String, validate: /^[a-z]+$/g },
  rows: {
    type: Array,
    schema: [{ type: Object, schema: { when: { type: { value: Date, settings: { storage: 'seconds' } } } } }],
  },
  S: String,
});

/** One for all items, so that what is written into a default that they share would show. */
const awkwardAttributes = CONVERSIONS.map(() => readNodes(awkwardSchema()));

test('what Dynamoose does not hold is kept all the same: great numbers, dots in names, free-form elements, defaults in arrays', async () => {
  await fc.assert(
    fc.asyncProperty(awkward, async (body) => {
      const [one, other] = await each(awkwardAttributes, (conversion, attributes) =>
        course(conversion, attributes, body as JsonObject),
      );
      expect(other).toEqual(one);
    }),
    { numRuns: RUNS },
  );
});

test('no attribute with a name that items of Dynamoose have for themselves is given to it', () => {
  const own = [Item.prototype, Object.getPrototypeOf(Item.prototype) as object].flatMap((one) =>
    Object.getOwnPropertyNames(one),
  );
  expect(own).toContain('save');
  const node = readNodes({ word: String }).get('word')!;
  expect([...own, '', 'a.b', '0'].filter((name) => isHeld(name, node))).toEqual([]);
  expect(isHeld('title', node)).toBe(true);
});

const storedValues: fc.Arbitrary<AttributeValue> = fc.letrec<{ value: AttributeValue }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 2 },
    fc.constantFrom<AttributeValue[]>(
      { S: 'x' },
      { S: '2020-01-01T00:00:00.000Z' },
      { N: '1' },
      { N: '9007199254740993.5' },
      { N: '12345678901234567890' },
      { BOOL: true },
      { NULL: true },
      { SS: ['b', 'a'] },
      { NS: ['2', '1'] },
      { B: Buffer.from('x') },
      { BS: [Buffer.from('y'), Buffer.from('x')] },
    ),
    fc.array(tie('value'), { maxLength: 3 }).map((L) => ({ L })),
    fc
      .dictionary(fc.constantFrom('x', 'when', 'a.b', 'b'), tie('value'), { maxKeys: 3, noNullPrototype: true })
      .map((M) => ({ M })),
  ),
})).value;

test('a record is shown whatever somebody else stored in it', async () => {
  const records = fc.dictionary(fc.constantFrom(...Object.keys(awkwardSchema()), 'unknown'), storedValues, {
    noNullPrototype: true,
  });
  await fc.assert(
    fc.asyncProperty(records, async (record) => {
      const [one, other] = await each(awkwardAttributes, (conversion, attributes) =>
        shown(conversion, attributes, record),
      );
      expect(other).toEqual(one);
    }),
    { numRuns: RUNS },
  );
});

/** What each of the conversions makes of it, with attributes of its own. */
async function each<T>(
  attributes: readonly Attributes[],
  run: (conversion: Conversion, attributes: Attributes) => Promise<T>,
): Promise<T[]> {
  return Promise.all(CONVERSIONS.map(async (conversion, index) => run(conversion, attributes[index]!)));
}

/** An item on its way into the table and back, and one attribute of it changed. */
async function course(conversion: Conversion, attributes: Attributes, body: JsonObject): Promise<unknown> {
  const given = writable(attributes, body);
  const found = findFaults({ name: 'things', attributes }, given);
  const prepared = await conversion.prepareItem(attributes, given, found.attributes);
  const changed = new Set(Object.keys(given).slice(0, 1));
  const changes = found.count > 0 ? undefined : await conversion.prepareChanges(attributes, given, changed);
  return {
    found: found.count,
    ...(await outcome(conversion, attributes, prepared)),
    changes: changes && (await outcome(conversion, attributes, changes)),
  };
}

async function outcome(conversion: Conversion, attributes: Attributes, { values, faults }: Prepared): Promise<object> {
  if (faults.count > 0) {
    return { faults: faults.named };
  }
  const record = conversion.encode(values);
  return { record: comparable({ M: record }), shown: await shown(conversion, attributes, record) };
}

/** As text, so that the order of members counts. */
async function shown(conversion: Conversion, attributes: Attributes, record: AttributeMap): Promise<string[]> {
  const [again] = await conversion.decodeAll(attributes, [record]);
  return [await conversion.decode(attributes, record), again].map((item) => JSON.stringify(item));
}

/** An attribute value in one form: neither the order of a set nor the class of bytes is part of it. */
function comparable(value: AttributeValue): unknown {
  return JSON.parse(
    JSON.stringify(value, (name, inner: unknown) =>
      ['SS', 'NS', 'BS'].includes(name) ? (inner as unknown[]).map((one) => JSON.stringify(one)).sort() : inner,
    ),
  ) as unknown;
}

function isStorable(value: unknown): value is Json {
  return typeof value === 'number'
    ? value === 0 || (Math.abs(value) >= 1e-130 && Math.abs(value) < 1e126)
    : typeof value !== 'object' ||
        value === null ||
        Object.entries(value).every(([name, inner]) => name !== '' && isStorable(inner));
}
