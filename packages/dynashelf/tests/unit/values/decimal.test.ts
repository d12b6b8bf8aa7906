// Sums of numbers as they are written: every digit of them.

import * as fc from 'fast-check';

import { addDecimals, negate, readDecimal } from '../../../src/values/decimal';

const NUMBER = fc.oneof(
  fc.integer(),
  fc.maxSafeInteger(),
  fc.double({ noNaN: true, noDefaultInfinity: true, min: -1e30, max: 1e30 }),
  fc.constantFrom(0, 0.1, 0.2, -0.3, 1e21, 1e-7, 123.456, -5e-130),
);

/** Both as whole numbers of one small unit. */
function scaled(text: string): bigint {
  const [digits, exponent] = readDecimal(text);
  return digits * 10n ** BigInt(exponent + 500);
}

test.each([
  ['0.1', '0.2', 0.3],
  ['1e21', '1', 1e21 + 1],
  ['4.35', '-4.35', 0],
  ['-0.1', '0.3', 0.2],
  ['9007199254740991', '0', 9007199254740991],
])('%s and %s are %d', (a, b, sum) => {
  expect(Number(addDecimals(a, b))).toBe(sum);
});

test('a sum has every digit, also where no double has them', () => {
  expect(scaled(addDecimals('9007199254740991', '2'))).toBe(scaled('9007199254740993'));
  expect(scaled(addDecimals('1e21', '1e-7'))).toBe(10n ** 521n + 10n ** 493n);
});

test('any numbers, added one by one in any order, have the sum of their decimals', () => {
  fc.assert(
    fc.property(fc.array(NUMBER, { maxLength: 20 }), (numbers) => {
      const texts = numbers.map(String);
      const expected = texts.reduce((sum, text) => sum + scaled(text), 0n);
      expect(scaled(texts.reduce(addDecimals, '0'))).toBe(expected);
      expect(scaled(texts.toReversed().reduce(addDecimals, '0'))).toBe(expected);
    }),
  );
});

test('what is added and taken away again leaves nothing', () => {
  fc.assert(
    fc.property(NUMBER, NUMBER, (start, number) => {
      const [from, by] = [String(start), String(number)];
      expect(scaled(addDecimals(addDecimals(from, by), negate(by)))).toBe(scaled(from));
    }),
  );
});
