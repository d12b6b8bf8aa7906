// JSON Schema derived from a schema: what it says of each type and word, for requests and for items.

import type { Attribute, SchemaDefinition } from '../../../src/values/attribute';
import { itemSchema, requestSchema } from '../../../src/values/json-schema';
import { BASE64 } from '../../../src/values/kinds/binary';
import type { JsonSchema } from '../../../src/values/kind';
import { readNodes } from '../../../src/values/read-schema';
import { everything } from '../../setup/everything';

function request(attribute: Attribute): JsonSchema {
  return requestSchema(readNodes({ x: attribute })).properties!['x']!;
}

function item(attribute: Attribute): JsonSchema {
  return itemSchema(readNodes({ x: attribute })).properties!['x']!;
}

const types: [name: string, attribute: Attribute, schema: JsonSchema][] = [
  ['String', String, { type: 'string' }],
  ['Number', Number, { type: 'number', format: 'double' }],
  [
    'whole Number',
    { type: Number, integer: true },
    { type: 'integer', format: 'int64', minimum: Number.MIN_SAFE_INTEGER, maximum: Number.MAX_SAFE_INTEGER },
  ],
  [
    'whole Number with limits',
    { type: Number, integer: true, minimum: 1, exclusiveMaximum: 9 },
    { type: 'integer', format: 'int64', minimum: 1, exclusiveMaximum: 9 },
  ],
  ['Boolean', Boolean, { type: 'boolean' }],
  ['Date', Date, { type: 'string', format: 'date-time' }],
  [
    'Date stored in seconds',
    { type: { value: Date, settings: { storage: 'seconds' } } },
    { type: 'string', format: 'date-time' },
  ],
  ['Buffer', Buffer, { type: 'string', contentEncoding: 'base64', pattern: BASE64 }],
  [
    'Object',
    { type: Object, schema: { a: { type: String, required: true }, b: Number } },
    {
      type: 'object',
      properties: { a: { type: 'string' }, b: { type: 'number', format: 'double' } },
      required: ['a'],
      additionalProperties: false,
    },
  ],
  [
    'any Object',
    { type: Object, schema: 'any' },
    { type: 'object', propertyNames: { minLength: 1, pattern: '^(?!__proto__$)' } },
  ],
  [
    'Array',
    { type: Array, schema: [{ type: String, maxLength: 2 }] },
    { type: 'array', items: { type: 'string', maxLength: 2 } },
  ],
  ['any Array', { type: Array, schema: 'any' }, { type: 'array', items: {} }],
  [
    'Set',
    { type: Set, schema: [Number] },
    { type: 'array', items: { type: 'number', format: 'double' }, uniqueItems: true, minItems: 1 },
  ],
];

test.each(types)('a %s has its type in a request and in an item', (_, attribute, schema) => {
  expect(request(attribute)).toEqual(schema);
  expect(item(attribute)).toEqual(schema);
});

test('the words of JSON Schema are copied', () => {
  const words = {
    title: 'T',
    description: 'D',
    examples: ['a'],
    deprecated: true,
    minLength: 1,
    maxLength: 2,
    pattern: 'a',
    format: 'date',
  } as const;
  expect(request({ type: String, ...words })).toEqual({ type: 'string', ...words });
  const limits = { minimum: 1, maximum: 2, exclusiveMinimum: 0, exclusiveMaximum: 3, multipleOf: 0.5 };
  expect(request({ type: Number, ...limits })).toEqual({ type: 'number', format: 'double', ...limits });
});

test('a set that may have no elements still has one, DynamoDB having no empty set', () => {
  expect(request({ type: Set, schema: [String], minItems: 0 })).toMatchObject({ minItems: 1 });
  expect(request({ type: Set, schema: [String], minItems: 2 })).toMatchObject({ minItems: 2 });
});

test('what clients do not write is not in a request', () => {
  const schema = {
    a: { type: String, readOnly: true },
    b: { type: String, default: 'x', forceDefault: true },
    c: String,
  } satisfies SchemaDefinition;
  expect(Object.keys(requestSchema(readNodes(schema)).properties!)).toEqual(['c']);
  expect(itemSchema(readNodes(schema)).properties).toMatchObject({
    a: { readOnly: true },
    b: { readOnly: true },
    c: {},
  });
});

test('an attribute that is required with a default is required of an item and not of a request', () => {
  const nodes = readNodes({ a: { type: String, required: true, default: 'x' } });
  expect(requestSchema(nodes).required).toBeUndefined();
  expect(itemSchema(nodes)).toMatchObject({ required: ['a'], properties: { a: { default: 'x' } } });
});

test('a default that a function makes is not described', () => {
  expect(item({ type: String, default: () => 'x' })).toEqual({ type: 'string' });
});

test('what a set may still change is not held to enum or required before it', () => {
  expect(request({ type: String, enum: ['A'], set: String })).toEqual({ type: 'string' });
  expect(item({ type: String, enum: ['A'], set: String })).toEqual({ type: 'string', enum: ['A'] });
  const outside: Attribute = {
    type: Object,
    schema: { a: { type: String, required: true, enum: ['A'] } },
    set: (value: object) => value,
  };
  expect(request(outside)).toEqual({
    type: 'object',
    properties: { a: { type: 'string' } },
    additionalProperties: false,
  });
  expect(item(outside)).toMatchObject({ properties: { a: { enum: ['A'] } }, required: ['a'] });
});

test.each(['', 'QQ==', 'QUE=', 'QUFB'])('"%s" is base64', (text) => {
  expect(new RegExp(BASE64, 'u').test(text)).toBe(true);
});

test.each([
  ['without padding', 'QQ'],
  ['with bits that no byte holds', 'QR=='],
  ['of the URL alphabet', 'Q_=='],
])('base64 %s is refused', (_, text) => {
  expect(new RegExp(BASE64, 'u').test(text)).toBe(false);
});

test('the resource that uses everything has a schema for all that it declares', () => {
  expect(Object.keys(itemSchema(everything.attributes).properties!)).toEqual(Object.keys(everything.schema));
});
