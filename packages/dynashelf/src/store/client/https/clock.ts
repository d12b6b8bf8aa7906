// Our clock held against DynamoDB's: a signature is refused where they differ by five minutes.
import type { IncomingHttpHeaders } from 'node:http';

/** Milliseconds from which on clocks count as different. */
const TOLERANCE = 240_000;

const REFUSALS = new Set([
  'AccessDeniedException',
  'AuthFailure',
  'InvalidSignatureException',
  'RequestExpired',
  'RequestInTheFuture',
  'RequestTimeTooSkewed',
  'SignatureDoesNotMatch',
]);

/**
 * By how much DynamoDB's clock is ahead of ours, in milliseconds, where that explains a refusal.
 * @param signed the difference by which the refused request was signed
 */
export function skewOf({ name }: Error, { date = '' }: IncomingHttpHeaders, signed: number): number | undefined {
  const skew = Date.parse(date) - Date.now();
  return REFUSALS.has(name) && Math.abs(skew - signed) >= TOLERANCE ? skew : undefined;
}
