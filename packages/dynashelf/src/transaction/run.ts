// Transactions run: what they ask for is carried out together, and asked for again where what they read has changed.
import type { Resource } from '../definition/resource';
import { Problem, pointer, type ProblemType } from '../problem';
import { backOff } from '../store/client/back-off';
import { toImage, type Image } from '../store/layout/record';
import type { Store } from '../store/store';
import type { AttributeMap } from '../store/layout/value';
import { isMarked } from '../store/write/deletion-mark';
import { idempotency as outcomeRecord } from '../store/write/idempotency';
import { countFitting, type Plan } from '../store/write/plan';
import type { Violation } from '../store/write/write';
import { nameOf, type Failure, type Origin, type Place } from './entry';
import { openTransaction, type Known, type Transaction } from './transaction';
import { combine, failuresOf } from './violations';

/** A request that shall have its effect once, however often it is sent. */
export interface Idempotency<R> {
  /** A hash of the caller and the key. */
  readonly name: string;
  /** A hash of what makes the request the same. */
  readonly fingerprint: string;
  /** The response to a result, as text to be recorded with the changes. */
  readonly respond: (result: R) => string;
}

export interface RunOptions<R> {
  readonly idempotency?: Idempotency<R> | undefined;
  /**
   * Items that are read in any case, so that one request reads them all; `known` is how one is that has been read
   * (undefined: absent).
   */
  readonly reads?: readonly { readonly resource: Resource; readonly id: string; readonly known?: Image | undefined }[];
  /** Where a fault is; without it, at its place in the item that comes from there. */
  readonly place?: Place;
  /** Makes one problem of several failures. */
  readonly combine?: (failures: readonly Failure[]) => Problem;
  /** Looks at the result before anything is written, and throws a Problem to have nothing written. */
  readonly inspect?: (result: R) => void;
  /** How many items the request makes, so that one that is too large can be told how many fit. */
  readonly items?: number;
  /** Whether violations of references too may come of what was read being old: then all is read anew. */
  readonly isExploring?: boolean;
}

/** The response that was recorded for the first request of the same key. */
export interface Replayed {
  readonly kind: 'replayed';
  readonly response: string;
}

/**
 * What a transaction does.
 * @returns the result, asked for when all images are known
 */
export type Run<R> = (transaction: Transaction) => Promise<() => R>;

/** The problems whose cause can be what the first request of the same key did, such as lending the last copy. */
const OF_STATE: readonly ProblemType[] = ['not-found', 'conflict', 'precondition-failed', 'invalid'];

/**
 * Whether a violation can come of an item, or an index, having been read before others changed it. An item that had its
 * mark already may keep it for long: its deletion was broken off, perhaps.
 */
function isOfReading(violation: Violation, { changes }: Plan): boolean {
  return violation.kind === 'deleting'
    ? !isMarked(changes[violation.change]!.oldImage?.record)
    : violation.kind === 'changed' || violation.kind === 'referred';
}

const placeInside: Place = (origin: Origin, inner) => `${pointer(...origin)}${inner.slice(1)}`;

/**
 * Runs a transaction until its changes are carried out, on the condition that all it read still is so.
 * @param run what it does; called again, from the beginning, where that is not so any more
 * @throws Problem what `run` throws, `conflict` for constraints and when the time is over, `too-large`, `unavailable`
 * where nobody knows what became of it
 */
export async function runTransaction<R>(store: Store, options: RunOptions<R>, run: Run<R>): Promise<R | Replayed> {
  const { idempotency, reads: all = [] } = options;
  const known: Known = new Map(
    all.filter((one) => 'known' in one).map(({ resource, id, known: image }) => [nameOf(resource, id), image]),
  );
  const reads = all.filter((one) => !('known' in one));
  if (reads.length > 0) {
    const { images, outcome } = await store.lookUp(reads, idempotency?.name);
    if (outcome !== undefined && idempotency !== undefined) {
      return replay(store, idempotency, outcome);
    }
    reads.forEach(({ resource, id }, index) => known.set(nameOf(resource, id), images[index]));
  }
  try {
    return await attempt(store, options, known, run);
  } catch (error) {
    const isOfState = error instanceof Problem && OF_STATE.includes(error.type);
    const recorded =
      error instanceof Recorded
        ? error.record
        : isOfState && idempotency !== undefined
          ? (await store.lookUp([], idempotency.name)).outcome
          : undefined;
    if (recorded === undefined) {
      throw error;
    }
    return replay(store, idempotency!, recorded);
  }
}

