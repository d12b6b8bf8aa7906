// The checksum of a partition: equal for the same items in whichever order they came, different for any others.

import * as fc from 'fast-check';

import { checksumOf, itemHash, readChecksum } from '../../../src/store/layout/checksum';
import type { AttributeMap } from '../../../src/store/layout/value';
import { runs } from '../../setup/runs';

const record = fc
  .record({
    id: fc.string({ minLength: 1, maxLength: 5 }),
    version: fc.integer({ min: 1, max: 3 }),
    writer: fc.constantFrom('aaaaaaaa', 'bbbbbbbb'),
  })
  .map(({ id, version, writer }): AttributeMap => ({
    sk: { S: id },
    version: { N: String(version) },
    '#writers': { S: `${writer}earlier1` },
  }));
const records = fc.uniqueArray(record, { selector: ({ sk }) => sk!.S, maxLength: 8 });

test('it does not depend on the order', () => {
  fc.assert(
    fc.property(records, (items) => {
      expect(checksumOf(items.toReversed())).toEqual(checksumOf(items));
    }),
    { numRuns: runs(100) },
  );
});

test('any two different sets of items have different ones', () => {
  const text = (items: readonly AttributeMap[]): string =>
    JSON.stringify(items.map((item) => JSON.stringify(item)).sort());
  fc.assert(
    fc.property(records, records, (some, others) => {
      expect(checksumOf(some).sum === checksumOf(others).sum).toBe(text(some) === text(others));
    }),
    { numRuns: runs(200) },
  );
});

test('what is added and taken away again leaves it as it was', () => {
  fc.assert(
    fc.property(records, record, (items, one) => {
      expect(checksumOf([...items, one]).sum - itemHash(one)).toBe(checksumOf(items).sum);
    }),
    { numRuns: runs(100) },
  );
});

test('a hundred million items fit into the 38 digits of a number of DynamoDB', () => {
  fc.assert(
    fc.property(record, (one) => {
      expect(itemHash(one) < 10n ** 30n && itemHash(one) >= 0n).toBe(true);
    }),
  );
});

test('a partition that never had an item has a sum of 0', () => {
  expect(readChecksum(undefined)).toEqual({ sum: 0n, count: 0 });
  expect(readChecksum({ sum: { N: '123456789012345678901234567890123' }, items: { N: '7' } })).toEqual({
    sum: 123456789012345678901234567890123n,
    count: 7,
  });
});
