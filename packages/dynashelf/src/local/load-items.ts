// Items put into collections, several at once, each after those that it refers to.

import type { Resource } from '../definition/resource';
import type { JsonObject } from '../values/json';

/** An item to be put, and where it stands. */
export interface GivenItem {
  readonly collection: string;
  readonly item: JsonObject;
  /** Its file and line. */
  readonly place: string;
}

/** What came of one: done, there already, or refused. One that is refused as `isEarly` may be done later. */
export type Loaded = 'done' | 'there' | { readonly reason: string; readonly isEarly: boolean };

/** How items are put. */
export interface LoadOptions {
  readonly put: (given: GivenItem) => Promise<Loaded>;
  readonly onDone: (came: 'done' | 'there') => void;
  /** What cannot be done, and why. */
  readonly onRefused: (given: GivenItem, reason: string) => void;
}

const AT_ONCE = 16;

/** How many that may be done later are kept meanwhile. */
const MOST_KEPT = 20_000;

/** Items of a collection, as they are read. */
export type GivenItems = Iterable<GivenItem> | AsyncIterable<GivenItem>;

/**
 * Puts the items of several collections, one after the other. What refers to items of its own collection, or round a
 * circle, finds them the next time: it is tried again as long as others are done.
 */
export async function loadItems(
  collections: Iterable<GivenItems>,
  { put, onDone, onRefused }: LoadOptions,
): Promise<void> {
  let early: { readonly given: GivenItem; readonly reason: string }[] = [];
  const one = async (given: GivenItem): Promise<void> => {
    const came = await put(given);
    if (typeof came === 'string') {
      onDone(came);
    } else if (came.isEarly && early.length < MOST_KEPT) {
      early.push({ given, reason: came.reason });
    } else {
      onRefused(given, came.reason);
    }
  };
  for (const items of collections) {
    await each(items, one);
  }
  for (let left = Infinity; early.length > 0 && early.length < left;) {
    left = early.length;
    const again = early;
    early = [];
    await each(
      again.map(({ given }) => given),
      one,
    );
  }
  early.forEach(({ given, reason }) => onRefused(given, reason));
}

/** Does something to each, several at once. */
async function each<T>(all: Iterable<T> | AsyncIterable<T>, work: (one: T) => Promise<void>): Promise<void> {
  const iterator = Symbol.asyncIterator in all ? all[Symbol.asyncIterator]() : all[Symbol.iterator]();
  await Promise.all(
    Array.from({ length: AT_ONCE }, async () => {
      for (let next = await iterator.next(); next.done !== true; next = await iterator.next()) {
        await work(next.value);
      }
    }),
  );
}

/** The names of resources, each after those that it references, as far as they go in no circle. */
export function orderedByReference(resources: readonly Pick<Resource, 'name' | 'attributes'>[]): string[] {
  const found = new Set<string>();
  const add = (name: string, above: readonly string[]): void => {
    if (found.has(name) || above.includes(name)) {
      return;
    }
    for (const { keywords } of resources.find((one) => one.name === name)?.attributes.values() ?? []) {
      if (keywords.references !== undefined) {
        add(keywords.references, [...above, name]);
      }
    }
    found.add(name);
  };
  for (const { name } of resources) {
    add(name, []);
  }
  return [...found];
}

/** The sentence of a problem document, with its faults; a full stop where there is none. */
export function detailOf(problem: string): string {
  try {
    const { detail, errors = [] } = JSON.parse(problem) as {
      detail?: string;
      errors?: { detail: string; pointer?: string }[];
    };
    const faults = errors.map((error) => `${error.pointer ?? ''} ${error.detail}`.trim()).join('; ');
    return detail === undefined ? '.' : `: ${detail}${faults === '' ? '' : ` (${faults})`}`;
  } catch {
    return '.';
  }
}
