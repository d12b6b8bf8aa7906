// Which merge patches are written without a read, and what they write. That the outcome is the same is for
// tests/api/one-round-trip.test.ts.

import type { SchemaDefinition } from '../../../src/values/attribute';
import type { JsonObject } from '../../../src/values/json';
import type { Resource } from '../../../src/definition/resource';
import { defineResource, listResources } from '../../../src/definition/define-resource';
import { plainPatch, type PlainPatch } from '../../../src/operations/plain-patch';
import { books } from '../../library/src/resources/books';
import { loans } from '../../library/src/resources/loans';
import { members } from '../../library/src/resources/members';

const samples = listResources(books, loans, members);

function things(schema: SchemaDefinition, more: object = {}): Resource {
  return defineResource({ name: 'things', description: 'Things.', schema, ...more });
}

async function plain(
  schema: SchemaDefinition,
  document: JsonObject,
  more: object = {},
): Promise<PlainPatch | undefined> {
  const resource = things(schema, more);
  return plainPatch(new Map([[resource.name, resource]]), resource, '1', document);
}

const everyKind: SchemaDefinition = {
  text: String,
  number: Number,
  flag: Boolean,
  moment: Date,
  bytes: Buffer,
  words: { type: Set, schema: [String] },
  list: { type: Array, schema: [{ type: Object, schema: { a: String } }] },
  anyList: { type: Array, schema: 'any' },
  object: { type: Object, schema: { a: String } },
  free: { type: Object, schema: 'any' },
};

describe('written without a read', () => {
  test.each<[string, SchemaDefinition, JsonObject, object]>([
    ['nothing', everyKind, {}, {}],
    [
      "the system's own attributes, the same id, and null of what is no attribute",
      everyKind,
      { id: '1', version: 7, createdAt: null, unknown: null },
      {},
    ],
    ['a text', everyKind, { text: 'a' }, { text: { S: 'a' } }],
    ['a number', everyKind, { number: 1.5 }, { number: { N: '1.5' } }],
    ['a boolean', everyKind, { flag: false }, { flag: { BOOL: false } }],
    ['a date', everyKind, { moment: '1970-01-01T00:00:01Z' }, { moment: { N: '1000' } }],
    ['bytes', everyKind, { bytes: 'QQ==' }, { bytes: { B: Buffer.from('A') } }],
    ['a set', everyKind, { words: ['a'] }, { words: { SS: ['a'] } }],
    ['an array of objects', everyKind, { list: [{ a: 'x' }] }, { list: { L: [{ M: { a: { S: 'x' } } }] } }],
    ['an array of anything', everyKind, { anyList: [null] }, { anyList: { L: [{ NULL: true }] } }],
    ['the end of an object', everyKind, { object: null, free: null }, { object: undefined, free: undefined }],
    [
      'a forced default beside it',
      { a: String, b: { type: String, default: 'x', forceDefault: true } },
      { a: 'a' },
      { a: { S: 'a' }, b: { S: 'x' } },
    ],
    ['a read-only attribute, which is ignored', { a: { type: String, readOnly: true } }, { a: 'x' }, {}],
  ])('%s', async (_what, schema, document, changes) => {
    expect(await plain(schema, document)).toEqual({ changes, present: [], among: {} });
  });

  test('null of an attribute with a default, where the item has it', async () => {
    expect(await plain({ a: { type: String, default: 'x' } }, { a: null })).toEqual({
      changes: { a: { S: 'x' } },
      present: ['a'],
      among: {},
    });
  });

  test('an attribute, where the item has every other that is required and has no default', async () => {
    const schema: SchemaDefinition = {
      a: { type: String, required: true },
      b: { type: String, required: true },
      c: { type: String, required: true, default: 'x' },
      shown: { type: String, required: true, get: () => 'x' },
      d: String,
    };
    expect((await plain(schema, { a: 'x' }))?.present).toEqual(['b']);
  });

  test('what an index is made of, as far as it is known whole', async () => {
    const schema: SchemaDefinition = { a: { type: String, maxLength: 10 }, b: Number, c: String };
    const indexes = { byA: { sort: 'a' }, byB: { partition: 'b' }, byBoth: { partition: 'a', sort: 'b' } };
    expect((await plain(schema, { c: 'x' }, { indexes }))?.changes).toEqual({ c: { S: 'x' } });
    expect((await plain(schema, { a: null }, { indexes }))?.changes).toEqual({
      a: undefined,
      gsi1pk: undefined,
      gsi1sk: undefined,
      gsi3pk: undefined,
      gsi3sk: undefined,
    });
    expect((await plain(schema, { a: 'x', b: 1 }, { indexes }))?.changes).toEqual({
      a: { S: 'x' },
      b: { N: '1' },
      gsi1pk: { S: 'things#byA' },
      gsi1sk: { S: 'x\u00011' },
      gsi2pk: { S: 'things#byB#1' },
      gsi2sk: { S: '1' },
      gsi3pk: { S: 'things#byBoth#x' },
      gsi3sk: { S: 'bff00000000000001' },
    });
    expect(await plain(schema, { a: 'x' }, { indexes })).toBeUndefined();
  });

  test.each<[Resource, JsonObject]>([
    [members, { phone: '12345' }],
    [members, { name: 'Ann', phone: null }],
    [members, { address: null }],
  ])('of the samples %#', async (resource, document) => {
    expect(await plainPatch(samples, resource, '1', document)).toBeDefined();
  });
});

