// Waiting while others are in the way: a random time that grows, within what is left of the request's.
import { setTimeout as pause } from 'node:timers/promises';
import { Problem } from '../../problem';
import { isConditionFailure, isOutcomeUnknown, unknownOutcome, markOutcomeUnknown } from './failure';
import type { Send } from './send';

/** Milliseconds of the longest first pause, and of the longest at all. */
const FIRST = 20;
const LONGEST = 1_000;

/**
 * Waits before a further attempt.
 * @param attempt how many have failed, less one
 * @param deadline when to give up, in milliseconds since 1970
 * @param mayBeDone whether one of them may have been carried out all the same
 * @throws Problem `conflict` with `Retry-After` where the time would be over; `unavailable` where there is doubt
 */
export async function backOff(attempt: number, deadline: number, mayBeDone = false): Promise<void> {
  const delay = Math.random() * Math.min(FIRST * 2 ** attempt, LONGEST);
  if (Date.now() + delay > deadline) {
    if (mayBeDone) {
      throw unknownOutcome();
    }
    throw new Problem('conflict', 'Other writers kept changing the same items: send the request again.', {
      headers: { 'Retry-After': '1' },
    });
  }
  await pause(delay);
}

/** A `send` that repeats a single write while a transaction on the same item is under way. */
export function retryOnTransactionConflict(send: Send, deadline: number): Send {
  return async (operation, input, options) => {
    let mayBeDone = false;
    for (let attempt = 0; ; attempt++) {
      try {
        return await send(operation, input, options);
      } catch (error) {
        mayBeDone ||= isOutcomeUnknown(error);
        if ((error as Error).name !== 'TransactionConflictException') {
          throw mayBeDone ? toUnknownOutcome(error) : error;
        }
      }
      await backOff(attempt, deadline, mayBeDone);
    }
  };
}

/** The last error, where an attempt before it may have been carried out. */
function toUnknownOutcome(error: unknown): unknown {
  return isConditionFailure(error)
    ? markOutcomeUnknown(error)
    : error instanceof Problem
      ? markOutcomeUnknown(unknownOutcome())
      : error;
}
