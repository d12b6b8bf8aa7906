// Numbers as JSON writes them (RFC 8259 §6).

/** What is wrong with a number literal: what is read from it must be the value that was written. */
export function numberFault(literal: string): string | undefined {
  const number = Number(literal);
  if (!Number.isFinite(number) || significand(literal) !== significand(String(number))) {
    return 'The number cannot be kept as it is written (IEEE 754 double precision): round it to 15 digits, of a magnitude below 1e126.';
  }
  // DynamoDB keeps numbers of these magnitudes.
  const magnitude = Math.abs(number);
  if (magnitude !== 0 && (magnitude < 1e-130 || magnitude >= 1e126)) {
    return 'The number is too large or too small to be stored: its magnitude must be between 1e-130 and 1e126, or 0.';
  }
  return undefined;
}

/** A decimal literal in one form: digits without zeros at either end, and the exponent of the last. */
function significand(literal: string): string {
  const [, sign, whole, fraction = '', exponent = '0'] = /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([-+]?\d+))?$/.exec(literal)!;
  const digits = `${whole}${fraction}`.replace(/^0+/, '');
  let end = digits.length;
  // Not by a regular expression: on zeros that something else follows it takes quadratic time.
  while (digits[end - 1] === '0') {
    end--;
  }
  const trimmed = digits.slice(0, end);
  return trimmed === ''
    ? '0'
    : `${sign}${trimmed}e${Number(exponent) - fraction.length + digits.length - trimmed.length}`;
}
