// `onWrite` of resource files: called before a transaction is carried out, for every item that it writes, with the item
// as it was and as it will be. What it writes is written with the rest.
import type { AnyItem } from '../definition/item';
import { Problem } from '../problem';
import type { Store } from '../store/store';
import { toActionTransaction } from './action-transaction';
import { imageOf, nameOf, type Entry, type Failure, type Origin } from './entry';
import { noteGivenItems } from './given-items';
import { watchCalls } from './own-calls';
import { runOwnCode } from './thrown-problem';
import type { Transaction } from './transaction';

/** How often it is called for one item: again where the item has changed since, by its own writes or by others. */
const MOST_FOR_ONE = 10;

/** How often it is called in one transaction, which holds 100 writes. */
const MOST_IN_ALL = 500;

/**
 * Calls `onWrite` for what is written, until it has seen every item as it will be.
 * @param entries what is known of the items; the calls add to it
 * @param applyCounts brings the counts up to date
 * @returns the problems that it throws, each with where in the request its item comes from
 * @throws Error where its writes never end
 */
export async function callOnWrite(
  store: Store,
  transaction: Transaction,
  entries: ReadonlyMap<string, Entry>,
  applyCounts: () => Promise<void>,
): Promise<Failure[]> {
  const seen = new Map<Entry, string>();
  const calls = new Map<Entry, number>();
  // Of each item what its last call threw: others may have changed it since it was called before.
  const failures = new Map<Entry, Failure>();
  for (let all = 0; ; all++) {
    await applyCounts();
    const entry = [...entries.values()].find(
      (one) => one.resource.onWrite !== undefined && isWritten(one) && seen.get(one) !== textOf(one),
    );
    if (entry === undefined) {
      return [...failures.values()];
    }
    const called = (calls.get(entry) ?? 0) + 1;
    calls.set(entry, called);
    seen.set(entry, textOf(entry));
    if (called > MOST_FOR_ONE || all >= MOST_IN_ALL) {
      throw endless(entry);
    }
    const problem = await callFor(store, transaction, entry);
    if (problem === undefined) {
      failures.delete(entry);
    } else {
      failures.set(entry, { origin: originOf(entry), problem, kind: 'own' });
    }
  }
}

async function callFor(store: Store, transaction: Transaction, entry: Entry): Promise<Problem | undefined> {
  const { resource, oldImage } = entry;
  const said = 'function onWrite';
  const own = comingFrom(transaction, originOf(entry));
  const calls = watchCalls(
    `src/resources/${resource.name}.ts: the ${said}`,
    own,
    toActionTransaction(own, noteGivenItems()),
  );
  const input = {
    before: copyOf(oldImage?.item),
    after: copyOf(imageOf(entry)?.item),
    caller: store.caller(),
    transaction: calls.transaction,
  };
  try {
    await runOwnCode(`src/resources/${resource.name}.ts`, said, resource.problems, async () =>
      calls.until(() => resource.onWrite!(input)),
    );
    return undefined;
  } catch (error) {
    if (error instanceof Problem) {
      return error;
    }
    throw error;
  }
}

/** What it writes comes from where the item comes from that it is called for. */
function comingFrom(transaction: Transaction, origin: Origin): Transaction {
  return {
    ...transaction,
    create: (resource, id, values, options) => transaction.create(resource, id, values, { ...options, origin }),
    update: (resource, id, values, mode) => transaction.update(resource, id, values, mode, origin),
    delete: (resource, id) => transaction.delete(resource, id, origin),
  };
}

/** Whether the transaction makes, changes or deletes the item: by a write of its own, or by a count. */
function isWritten({ write, newImage }: Entry): boolean {
  return write !== undefined || newImage !== undefined;
}

/** The item as it will be, equal for the same; the moment at which it is written is another each time. */
function textOf(entry: Entry): string {
  const item = imageOf(entry)?.item;
  return item === undefined ? '' : JSON.stringify({ ...item, createdAt: undefined, updatedAt: undefined });
}

function originOf({ write, causes, origin }: Entry): Origin {
  return write === undefined ? (causes[0]?.origin ?? origin) : origin;
}

function copyOf(item: AnyItem | undefined): AnyItem | undefined {
  return item && { ...item };
}

function endless({ resource, id }: Entry): Error {
  return new Error(
    `src/resources/${resource.name}.ts: onWrite is called again and again, at last for ${nameOf(resource, id)}, as what it writes leads to another write: let it write only what is not so yet`,
  );
}
