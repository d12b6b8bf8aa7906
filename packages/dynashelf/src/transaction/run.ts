// Transactions run: what they ask for is carried out together, and asked for again where what they read has changed.
import type { Resource } from '../definition/resource';
import { uniqueGroups } from '../definition/unique-groups';
import { Problem, pointer } from '../problem';
import { backOff } from '../store/client/back-off';
import { toImage, type Image } from '../store/layout/record';
import type { Store } from '../store/store';
import { isMarked } from '../store/write/deletion-mark';
import { idempotency as outcomeRecord } from '../store/write/idempotency';
import { outbox } from '../store/write/outbox';
import { countFitting } from '../store/write/plan';
import type { Constraint, WritePlan } from '../store/write/constraint';
import type { Violation } from '../store/write/write';
import { nameOf, type Failure, type Origin, type PlaceFault } from './entry';
import { orReplay, Recorded, replay, type Idempotency, type Replayed } from './replay';
import type { ReadSet, Transaction } from './transaction';
import { openTransaction } from './open-transaction';
import { combine, failuresOf } from './violations';

/**
 * What a transaction comes to: its result, and the commit that makes it true. Without a commit nothing is left to be
 * done.
 */
export interface Attempt<R> {
  readonly result: R;
  /**
   * Carries out what the transaction asks for, all or nothing.
   * @param response the response to the result, which is recorded where the request has an idempotency key
   * @returns undefined where it is done; where what was read has changed, the attempt that has read it anew
   */
  readonly commit?: (response: object) => Promise<Attempt<R> | undefined>;
}

/** How a transaction runs. */
export interface RunOptions {
  readonly idempotency?: Idempotency | undefined;
  /**
   * Items that are read in any case, so that one request reads them all; `known` is how one is that has been read
   * (undefined: absent).
   */
  readonly reads?: readonly { readonly resource: Resource; readonly id: string; readonly known?: Image | undefined }[];
  /** Where a fault is; without it, at its place in the item that comes from there. */
  readonly place?: PlaceFault;
  /** Makes one problem of several failures. */
  readonly combine?: (failures: readonly Failure[]) => Problem;
  /** What is committed besides; where that is refused, another was faster, and the transaction ends with an error. */
  readonly besides?: Constraint;
  /** How many items the request makes, so that one that is too large can be told how many fit. */
  readonly items?: number;
  /** Whether violations of references too may come of what was read being old: then all is read anew. */
  readonly isExploring?: boolean;
}

/**
 * What a transaction does.
 * @returns the result, asked for when all images are known
 */
export type Run<R> = (transaction: Transaction) => Promise<() => R>;

/**
 * Whether a violation can come of an item, or an index, having been read before others changed it. An item that had its
 * mark already may keep it for long: its deletion was broken off, perhaps.
 */
function isOfReading(violation: Violation, { changes }: WritePlan): boolean {
  return violation.kind === 'deleting'
    ? !isMarked(changes[violation.change]!.oldImage?.record)
    : ['changed', 'referred', 'partition-changed'].includes(violation.kind);
}

const placeInside: PlaceFault = (origin: Origin, inner) => `${pointer(...origin)}${inner.slice(1)}`;

/**
 * Runs a transaction up to its commit.
 * @param run what it does; called again, from the beginning, where what it read has changed
 * @throws Problem what `run` throws, and the commit likewise: `conflict` for constraints and when the time is over,
 * `too-large`, `unavailable` where nobody knows what became of it
 */
