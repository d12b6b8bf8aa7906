// Index keys: that text orders as the values do, ends by itself, and is no other value's.

import * as fc from 'fast-check';

import { defineResource } from '../../../src/definition/define-resource';
import { MOST_INDEXES } from '../../../src/definition/mistakes/indexes';
import { type Problem } from '../../../src/problem';
import { indexKeyNames, indexKeys } from '../../../src/store/layout/index-keys';
import { basePartitions, recordKey } from '../../../src/store/layout/record';
import {
  after,
  compareBytes,
  sortableBeginning,
  sortableNumber,
  sortableText,
} from '../../../src/store/layout/sortable';
import { INDEX_SLOTS } from '../../../src/store/layout/table';
import { runs } from '../../setup/runs';

const RUNS = { numRuns: runs(700) };
const numbers = fc.double({ noNaN: true, noDefaultInfinity: true });
/** Any Unicode, with characters that the form uses itself more often than chance has them. */
const texts = fc
  .array(
    fc.oneof(
      fc.constantFrom('\0', '\u0001', '\u0002', '\u0003', '#', 'a', 'b', '\uffff', '\u{10000}', '\u{10ffff}'),
      fc.string({ unit: 'binary', maxLength: 2 }),
    ),
    { maxLength: 6 },
  )
  .map((parts) => parts.join(''));
const ids = fc.stringMatching(/^[A-Za-z0-9._~-]{1,6}$/);

const sign = (order: number): number => Math.sign(order);
const byNumber = (a: number, b: number): number => (a < b ? -1 : a > b ? 1 : 0);
/** By code point, without bytes. */
const byCodePoint = (a: string, b: string): number => {
  const [left, right] = [[...a], [...b]];
  const at = left.findIndex((character, index) => character !== right[index]);
  return at < 0
    ? left.length - right.length
    : right[at] === undefined
      ? 1
      : left[at]!.codePointAt(0)! - right[at].codePointAt(0)!;
};

test('the form of finite doubles orders as the doubles do, zero of either sign being one', () => {
  fc.assert(
    fc.property(numbers, numbers, (a, b) => {
      expect(compareBytes(sortableNumber(a), sortableNumber(b))).toBe(byNumber(a, b));
    }),
    RUNS,
  );
  const ordered = [
    -Number.MAX_VALUE,
    -1e300,
    -2,
    -1.5,
    -1,
    -Number.MIN_VALUE,
    0,
    Number.MIN_VALUE,
    Number.EPSILON,
    1,
    1 + Number.EPSILON,
    2,
    10,
    2 ** 53,
    1e300,
    Number.MAX_VALUE,
  ];
  expect(ordered.map(sortableNumber)).toEqual([...ordered.map(sortableNumber)].sort());
  expect(sortableNumber(-0)).toBe(sortableNumber(0));
  expect(ordered.every((number) => /^[0-9a-f]{16}$/.test(sortableNumber(number)))).toBe(true);
});

test('neighbouring doubles have neighbouring forms', () => {
  fc.assert(
    fc.property(fc.bigInt({ min: 0n, max: 0x7fefffffffffffffn }), fc.boolean(), (bits, negative) => {
      const view = new DataView(new ArrayBuffer(8));
      const double = (one: bigint): number => {
        view.setBigUint64(0, one);
        return negative ? -view.getFloat64(0) : view.getFloat64(0);
      };
      const [a, b] = [double(bits), double(bits + 1n)];
      fc.pre(Number.isFinite(a) && Number.isFinite(b));
      expect(sign(compareBytes(sortableNumber(a), sortableNumber(b)))).toBe(byNumber(a, b));
    }),
    RUNS,
  );
});

test('the form of strings orders by code point, a prefix before what it begins', () => {
  fc.assert(
    fc.property(texts, texts, (a, b) => {
      expect(sign(compareBytes(sortableText(a), sortableText(b)))).toBe(sign(byCodePoint(a, b)));
      expect(sign(compareBytes(a, b))).toBe(sign(byCodePoint(a, b)));
    }),
    RUNS,
  );
});

test('forms one after another, and an id at the end, order by the first, then the second, then the id', () => {
  fc.assert(
    fc.property(
      texts,
      numbers,
      texts,
      ids,
      fc.tuple(fc.option(texts), fc.option(numbers), fc.option(texts), fc.option(ids)),
      (a, b, c, d, [e, f, g, h]) => {
        const [w, x, y, z] = [e ?? a, f ?? b, g ?? c, h ?? d];
        const key = (one: string, two: number, three: string, id: string): string =>
          `${sortableText(one)}${sortableNumber(two)}${sortableText(three)}${id}`;
        expect(sign(compareBytes(key(a, b, c, d), key(w, x, y, z)))).toBe(
          sign(byCodePoint(a, w) || byNumber(b, x) || byCodePoint(c, y) || byCodePoint(d, z)),
        );
      },
    ),
    RUNS,
  );
});

test('a string begins with another exactly where its form begins with the other’s beginning', () => {
  fc.assert(
    fc.property(texts, texts, fc.boolean(), (a, b, joined) => {
      const whole = joined ? `${a}${b}` : b;
      expect(sortableText(whole).startsWith(sortableBeginning(a))).toBe(whole.startsWith(a));
    }),
    RUNS,
  );
});

test('what comes after a form is after all that begin with it and before all that are greater', () => {
  fc.assert(
    fc.property(texts, texts, ids, ids, (a, b, c, d) => {
      fc.pre(byCodePoint(a, b) < 0);
      expect(compareBytes(`${sortableText(a)}${c}`, after(sortableText(a)))).toBeLessThan(0);
      expect(compareBytes(after(sortableText(a)), `${sortableText(b)}${d}`)).toBeLessThan(0);
    }),
    RUNS,
  );
});

