// A resource with every kind of index, random items and filters of it, and what a list of them is, found in memory.

import * as fc from 'fast-check';

import { defineResource } from '../../src/definition/define-resource';

export const modelled = defineResource({
  name: 'modelled',
  description: 'Values of every kind, in every kind of index.',
  schema: {
    text: { type: String, maxLength: 250 },
    word: { type: String, maxLength: 10 },
    number: { type: Number },
    whole: { type: Number, integer: true },
    flag: { type: Boolean },
    at: { type: Date },
    seconds: { type: { value: Date, settings: { storage: 'seconds' } } },
    iso: { type: { value: Date, settings: { storage: 'iso' } } },
    day: { type: String, format: 'date' },
    address: { type: Object, schema: { city: { type: String, maxLength: 50 }, size: Number } },
    tags: { type: Array, schema: [{ type: String, maxLength: 10 }] },
    marks: { type: Set, schema: [Number] },
    note: { type: String, maxLength: 100 },
  },
  indexes: {
    byNumber: { sort: 'number' },
    byText: { sort: 'text' },
    byWord: { partition: 'word' },
    byWordNumber: { partition: 'word', sort: 'number' },
    byFlagWhole: { partition: 'flag', sort: ['whole', 'at'] },
    byWholeText: { sort: ['whole', 'text'] },
    bySeconds: { sort: 'seconds' },
    byDay: { partition: 'day', sort: 'iso' },
    byWhole: { partition: 'whole', sort: 'word' },
    byAt: { partition: 'at' },
  },
});

/** What the indexes serve, and the base table. */
export const INDEXES: readonly { readonly partition?: string; readonly sort: readonly string[] }[] = [
  ...Object.values(modelled.indexes).map(({ partition, sort }) => ({
    ...(partition !== undefined && { partition }),
    sort: [sort ?? []].flat(),
  })),
  { sort: [] },
  { sort: [] },
];

/** An item as the API shows it. */
export interface ModelItem {
  readonly id: string;
  readonly [attribute: string]: unknown;
}

export interface Order {
  readonly attributes: readonly string[];
  readonly descending: boolean;
}

export interface Filter {
  readonly path: readonly string[];
  readonly operator: 'eq' | 'ne' | 'gt' | 'gte' | 'lt' | 'lte' | 'begins' | 'contains' | 'in' | 'exists';
  readonly values: readonly Scalar[];
}

type Scalar = string | number | boolean;

/** DynamoDB keeps 38 digits between 1e-130 and 1e126, and zero has no sign there. */
const numbers = fc.oneof(
  fc
    .double({ noNaN: true, noDefaultInfinity: true, min: -1e125, max: 1e125 })
    .filter((value) => value === 0 || Math.abs(value) >= 1e-129)
    .map((value) => (value === 0 ? 0 : value)),
  fc.integer(),
  fc.integer({ min: -3, max: 3 }),
  fc.constantFrom(0, 0.1, -0.1, 1e-100, -1e-100, 1e100, -1e100, 0.3, 9007199254740991, -9007199254740991, 1.5, -1.5),
);

const words = fc.constantFrom('a', 'b', 'B', 'ab', 'é', 'z', '~', '\u{1F600}', '\uFFFD');
const texts = fc.oneof(
  words,
  fc.string({ unit: 'grapheme', minLength: 1, maxLength: 30 }),
  fc.string({ unit: 'binary', minLength: 1, maxLength: 30 }),
  fc.string({ minLength: 200, maxLength: 250 }),
  fc.tuple(words, words).map((parts) => parts.join('')),
);
const moments = fc
  .oneof(
    fc.date({ min: new Date('0001-01-01T00:00:00Z'), max: new Date('9999-12-31T23:59:59Z'), noInvalidDate: true }),
    fc.integer({ min: -2, max: 3 }).map((seconds) => new Date(seconds * 1000)),
  )
  .map((date) => date.toISOString());

