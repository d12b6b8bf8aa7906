// The operators of filters, and what they compare with.

/**
 * `eq`, `in`: the same type and value. `ne`: not `eq`, so that it also holds where the attribute is absent.
 * `gt` `gte` `lt` `lte`: of the same type, numbers by value, strings by Unicode code point. `begins`: a
 * string's beginning. `contains`: part of a string, an element of an array or set. `exists`: true or false.
 */
export type Operator = 'eq' | 'ne' | 'gt' | 'gte' | 'lt' | 'lte' | 'begins' | 'contains' | 'in' | 'exists';

/** What is asked of values that are equal or not. */
export const EQUALITY: readonly Operator[] = ['eq', 'ne', 'in', 'exists'];

/** What is asked of values that have an order. */
export const ORDERED: readonly Operator[] = [...EQUALITY, 'gt', 'gte', 'lt', 'lte'];

/** A value as it is stored, which for a date is text or a number. */
export type Operand = string | number | boolean | Uint8Array;