/** Ends the attempts of a request whose key has an outcome already. */
class Recorded extends Error {
  constructor(readonly record: AttributeMap) {
    super('The idempotency key has an outcome.');
  }
}

async function attempt<R>(store: Store, options: RunOptions<R>, known: Known, run: Run<R>): Promise<R> {
  for (let attempts = 0; ; attempts++) {
    const { result, plan, violations, failures } = await prepare(store, options, known, run);
    const found =
      violations.length > 0 || failures.length > 0 ? violations : await carryOut(store, options, plan, result!);
    if (found.length === 0 && failures.length === 0) {
      return result!;
    }
    const recorded = found.find((violation) => violation.kind === 'recorded');
    if (recorded !== undefined) {
      throw new Recorded(recorded.record);
    }
    const changed = found.filter((violation) => violation.kind === 'changed');
    if (
      options.isExploring === true &&
      failures.length === 0 &&
      found.every((violation) => isOfReading(violation, plan))
    ) {
      known.clear();
    } else if (changed.length === 0) {
      throw (options.combine ?? combine)([...failures, ...failuresOf(found, plan, options.place ?? placeInside)]);
    }
    if (options.isExploring !== true) {
      await learn(known, changed, plan);
    }
    await backOff(attempts, store.deadline);
  }
}

interface Prepared<R> {
  /** Undefined where something failed. */
  readonly result: R | undefined;
  readonly plan: Plan & { readonly origins: readonly Origin[] };
  readonly violations: readonly Violation[];
  readonly failures: readonly Failure[];
}

/** Asks for what is to be done, and looks for all that stands in its way where something does. */
async function prepare<R>(
  store: Store,
  { place = placeInside }: RunOptions<R>,
  known: Known,
  run: Run<R>,
): Promise<Prepared<R>> {
  const { transaction, settle } = openTransaction(store, known, place);
  const finish = await run(transaction);
  const { changes, origins, failures } = await settle();
  const plan = { ...store.plan(changes), origins };
  if (failures.length > 0 || plan.violations.length > 0) {
    return {
      result: undefined,
      plan,
      violations: [...plan.violations, ...(await store.findViolations(plan))],
      failures,
    };
  }
  return { result: finish(), plan, violations: [], failures };
}

async function carryOut<R>(
  store: Store,
  { idempotency, inspect, items }: RunOptions<R>,
  plan: Plan,
  result: R,
): Promise<Violation[]> {
  inspect?.(result);
  if (idempotency !== undefined) {
    outcomeRecord({
      name: idempotency.name,
      fingerprint: idempotency.fingerprint,
      response: idempotency.respond(result),
    })(plan, plan.changes);
  }
  refuseTooMany(plan, items, store.transactionSize);
  return store.commit(plan);
}

/**
 * @throws Problem `too-large` where one transaction cannot hold the writes, saying of several items how many would fit
 */
function refuseTooMany(plan: Plan, items: number | undefined, most: number): void {
  const { size } = plan.writes;
  if (size > most) {
    const remedy =
      items === undefined
        ? 'send fewer operations at once.'
        : `the first ${countFitting(plan, most)} of the ${items} items would fit: send no more at once.`;
    throw new Problem(
      'too-large',
      `The request takes ${size} database actions (one for each item, unique value and item referred to, and one for an idempotency key), and a transaction holds ${most}: ${remedy} Nothing was changed.`,
    );
  }
}

/** What a violation brought of the items as they are saves reading them again. */
async function learn(
  known: Known,
  changed: readonly Extract<Violation, { kind: 'changed' }>[],
  { changes }: Plan,
): Promise<void> {
  for (const { change, current } of changed) {
    const { resource, id } = changes[change]!;
    known.set(nameOf(resource, id), current === undefined ? undefined : await toImage(resource, current));
  }
}

async function replay<R>(store: Store, { name, fingerprint }: Idempotency<R>, record: AttributeMap): Promise<Replayed> {
  if (record['fingerprint']?.S !== fingerprint) {
    throw new Problem(
      'invalid',
      'This idempotency key was used for another request: use a new key for a new request.',
      {
        errors: [{ detail: 'Was used for another request.', header: 'Idempotency-Key' }],
      },
    );
  }
  return { kind: 'replayed', response: await store.readResponse(name, record) };
}
