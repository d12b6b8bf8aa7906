// The quick check and the validator: what the one says is valid, the other says too; and the bodies that are usual the
// quick one knows.

import { Validator } from '@cfworker/json-schema';
import fc from 'fast-check';

import { FORMATS } from '../../../src/definition/attribute';
import type { Json } from '../../../src/definition/item';
import { requestSchema, type JsonSchema } from '../../../src/values/json-schema';
import { quickCheck, quickCheckOfChanges } from '../../../src/values/quick-check';
import { findFaults, writable } from '../../../src/values/validate';
import { resources } from '../../library/src/resources/index';
import { describeApi } from '../../../src/description/openapi';
import { runs } from '../../setup/runs';

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
  ),
);
const NUMBERS = fc.oneof(
  fc.integer({ min: -5, max: 5 }),
  fc.double({ min: -5, max: 5, noNaN: true }),
  fc.constantFrom(0.5, -0, 1e300),
);
const optional = <T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> =>
  fc.option(arbitrary, { nil: undefined });
const LENGTHS = optional(fc.integer({ min: 0, max: 4 }));

function only(words: Record<string, unknown>): JsonSchema {
  return Object.fromEntries(Object.entries(words).filter(([, value]) => value !== undefined));
}

const { schema } = fc.letrec<{ schema: JsonSchema }>((tie) => ({
  schema: fc.oneof(
    { depthSize: 'small' },
    fc
      .record({
        type: fc.constant('string'),
        minLength: LENGTHS,
        maxLength: LENGTHS,
        pattern: optional(fc.constantFrom('^a', 'b$', '^(?:ab)+$', '😀', '^\\p{L}+$')),
        format: optional(fc.constantFrom(...FORMATS, 'unknown')),
        enum: optional(fc.constant(['a', 'abab', '2026-03-31'])),
      })
      .map(only),
    fc
      .record({
        type: fc.constantFrom('number', 'integer'),
        minimum: LENGTHS,
        maximum: LENGTHS,
        exclusiveMinimum: LENGTHS,
        exclusiveMaximum: LENGTHS,
        multipleOf: optional(fc.constant(0.5)),
        enum: optional(fc.constant([1, 2])),
      })
      .map(only),
    fc.constant<JsonSchema>({ type: 'boolean' }),
    fc.constant<JsonSchema>({}),
    fc.constant<JsonSchema>({ type: 'object' }),
    fc
      .record({
        type: fc.constant('array'),
        items: tie('schema'),
        minItems: LENGTHS,
        maxItems: LENGTHS,
        uniqueItems: optional(fc.constant(true)),
      })
      .map(only),
    fc
      .record({
        type: fc.constant('object'),
        properties: fc.dictionary(fc.constantFrom('a', 'b', 'constructor'), tie('schema'), {
          maxKeys: 3,
          noNullPrototype: true,
        }),
        required: optional(fc.constantFrom(['a'], ['a', 'b'])),
        additionalProperties: fc.constant(false),
      })
      .map(only),
  ),
}));

const { value } = fc.letrec<{ value: Json }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small' },
    TEXTS,
    NUMBERS,
    fc.boolean(),
    fc.constant(null),
    fc.array(tie('value'), { maxLength: 4 }),
    fc.dictionary(fc.constantFrom('a', 'b', 'c', 'constructor'), tie('value'), { maxKeys: 3, noNullPrototype: true }),
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
              : NUMBERS;
  return fc.oneof({ weight: 9, arbitrary: fitting }, { weight: 1, arbitrary: value });
}

test('what the quick check says is valid, the validator says too, of any schema and value', () => {
  let known = 0;
  fc.assert(
    fc.property(
      schema.chain((one) => fc.tuple(fc.constant(one), fc.array(valuesFor(one), { minLength: 5, maxLength: 5 }))),
      ([one, values]) => {
        const isValid = quickCheck(one);
        const validator = new Validator(one, '2020-12');
        for (const each of values) {
          if (isValid(each)) {
            known++;
            expect([each, validator.validate(each).valid]).toEqual([each, true]);
          }
        }
      },
    ),
    { numRuns: runs(3000) },
  );
  expect(known).toBeGreaterThan(500);
});

test('what the quick check says of changes is valid, the validator says of any object without them that it stays valid', () => {
  let known = 0;
  const changed = schema
    .filter(({ type, properties }) => type === 'object' && Object.keys(properties ?? {}).length > 0)
    .chain((one) =>
      fc.tuple(
        fc.constant(one),
        fc.array(
          fc.record(
            Object.fromEntries(
              Object.entries(one.properties!).map(([name, inner]) => [
                name,
                fc.oneof(fc.constant(null), valuesFor(inner)),
              ]),
            ),
            { requiredKeys: [], noNullPrototype: true },
          ),
          { minLength: 5, maxLength: 5 },
        ),
      ),
    );
  fc.assert(
    fc.property(changed, fc.constantFrom({}, { c: 1 }), ([{ required = [], ...one }, all], others) => {
      const areValid = quickCheckOfChanges({ ...one, required });
      const validator = new Validator(one, '2020-12');
      for (const changes of all) {
        const left = Object.fromEntries(
          Object.entries({ ...changes, ...others }).filter(([, inner]) => inner !== null),
        );
        const takesRequired = required.some((name) => Object.hasOwn(changes, name) && changes[name] === null);
        if (areValid({ ...changes, ...others })) {
          known++;
          expect([changes, !takesRequired && validator.validate(left).valid]).toEqual([changes, true]);
        }
      }
    }),
    { numRuns: runs(1500) },
  );
  expect(known).toBeGreaterThan(500);
});

test.each([
  ['one attribute of several', { author: 'x' }, true],
  ['null for what is optional', { year: null }, true],
  ['null for what is required', { title: null }, false],
  ['a value out of bounds', { title: '' }, false],
  ['what is no attribute', { other: 1 }, false],
  ['null for what is no attribute', { other: null }, false],
  ['nothing', {}, true],
])('changes with %s are known to be valid without the validator: %j, %s', (_circumstances, changes, expected) => {
  const schema: JsonSchema = {
    type: 'object',
    properties: { title: { type: 'string', minLength: 1 }, author: { type: 'string' }, year: { type: 'integer' } },
    required: ['title', 'author'],
    additionalProperties: false,
  };
  expect(quickCheckOfChanges(schema)(changes)).toBe(expected);
});

test.each([...resources.values()].map((resource) => [resource.name, resource] as const))(
  'the example of %s is known to be valid without the validator',
  (name, resource) => {
    const example = describeApi(resources).components.schemas[`${name[0]!.toUpperCase()}${name.slice(1)}Item`]![
      'examples'
    ] as [Record<string, Json>];
    const body = writable(resource.attributes, example[0]);
    expect([quickCheck(requestSchema(resource.attributes))(body), findFaults(resource, body).named]).toEqual([
      true,
      [],
    ]);
  },
);

test.each(['__proto__', 'constructor', 'toString'])('a member named %s is not known', (name) => {
  expect(
    quickCheck({ type: 'object', properties: {}, additionalProperties: false })(JSON.parse(`{"${name}":1}`) as Json),
  ).toBe(false);
});
