// A body made into what is stored: defaults, types, set, validate, required, enum, in this order. Dynamoose
// itself is the oracle of tests/unit/store/oracle.test.ts; here is what it does not say.

import type { SchemaDefinition } from '../../../src/values/attribute';
import type { JsonObject } from '../../../src/values/json';
import { readNodes } from '../../../src/values/read-schema';
import { prepareChanges, prepareItem, type Prepared } from '../../../src/values/prepare';
import { everything } from '../../setup/everything';

async function prepare(schema: SchemaDefinition, body: JsonObject): Promise<Prepared> {
  return prepareItem(readNodes(schema), body);
}

async function faultsOf(schema: SchemaDefinition, body: JsonObject): Promise<string[]> {
  return (await prepare(schema, body)).faults.named.map(
    (fault) => `${'pointer' in fault ? fault.pointer : ''} ${fault.detail}`,
  );
}

test('an item without anything but what is required has every default', async () => {
  const { values, faults } = await prepareItem(everything.attributes, { needed: 'x' });
  expect(faults.named).toEqual([]);
  expect(values).toEqual({
    needed: 'x',
    literal: 'standard',
    made: 42,
    madeLater: 'soon',
    madeObject: { unit: 'cm', value: 1 },
    madeMoment: 0,
    stamped: 'by the server',
    internal: 7,
  });
});

test('values are stored in the types of their attributes', async () => {
  const { values } = await prepareItem(everything.attributes, {
    needed: 'x',
    moment: '2026-03-31t12:00:00.5z',
    inSeconds: '2026-03-31T12:00:00.5Z',
    inText: '2026-03-31 14:00:00+02:00',
    bytes: 'QQ==',
    words: ['a'],
    numbers: [1],
    binaries: ['QQ=='],
  });
  expect(values).toMatchObject({
    moment: 1774958400500,
    inSeconds: 1774958401,
    inText: '2026-03-31T12:00:00.000Z',
    bytes: Buffer.from('A'),
    words: new Set(['a']),
    numbers: new Set([1]),
    binaries: new Set([Buffer.from('A')]),
  });
});

test("the words act in Dynamoose's order: default, type, set, validate and enum", async () => {
  const seen: unknown[] = [];
  const schema: SchemaDefinition = {
    x: {
      type: Date,
      default: () => {
        seen.push('default');
        return new Date(5);
      },
      set: (value: number) => {
        seen.push(['set', value]);
        return value + 1;
      },
      validate: (value: number) => {
        seen.push(['validate', value]);
        return true;
      },
    },
  };
  expect((await prepare(schema, {})).values).toEqual({ x: 6 });
  expect(seen).toEqual(['default', ['set', 5], ['validate', 6]]);
});

test('of a set outside and one inside, the outer acts first', async () => {
  const schema: SchemaDefinition = {
    x: { type: Object, schema: { a: { type: String, set: (value: string) => `${value}2` } }, set: () => ({ a: '1' }) },
  };
  expect((await prepare(schema, { x: { a: '0' } })).values).toEqual({ x: { a: '12' } });
});

test('a default fills what another default leaves out', async () => {
  const schema: SchemaDefinition = {
    x: {
      type: Array,
      schema: [{ type: Object, schema: { a: { type: Number, default: 1 } } }],
      default: [{}, { a: 2 }],
    },
  };
  expect((await prepare(schema, {})).values).toEqual({ x: [{ a: 1 }, { a: 2 }] });
});

test('a default that is an object is not changed by what is done to an item', async () => {
  const literal = { a: 1 };
  const schema: SchemaDefinition = {
    x: {
      type: Object,
      schema: 'any',
      default: literal,
      set: (value: Record<string, number>) => {
        value['a']!++;
        return value;
      },
    },
  };
  await prepare(schema, {});
  expect((await prepare(schema, {})).values).toEqual({ x: { a: 2 } });
  expect(literal).toEqual({ a: 1 });
});

test('a default that is none of the allowed values is a fault', async () => {
  expect(await faultsOf({ size: { type: Number, enum: [1, 2], default: 2.5 } }, {})).toEqual([
    '#/size Must be one of 1, 2.',
  ]);
});

test('a default of null is none', async () => {
  expect((await prepare({ x: { type: String, default: () => null } }, {})).values).toEqual({});
});

test('a moment may come from a default as it is stored', async () => {
  const seconds = { value: Date, settings: { storage: 'seconds' } } as const;
  expect(
    (await prepare({ a: { type: Date, default: () => 1000 }, b: { type: seconds, default: () => 1000 } }, {})).values,
  ).toEqual({ a: 1000, b: 1000 });
});

test.each<[string, SchemaDefinition]>([
  ['text', { x: { type: String, default: () => 1 } }],
  ['a date', { x: { type: Date, default: () => true } }],
  ['a date stored as text', { x: { type: { value: Date, settings: { storage: 'iso' } }, default: () => 1 } }],
  ['bytes', { x: { type: Buffer, default: () => 1 } }],
  ['a set', { x: { type: Set, schema: [String], default: () => 'x' } }],
  ['an array', { x: { type: Array, schema: [String], default: () => 'x' } }],
  ['an object', { x: { type: Object, schema: { a: String }, default: () => [] } }],
])('a default of another type, for %s, is a bug that names the attribute', async (_, schema) => {
  await expect(prepare(schema, {})).rejects.toThrow(
    /The default of the attribute "x" made a value that is no .*: correct the default\./,
  );
});

