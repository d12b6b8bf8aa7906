// DELETE of one item, and of what goes with it.
import { preconditionsHold } from '../store/write/preconditions';
import { referrersOf } from '../store/write/references';
import { carryOut, runTransaction } from '../transaction/run';
import type { Failure, Origin } from '../transaction/entry';
import type { Transaction } from '../transaction/transaction';
import { inUse, partlyBeingDeleted } from '../transaction/violations';
import { leadsToOnWrite } from '../definition/on-write';
import type { Resource } from '../definition/resource';
import type { Store } from '../store/store';
import { Problem } from '../problem';
import { cascades, obstacle, takeAlong } from './cascade';
import { deleteGradually, isBeingDeletedItself } from './gradual-deletion';
import { refusal, requireItem, type Demands } from './refusal';
import type { Operation, Result } from './result';

/** What deleting an item takes. */
export type DeleteInput = Demands;

/**
 * Deletes an item, with those that go with it.
 * @throws Problem `not-found`, `precondition-failed`, `forbidden`, `conflict` where others refer to it
 */
export const deleteItem: Operation<DeleteInput> = async (resource, input, store) => {
  const { id, permission, preconditions } = input;
  if (cascades(store.resources, resource)) {
    return { result: await deleteWithReferrers(resource, input, store) };
  }
  if (!store.isIndependent(resource) || permission.grant !== 'all') {
    return runTransaction<Result>(store, { reads: [{ resource, id }] }, (transaction) =>
      deleteIn(transaction, resource, input),
    );
  }
  const refused = await store.delete(resource, id, preconditions);
  if (refused === undefined) {
    return { result: { kind: 'deleted' } };
  }
  const { current } = refused;
  throw current !== undefined && preconditionsHold(preconditions, current.record) && refused.referring.length > 0
    ? inUse(id, refused.referring)
    : refusal(resource, id, current, input);
};

/** Deletes an item, and nothing with it, within a transaction. */
export async function deleteIn(
  transaction: Transaction,
  resource: Resource,
  demands: Demands,
  origin?: Origin,
): Promise<() => Result> {
  requireItem(await transaction.read(resource, demands.id), resource, demands);
  await transaction.delete(resource, demands.id, origin);
  return () => ({ kind: 'deleted' });
}

/** Deletes an item with what refers to it: in one transaction where all fits into it, else step by step. */
async function deleteWithReferrers(resource: Resource, demands: Demands, store: Store): Promise<Result> {
  const { id } = demands;
  await requireDeletable(resource, store, new Set());
  let own: Problem | undefined;
  try {
    const combine = (failures: readonly Failure[]): Problem => {
      own = failures.find(({ kind }) => kind === 'own')?.problem;
      const isMarked = failures.some(({ kind }) => kind === 'deleting');
      return own ?? (isMarked ? partlyBeingDeleted(resource.name, id) : obstacle(failures));
    };
    return await carryOut<Result>(store, { isExploring: true, combine }, async (transaction) => {
      const image = await transaction.read(resource, id);
      if (image !== undefined && isBeingDeletedItself(image)) {
        throw new TooLarge(true);
      }
      requireItem(image, resource, demands);
      if (!(await takeAlong(transaction, store, resource, id))) {
        throw new TooLarge(false);
      }
      return () => ({ kind: 'deleted' });
    });
  } catch (error) {
    const isTooLarge = error instanceof TooLarge || (error instanceof Problem && error.kind === 'too-large');
    if (!isTooLarge || error === own) {
      throw error;
    }
    const isUnderWay = error instanceof TooLarge && error.isUnderWay;
    if (!isUnderWay && leadsToOnWrite(store.resources, resource)) {
      throw new Problem(
        'too-large',
        `What goes or changes with "${id}" of ${resource.name} takes more than the ${store.transactionSize} database actions of one transaction, in which onWrite of a resource file is to be called: delete what refers to it first, in parts. Nothing was changed.`,
      );
    }
    return deleteGradually(store, resource, demands);
  }
}

/** Of the items of a resource, and of those that can go with them, all references are counted. */
async function requireDeletable(resource: Resource, store: Store, seen: Set<Resource>): Promise<void> {
  seen.add(resource);
  await store.requireDeletable(resource);
  for (const referrer of referrersOf(store.resources, resource)) {
    if (referrer.onDelete === 'cascade' && !seen.has(referrer.resource)) {
      await requireDeletable(referrer.resource, store, seen);
    }
  }
}

/** More goes than one transaction can hold, or a deletion that could not be done in one is under way. */
class TooLarge extends Error {
  constructor(readonly isUnderWay: boolean) {
    super('More goes than one transaction holds.');
  }
}