export async function runTransaction<R>(
  store: Store,
  options: RunOptions,
  run: Run<R>,
): Promise<Attempt<R | Replayed>> {
  const { idempotency, reads: all = [] } = options;
  const known: ReadSet = new Map(
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
  const running = { store, options, known, run };
  return idempotency === undefined
    ? openAttempt(running, 0)
    : orReplay(store, idempotency, () => openAttempt(running, 0));
}

/** Runs a transaction and commits it, until that is done. Nothing is recorded of its response. */
export async function carryOut<R>(store: Store, options: Omit<RunOptions, 'idempotency'>, run: Run<R>): Promise<R> {
  for (let attempt: Attempt<R | Replayed> = await runTransaction(store, options, run); ;) {
    const next: Attempt<R | Replayed> | undefined = await attempt.commit!({});
    if (next === undefined) {
      // Without a key nothing is replayed.
      return attempt.result as R;
    }
    attempt = next;
  }
}

/** What the attempts of a transaction share. */
interface Running<R> {
  readonly store: Store;
  readonly options: RunOptions;
  /** What has been read so far. */
  readonly known: ReadSet;
  readonly run: Run<R>;
}

/**
 * Asks for what is to be done, again and again while what was read turns out to be old.
 * @param attempts how many there were before
 */
async function openAttempt<R>(running: Running<R>, attempts: number): Promise<Attempt<R | Replayed>> {
  for (let attempt = attempts; ; attempt++) {
    const { result, plan, violations, failures } = await prepare(running);
    if (violations.length === 0 && failures.length === 0) {
      return { result: result!, commit: (response) => commit(running, attempt, plan, response) };
    }
    await learnOrFail(running, attempt, plan, violations, failures);
  }
}

async function commit<R>(
  running: Running<R>,
  attempt: number,
  plan: Planned,
  response: object,
): Promise<Attempt<R | Replayed> | undefined> {
  const { store, options } = running;
  const send = async (): Promise<Attempt<R | Replayed> | undefined> => {
    refuseTooMany(plan, options.items, store.transactionSize);
    const violations = await store.commit(plan);
    if (violations.length === 0) {
      return undefined;
    }
    await learnOrFail(running, attempt, plan, violations, []);
    return openAttempt(running, attempt + 1);
  };
  const { idempotency } = options;
  if (idempotency === undefined) {
    return send();
  }
  outcomeRecord({ ...idempotency, response: JSON.stringify(response) })(plan, plan.changes);
  return orReplay(store, idempotency, send);
}

/**
 * Takes over what violations brought of the items as they are, and waits before the next attempt.
 * @throws Problem where another attempt would fail as well
 */
async function learnOrFail<R>(
  { store, options, known }: Running<R>,
  attempt: number,
  plan: Planned,
  violations: readonly Violation[],
  failures: readonly Failure[],
): Promise<void> {
  const recorded = violations.find((violation) => violation.kind === 'recorded');
  if (recorded !== undefined) {
    throw new Recorded(recorded.record);
  }
  if (violations.some(({ kind }) => kind === 'not-held')) {
    throw new Error('Another has the lease by now, and goes on.');
  }
  const changed = violations.filter((violation) => violation.kind === 'changed');
  if (
    options.isExploring === true &&
    failures.length === 0 &&
    violations.every((violation) => isOfReading(violation, plan))
  ) {
    known.clear();
  } else if (changed.length === 0 && !violations.some(({ kind }) => kind === 'partition-changed')) {
    throw (options.combine ?? combine)([...failures, ...failuresOf(violations, plan, options.place ?? placeInside)]);
  }
  if (options.isExploring !== true) {
    await learn(known, changed, plan);
  }
  await backOff(attempt, store.deadline);
}

/** A plan, and where in the request each of its changes comes from. */
type Planned = WritePlan & { readonly origins: readonly Origin[] };

interface Prepared<R> {
  /** Undefined where something failed. */
  readonly result: R | undefined;
  readonly plan: Planned;
  readonly violations: readonly Violation[];
  readonly failures: readonly Failure[];
}

/** Asks for what is to be done, and looks for all that stands in its way where something does. */
async function prepare<R>({ store, options, known, run }: Running<R>): Promise<Prepared<R>> {
  const { place = placeInside } = options;
  const { transaction, settle } = openTransaction(store, known, place);
  const finish = await run(transaction);
  const { changes, origins, failures, listed, messages } = await settle();
  const plan = { ...store.plan(changes, { listed }), origins };
  if (!globalThis.bundleLacks?.messages && messages.length > 0) {
    outbox(messages)(plan, changes);
  }
  options.besides?.(plan, changes);
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

/**
 * @throws Problem `too-large` where one transaction cannot hold the writes, saying of several items how many would fit
 */
function refuseTooMany(plan: WritePlan, items: number | undefined, most: number): void {
  const { size } = plan.writes;
  if (size > most) {
    const remedy =
      items === undefined
        ? `send fewer operations${orElements(plan)} at once.`
        : `the first ${countFitting(plan, most)} of the ${items} items would fit: send no more at once.`;
    throw new Problem(
      'too-large',
      `The request takes ${size} database actions (one for each item, unique value, item referred to and partition of a transactional index, and one for an idempotency key), and a transaction holds ${most}: ${remedy} Nothing was changed.`,
    );
  }
}

/** Of what one operation alone can have too many: elements that are unique. */
function orElements({ changes }: WritePlan): string {
  const names = new Set(changes.flatMap(({ resource }) => uniqueGroups(resource).flatMap(({ each }) => each ?? [])));
  return names.size === 0
    ? ''
    : `, or change fewer elements of ${[...names].map((name) => `"${name}"`).join(' and ')},`;
}

/** What a violation brought of the items as they are saves reading them again. */
async function learn(
  known: ReadSet,
  changed: readonly Extract<Violation, { kind: 'changed' }>[],
  { changes }: WritePlan,
): Promise<void> {
  for (const { change, current } of changed) {
    const { resource, id } = changes[change]!;
    known.set(nameOf(resource, id), current === undefined ? undefined : await toImage(resource, current));
  }
}