/** Bodies: every attribute is as often absent; and an id of a client's choice. */
export const items = fc.record({
  id: fc.oneof(
    fc.uuid(),
    fc.stringMatching(/^[A-Za-z0-9_~][A-Za-z0-9._~-]{0,11}$/),
    fc.stringMatching(/^[A-Za-z0-9_~-]{128}$/),
  ),
  body: fc.record(
    {
      text: texts,
      word: words,
      number: numbers,
      whole: fc.integer({ min: -2, max: 3 }),
      flag: fc.boolean(),
      at: fc.oneof(moments, fc.constantFrom('2026-01-01T00:00:00.000Z', '2026-01-02T00:00:00.000Z')),
      seconds: moments,
      iso: moments,
      day: fc.constantFrom('2026-01-01', '2026-01-02', '1999-12-31'),
      address: fc.record({ city: words, size: numbers }, { requiredKeys: [] }),
      tags: fc.array(words, { maxLength: 3 }),
      marks: fc.uniqueArray(fc.integer({ min: 0, max: 4 }), { minLength: 1, maxLength: 3 }),
      note: fc.string({ maxLength: 20 }),
    },
    { requiredKeys: [] },
  ),
});

type Operators = readonly Filter['operator'][];

const ORDERED: Operators = ['eq', 'ne', 'gt', 'gte', 'lt', 'lte', 'in', 'exists'];
const OPERATORS: readonly (readonly [path: readonly string[], operators: Operators])[] = [
  [['text'], [...ORDERED, 'begins', 'contains']],
  [['word'], [...ORDERED, 'begins', 'contains']],
  [['number'], ORDERED],
  [['whole'], ORDERED],
  [['flag'], ['eq', 'ne', 'exists']],
  [['at'], ORDERED],
  [['seconds'], ORDERED],
  [['iso'], ORDERED],
  [['day'], [...ORDERED, 'begins']],
  [
    ['address', 'city'],
    [...ORDERED, 'begins', 'contains'],
  ],
  [['address', 'size'], ORDERED],
  [['tags'], ['contains', 'exists']],
  [['marks'], ['contains', 'exists']],
  [['note'], ['exists', 'contains']],
  [['id'], ['eq', 'gt', 'gte', 'lt', 'lte', 'begins', 'in']],
  [['version'], ['eq', 'gte', 'lt']],
];

/**
 * None to three filters whose values are those of some item, often on what orders the list, and one that fixes the
 * partition.
 */
export function filtersOn(
  all: readonly ModelItem[],
  at: number,
  partition: string | undefined,
  sort: readonly string[],
): fc.Arbitrary<Filter[]> {
  const some = (offset: number): ModelItem => all[(at + offset * 31) % all.length]!;
  const ordering = OPERATORS.filter(([[first]]) => sort.includes(first!) || (sort.length === 0 && first === 'id'));
  const one = fc
    .oneof(
      { weight: 2, arbitrary: fc.constantFrom(...OPERATORS) },
      { weight: 1, arbitrary: fc.constantFrom(...ordering) },
    )
    .chain(([path, operators]) =>
      fc.record({
        path: fc.constant(path),
        operator: fc.constantFrom(...operators),
        offset: fc.nat({ max: 50 }),
      }),
    )
    .map(({ path, operator, offset }): Filter | undefined => {
      if (operator === 'exists') {
        return { path, operator, values: [offset % 4 !== 0] };
      }
      const values = (operator === 'in' ? [0, 1, 2, 3] : [0])
        .map((next) => valueAt(some(offset + next), path))
        .flatMap((value) =>
          Array.isArray(value) ? (value.slice(0, 1) as Scalar[]) : value === undefined ? [] : [value as Scalar],
        );
      const usable = values.filter((value) => typeof value !== 'string' || isPlain(value, operator));
      const [first] = usable;
      return first === undefined
        ? undefined
        : {
            path,
            operator,
            values:
              operator === 'begins' ? [[...String(first)].slice(0, 2).join('')] : operator === 'in' ? usable : [first],
          };
    });
  const value =
    partition === undefined
      ? undefined
      : all
          .slice(at % all.length)
          .concat(all)
          .map((item) => item[partition])
          .find((found) => found !== undefined);
  const fixed: Filter[] =
    partition === undefined ? [] : [{ path: [partition], operator: 'eq', values: [value as Scalar] }];
  return fc
    .oneof({ weight: 2, arbitrary: fc.constant([]) }, { weight: 3, arbitrary: fc.array(one, { maxLength: 3 }) })
    .map((more) => [
      ...fixed,
      ...distinct(
        more
          .filter((filter) => filter !== undefined)
          .filter(({ path, operator }) => operator !== 'eq' || path[0] !== partition),
      ),
    ]);
}

