// The worst requests: bodies of a megabyte in which one kind of fault, or of value, stands as often as fits; URLs;
// items as large as they can be.

import { MOST_BODY_BYTES, MOST_BODY_VALUES } from '../../src/definition/limits';
import type { Filling } from './database';
import { filled } from './filled';
import { MANY } from './resources';

/** One worst request. */
export interface Case {
  readonly name: string;
  /** Method and path with query. */
  readonly line: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: () => string;
  /** What the items of the database are filled with; nothing where it is not asked. */
  readonly filling?: Filling;
  /** Milliseconds that each answer of the database takes. */
  readonly delay?: number;
  /** Milliseconds that Lambda gives the request; 20,000 without it. */
  readonly remaining?: number;
  /** The status that is right. */
  readonly status: number;
  /** Whether it is one of those that `npm test` measures. */
  readonly isQuick?: boolean;
}

const JSON_PATCH = { 'Content-Type': 'application/json-patch+json' };

/** A body as large as it may be, with as many values. */
function valued(
  begin: string,
  part: (index: number) => string,
  end: string,
  valuesEach: number,
  most = Infinity,
): string {
  return filled(begin, part, end, Math.min(most, Math.floor((MOST_BODY_VALUES - 50) / valuesEach)));
}

const short = (index: number): string => `"${index.toString(36)}"`;
const longNames = [10, 2_000, 60_000, 450_000];

/** Where a value may stand: before it and after it, with a name of some length around it. */
const PLACES: Record<string, (name: string) => readonly [begin: string, end: string]> = {
  'in any JSON': (name) => [`{"title":"a","any":{"${name}":[`, ']}}'],
  'under an unknown name': (name) => [`{"title":"a","${name}":[`, ']}'],
  'in a transaction': (name) => [`{"${name}":[`, ']}'],
};

/** What is wrong, as often as fits. */
const FAULTS: Record<string, readonly [part: (index: number) => string, values: number]> = {
  'numbers that cannot be kept': [() => '1e999', 1],
  'names that stand twice': [() => '{"a":1,"a":1}', 3],
  'names __proto__': [() => '{"__proto__":1}', 2],
  'empty names': [() => '{"":1}', 2],
  'wide objects': [(index) => `{${short(index)}:1}`, 2],
};

function faultyBodies(): Case[] {
  return Object.entries(PLACES).flatMap(([place, around]) =>
    Object.entries(FAULTS).flatMap(([fault, [part, values]]) =>
      longNames.map((length): Case => {
        const [begin, end] = around('k'.repeat(length));
        const isDouble = fault.startsWith('names that');
        return {
          name: `${fault} ${place}, below a name of ${length}`,
          line: place === 'in a transaction' ? 'POST /transactions' : 'POST /kinds',
          body: () => valued(begin, part, end, values),
          status:
            length > 65_535 || !isDouble
              ? fault === 'wide objects' && place === 'in any JSON' && length <= 65_535
                ? 201
                : 422
              : 400,
          isQuick: length === 450_000 && (place === 'in a transaction' || fault.startsWith('numbers')),
        };
      }),
    ),
  );
}

