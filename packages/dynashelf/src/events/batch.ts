// Entries for a service that takes several at once: cut into batches, and sent until the service has taken each.
import { setTimeout as pause } from 'node:timers/promises';

/** One entry. */
export interface Entry<T> {
  readonly content: T;
  /** Bytes, as the service counts them. */
  readonly size: number;
  /** Entries of one group arrive one after the other; undefined where the order means nothing. */
  readonly group?: string | undefined;
}

/** What a service did not take of a batch. */
export interface Untaken {
  /** The place in the batch. */
  readonly index: number;
  readonly reason: string;
  /** Whether the same entry may be taken later. */
  readonly isTransient: boolean;
}

/** Entries that one request of these services takes at most, and bytes. */
const MOST = 10;
export const MOST_BYTES = 262_144;

/** How often a batch is sent at most. Whoever gave it tries again later, with pauses that are longer. */
const ATTEMPTS = 4;

/** Milliseconds of the longest first pause; each further one may be twice as long. */
const PAUSE = 100;

/**
 * Cuts entries into batches, in their order. A batch has at most one of each group, since one may be taken and the one
 * before it not.
 */
export function batchesOf<T>(entries: readonly Entry<T>[]): Entry<T>[][] {
  const batches: Entry<T>[][] = [];
  let size = Infinity;
  for (const entry of entries) {
    const last = batches.at(-1) ?? [];
    const isFull =
      last.length >= MOST ||
      size + entry.size > MOST_BYTES ||
      (entry.group !== undefined && last.some(({ group }) => group === entry.group));
    if (isFull) {
      batches.push([entry]);
      size = entry.size;
    } else {
      last.push(entry);
      size += entry.size;
    }
  }
  return batches;
}

/**
 * Sends batches, one after the other, each until all of it is taken.
 * @param send sends one batch; what it throws is transient where it says so by `isTransient`
 * @param deadline when to stop trying, in milliseconds since 1970
 * @throws Error saying what was not taken, and why; what stood before it was
 */
export async function sendBatches<T>(
  entries: readonly Entry<T>[],
  send: (contents: readonly T[]) => Promise<readonly Untaken[]>,
  deadline: number,
  wait: (milliseconds: number) => Promise<unknown> = pause,
): Promise<void> {
  for (const batch of batchesOf(entries)) {
    let left = batch.map(({ content }) => content);
    for (let attempt = 1; left.length > 0; attempt++) {
      const untaken = await send(left).catch((error: Error & { isTransient?: boolean }) =>
        left.map((_content, index) => ({
          index,
          reason: error.message,
          isTransient: error.isTransient !== false,
        })),
      );
      left = untaken.map(({ index }) => left[index]!);
      const delay = Math.random() * PAUSE * 2 ** (attempt - 1);
      const lasting = untaken.find(({ isTransient }) => !isTransient);
      if (lasting !== undefined || (left.length > 0 && (attempt === ATTEMPTS || Date.now() + delay >= deadline))) {
        throw new Error(`${left.length} of ${batch.length} changes were not taken: ${(lasting ?? untaken[0]!).reason}`);
      }
      if (left.length > 0) {
        await wait(delay);
      }
    }
  }
}
