// Reads and writes of several items that hold together: run, committed, and run again where others were faster.
import type { Resource } from '../definition/resource';
import { Problem, pointer, type Fault, type ProblemType } from '../problem';
import type { Refusal } from '../store/action';
import { backOff } from '../store/back-off';
import { MOST_ACTIONS, type Commit } from '../store/commit';
import { toFound, type Found } from '../store/record';
import type { Store } from '../store/store';
import { inUse } from './refusal';
import type { Idempotency, Result } from './result';
import { nameOf, openSession, type Known, type Place, type Session, type Settled } from './session';

export interface TransactOptions {
  readonly idempotency?: Idempotency | undefined;
  /** Items that are read in any case, so that one request reads them all; `known` is how one is that has been read (undefined: absent). */
  readonly reads?: readonly { readonly resource: Resource; readonly id: string; readonly known?: Found | undefined }[];
  /** Where a fault is; without it, at its place in the item that comes from there. */
  readonly place?: Place;
  /** The operation of the first of several items alone, so that a request that is too large can be told how many fit. */
  readonly items?: { readonly count: number; readonly runFirst: (session: Session, count: number) => Promise<Result> };
}

type Run = (session: Session) => Promise<Result>;

/** The record of what the first request of the same key was answered. */
interface Replayable {
  readonly kind: 'kept';
  readonly record: Found['record'];
}

/** The problems whose cause can be what the first request of the same key did, such as lending the last copy. */
const OF_STATE: readonly ProblemType[] = ['not-found', 'conflict', 'precondition-failed', 'invalid'];

const placeInside: Place = (origin, inner) => `${pointer(...origin)}${inner.slice(1)}`;

/**
 * Runs an operation until its writes are done, on the condition that all it read still is so.
 * @param run what the operation does; called again, from the beginning, where that is not so any more
 * @throws Problem what `run` throws, `conflict` for unique values and references and when the time is over, `too-large`
 */
export async function transact(store: Store, options: TransactOptions, run: Run): Promise<Result> {
  const { idempotency, reads: all = [] } = options;
  const known: Known = new Map(all.filter((one) => 'known' in one).map(({ resource, id, known: item }) => [nameOf(resource, id), item]));
  const reads = all.filter((one) => !('known' in one));
  if (reads.length > 0) {
    const { items, kept } = await store.lookUp(reads, idempotency?.name);
    if (kept !== undefined && idempotency !== undefined) {
      return replay(store, idempotency, kept);
    }
    reads.forEach(({ resource, id }, index) => known.set(nameOf(resource, id), items[index]));
  }
  const outcome = await attempt(store, options, known, run).catch(async (error: unknown): Promise<Replayable> => {
    const isOfState = error instanceof Problem && OF_STATE.includes(error.type);
    const kept = isOfState && idempotency !== undefined ? (await store.lookUp([], idempotency.name)).kept : undefined;
    if (kept === undefined) {
      throw error;
    }
    return { kind: 'kept', record: kept };
  });
  return outcome.kind === 'kept' ? replay(store, idempotency!, outcome.record) : outcome;
}

async function attempt(store: Store, options: TransactOptions, known: Known, run: Run): Promise<Result | Replayable> {
  const { place = placeInside } = options;
  for (let attempts = 0; ; attempts++) {
    const { result, settled, commit } = await prepare(store, options, known, run);
    await requireFit(store, options, known, commit);
    const refusals = await store.commit(commit);
    if (refusals.length === 0) {
      return result;
    }
    const kept = refusals.find((refusal) => refusal.kind === 'kept');
    if (kept !== undefined) {
      return kept;
    }
    const changed = refusals.filter((refusal) => refusal.kind === 'changed');
    if (changed.length === 0) {
      throw refused(refusals, settled, place);
    }
    await learn(known, changed, settled);
    await backOff(attempts, store.deadline);
  }
}

/** Runs the operation as far as its writes, which are not sent yet. */
async function prepare(store: Store, { idempotency, place = placeInside }: TransactOptions, known: Known, run: Run): Promise<{ result: Result; settled: Settled; commit: Commit }> {
  const { session, settle } = openSession(store, known, place);
  const result = await run(session);
  const settled = await settle();
  const keep = idempotency && { name: idempotency.name, fingerprint: idempotency.fingerprint, outcome: idempotency.keep(result) };
  return { result, settled, commit: { writes: settled.writes, keep } };
}

/** @throws Problem `too-large` where one transaction cannot hold the writes, saying of several items how many would fit */
async function requireFit(store: Store, options: TransactOptions, known: Known, whole: Commit): Promise<void> {
  const [write, ...others] = whole.writes;
  // One item on which nothing depends is one action.
  if (whole.keep === undefined && others.length === 0 && (write === undefined || store.isIndependent(write.resource))) {
    return;
  }
  const actions = store.countActions(whole);
  if (actions <= MOST_ACTIONS) {
    return;
  }
  const { items } = options;
  let remedy = 'send fewer operations at once.';
  if (items !== undefined) {
    let [fitting, tooMany] = [0, items.count];
    while (tooMany - fitting > 1) {
      const middle = (fitting + tooMany) >> 1;
      const { commit } = await prepare(store, options, known, (session) => items.runFirst(session, middle));
      [fitting, tooMany] = store.countActions(commit) <= MOST_ACTIONS ? [middle, tooMany] : [fitting, middle];
    }
    remedy = `the first ${fitting} of the ${items.count} items would fit: send no more at once.`;
  }
  throw new Problem('too-large', `The request takes ${actions} database actions (one for each item, unique value and item referred to, and one for an idempotency key), and a transaction holds ${MOST_ACTIONS}: ${remedy} Nothing was changed.`);
}

/** What a refusal brought of the items as they are saves reading them again. */
async function learn(known: Known, changed: Extract<Refusal, { kind: 'changed' }>[], { writes }: Settled): Promise<void> {
  for (const { write, current } of changed) {
    const { resource, id } = writes[write]!;
    known.set(nameOf(resource, id), current === undefined ? undefined : await toFound(resource, current));
  }
}

async function replay(store: Store, { name, fingerprint }: Idempotency, record: Found['record']): Promise<Result> {
  if (record['fingerprint']?.S !== fingerprint) {
    throw new Problem('invalid', 'This idempotency key was used for another request: use a new key for a new request.', {
      errors: [{ detail: 'Was used for another request.', header: 'Idempotency-Key' }],
    });
  }
  return { kind: 'replayed', outcome: await store.readKept(name, record) };
}

function refused(refusals: Refusal[], { writes, origins }: Settled, place: Place): Problem {
  const errors: Fault[] = refusals.flatMap((refusal) => {
    if (refusal.kind === 'changed' || refusal.kind === 'kept' || refusal.kind === 'orphan') {
      return [];
    }
    const { resource, id } = writes[refusal.write]!;
    const at = (...inner: string[]): string => place(origins[refusal.write] ?? [], pointer(...inner));
    switch (refusal.kind) {
      case 'taken': return [{ detail: `Another item of ${resource.name} has this "${refusal.attribute}": choose another value.`, pointer: at(refusal.attribute) }];
      case 'missing': return [{ detail: `"${refusal.attribute}" refers to an item that ${refusal.collection} does not have: name one that exists.`, pointer: at(refusal.attribute) }];
      case 'referred': return [{ detail: inUse(id, refusal.collections).detail, pointer: at() }];
    }
  });
  return new Problem('conflict', errors.length === 1 ? errors[0]!.detail : 'The request conflicts with items that exist: correct what "errors" names. Nothing was changed.', { errors });
}
