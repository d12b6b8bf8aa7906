// A deletion that is too large for one transaction: the items that belong to it, and what its steps share.
import type { Resource } from '../definition/resource';
import { Problem } from '../problem';
import type { Image } from '../store/layout/record';
import type { Store } from '../store/store';
import type { DeletionState, MarkKind } from '../store/write/deletion-mark';

/** How many items are marked, or unmarked, at once. */
const AT_ONCE = 25;

/** A deletion under way. */
export interface Deletion {
  /** The item whose DELETE it is. */
  readonly resource: Resource;
  readonly id: string;
  /** Its name, in the marks. */
  readonly name: string;
  /** When the item was made. */
  readonly createdAt: string;
  readonly state: DeletionState;
  /** What has its mark, by `nameOf`. */
  readonly members: Map<string, Member>;
}

/** An item of a deletion. */
export interface Member {
  readonly resource: Resource;
  readonly id: string;
  kind: MarkKind;
  /** The attributes that are cleared, each with the id that it holds. */
  readonly attributes: Map<string, string>;
  /** As it is with its mark, slim; undefined where it turned out not to belong to the deletion. */
  image?: Image;
}

/** The problem that the time is over before all is done. */
export function unfinished(): Problem {
  return new Problem(
    'unavailable',
    'The item is being deleted with what refers to it, which is more than fits into one request: send it again to go on.',
    { headers: { 'Retry-After': '1' } },
  );
}

/**
 * Something came to stand in the way after the deletion was closed: sent again, it meets the same until somebody
 * changes that.
 */
export class HeldUp extends Problem {
  constructor({ detail }: Problem) {
    super(
      'unavailable',
      `The item is being deleted with what refers to it, and something stands in the way that came after it had begun: change that, and send it again to go on. ${detail}`,
      { headers: { 'Retry-After': '1' } },
    );
  }
}

/** @throws Problem `unavailable` where the time is over */
export function requireTime(store: Store): void {
  if (Date.now() > store.deadline) {
    throw unfinished();
  }
}

/** Lets a part of several be tried where all together are too large. */
export function halve(error: unknown, size: number): undefined {
  if (size === 1 || !(error instanceof Problem && error.type === 'too-large')) {
    throw error;
  }
}

/** Reads items as they are, and does something with them: in parts, where they are more than is read at once. */
export async function inParts<T extends { readonly resource: Resource; readonly id: string }, R>(
  store: Store,
  items: readonly T[],
  each: (part: readonly T[], images: readonly (Image | undefined)[]) => Promise<readonly R[]>,
): Promise<R[]> {
  const found = await store.lookUp(items).catch((error: unknown) => halve(error, items.length));
  if (found !== undefined) {
    return [...(await each(items, found.images))];
  }
  const half = items.length >> 1;
  return [...(await inParts(store, items.slice(0, half), each)), ...(await inParts(store, items.slice(half), each))];
}

/**
 * Does something to each of many, some at once; where one fails, the others that have begun are awaited, and then it is
 * thrown.
 */
export async function inGroups<T, R>(all: readonly T[], each: (one: T) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  for (let start = 0; start < all.length; start += AT_ONCE) {
    const settled = await Promise.allSettled(all.slice(start, start + AT_ONCE).map(each));
    const failed = settled.find((one) => one.status === 'rejected');
    if (failed !== undefined) {
      throw failed.reason;
    }
    results.push(...settled.map((one) => (one as PromiseFulfilledResult<R>).value));
  }
  return results;
}
