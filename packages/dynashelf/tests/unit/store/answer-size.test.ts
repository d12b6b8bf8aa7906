// How many items fit into one answer: found without writing them, as it would be by writing them.

import fc from 'fast-check';

import { countFitting } from '../../../src/store/query/answer-size';
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

test('any items fit as many as their JSON within JSON says', () => {
  fc.assert(
    fc.property(fc.array(fc.dictionary(fc.constantFrom('a', 'title', 'x_1'), value), { maxLength: 30 }), (items) => {
      expect(countFitting(items)).toBe(written(items));
    }),
    { numRuns: runs(200) },
  );
});

test.each(['\u0001', '"', '\\', '\ud800', '\u2028', 'ü', '😀'])(
  'a page of %j alone is cut where it gets too large',
  (unit) => {
    const items = Array.from({ length: 100 }, () => ({ text: unit.repeat(10_000) }));
    expect(countFitting(items)).toBe(written(items));
  },
);