const things = defineResource({
  name: 'things',
  description: 'Things.',
  schema: {
    text: { type: String, maxLength: 800 },
    number: Number,
    flag: Boolean,
    moment: Date,
    day: { type: { value: Date, settings: { storage: 'iso' } } },
  },
  indexes: {
    byText: { partition: 'text', sort: 'number' },
    byNumber: { partition: 'number' },
    byFlag: { partition: 'flag', sort: ['day', 'moment'] },
    byTextAlone: { sort: 'text' },
  },
});

test('an index takes the slot of its place, and keys name collection, index and value', () => {
  expect(
    indexKeys(things, 'x', {
      text: { S: 'a#b' },
      number: { N: '1' },
      flag: { BOOL: true },
      day: { S: '2026-01-01T00:00:00.000Z' },
      moment: { N: '5' },
    }),
  ).toEqual({
    gsi1pk: { S: 'things#byText#a#b' },
    gsi1sk: { S: `${sortableNumber(1)}x` },
    gsi2pk: { S: 'things#byNumber#1' },
    gsi2sk: { S: 'x' },
    gsi3pk: { S: 'things#byFlag#true' },
    gsi3sk: { S: `2026-01-01T00:00:00.000Z\u0001${sortableNumber(5)}x` },
    gsi4pk: { S: 'things#byTextAlone' },
    gsi4sk: { S: 'a#b\u0001x' },
  });
  expect(indexKeyNames(things)).toEqual([
    'gsi1pk',
    'gsi1sk',
    'gsi2pk',
    'gsi2sk',
    'gsi3pk',
    'gsi3sk',
    'gsi4pk',
    'gsi4sk',
  ]);
});

test('an item that lacks an attribute of an index, or holds another type in it, is not in it', () => {
  expect(Object.keys(indexKeys(things, 'x', { number: { N: '1' } }))).toEqual(['gsi2pk', 'gsi2sk']);
  expect(indexKeys(things, 'x', { text: { N: '1' }, number: { S: '1' }, flag: { NULL: true } })).toEqual({});
});

test('numbers that are equal share a partition, however they are written', () => {
  const partition = (N: string): unknown => indexKeys(things, 'x', { number: { N } })['gsi2pk'];
  expect(partition('-0')).toEqual(partition('0'));
  expect(partition('1.50')).toEqual(partition('15e-1'));
});

test('different values have different partitions', () => {
  fc.assert(
    fc.property(texts, texts, (a, b) => {
      const [one, other] = [a, b].map((S) => indexKeys(things, 'x', { text: { S }, number: { N: '1' } })['gsi1pk']!.S);
      expect(one === other).toBe(a === b);
    }),
  );
});

test('keys as long as DynamoDB takes are written; one byte more is a fault of the attribute', () => {
  const faults = (text: string, more: object = {}): unknown => {
    try {
      indexKeys(things, 'i'.repeat(128), { text: { S: text }, ...more });
      return undefined;
    } catch (error) {
      return (error as Problem).type === 'invalid' && (error as Problem).more.errors;
    }
  };
  expect(faults('a'.repeat(1024 - 129))).toBeUndefined();
  const detail = expect.stringMatching(
    /too long for the index "byTextAlone", whose key has at most 1024 bytes/,
  ) as unknown;
  expect(faults('a'.repeat(1024 - 128))).toEqual([{ detail, pointer: '#/text' }]);
  expect(faults('é'.repeat(600))).toEqual([{ detail, pointer: '#/text' }]);
  expect(faults('\u0000'.repeat(448))).toEqual([{ detail, pointer: '#/text' }]);
  expect(faults('€'.repeat(2048 / 3), { number: { N: '1' } })).toEqual([
    { detail: expect.stringMatching(/"byText", whose key has at most 2048/) as unknown, pointer: '#/text' },
    { detail, pointer: '#/text' },
  ]);
});

test('a resource may declare as many indexes as the table has slots', () => {
  expect(MOST_INDEXES).toBe(INDEX_SLOTS);
  const define = (count: number): unknown =>
    defineResource({
      name: 'many',
      description: 'Many.',
      schema: { a: Number },
      indexes: Object.fromEntries(Array.from({ length: count }, (_, index) => [`by${index}`, { sort: 'a' as const }])),
    });
  expect(() => define(MOST_INDEXES)).not.toThrow();
  expect(() => define(MOST_INDEXES + 1)).toThrow(
    /there are 11 indexes, and the table has room for 10 of one resource: remove/,
  );
});

test('shards are spread evenly, whatever the ids are, and an id is always in the same', () => {
  const resource = { name: 'things', shards: 8 };
  expect(basePartitions({ name: 'things', shards: 1 })).toEqual(['things']);
  expect(basePartitions(resource)).toContain('things#7/8');
  for (const idOf of [
    (index: number) => String(index),
    (index: number) => `item-${index}`,
    (index: number) => `0190a1b2-c3d4-7000-8000-${index.toString(16).padStart(12, '0')}`,
  ]) {
    const counts = new Map<string, number>(basePartitions(resource).map((partition) => [partition, 0]));
    for (let index = 0; index < 8000; index++) {
      const partition = recordKey(resource, idOf(index))['pk']!.S!;
      counts.set(partition, counts.get(partition)! + 1);
    }
    expect(counts.size).toBe(8);
    expect(Math.min(...counts.values())).toBeGreaterThan(850);
    expect(Math.max(...counts.values())).toBeLessThan(1150);
  }
});
