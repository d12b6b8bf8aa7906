// Whether a number is a multiple of another (JSON Schema validation §6.2.1), as both are written: 0.3 is one of 0.1,
// though the quotient of the two doubles is no whole number.
import { readDecimal } from './decimal';

/** Whether a number is a whole multiple of a factor; nothing is one of a factor that is not above 0. */
export function isMultiple(value: number, factor: number): boolean {
  if (!Number.isFinite(value) || !(factor > 0)) {
    return false;
  }
  if (Number.isSafeInteger(value) && Number.isSafeInteger(factor)) {
    return value % factor === 0;
  }
  const [digits, exponent] = readDecimal(String(value));
  const [ofFactor, smallest] = readDecimal(String(factor));
  const shift = exponent - smallest;
  return (shift >= 0 ? (digits * 10n ** BigInt(shift)) % ofFactor : digits % (ofFactor * 10n ** BigInt(-shift))) === 0n;
}
