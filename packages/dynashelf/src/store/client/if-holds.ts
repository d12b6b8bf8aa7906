// Requests of which the condition says whether they are carried out: one that does not hold is an answer, no error.
import { randomUUID } from 'node:crypto';
import { backOff } from './back-off';
import { isConditionFailure, isOutcomeUnknown, type CancellationReason } from './failure';
import type { Operations, Send } from './send';

/** One action of a transaction, in DynamoDB's words. */
export type TransactItem = NonNullable<Operations['TransactWriteItems']['input']['TransactItems']>[number];

/** Carries out a single write. @returns whether its condition held */
export async function ifHolds(request: () => Promise<unknown>): Promise<boolean> {
  try {
    await request();
    return true;
  } catch (error) {
    if (isConditionFailure(error)) {
      return false;
    }
    throw error;
  }
}

/**
 * Carries out a transaction, again while others are in its way, or it is throttled.
 * @param deadline when to give up, in milliseconds since 1970
 * @returns whether all its conditions held
 * @throws Problem `conflict` where the time would be over, `unavailable` where nobody knows whether it was carried out
 */
export async function ifAllHold(
  send: Send,
  TransactItems: readonly TransactItem[],
  deadline: number,
): Promise<boolean> {
  // For its token DynamoDB carries out a request once, however often it arrives.
  const request = { TransactItems: [...TransactItems], ClientRequestToken: randomUUID() };
  let mayBeDone = false;
  for (let attempt = 0; ; attempt++) {
    try {
      await send('TransactWriteItems', request);
      return true;
    } catch (error) {
      mayBeDone ||= isOutcomeUnknown(error);
      const { CancellationReasons: reasons } = error as { CancellationReasons?: readonly CancellationReason[] };
      const codes = reasons?.map(({ Code }) => Code) ?? [];
      if (codes.includes('ConditionalCheckFailed')) {
        return false;
      }
      if (!codes.some((code) => code === 'TransactionConflict' || TOO_FAST.has(code ?? ''))) {
        throw error;
      }
    }
    await backOff(attempt, deadline, mayBeDone);
  }
}

const TOO_FAST = new Set(['ThrottlingError', 'ProvisionedThroughputExceeded']);