/** A list takes a parameter once. */
function distinct(filters: Filter[]): Filter[] {
  return [...new Map(filters.map((filter) => [parameter(filter), filter])).values()];
}

/** `in` separates its values by commas. */
function isPlain(value: string, operator: Filter['operator']): boolean {
  return value !== '' && (operator !== 'in' || (!value.includes(',') && value.trim() === value));
}

function parameter({ path, operator }: Filter): string {
  return operator === 'eq' ? path.join('.') : `${path.join('.')}[${operator}]`;
}

/** The query of a list. */
export function parameters(filters: readonly Filter[], { attributes, descending }: Order, limit: number): string {
  const sort =
    attributes.length === 0 ? (descending ? [] : ['id']) : attributes.map((name) => `${descending ? '-' : ''}${name}`);
  return [
    ...filters.map(
      (filter) => `${encodeURIComponent(parameter(filter))}=${encodeURIComponent(filter.values.join(','))}`,
    ),
    ...(sort.length > 0 ? [`sort=${sort.join(',')}`] : []),
    `limit=${limit}`,
  ].join('&');
}

/** The list that the contract promises: those that match and have what orders them, in order. */
export function expected(
  all: readonly ModelItem[],
  filters: readonly Filter[],
  { attributes, descending }: Order,
): ModelItem[] {
  const found = all.filter(
    (item) =>
      attributes.every((name) => item[name] !== undefined) &&
      filters.every((filter) => holds(filter, valueAt(item, filter.path))),
  );
  const ascending = found.sort(
    (a, b) =>
      [...attributes, 'id'].map((name) => compare(a[name] as Scalar, b[name] as Scalar)).find((order) => order !== 0) ??
      0,
  );
  return descending ? ascending.reverse() : ascending;
}

function valueAt(item: ModelItem, path: readonly string[]): unknown {
  return path.reduce<unknown>((outer, name) => (outer as Record<string, unknown> | undefined)?.[name], item);
}

function holds({ operator, values }: Filter, value: unknown): boolean {
  const [operand] = values as [Scalar];
  if (operator === 'exists') {
    return (value !== undefined) === operand;
  }
  if (value === undefined) {
    return operator === 'ne';
  }
  switch (operator) {
    case 'eq':
      return value === operand;
    case 'ne':
      return value !== operand;
    case 'in':
      return values.includes(value as Scalar);
    case 'begins':
      return (value as string).startsWith(operand as string);
    case 'contains':
      return (value as string | Scalar[]).includes(operand as string);
    default: {
      const order = compare(value as Scalar, operand);
      return operator === 'gt'
        ? order > 0
        : operator === 'gte'
          ? order >= 0
          : operator === 'lt'
            ? order < 0
            : order <= 0;
    }
  }
}

/**
 * Numbers by value, false before true, strings by Unicode code point; RFC 3339 moments of one form order as strings.
 */
function compare(a: Scalar, b: Scalar): number {
  return typeof a === 'string' ? Buffer.compare(Buffer.from(a), Buffer.from(b as string)) : Number(a) - Number(b);
}