/** Objects and arrays so many levels deep, each with a long name. */
function deep(levels: number, name: string, inside: string): string {
  return `${`{"${name}":`.repeat(levels)}${inside}${'}'.repeat(levels)}`;
}

const nestedIn = (levels: number, inside: string): string =>
  `${'{"inner":'.repeat(levels)}${inside}${'}'.repeat(levels)}`;

const BODIES: Case[] = [
  {
    name: 'numbers that cannot be kept, deep below long names',
    line: 'POST /kinds',
    status: 422,
    body: () =>
      valued(`{"title":"a","any":${`{"${'k'.repeat(20_000)}":`.repeat(25)}[`, () => '1e999', `]${'}'.repeat(26)}`, 1),
  },
  {
    name: 'names of more than 65,535 bytes in any JSON',
    line: 'POST /kinds',
    status: 422,
    body: () => valued('{"title":"a","any":{', (index) => `"${index}${'k'.repeat(65_600)}":1`, '}}', 1),
  },
  {
    name: 'too many levels in any JSON, each time anew',
    line: 'POST /kinds',
    status: 422,
    body: () => valued('{"title":"a","any":{"a":[', () => deep(33, 'k', '1'), ']}}', 35),
  },
  {
    name: 'too many levels in any JSON, below long names',
    line: 'POST /kinds',
    status: 422,
    body: () =>
      valued(
        `{"title":"a","any":{"${'k'.repeat(60_000)}":{"${'l'.repeat(400_000)}":[`,
        () => deep(33, 'k', '1'),
        ']}}}',
        35,
      ),
  },
  {
    name: 'unknown attributes',
    line: 'POST /kinds',
    status: 422,
    body: () => valued('{', (index) => `${short(index)}:1`, '}', 1),
  },
  {
    name: 'unknown attributes of a wide resource, with names like its own',
    line: 'POST /wides',
    status: 422,
    isQuick: true,
    body: () => valued('{', (index) => `"bRatherLongNameOfAnAttributeNumbe${index}":1`, '}', 1),
  },
  {
    name: 'items of unknown attributes, with names like its own',
    line: 'POST /wides',
    status: 422,
    body: () =>
      valued(
        '[',
        (item) =>
          `{${Array.from({ length: 200 }, (_, index) => `"bRatherLongNameOfAnAttributeNumbe${item}${index}":1`).join(',')}}`,
        ']',
        201,
        100,
      ),
  },
  {
    name: 'every attribute of a wide resource, too long',
    line: 'POST /wides',
    status: 422,
    body: () =>
      valued(
        '[',
        () =>
          `{${Array.from({ length: MANY }, (_, index) => `"aRatherLongNameOfAnAttributeNumber${String(index).padStart(4, '0')}":"longer"`).join(',')}}`,
        ']',
        201,
        100,
      ),
  },
  {
    name: 'unknown names in an object',
    line: 'POST /kinds',
    status: 422,
    body: () => valued('{"title":"a","deep":{', (index) => `${short(index)}:1`, '}}', 1),
  },
  {
    name: 'unknown names in objects of an array',
    line: 'POST /kinds',
    status: 422,
    body: () => valued('{"title":"a","objects":[', (index) => `{${short(index)}:1}`, ']}', 2),
  },
  {
    name: 'unknown names deep in an object',
    line: 'POST /kinds',
    status: 422,
    body: () =>
      `{"title":"a","deep":${nestedIn(
        27,
        valued('{', (index) => `${short(index)}:1`, '}', 1, 80_000),
      )}}`,
  },
  {
    name: 'elements of another type',
    line: 'POST /kinds',
    status: 422,
    body: () => valued('{"title":"a","list":[', () => '""', ']}', 1),
  },
  {
    name: 'elements of another type, just few enough to be looked at each',
    line: 'POST /kinds',
    status: 422,
    body: () => valued('{"title":"a","list":[', () => '""', ']}', 1, 9_900),
  },
  {
    name: 'elements of another type, deep',
    line: 'POST /kinds',
    status: 422,
    body: () =>
      `{"title":"a","deep":${nestedIn(
        28,
        valued('[', () => '""', ']', 1, 9_900),
      )}}`,
  },
  {
    name: 'values that are none of many',
    line: 'POST /kinds',
    status: 422,
    isQuick: true,
    body: () => valued('{"title":"a","choices":[', () => '"b"', ']}', 1, 9_900),
  },
  {
    name: 'values that are none of very many',
    line: 'POST /kinds',
    status: 422,
    body: () => valued('{"title":"a","choices":[', () => '"b"', ']}', 1),
  },
  {
    name: 'dates beyond the years',
    line: 'POST /kinds',
    status: 422,
    body: () => valued('{"title":"a","dates":[', () => '"0000-01-01T00:00:00+01:00"', ']}', 1),
  },
  {
    name: 'elements that a function refuses',
    line: 'POST /kinds',
    status: 422,
    body: () => valued('{"title":"a","checked":[', () => '"y"', ']}', 1),
  },
  {
    name: 'words of three faults each',
    line: 'POST /kinds',
    status: 422,
    body: () => valued('{"title":"a","mails":[', () => '" "', ']}', 1, 9_900),
  },
  {
    name: 'words that stand twice',
    line: 'POST /kinds',
    status: 422,
    body: () => valued('{"title":"a","words":[', (index) => short(index >> 1), ']}', 1),
  },
  {
    name: 'objects that lack an attribute',
    line: 'POST /kinds',
    status: 422,
    body: () => valued('{"title":"a","objects":[', () => '{}', ']}', 1, 9_900),
  },
  { name: 'items with nothing', line: 'POST /kinds', status: 422, body: () => valued('[', () => '{}', ']', 1, 100) },
  {
    name: 'long texts that are no item',
    line: 'POST /kinds',
    status: 422,
    body: () => JSON.stringify('\u0001'.repeat(170_000)),
  },
  { name: 'spaces', line: 'POST /kinds', status: 422, body: () => `${' '.repeat(MOST_BODY_BYTES - 10)}{}` },
  {
    name: 'brackets',
    line: 'POST /kinds',
    status: 422,
    body: () => '['.repeat(MOST_BODY_BYTES / 2) + ']'.repeat(MOST_BODY_BYTES / 2),
  },
  {
    name: 'as many values as fit',
    line: 'POST /kinds',
    status: 201,
    body: () => valued('{"title":"a","any":{"a":[', () => '0', ']}}', 1),
    filling: 'small',
  },
  {
    name: 'as many objects as fit',
    line: 'POST /kinds',
    status: 201,
    body: () => valued('{"title":"a","any":{"a":[', () => '{}', ']}}', 1),
    filling: 'small',
  },
  {
    name: 'as many levels and values as fit',
    line: 'POST /kinds',
    status: 201,
    body: () =>
      `{"title":"a","deep":${nestedIn(
        28,
        valued('[', () => '0', ']', 1),
      )}}`,
    filling: 'small',
  },
  {
    name: 'a merge patch of unknown attributes',
    line: 'PATCH /wides/1',
    status: 422,
    isQuick: true,
    filling: 'small',
    body: () => valued('{', (index) => `"bRatherLongNameOfAnAttributeNumbe${index}":1`, '}', 1),
  },
  {
    name: 'a JSON Patch of what is none',
    line: 'PATCH /kinds/1',
    status: 400,
    headers: JSON_PATCH,
    body: () => valued('[', () => '{}', ']', 1),
  },
  {
    name: 'a JSON Patch that adds unknown attributes',
    line: 'PATCH /kinds/1',
    status: 422,
    headers: JSON_PATCH,
    filling: 'small',
    body: () => valued('[', (index) => `{"op":"add","path":"/${index}","value":1}`, ']', 4),
  },
  {
    name: 'a JSON Patch at the front of a long array',
    isQuick: true,
    line: 'PATCH /fats/1',
    status: 413,
    headers: JSON_PATCH,
    filling: 'empties',
    body: () => valued('[', () => '{"op":"add","path":"/any/0","value":0}', ']', 4),
  },
  {
    name: 'a JSON Patch that takes away and adds',
    line: 'PATCH /fats/1',
    status: 413,
    headers: JSON_PATCH,
    filling: 'empties',
    body: () => valued('[', () => '{"op":"move","from":"/any/0","path":"/any/1"}', ']', 4),
  },
  {
    name: 'a JSON Patch of one path of slashes',
    line: 'PATCH /kinds/1',
    status: 422,
    headers: JSON_PATCH,
    filling: 'small',
    body: () => `[{"op":"add","path":"${'/'.repeat(MOST_BODY_BYTES - 50)}","value":1}]`,
  },
];

/** A transaction of as many operations as are taken. */
function operations(operation: (index: number) => object, most = 100): string {
  return JSON.stringify({ operations: Array.from({ length: most }, (_, index) => operation(index)) });
}

const words = (length: number): string =>
  Array.from({ length: Math.floor(length / 4) }, (_, index) => `${index.toString(36).padStart(3, '0')}`).join(',');
const likeNames = (from: number, count: number): string =>
  Array.from({ length: count }, (_, index) => `bRatherLongNameOfAnAttributeNumbe${from + index}`).join(',');
const body = (index: number, count: number): object =>
  Object.fromEntries(
    Array.from({ length: count }, (_, name) => [`bRatherLongNameOfAnAttributeNumbe${index}x${name}`, 1]),
  );

const TRANSACTIONS: Case[] = [
  {
    name: 'operations with unknown fields',
    line: 'POST /transactions',
    status: 400,
    isQuick: true,
    body: () => operations((index) => ({ method: 'GET', path: `/wides/${index}?fields=${words(8_000)}` })),
  },
  {
    name: 'operations with fields of names like its own',
    line: 'POST /transactions',
    status: 400,
    isQuick: true,
    body: () =>
      operations((index) => ({ method: 'GET', path: `/wides/${index}?fields=${likeNames(index * 1000, 200)}` })),
  },
  {
    name: 'operations that expand unknown attributes',
    line: 'POST /transactions',
    status: 400,
    body: () => operations((index) => ({ method: 'GET', path: `/kinds/${index}?expand=${words(8_000)}` })),
  },
  {
    name: 'operations with unknown parameters',
    line: 'POST /transactions',
    status: 400,
    body: () =>
      operations((index) => ({ method: 'GET', path: `/wides/${index}?${words(8_000).replaceAll(',', '&')}` })),
  },
  {
    name: 'operations that make items of unknown attributes',
    line: 'POST /transactions',
    status: 422,
    body: () => operations((index) => ({ method: 'POST', path: '/wides', body: body(index, 180) })),
  },
  {
    name: 'operations that patch unknown attributes',
    line: 'POST /transactions',
    status: 422,
    filling: 'small',
    body: () => operations((index) => ({ method: 'PATCH', path: `/wides/${index}`, body: body(index, 180) })),
  },
  {
    name: 'a path of ampersands',
    line: 'POST /transactions',
    status: 400,
    body: () => operations(() => ({ method: 'GET', path: `/kinds/1?${'a&'.repeat(520_000)}` }), 1),
  },
  {
    name: 'a path of escapes',
    line: 'POST /transactions',
    status: 400,
    body: () => operations(() => ({ method: 'GET', path: `/kinds/${'%61'.repeat(340_000)}` }), 1),
  },
  {
    name: 'a path of slashes',
    line: 'POST /transactions',
    status: 400,
    body: () => operations(() => ({ method: 'GET', path: '/'.repeat(MOST_BODY_BYTES - 100) }), 1),
  },
  {
    name: 'unknown members of the transaction',
    line: 'POST /transactions',
    status: 422,
    body: () => valued('{', (index) => `${short(index)}:1`, '}', 1),
  },
  {
    name: 'unknown members of an operation',
    line: 'POST /transactions',
    status: 422,
    body: () => valued('{"operations":[{', (index) => `${short(index)}:1`, '}]}', 1),
  },
  {
    name: 'unknown headers of an operation',
    line: 'POST /transactions',
    status: 422,
    body: () =>
      valued(
        '{"operations":[{"method":"GET","path":"/kinds/1","headers":{',
        (index) => `${short(index)}:"1"`,
        '}}]}',
        1,
      ),
  },
  {
    name: 'operations on one item',
    line: 'POST /transactions',
    status: 422,
    body: () => operations(() => ({ method: 'GET', path: '/kinds/1' })),
  },
];

const URLS: Case[] = [
  { name: 'unknown fields', line: `GET /wides?fields=${words(8_000)}`, status: 400 },
  { name: 'an order of many names', line: `GET /wides?sort=${'a,'.repeat(4_000)}a`, status: 400, isQuick: true },
  {
    name: 'an order of known names',
    line: `GET /wides?sort=${Array.from({ length: MANY }, (_, index) => `aRatherLongNameOfAnAttributeNumber${String(index).padStart(4, '0')}`).join(',')}`,
    status: 400,
  },
  {
    name: 'unknown filters',
    line: `GET /wides?${Array.from({ length: 100 }, (_, index) => `bRatherLongNameOfAnAttributeNumbe${index}[eq]=1`).join('&')}`,
    status: 400,
  },
  { name: 'values of in', line: `GET /kinds?title[in]=${words(8_000)}`, status: 400 },
];

const FAT: Filling[] = ['text', 'empties', 'numbers', 'nulls', 'objects', 'powers', 'controls'];
const ids = Array.from({ length: 100 }, (_, index) => `i${String(index).padStart(4, '0')}`);

function readsOf(filling: Filling): Case[] {
  const isDense = filling === 'powers';
  const reads: [name: string, line: string, status: number, body?: (() => string) | undefined, isQuick?: boolean][] = [
    ['one item', 'GET /fats/1', 200],
    ['one item with what it refers to', 'GET /fats/1?expand=first,second', filling === 'controls' ? 413 : 200],
    ['a list', 'GET /fats?limit=100', 200],
    ['a list that a filter leaves nothing of', 'GET /fats?limit=100&first=none', 200],
    ['a list of named items', `GET /fats?id[in]=${ids.join(',')}&limit=100`, 200, undefined, isDense],
    ['a list with what it refers to', 'GET /fats?limit=100&expand=first,second', filling === 'controls' ? 413 : 200],
    ['a list of 64 shards', 'GET /shards?limit=100', 200],
    ['a list of 64 shards that a filter leaves nothing of', 'GET /shards?limit=100&title=none', 200],
    [
      'a transaction that reads',
      'POST /transactions',
      413,
      () => operations((index) => ({ method: 'GET', path: `/fats/${ids[index]}` })),
      isDense,
    ],
    [
      'a transaction that patches',
      'POST /transactions',
      413,
      () =>
        operations((index) => ({
          method: 'PATCH',
          path: `/fats/${ids[index]}`,
          headers: { Prefer: 'return=minimal' },
          body: { first: null },
        })),
    ],
    [
      'a transaction that patches nine',
      'POST /transactions',
      filling === 'powers' ? 413 : 200,
      () =>
        operations(
          (index) => ({
            method: 'PATCH',
            path: `/fats/${ids[index]}`,
            headers: { Prefer: 'return=minimal' },
            body: { first: null },
          }),
          9,
        ),
    ],
    ['a merge patch', 'PATCH /fats/1', 200, () => JSON.stringify({ first: null })],
    ['a JSON Patch', 'PATCH /fats/1', 200, () => JSON.stringify([{ op: 'remove', path: '/first' }])],
  ];
  return reads.map(([name, line, status, make, isQuick = false]) => ({
    name: `${name}, of ${filling}`,
    line,
    status,
    filling,
    isQuick,
    ...(make !== undefined && { body: make }),
    ...(name === 'a JSON Patch' && { headers: JSON_PATCH }),
  }));
}

const COUNTED: Case[] = [
  {
    name: 'a count of 64 shards',
    line: 'GET /shards?limit=1',
    status: 200,
    headers: { Prefer: 'count=exact' },
    filling: 'text',
  },
  {
    name: 'a list, the database taking 2 s',
    line: 'GET /fats?limit=100&first=none',
    status: 200,
    filling: 'small',
    delay: 2_000,
    remaining: 6_000,
  },
];

/** The worst requests, by what is bad about them. */
export const GROUPS: Readonly<Record<string, readonly Case[]>> = {
  'a body of one fault, a hundred thousand times': faultyBodies(),
  'a body as wide, deep or long as it can be': BODIES,
  'a transaction of bad operations': TRANSACTIONS,
  'a URL of bad parameters': URLS,
  'items of 400 kB': FAT.flatMap(readsOf),
  'a slow or sharded table': COUNTED,
};

export const CASES: readonly Case[] = Object.values(GROUPS).flat();
