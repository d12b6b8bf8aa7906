// How long what failed is left before it is tried again.

const MINUTE = 60_000;

/** Milliseconds until an attempt that failed is followed by another: a minute, then twice as long, to an hour. */
export function pauseAfter(attempt: number): number {
  return Math.min(MINUTE * 2 ** (attempt - 1), 60 * MINUTE);
}
