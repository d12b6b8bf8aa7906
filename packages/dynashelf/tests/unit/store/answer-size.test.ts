// How many items fit into one answer: found without writing them, as it would be by writing them.

import fc from 'fast-check';

import type { Json, JsonObject } from '../../../src/values/json';
import { bytesBeyond, countFitting, isSendable, MOST_SENT } from '../../../src/store/query/answer-size';
import { runs } from '../../setup/runs';

const MOST_BYTES = 4 * 1024 * 1024;

/** As the runtime does it: the body, which is JSON, once more as JSON. */
function written(items: readonly object[]): number {
  let bytes = 0;
  const last = items.findIndex(
    (item) => (bytes += Buffer.byteLength(JSON.stringify(JSON.stringify(item)))) > MOST_BYTES,
  );
  return last < 0 ? items.length : Math.max(last, 1);
}

const text = fc
  .tuple(fc.string({ unit: 'binary', maxLength: 5 }), fc.integer({ min: 0, max: 60_000 }))
  .map(([unit, count]) => unit.repeat(count));
const number = fc.oneof(
  fc.double({ noDefaultInfinity: true, noNaN: true }),
  fc.constantFrom(-1.7976931348623157e308, 5e-324, -123456789.12345678),
);
const value = fc.oneof(
  text,
  number,
  fc.boolean(),
  fc.constant(null),
  fc.array(fc.oneof(number, fc.boolean(), fc.constantFrom('', '\u0001', '"\\', '\u2028', 'ü😀'))),
  fc.dictionary(fc.string({ maxLength: 10 }), text, { maxKeys: 3 }),
);

/** An item that takes so many bytes as JSON within JSON. */
const item = (bytes: number): object => ({ t: 'x'.repeat(bytes - 14) });

test.each<[string, number[], number]>([
  ['no item', [], 0],
  ['all items that fit exactly', [1_000_000, MOST_BYTES - 1_000_000], 2],
  ['all items but the last, which is a byte too much', [1_000_000, MOST_BYTES - 999_999], 1],
  ['items up to one in the middle', [1_000_000, 2_000_000, 2_000_000, 100], 2],
  ['the first item, however long', [MOST_BYTES + 1, 100], 1],
  ['all of many short items', Array.from({ length: 100 }, () => 100), 100],
])('a page holds %s', (_what, sizes, count) => {
  expect(countFitting(sizes.map(item))).toBe(count);
});

test('a body is sent up to its limit, and what is beyond is known to the byte', () => {
  expect([isSendable(item(MOST_SENT)), isSendable(item(MOST_SENT + 1))]).toEqual([true, false]);
  expect([bytesBeyond(100, item(100)), bytesBeyond(100, item(101)), bytesBeyond(100, item(5000))]).toEqual([
    undefined,
    101,
    5000,
  ]);
});

test.each<[string, unknown, number]>([
  ['text', 'x'.repeat(50), 355],
  ['no text', '', 5],
  ['a number', 7, 25],
  ['a list of them', [7, 8], 5 + 2 * (7 + 6 + 25)],
  ['an object', { name: 'x' }, 5 + 28 + 6 + 12],
  ['null', null, 5],
])('%s that may have %i bytes at most is not written to see how many they are', (_what, body, most) => {
  const written = jest.spyOn(JSON, 'stringify');
  expect(bytesBeyond(most, body)).toBeUndefined();
  expect(written).not.toHaveBeenCalled();
  bytesBeyond(most - 1, body);
  expect(written).toHaveBeenCalled();
  written.mockRestore();
});

test('a page of short items is not written to see whether it fits', () => {
  const written = jest.spyOn(JSON, 'stringify');
  expect(countFitting([item(100), item(100)])).toBe(2);
  expect(written).not.toHaveBeenCalled();
  written.mockRestore();
});

test('any items fit as many as their JSON within JSON says', () => {
  fc.assert(
    fc.property(fc.array(fc.dictionary(fc.constantFrom('a', 'title', 'x_1'), value), { maxLength: 30 }), (items) => {
      expect(countFitting(items)).toBe(written(items));
    }),
    { numRuns: runs(80) },
  );
});

/**
 * Bytes of a value in a record, as DynamoDB counts them: text in UTF-8, a number one byte and one for two digits, lists
 * and maps three and one for each element.
 */
function storedBytes(stored: Json): number {
  switch (typeof stored) {
    case 'string':
      return Buffer.byteLength(stored);
    case 'number':
      return 1 + Math.ceil(stored.toExponential().replace(/e.*|[^0-9]/g, '').length / 2);
    case 'object':
      return stored === null
        ? 1
        : Object.entries(stored).reduce(
            (sum, [name, inner]) =>
              sum + 1 + (Array.isArray(stored) ? 0 : Buffer.byteLength(name)) + storedBytes(inner),
            3,
          );
    default:
      return 1;
  }
}

test('what records of 167 kB hold fits, whatever it is, so that nobody looks', () => {
  fc.assert(
    fc.property(fc.dictionary(fc.string({ minLength: 1, maxLength: 3 }), value, { maxKeys: 30 }), (one) => {
      const item = JSON.parse(JSON.stringify(one).toWellFormed()) as JsonObject;
      const written = Buffer.byteLength(JSON.stringify(JSON.stringify(item)));
      expect(written).toBeLessThanOrEqual(25 * storedBytes(item));
    }),
    { numRuns: runs(80) },
  );
  const read = jest.fn<string, []>(() => '');
  const items = [{ toJSON: read }, Object.defineProperty({}, 'text', { get: read, enumerable: true })];
  expect(countFitting(items, MOST_BYTES / 25)).toBe(2);
  expect(read).not.toHaveBeenCalled();
  expect(countFitting(items, MOST_BYTES / 25 + 1)).toBe(2);
  expect(read).toHaveBeenCalled();
});

test.each(['\u0001', '"', '\\', '\ud800', '\u2028', 'ü', '😀'])(
  'a page of %j alone is cut where it gets too large',
  (unit) => {
    const items = Array.from({ length: 100 }, () => ({ text: unit.repeat(10_000) }));
    expect(countFitting(items)).toBe(written(items));
  },
);
