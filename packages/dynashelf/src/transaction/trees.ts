// Trees: an item that refers to another of its collection by an `acyclic` attribute never is above itself. What a move
// rests on are the items above its new place, each as the reference of it was read.
import { Problem, pointer } from '../problem';
import type { Resource } from '../definition/resource';
import type { Image } from '../store/layout/record';
import type { Store } from '../store/store';
import type { Change } from '../store/write/constraint';
import { imageOf, nameOf, type Entry, type Failure, type PlaceFault } from './entry';

/** How many items there may be above the place that an item is moved to: each is one read and one condition. */
export const MOST_ABOVE = 32;

/** How often the items above a place are read again where others move them meanwhile. */
const MOST_TRIES = 10;

/** What a transaction knows, and what it asks for. */
export interface Known {
  readonly store: Store;
  readonly entries: ReadonlyMap<string, Entry>;
  /** By `nameOf`, what has been read so far; what is read here is added. */
  readonly known: Map<string, Image | undefined>;
  readonly place: PlaceFault;
}

/** What the moves of a transaction rest on, and those that cannot be. */
export interface Moves {
  /** The items above the new places, each on the condition that it still refers to what it did. */
  readonly changes: Extract<Change, { readonly kind: 'check' }>[];
  /** Where each of these comes from. */
  readonly origins: Entry['origin'][];
  readonly failures: Failure[];
}

/** Judges each item of a tree that a transaction makes or moves, as all of it leaves the tree. */
export async function judgeMoves(known: Known): Promise<Moves> {
  const moves: Moves = { changes: [], origins: [], failures: [] };
  const entries = [...known.entries.values()];
  const above = new Set<string>();
  for (const [index, entry] of entries.entries()) {
    for (const attribute of entry.resource.trees.filter((one) => isMoved(entry, one, entries))) {
      if (above.size > known.store.transactionSize) {
        // A transaction holds no condition on so many: it is refused in any case.
        return moves;
      }
      const others = await judgeMove(known, moves, { entry, index, attribute });
      others.forEach((id) => above.add(nameOf(entry.resource, id)));
    }
  }
  return moves;
}

interface Move {
  readonly entry: Entry;
  /** The place of its change in the plan. */
  readonly index: number;
  readonly attribute: string;
}

/** Whether an item is at another place. Below a new item is nothing but what the same transaction puts there. */
function isMoved(entry: Entry, attribute: string, all: readonly Entry[]): boolean {
  const { resource, id, oldImage } = entry;
  const to = referenceOf(imageOf(entry), attribute);
  return (
    entry.write?.kind === 'put' &&
    to !== undefined &&
    to !== referenceOf(oldImage, attribute) &&
    (oldImage !== undefined ||
      all.some((other) => other.resource === resource && referenceOf(imageOf(other), attribute) === id))
  );
}

/** @returns the ids of the items above the new place that the transaction does not know otherwise */
async function judgeMove(known: Known, { changes, origins, failures }: Moves, move: Move): Promise<string[]> {
  const { entry, index, attribute } = move;
  const { resource, origin } = entry;
  for (let tries = 1; ; tries++) {
    const { above, detail } = await walk(known, move);
    const others = above.filter((id) => known.entries.get(nameOf(resource, id)) === undefined);
    if (detail === undefined) {
      for (const id of others) {
        // Moves within one transaction may have items above them in common, by another attribute perhaps.
        const at = changes.findIndex((change) => change.resource === resource && change.id === id);
        const only = [...new Set([...(at < 0 ? [] : (changes[at]!.only ?? [])), attribute])];
        const oldImage = known.known.get(nameOf(resource, id));
        changes[at < 0 ? changes.length : at] = { kind: 'check', resource, id, oldImage, only, cause: index };
        origins[at < 0 ? origins.length : at] = origin;
      }
      return others;
    }
    // Each was read at another moment: it is refused where all of them still are so together.
    if (tries === MOST_TRIES || !(await hasChanged(known, resource, attribute, others))) {
      const at = known.place(origin, pointer(attribute));
      failures.push({ origin, problem: new Problem('conflict', detail, { errors: [{ detail, pointer: at }] }) });
      return others;
    }
  }
}

/** The items above the new place of an item, and why it cannot be there. */
async function walk(
  known: Known,
  { entry: { resource, id, ...entry }, attribute }: Move,
): Promise<{ above: string[]; detail?: string }> {
  const above: string[] = [];
  const first = referenceOf(imageOf({ resource, id, ...entry }), attribute);
  for (let next = first; next !== undefined; next = referenceOf(await look(known, resource, next), attribute)) {
    if (next === id) {
      return {
        above,
        detail:
          above.length === 0
            ? `"${attribute}" refers to the item itself: name another item, or leave it out.`
            : `"${attribute}" refers to an item that is below this one: name one that is not.`,
      };
    }
    if (above.includes(next)) {
      return {
        above,
        detail: `"${attribute}" refers to an item that is below itself, since before that was ruled out: whoever runs this API has to run "npm run rekey", which names such items.`,
      };
    }
    if (above.length === MOST_ABOVE) {
      return {
        above,
        detail: `"${attribute}" refers to an item with ${MOST_ABOVE} or more others above it, and an item can be moved below ${MOST_ABOVE} at most: name one that is further up.`,
      };
    }
    above.push(next);
  }
  return { above };
}

/** An item as the transaction leaves it. */
async function look({ store, entries, known }: Known, resource: Resource, id: string): Promise<Image | undefined> {
  const name = nameOf(resource, id);
  const entry = entries.get(name);
  if (entry !== undefined) {
    return imageOf(entry);
  }
  if (!known.has(name)) {
    known.set(name, await store.read(resource, id));
  }
  return known.get(name);
}

/** Reads items anew, in one request. @returns whether one of them refers to another than it did */
async function hasChanged(
  { store, known }: Known,
  resource: Resource,
  attribute: string,
  ids: readonly string[],
): Promise<boolean> {
  const { images } = ids.length === 0 ? { images: [] } : await store.lookUp(ids.map((id) => ({ resource, id })));
  return ids
    .map((id, index) => {
      const name = nameOf(resource, id);
      const isSame = referenceOf(known.get(name), attribute) === referenceOf(images[index], attribute);
      known.set(name, images[index]);
      return !isSame;
    })
    .includes(true);
}

function referenceOf(image: Image | undefined, attribute: string): string | undefined {
  return image?.record[attribute]?.S;
}
