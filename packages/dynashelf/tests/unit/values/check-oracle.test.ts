// The validator held to a library of JSON Schema, its oracle: of any attributes that a resource file can declare and
// any body, both name the same faulty places.

import { format as formats, Validator } from '@cfworker/json-schema';
import fc from 'fast-check';

import { FORMATS, type Attribute, type AttributeDefinition } from '../../../src/values/attribute';
import { areValidChanges, findFaults } from '../../../src/values/check';
import { FORMATS_BY_NAME } from '../../../src/values/formats';
import type { Json, JsonObject } from '../../../src/values/json';
import { requestSchema } from '../../../src/values/json-schema';
import type { JsonSchema } from '../../../src/values/kind';
import type { Resource } from '../../../src/definition/resource';
import { defineResource } from '../../../src/definition/define-resource';
import { runs } from '../../setup/runs';

/** The library takes what the RFCs refuse (docs/decisions/formats.md): there it goes by ours. */
const STRICTER = ['date-time', 'ipv4', 'uri', 'uri-reference'] as const;
beforeAll(() => {
  Object.assign(formats, Object.fromEntries(STRICTER.map((name) => [name, FORMATS_BY_NAME[name].holds])));
});

const TEXTS = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 6 }),
  fc.constantFrom(
    '2026-03-31',
    '2026-02-30',
    '2026-03-31T12:00:00Z',
    '12:00:00Z',
    'P3D',
    'a@example.org',
    'a@',
    'example.org',
    '192.0.2.1',
    '::1',
    'https://example.org/x',
    '/x',
    '01995f3a-1c00-7d1e-9b2a-6f0c3e5d7a91',
    'abab',
    '😀😀',
    'QQ==',
  ),
);
const NUMBERS = fc.oneof(
  fc.integer({ min: -5, max: 5 }),
  fc.double({ min: -5, max: 5, noNaN: true }),
  fc.integer({ min: -60, max: 60 }).map((tenths) => tenths / 10),
  fc.constantFrom(0.5, -0, 1e300, 1e-7, 2 ** 53, 2 ** 60),
);
const NAMES = ['a', 'b', 'c-d'];

const optional = <T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> =>
  fc.option(arbitrary, { nil: undefined });
const LENGTHS = optional(fc.integer({ min: 0, max: 4 }));

/** The words of an attribute, without those that are absent. */
function words(all: Record<string, fc.Arbitrary<unknown>>): fc.Arbitrary<AttributeDefinition> {
  return fc
    .record(all)
    .map((found) => Object.fromEntries(Object.entries(found).filter(([, word]) => word !== undefined))) as never;
}

const string = words({
  type: fc.constant(String),
  minLength: LENGTHS,
  maxLength: LENGTHS,
  pattern: optional(fc.constantFrom('^a', 'b$', '^(?:ab)+$', '😀', '^\\p{L}+$')),
  format: optional(fc.constantFrom(...FORMATS)),
  enum: optional(fc.constant(['a', 'abab', '2026-03-31'])),
});
const number = words({
  type: fc.constant(Number),
  integer: optional(fc.boolean()),
  minimum: LENGTHS,
  maximum: LENGTHS,
  exclusiveMinimum: LENGTHS,
  exclusiveMaximum: LENGTHS,
  multipleOf: optional(fc.constantFrom(0.5, 0.1, 2, 1e-7)),
  enum: optional(fc.constant([1, 2, 0.5])),
});
const binary = fc.constant<AttributeDefinition>({ type: Buffer });
const set = fc
  .record({ element: fc.oneof(string, number, binary), minItems: LENGTHS, maxItems: LENGTHS })
  .map(({ element, ...others }): AttributeDefinition => ({ type: Set, schema: [element], ...others }));

const { attribute } = fc.letrec<{ attribute: AttributeDefinition; members: Record<string, Attribute> }>((tie) => ({
  attribute: fc.oneof(
    { depthSize: 'small' },
    string,
    number,
    fc.constantFrom<AttributeDefinition>(
      { type: Boolean },
      { type: Date },
      { type: Object, schema: 'any' },
      { type: Array, schema: 'any' },
      { type: Array, schema: 'any', uniqueItems: true },
    ),
    binary,
    set,
    words({
      type: fc.constant(Array),
      schema: tie('attribute').map((element) => [element]),
      minItems: LENGTHS,
      maxItems: LENGTHS,
      uniqueItems: optional(fc.boolean()),
    }),
    tie('members').map((schema) => ({ type: Object, schema })),
  ),
  members: fc.dictionary(
    fc.constantFrom(...NAMES),
    fc
      .tuple(
        tie('attribute'),
        optional(fc.constant({ required: true })),
        // What a `set` may still mend is not checked before it.
        optional(fc.constant({ set: (value: unknown) => value })),
      )
      .map((all) => Object.assign({}, ...all) as Attribute),
    { minKeys: 1, maxKeys: 3, noNullPrototype: true },
  ),
}));