describe('read first', () => {
  test.each<[string, SchemaDefinition, JsonObject, object?]>([
    ['another id', { a: String }, { id: '2' }],
    ['an object, which is merged', everyKind, { object: { a: 'x' } }],
    ['free JSON', everyKind, { free: {} }],
    ['a value that is not valid', { a: { type: Number, minimum: 1 } }, { a: 0 }],
    ['a value that its validate refuses', { a: { type: String, validate: /^x$/ } }, { a: 'y' }],
    ['an attribute that is not known', { a: String }, { b: 'x' }],
    ['null of what is required', { a: { type: String, required: true } }, { a: null }],
    [
      'a value that is set otherwise than it is given',
      { a: { type: String, set: (value: string) => `${value}!` } },
      { a: 'x' },
    ],
    [
      'a value that is shown otherwise than it is stored',
      { a: { type: String, get: (value: string) => `${value}!` } },
      { a: 'x' },
    ],
    ['null of such a value, which may show as nothing', { a: { type: String, get: () => undefined } }, { a: null }],
    [
      'elements that are filled by defaults',
      { a: { type: Array, schema: [{ type: Object, schema: { b: { type: String, default: 'x' } } }] } },
      { a: [{}] },
    ],
    ['a unique value', { a: { type: String, unique: true } }, { a: 'x' }],
    [
      'a forced default that is unique',
      { a: String, b: { type: String, default: () => 'x', forceDefault: true, unique: true } },
      { a: 'x' },
    ],
    ['any attribute, where there is a rule', { a: String }, {}, { rules: [{ holds: () => true, detail: 'Never.' }] }],
    [
      'any attribute, where another is computed',
      { a: String, b: { type: String, readOnly: true } },
      { a: 'x' },
      { computed: { b: () => 'x' } },
    ],
    [
      'a value that is too long for its index',
      { a: { type: String, enum: ['x'.repeat(2000)] } },
      { a: 'x'.repeat(2000) },
      { indexes: { byA: { sort: 'a' } } },
    ],
    [
      'more attributes required than one condition holds',
      Object.fromEntries(Array.from({ length: 120 }, (_, index) => [`a${index}`, { type: String, required: true }])),
      { a0: 'x' },
    ],
  ])('%s', async (_what, schema, document, more = {}) => {
    expect(await plain(schema, document, more)).toBeUndefined();
  });

  test.each<[Resource, JsonObject]>([
    [books, { pages: 1 }],
    [loans, { dueAt: '2030-01-01T00:00:00Z' }],
    [members, { email: 'a@example.org' }],
    [members, { address: { city: 'Oslo' } }],
  ])('of the samples %#', async (resource, document) => {
    expect(await plainPatch(samples, resource, '1', document)).toBeUndefined();
  });

  test('any attribute, where items of another collection count it by what it is', async () => {
    const parents = (where?: () => boolean): Resource =>
      defineResource({
        name: 'parents',
        description: 'Parents.',
        schema: {
          n: {
            type: Number,
            readOnly: true,
            default: 0,
            counts: { collection: 'things', attribute: 'parent', ...(where && { where }) },
          },
        },
      });
    const thing = things({ a: String, parent: { type: String, references: 'parents' } });
    expect(await plainPatch(listResources(parents(), thing), thing, '1', { a: 'x' })).toBeDefined();
    expect(
      await plainPatch(
        listResources(
          parents(() => true),
          thing,
        ),
        thing,
        '1',
        { a: 'x' },
      ),
    ).toBeUndefined();
    expect(await plainPatch(listResources(parents(), thing), thing, '1', { parent: 'p' })).toBeUndefined();
  });
});