test('a forced default replaces what was given, and read-only attributes are not taken', async () => {
  const { values } = await prepareItem(everything.attributes, {
    needed: 'x',
    stamped: 'me',
    internal: 1,
    neverSet: 'x',
  });
  expect(values).toMatchObject({ stamped: 'by the server', internal: 7 });
  expect(values).not.toHaveProperty('neverSet');
});

test('a set that gives undefined takes the value away, also an element', async () => {
  const gone = (): undefined => undefined;
  const { values } = await prepare(
    { a: { type: String, set: gone }, b: { type: Object, schema: { c: { type: String, set: gone } } } },
    { a: 'x', b: { c: 'x' } },
  );
  expect(JSON.stringify(values)).toBe('{"b":{}}');
  expect(await faultsOf({ a: { type: String, required: true, set: gone } }, { a: 'x' })).toEqual([
    '#/a "a" is required: add it.',
  ]);
});

test('a set may bring what is required, and a value of the enum', async () => {
  const schema: SchemaDefinition = {
    x: {
      type: Object,
      schema: { slug: { type: String, required: true }, kind: { type: String, enum: ['A'] } },
      set: (value: { kind: string }) => ({ slug: 's', kind: value.kind.toUpperCase() }),
    },
  };
  expect(await prepare(schema, { x: { kind: 'a' } })).toMatchObject({
    values: { x: { slug: 's', kind: 'A' } },
    faults: { named: [], count: 0 },
  });
  expect(await faultsOf(schema, { x: { kind: 'b' } })).toEqual(['#/x/kind Must be one of "A".']);
});

test('all faults are found at once, each at its place', async () => {
  const { faults } = await prepareItem(everything.attributes, {
    lowercase: 'A',
    even: 1,
    checkedLater: 'taken',
    explained: 'two words',
    currency: 'chf',
    changedInside: { code: '1', list: ['x', 'z'] },
    moment: '2026-12-31T23:59:60Z',
  });
  expect(faults.named).toEqual([
    { pointer: '#/moment', detail: 'Must be a moment of the years 0000 to 9999, in UTC, and no leap second.' },
    { pointer: '#/needed', detail: '"needed" is required: add it.' },
    { pointer: '#/currency', detail: 'Must be one of "EUR", "USD".' },
    { pointer: '#/lowercase', detail: 'Must match the pattern ^[a-z]*$.' },
    { pointer: '#/even', detail: 'Does not pass the check of this attribute; its description says what it takes.' },
    {
      pointer: '#/checkedLater',
      detail: 'Does not pass the check of this attribute; its description says what it takes.',
    },
    { pointer: '#/explained', detail: 'Must be one word.' },
    { pointer: '#/changedInside/code', detail: 'Must match the pattern ^[A-Z]+$.' },
    { pointer: '#/changedInside/list/1', detail: 'Must be one of "x", "y".' },
  ]);
});

test('a default outside the enum is a fault', async () => {
  expect(await faultsOf({ x: { type: String, enum: ['a'], default: () => 'b' } }, {})).toEqual([
    '#/x Must be one of "a".',
  ]);
});

test('a set that leaves an empty set, or no finite number, is a fault', async () => {
  expect(
    await faultsOf(
      {
        x: { type: Set, schema: [String], set: () => new Set() },
        y: { type: Number, set: (value: number) => value / 0 },
      },
      { x: ['a'], y: 1 },
    ),
  ).toEqual([
    '#/x Must have at least 1 element.',
    '#/y Must be a number whose magnitude is between 1e-130 and 1e126, or 0.',
  ]);
});

test('a regular expression that remembers where it stopped checks every value from its start', async () => {
  const schema: SchemaDefinition = { x: { type: String, validate: /a/g } };
  for (let count = 0; count < 3; count++) {
    expect(await faultsOf(schema, { x: 'a' })).toEqual([]);
  }
});

test('free JSON is held to what DynamoDB can nest and name', async () => {
  const nest = (levels: number): JsonObject => (levels === 0 ? {} : { a: nest(levels - 1) });
  const schema: SchemaDefinition = { x: { type: Object, schema: 'any' } };
  expect(await faultsOf(schema, { x: nest(29) })).toEqual([]);
  expect(await faultsOf(schema, { x: nest(30) })).toEqual([
    expect.stringContaining('Must not be nested more than 31 levels deep.'),
  ]);
  expect(await faultsOf(schema, { x: { a: { '': 1 } } })).toEqual(['#/x/a/ Must have a name of 1 to 65535 bytes.']);
});

test('functions of several attributes run side by side', async () => {
  let running = 0;
  let most = 0;
  const slowly = async (value: unknown): Promise<unknown> => {
    most = Math.max(most, ++running);
    await new Promise((resolve) => setTimeout(resolve, 5));
    running--;
    return value;
  };
  await prepare(
    {
      a: { type: String, set: slowly },
      b: { type: String, set: slowly },
      c: { type: String, default: () => slowly('x') },
    },
    { a: 'x', b: 'x' },
  );
  expect(most).toBe(3);
});

test('changes are prepared like a whole item, but only they and the forced defaults', async () => {
  const { values } = await prepareChanges(
    everything.attributes,
    { needed: 'x', trimmed: ' a ', text: 'kept' },
    new Set(['trimmed', 'literal', 'color']),
  );
  expect(values).toEqual({ trimmed: 'a', literal: 'standard', stamped: 'by the server' });
});

test('attributes known to be wrong are skipped', async () => {
  expect(
    await prepareItem(readNodes({ a: { type: String, required: true }, b: String }), { b: 'x' }, new Set(['a'])),
  ).toMatchObject({ values: { b: 'x' }, faults: { named: [], count: 0 } });
});
