// Resource files that make the most of a bad body: attributes of every kind, many of them, long lists of allowed
// values, depth, many shards.

import type { AttributeDefinition } from '../../src/values/attribute';
import { defineResource, listResources } from '../../src/definition/define-resource';

/** How many attributes `wides` has, and how many values `kinds.choice` may have. */
export const MANY = 200;

const longName = (index: number): string => `aRatherLongNameOfAnAttributeNumber${String(index).padStart(4, '0')}`;

/** An object in an object, so many levels down. */
function nested(levels: number): AttributeDefinition {
  return levels === 0
    ? { type: Array, schema: [Number] }
    : { type: Object, schema: { inner: nested(levels - 1), title: String } };
}

const kinds = defineResource({
  name: 'kinds',
  description: 'Items with an attribute of each kind.',
  schema: {
    title: { type: String, required: true },
    any: { type: Object, schema: 'any' },
    list: { type: Array, schema: [Number] },
    words: { type: Array, schema: [String], uniqueItems: true },
    set: { type: Set, schema: [Number] },
    objects: {
      type: Array,
      schema: [
        { type: Object, schema: { a: { type: String, required: true }, b: { type: Object, schema: { c: Number } } } },
      ],
      uniqueItems: true,
    },
    choices: {
      type: Array,
      schema: [
        { type: String, enum: Array.from({ length: MANY }, (_, index) => `${longName(index)}-${'x'.repeat(200)}`) },
      ],
    },
    dates: { type: Array, schema: [Date] },
    checked: { type: Array, schema: [{ type: String, validate: /^x$/ }] },
    mails: { type: Array, schema: [{ type: String, format: 'email', minLength: 3, pattern: '^[^ ]+$' }] },
    deep: nested(28),
    code: { type: String, unique: true },
    first: { type: String, references: 'fats' },
    second: { type: String, references: 'fats' },
  },
});

const wides = defineResource({
  name: 'wides',
  description: 'Items with very many attributes of long names.',
  schema: Object.fromEntries(
    Array.from({ length: MANY }, (_, index) => [longName(index), { type: String, maxLength: 5 }]),
  ),
  indexes: { byFirst: { sort: longName(0) } },
});

const fats = defineResource({
  name: 'fats',
  description: 'Items as large as they can be.',
  schema: {
    any: { type: Array, schema: 'any' },
    first: { type: String, references: 'fats' },
    second: { type: String, references: 'fats' },
  } as never,
});

const shards = defineResource({
  name: 'shards',
  description: 'Such items in many shards.',
  shards: 64,
  schema: { any: { type: Array, schema: 'any' }, title: String } as never,
});

export const worstResources = listResources(kinds, wides, fats, shards);
