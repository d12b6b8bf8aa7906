// Writes carried out all or none: one conditional request where one record is written, else one transaction.
import { randomUUID } from 'node:crypto';
import type { Resource } from '../definition/resource';
import { Problem } from '../problem';
import { sendAlone, toTransactItem, type Action, type Refusal } from './action';
import { backOff } from './back-off';
import { isConditionFailure, mayBeDone, toProblem, unknownOutcome, type CancellationReason } from './failure';
import { isKeptKey, keepActions, type Kept } from './idempotency';
import { TOKEN_LENGTH } from './next';
import { planWrites } from './plan-writes';
import type { Send } from './send';
import { WRITTEN_ATTRIBUTE } from './table';
import type { AttributeMap } from './value';
import type { Write } from './write';

/** DynamoDB's limit for one transaction. */
export const MOST_ACTIONS = 100;

/** How often a throttled transaction is sent; the SDK repeats single requests itself, but not these. */
const MOST_THROTTLED = 5;

export interface CommitOptions {
  readonly send: Send;
  readonly TableName: string;
  readonly resources: ReadonlyMap<string, Resource>;
  /** The token by which a record shows that this request wrote it. */
  readonly token: string;
  /** When to stop trying, in milliseconds since 1970. */
  readonly deadline: number;
}

export interface Commit {
  readonly writes: readonly Write[];
  /** The outcome to keep with them, for requests with an idempotency key. */
  readonly keep?: Kept | undefined;
}

/**
 * Carries out writes, again and again while others are in the way of the transaction, not of its conditions.
 * @returns why it was refused, nothing having been written; empty where it was done
 * @throws Problem `conflict` or `throttled` when the time is over
 */
export async function commit(options: CommitOptions, { writes, keep }: Commit): Promise<Refusal[]> {
  const orphans = new Set<string>();
  // Each round but the last finds an orphan more, so there are no more rounds than actions.
  for (;;) {
    const { actions, refusals } = planWrites(options.resources, writes, orphans);
    if (refusals.length > 0) {
      return refusals;
    }
    const refused = await carryOut(options, [...actions.values(), ...(keep === undefined ? [] : keepActions(keep))]);
    const orphaned = refused.filter((refusal) => refusal.kind === 'orphan');
    if (refused.length === 0 || refused.length > orphaned.length) {
      return refused.filter((refusal) => refusal.kind !== 'orphan');
    }
    orphaned.forEach(({ key }) => orphans.add(key));
  }
}

/** The number of actions that some writes take, of which a transaction holds {@link MOST_ACTIONS}. */
export function countActions(resources: ReadonlyMap<string, Resource>, { writes, keep }: Commit): number {
  return planWrites(resources, writes).actions.size + (keep === undefined ? 0 : keepActions(keep).length);
}

async function carryOut(options: CommitOptions, actions: Action[]): Promise<Refusal[]> {
  const [only] = actions;
  if (only === undefined) {
    return [];
  }
  return actions.length === 1 && only.kind !== 'check' ? carryOutAlone(options, only) : carryOutTogether(options, actions);
}

async function carryOutAlone({ send, TableName, token }: CommitOptions, action: Action): Promise<Refusal[]> {
  try {
    await sendAlone(send, action, TableName);
    return [];
  } catch (error) {
    if (!isConditionFailure(error)) {
      throw error;
    }
    const { Item } = error;
    const writers = Item?.[WRITTEN_ATTRIBUTE]?.S ?? '';
    // An earlier attempt, whose response was lost, took effect: its token is there, or the item is gone.
    if (action.kind === 'delete' ? Item === undefined && mayBeDone(error) : writers.includes(token)) {
      return [];
    }
    // Where the tokens reach back to the record as it was found, this request's would be among them. Else nobody knows.
    if (mayBeDone(error) && !reachesBack(action, Item)) {
      throw unknownOutcome();
    }
    return action.explain(Item);
  }
}

/** Whether a record has the tokens of all who wrote it since it was found: one for each version. A write without a read keeps no others'. */
function reachesBack({ basis }: Action, current: AttributeMap | undefined): boolean {
  const later = basis?.lastWriter === undefined ? -1 : (current?.[WRITTEN_ATTRIBUTE]?.S ?? '').indexOf(basis.lastWriter);
  return later >= 0 && Number(current?.['version']?.N) - basis!.version === later / TOKEN_LENGTH;
}

async function carryOutTogether({ send, TableName, deadline }: CommitOptions, actions: Action[]): Promise<Refusal[]> {
  // For its token DynamoDB carries out a request once, however often it arrives (for ten minutes): also after a conflict it is the same one.
  const request = { TransactItems: actions.map((action) => toTransactItem(action, TableName)), ClientRequestToken: randomUUID() };
  let isDoubtful = false;
  for (let attempt = 0, throttled = 0; ; attempt++) {
    try {
      await send('TransactWriteItems', request);
      return [];
    } catch (error) {
      isDoubtful ||= mayBeDone(error);
      const reasons = (error as { CancellationReasons?: CancellationReason[] }).CancellationReasons;
      if (reasons === undefined) {
        throw isDoubtful && error instanceof Problem ? unknownOutcome() : error;
      }
      // Were it carried out, its token would have brought success.
      const refusals = actions.flatMap((action, index) => (reasons[index]?.Code === 'ConditionalCheckFailed' ? action.explain(reasons[index].Item) : []));
      if (refusals.length > 0) {
        return refusals;
      }
      refuseInvalid(reasons);
      // The one under way may be an attempt of this request, of which the answer was lost.
      if (!isDoubtful) {
        refuseBusyKey(actions, reasons);
      }
      if (isThrottled(reasons) && ++throttled === MOST_THROTTLED) {
        throw isDoubtful ? unknownOutcome() : toProblem({ name: 'ThrottlingException' });
      }
    }
    await backOff(attempt, deadline, isDoubtful);
  }
}

function isThrottled(reasons: readonly CancellationReason[]): boolean {
  return reasons.some(({ Code }) => Code === 'ThrottlingError' || Code === 'ProvisionedThroughputExceeded');
}

/** Another request is at this moment writing the outcome of the same idempotency key. */
function refuseBusyKey(actions: readonly Action[], reasons: readonly CancellationReason[]): void {
  if (actions.some(({ key }, index) => isKeptKey(key) && reasons[index]?.Code === 'TransactionConflict')) {
    throw new Problem('conflict', 'A request with this idempotency key is still running: send it again in a second for its outcome.', { headers: { 'Retry-After': '1' } });
  }
}

function refuseInvalid(reasons: readonly CancellationReason[]): void {
  const invalid = reasons.find(({ Code }) => Code === 'ValidationError' || Code === 'ItemCollectionSizeLimitExceeded');
  if (invalid !== undefined) {
    throw toProblem({ name: 'ValidationException', message: invalid.Message });
  }
}