/** Attributes of an item: some have also what is said of those alone. */
const resources = fc
  .dictionary(
    fc.constantFrom(...NAMES),
    fc
      .tuple(
        attribute,
        fc.constantFrom(
          {},
          {},
          { required: true },
          { readOnly: true },
          { set: (value: unknown) => value },
          { required: true, default: () => undefined },
          { required: true, set: (value: unknown) => value },
        ),
      )
      .map(([one, more]) => ({ ...one, ...more }) as Attribute),
    { minKeys: 1, maxKeys: 3, noNullPrototype: true },
  )
  .chain((schema) => fc.constantFrom(schema, { ...schema, other: { type: String, references: 'things' } }))
  .map((schema) => defineResource({ name: 'things', description: 'Things.', schema })) as fc.Arbitrary<Resource>;

const { value } = fc.letrec<{ value: Json }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small' },
    TEXTS,
    NUMBERS,
    fc.boolean(),
    fc.constant(null),
    fc.array(tie('value'), { maxLength: 4 }),
    fc.dictionary(fc.constantFrom('a', 'b', '~/%', 'constructor', 'toString'), tie('value'), {
      maxKeys: 3,
      noNullPrototype: true,
    }),
  ),
})) as { value: fc.Arbitrary<Json> };

/** Values for a schema, most of which it takes. */
function valuesFor({ type, properties, items, enum: values }: JsonSchema): fc.Arbitrary<Json> {
  const fitting =
    values !== undefined
      ? fc.constantFrom(...(values as Json[]))
      : type === 'string'
        ? TEXTS
        : type === 'boolean'
          ? fc.boolean()
          : type === 'array'
            ? fc.array(valuesFor(items!), { maxLength: 4 })
            : type === 'object'
              ? (fc.record(
                  Object.fromEntries(Object.entries(properties ?? {}).map(([name, inner]) => [name, valuesFor(inner)])),
                  { requiredKeys: [], noNullPrototype: true },
                ) as fc.Arbitrary<Json>)
              : type === undefined
                ? value
                : NUMBERS;
  return fc.oneof({ weight: 12, arbitrary: fitting }, { weight: 1, arbitrary: value });
}

/** A body for a schema, some with a member too many. */
function bodiesFor(schema: JsonSchema): fc.Arbitrary<JsonObject> {
  const members = fc.record(
    Object.fromEntries(Object.entries(schema.properties!).map(([name, inner]) => [name, valuesFor(inner)])),
    { requiredKeys: [], noNullPrototype: true },
  ) as fc.Arbitrary<JsonObject>;
  return fc.tuple(members, fc.constantFrom({}, {}, {}, { 'x/y': 1 }, { constructor: 1 })).map(([body, more]) => ({
    ...body,
    ...more,
  }));
}

/** The names in a free object are held to DynamoDB's limits at any depth, where it is stored: values/kinds/any.ts. */
function withoutNames({ propertyNames: _, properties, items, ...schema }: JsonSchema): JsonSchema {
  return {
    ...schema,
    ...(properties !== undefined && {
      properties: Object.fromEntries(Object.entries(properties).map(([name, inner]) => [name, withoutNames(inner)])),
    }),
    ...(items !== undefined && { items: withoutNames(items) }),
  };
}

const AROUND = new Set(['properties', 'additionalProperties', 'items']);

/** The places of the faults that the library finds. */
function placesBy(validator: Validator, schema: JsonSchema, body: JsonObject): string[] {
  const places = validator.validate(body).errors.flatMap(({ keyword, keywordLocation, instanceLocation }) => {
    if (AROUND.has(keyword)) {
      return [];
    }
    if (keyword !== 'required') {
      return [instanceLocation];
    }
    const at = (document: unknown, place: string): unknown =>
      parts(place).reduce((inner, part) => (inner as Record<string, unknown>)[part], document);
    return (at(schema, keywordLocation) as string[])
      .filter((name) => !Object.hasOwn(at(body, instanceLocation) as JsonObject, name))
      .map((name) => `${instanceLocation}/${name}`);
  });
  return [...new Set(places.map((place) => JSON.stringify(parts(place))))].sort();
}

