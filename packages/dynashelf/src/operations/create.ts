// POST of a collection: new items, their ids made here.
import { v7 as uuidv7 } from 'uuid';
import type { StoredValue } from '../values/stored';
import type { Resource } from '../definition/resource';
import { Problem } from '../problem';
import { hasPreconditions, type Preconditions } from '../store/write/preconditions';
import type { Idempotency } from '../transaction/replay';
import { runTransaction } from '../transaction/run';
import type { Origin } from '../transaction/entry';
import type { Transaction } from '../transaction/transaction';
import type { ItemResult, Operation, Result } from './result';

/** The attributes of a new item as they are stored. */
export type NewItem = Record<string, StoredValue>;

/** What creating takes: one item, or several. */
export type CreateInput = {
  /** Of the collection: it exists, and has a weak tag, which If-Match never matches (RFC 9110 §13.1.1), and no date. */
  readonly preconditions: Preconditions;
  readonly idempotency?: Idempotency | undefined;
} & (
  | { readonly kind: 'one'; readonly values: NewItem }
  /** All of them are made, or none. */
  | { readonly kind: 'all'; readonly items: readonly NewItem[] }
);

/**
 * Makes one item, or several together.
 * @throws Problem `precondition-failed`, `conflict` for constraints, `too-large` for more than one transaction holds
 */
export const create: Operation<CreateInput> = async (resource, input, store) => {
  const { preconditions, idempotency } = input;
  requireCollection(preconditions);
  if (input.kind === 'one') {
    return idempotency === undefined && store.isIndependent(resource) && resource.states === undefined
      ? { result: { kind: 'created', image: await store.create(resource, uuidv7(), input.values) } }
      : runTransaction<Result>(store, { idempotency }, (transaction) => createIn(transaction, resource, input.values));
  }
  const { items } = input;
  return runTransaction<Result>(store, { idempotency, items: items.length }, async (transaction) => {
    const results: (() => ItemResult)[] = [];
    // One after the other, so that ids grow in the order of the request.
    for (const [index, values] of items.entries()) {
      results.push(await createIn(transaction, resource, values, [index]));
    }
    return () => ({ kind: 'all-created', images: results.map((result) => result().image) });
  });
};

/** Makes an item within a transaction. */
export async function createIn(
  transaction: Transaction,
  resource: Resource,
  values: NewItem,
  origin?: Origin,
): Promise<() => ItemResult> {
  // Ids that grow with time make the newest item the first of a list.
  const id = uuidv7();
  await transaction.create(resource, id, values, { ...(origin !== undefined && { origin }) });
  return () => ({ kind: 'created', image: transaction.result(resource, id) });
}

/** @throws Problem `precondition-failed` */
export function requireCollection(preconditions: Preconditions): void {
  const { match, noneMatch } = preconditions;
  if (hasPreconditions(preconditions) && ((match !== undefined && match !== '*') || noneMatch === '*')) {
    throw new Problem(
      'precondition-failed',
      noneMatch === '*'
        ? 'The collection exists, so If-None-Match: * is not fulfilled: leave it out. To make an item only where there is none, send PUT to its path.'
        : 'A collection has a weak ETag, which If-Match never matches: leave If-Match out.',
    );
  }
}
