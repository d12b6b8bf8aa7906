// Plans carried out all or none: one conditional request where one record is written, else one transaction.
import { randomUUID } from 'node:crypto';
import { Problem } from '../../problem';
import { backOff } from '../client/back-off';
import {
  isConditionFailure,
  isOutcomeUnknown,
  throttled,
  toProblem,
  unknownOutcome,
  type CancellationReason,
} from '../client/failure';
import { TOKEN_LENGTH, WRITERS_ATTRIBUTE } from '../layout/table';
import type { AttributeMap } from '../layout/value';
import { isOutcomeKey } from './idempotency';
import type { WriteContext } from './single';
import { withItemSize, withSizeTogether } from './too-large';
import { readBack, sendAlone, toTransactItem, type Violation, type Write } from './write';

/** What a commit needs. */
export type CommitContext = Pick<WriteContext, 'send' | 'TableName' | 'token' | 'deadline'>;

/** How often a throttled transaction is sent; the transport repeats single requests itself, but not these. */
const MOST_THROTTLED = 5;

/**
 * Carries out writes, again and again while others are in the way of the transaction, not of its conditions.
 * @returns why it was not carried out, nothing having been written; empty where it was
 * @throws Problem `conflict` or `throttled` when the time is over, `unavailable` where nobody knows whether it was
 * carried out
 */
export async function commit(context: CommitContext, all: readonly Write[]): Promise<Violation[]> {
  const [only] = all;
  if (only === undefined) {
    return [];
  }
  return all.length === 1 && only.kind !== 'check' ? commitAlone(context, only) : commitTogether(context, all);
}

async function commitAlone({ send, TableName, token }: CommitContext, write: Write): Promise<Violation[]> {
  try {
    // The conditions of all but a new item name the one revision that was read: a second attempt can take no effect of
    // its own.
    await sendAlone(send, write, TableName, { once: write.kind === 'put' });
    return [];
  } catch (error) {
    if (!isConditionFailure(error) && !isOutcomeUnknown(error)) {
      throw withItemSize(error, [write]);
    }
    const isRefused = isConditionFailure(error);
    const current = isRefused ? error.Item : await readBack(send, write, TableName);
    const writers = tokens(current);
    // DELETE leaves no token: gone after an attempt that may have done it is done.
    if (write.kind === 'delete' ? current === undefined && isOutcomeUnknown(error) : writers.includes(token)) {
      return [];
    }
    // Where the tokens reach back to the record as it was found, this request's would be among them. Else nobody knows.
    if (isOutcomeUnknown(error) && (!isRefused || !listsWritersSince(write, current))) {
      throw unknownOutcome();
    }
    return requireMeaning(write.onConditionFailed(current), [write]);
  }
}

function tokens(record: AttributeMap | undefined): string[] {
  return record?.[WRITERS_ATTRIBUTE]?.S?.match(new RegExp(`.{${TOKEN_LENGTH}}`, 'g')) ?? [];
}

/**
 * Whether a record has the tokens of all who wrote it since it was found: one for each version. A write without a read
 * keeps no others'.
 */
function listsWritersSince({ basis }: Write, current: AttributeMap | undefined): boolean {
  const later = basis?.lastWriter === undefined ? -1 : tokens(current).indexOf(basis.lastWriter);
  return later >= 0 && Number(current?.['version']?.N) - basis!.version === later;
}

/**
 * @throws Error where conditions failed and mean nothing to the request: the store's own records are not as it left
 * them
 */
function requireMeaning(violations: Violation[], failed: readonly Write[]): Violation[] {
  if (violations.length === 0) {
    throw new Error(
      `Records are not as the table's own rules have them: ${failed.map(({ key }) => JSON.stringify(key)).join(', ')}.`,
    );
  }
  return violations;
}

async function commitTogether(
  { send, TableName, deadline }: CommitContext,
  writes: readonly Write[],
): Promise<Violation[]> {
  // For its token DynamoDB carries out a request once, however often it arrives (for ten minutes): also after a
  // conflict it is the same one.
  const request = {
    TransactItems: writes.map((write) => toTransactItem(write, TableName)),
    ClientRequestToken: randomUUID(),
  };
  let mayBeDone = false;
  for (let attempt = 0, refused = 0; ; attempt++) {
    try {
      await send('TransactWriteItems', request);
      return [];
    } catch (error) {
      mayBeDone ||= isOutcomeUnknown(error);
      const reasons = (error as { CancellationReasons?: CancellationReason[] }).CancellationReasons;
      if (reasons === undefined) {
        throw mayBeDone && error instanceof Problem
          ? unknownOutcome()
          : withItemSize(withSizeTogether(error, request), writes);
      }
      // Were it carried out, its token would have brought success.
      const failed = writes.filter((_write, index) => reasons[index]?.Code === 'ConditionalCheckFailed');
      if (failed.length > 0) {
        return requireMeaning(
          failed.flatMap((write) => write.onConditionFailed(reasons[writes.indexOf(write)]!.Item)),
          failed,
        );
      }
      refuseInvalid(reasons, writes, request);
      // The one under way may be an attempt of this request, of which the answer was lost.
      if (!mayBeDone) {
        refuseBusyKey(writes, reasons);
      }
      if (isThrottled(reasons) && ++refused === MOST_THROTTLED) {
        throw mayBeDone ? unknownOutcome() : throttled();
      }
    }
    await backOff(attempt, deadline, mayBeDone);
  }
}

function isThrottled(reasons: readonly CancellationReason[]): boolean {
  return reasons.some(({ Code }) => Code === 'ThrottlingError' || Code === 'ProvisionedThroughputExceeded');
}

/** Another request is at this moment writing the outcome of the same idempotency key. */
function refuseBusyKey(writes: readonly Write[], reasons: readonly CancellationReason[]): void {
  if (writes.some(({ key }, index) => isOutcomeKey(key) && reasons[index]?.Code === 'TransactionConflict')) {
    throw new Problem(
      'conflict',
      'A request with this idempotency key is still running: send it again in a second for its outcome.',
      { headers: { 'Retry-After': '1' } },
    );
  }
}

function refuseInvalid(reasons: readonly CancellationReason[], writes: readonly Write[], request: object): void {
  const index = reasons.findIndex(
    ({ Code }) => Code === 'ValidationError' || Code === 'ItemCollectionSizeLimitExceeded',
  );
  if (index >= 0) {
    const problem = toProblem({ name: 'ValidationException', message: reasons[index]!.Message });
    throw withItemSize(withSizeTogether(problem, request), [writes[index]!]);
  }
}