/** A URI fragment (RFC 6901 §6) as its parts. */
function parts(fragment: string): string[] {
  return fragment
    .split('/')
    .slice(1)
    .map((part) => decodeURIComponent(part).replace(/~1/g, '/').replace(/~0/g, '~'));
}

test('the validator and its oracle name the same places of any body, for any attributes', () => {
  let valid = 0;
  let faulty = 0;
  fc.assert(
    fc.property(
      resources.chain((resource) =>
        fc.tuple(
          fc.constant(resource),
          fc.array(bodiesFor(requestSchema(resource.attributes)), { minLength: 6, maxLength: 6 }),
        ),
      ),
      ([resource, bodies]) => {
        const schema = withoutNames(requestSchema(resource.attributes));
        const validator = new Validator(schema, '2020-12', false);
        for (const body of bodies) {
          const { named, attributes } = findFaults(resource, body);
          const places = [
            ...new Set(named.map((fault) => JSON.stringify(parts('pointer' in fault ? fault.pointer : 'none')))),
          ].sort();
          expect([body, places]).toEqual([body, placesBy(validator, schema, body)]);
          expect([...attributes].sort()).toEqual(
            [...new Set(places.map((place) => (JSON.parse(place) as string[])[0]))].sort(),
          );
          valid += places.length === 0 ? 1 : 0;
          faulty += places.length === 0 ? 0 : 1;
        }
      },
    ),
    { numRuns: runs(350) },
  );
  expect([valid > 80, faulty > 80]).toEqual([true, true]);
});

test('changes are valid exactly where the oracle takes every valid item with them', () => {
  let valid = 0;
  let faulty = 0;
  const changesFor = (schema: JsonSchema): fc.Arbitrary<JsonObject> =>
    fc
      .tuple(bodiesFor(schema), fc.subarray(Object.keys(schema.properties!)))
      .map(([body, gone]) => ({ ...body, ...Object.fromEntries(gone.map((name) => [name, null])) }));
  fc.assert(
    fc.property(
      resources.chain((resource) =>
        fc.tuple(
          fc.constant(resource),
          fc.array(changesFor(requestSchema(resource.attributes)), { minLength: 6, maxLength: 6 }),
        ),
      ),
      ([resource, all]) => {
        const { required = [], ...schema } = withoutNames(requestSchema(resource.attributes));
        const validator = new Validator(schema, '2020-12');
        for (const changes of all) {
          const left = Object.fromEntries(Object.entries(changes).filter(([, inner]) => inner !== null));
          const takesRequired = required.some((name) => Object.hasOwn(changes, name) && changes[name] === null);
          const expected = !takesRequired && validator.validate(left).valid;
          expect([changes, areValidChanges(resource, changes)]).toEqual([changes, expected]);
          valid += expected ? 1 : 0;
          faulty += expected ? 0 : 1;
        }
      },
    ),
    { numRuns: runs(350) },
  );
  expect([valid > 80, faulty > 80]).toEqual([true, true]);
});

test.each(FORMATS.filter((name) => !STRICTER.includes(name as never)))(
  'what is of the format %s, and what nearly is, the oracle says too',
  (name) => {
    const { holds, example } = FORMATS_BY_NAME[name];
    const near = fc
      .tuple(
        fc.constantFrom(
          example,
          '2024-02-29',
          '1900-02-29',
          '23:59:60Z',
          '22:59:60-01:00',
          '00:29:60+00:30',
          'P1Y2M3DT4H5M6S',
          '"a b"@[IPv6:::1]',
          'a.b+c@x.y',
          '::ffff:1.2.3.4',
          '1::8',
          `${'a'.repeat(63)}.b-c.de`,
        ),
        fc.nat(),
        fc.constantFrom('', ...'0123459:-.TtZzPWYM@[]"\\ a+'),
        fc.nat({ max: 2 }),
      )
      .map(([text, where, put, gone]) => {
        const at = where % (text.length + 1);
        return `${text.slice(0, at)}${put}${text.slice(at + gone)}`;
      });
    fc.assert(
      fc.property(fc.oneof(near, TEXTS), (text) => {
        expect([text, holds(text)]).toEqual([text, formats[name]!(text)]);
      }),
      { numRuns: runs(1000) },
    );
  },
);
