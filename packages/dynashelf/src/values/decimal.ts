// Numbers as decimals, with all their digits: what doubles would round where they are added, and no division of them
// shows.

/** A decimal: its digits as a whole number, with its sign, and the power of ten that they are to be multiplied by. */
export type Decimal = readonly [digits: bigint, exponent: number];

/** A whole number as it is written, of so few digits that the sum of two is exact as a double. */
const SMALL_WHOLE = /^-?\d{1,15}$/;

/** Reads a number as it is written, such as `-1.5e-7`: a JSON literal, or what DynamoDB or JavaScript writes. */
export function readDecimal(text: string): Decimal {
  const [significand = '', exponent = '0'] = text.toLowerCase().split('e');
  const [whole = '', fraction = ''] = significand.split('.');
  return [BigInt(`${whole}${fraction}`), Number(exponent) - fraction.length];
}

/** The sum of two numbers as they are written, with every digit: a JSON literal. */
export function addDecimals(a: string, b: string): string {
  if (SMALL_WHOLE.test(a) && SMALL_WHOLE.test(b)) {
    return String(Number(a) + Number(b));
  }
  const [digits, exponent] = readDecimal(a);
  const [others, smallest] = readDecimal(b);
  const least = Math.min(exponent, smallest);
  const total = digits * 10n ** BigInt(exponent - least) + others * 10n ** BigInt(smallest - least);
  return total === 0n ? '0' : `${total}e${least}`;
}

/** A number as it is written, with the other sign. */
export function negate(text: string): string {
  return text === '0' ? text : text.startsWith('-') ? text.slice(1) : `-${text}`;
}
