// The operators of filters, and which of them each kind of attribute takes: read by lists and by the description.
import type { Kind, Node } from '../values/node';

/**
 * `eq`, `in`: the same type and value. `ne`: not `eq`, so that it also holds where the attribute is absent.
 * `gt` `gte` `lt` `lte`: of the same type, numbers by value, strings by Unicode code point. `begins`: a
 * string's beginning. `contains`: part of a string, an element of an array or set. `exists`: true or false.
 */
export type Operator = 'eq' | 'ne' | 'gt' | 'gte' | 'lt' | 'lte' | 'begins' | 'contains' | 'in' | 'exists';

const EQUALITY: readonly Operator[] = ['eq', 'ne', 'in', 'exists'];
const ORDERED: readonly Operator[] = [...EQUALITY, 'gt', 'gte', 'lt', 'lte'];

/** What can be asked of each kind of attribute. */
export const OPERATORS_OF: Record<Kind, readonly Operator[]> = {
  string: [...ORDERED, 'begins', 'contains'],
  number: ORDERED,
  date: ORDERED,
  boolean: EQUALITY,
  binary: EQUALITY,
  array: ['contains', 'exists'],
  set: ['contains', 'exists'],
  object: ['exists'],
  any: ['exists'],
};

const plain = { words: { type: String }, storage: 'iso', members: new Map<string, Node>() } as const;

/** What the system keeps of every item, as it is stored: attributes like others to filters. */
export const SYSTEM_NODES: ReadonlyMap<string, Node> = new Map([
  ['id', { ...plain, kind: 'string' }],
  ['version', { ...plain, kind: 'number', words: { type: Number, integer: true } }],
  ['createdAt', { ...plain, kind: 'date' }],
  ['updatedAt', { ...plain, kind: 'date' }],
]);
