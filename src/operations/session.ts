// The items of one attempt of an operation: as they were read, and as its writes will leave them, counts and all.
import type { AnyItem } from '../definition/item';
import type { Stored } from '../definition/prepare';
import type { Resource } from '../definition/resource';
import { Problem, type Fault } from '../problem';
import type { Meaning, Next } from '../store/next';
import type { Write } from '../store/write';
import type { Found } from '../store/record';
import type { Store } from '../store/store';
import { countChanges, type CountChange } from './counts';

/** Where in the request a write comes from, for the pointers of its faults. */
export type Origin = readonly (string | number)[];

/** The pointer of a fault of one write, given where it comes from, and the pointer into its item. */
export type Place = (origin: Origin, inner: string) => string;

/** What an operation reads and writes by. */
export interface Session {
  /** An item as it is; undefined where there is none. It will still be so when the writes are done. */
  read(resource: Resource, id: string): Promise<Found | undefined>;
  /** Makes an item of an id that is free. */
  create(resource: Resource, id: string, values: Record<string, Stored>, origin?: Origin): Promise<AnyItem>;
  /** Writes an item that was read: whole, or some attributes (undefined removes one). */
  write(resource: Resource, found: Found, values: Record<string, Stored | undefined>, meaning: Meaning, origin?: Origin): Promise<AnyItem>;
  /** Deletes an item that was read. */
  remove(resource: Resource, found: Found, origin?: Origin): void;
}

/** The writes of an attempt in order, with where each comes from. */
export interface Settled {
  readonly writes: Write[];
  readonly origins: Origin[];
}

/** A write as it was asked for; what it makes of the item may still change with the counts of others. */
type Pending = Asked & (
  | { readonly kind: 'check' | 'remove' }
  | PendingPut
);

interface Asked {
  readonly resource: Resource;
  readonly id: string;
  readonly origin: Origin;
  readonly found: Found | undefined;
}

interface PendingPut {
  readonly kind: 'put';
  readonly values: Record<string, Stored | undefined>;
  readonly meaning: Meaning;
  readonly counts: Record<string, number>;
  readonly next: Next;
  /** What is wrong with the write by itself. */
  readonly faults: readonly Fault[];
  /** The writes whose counts have changed it, as pointers of theirs. */
  readonly counted: readonly string[];
}

/** By `nameOf`; undefined for an item that is known not to exist. */
export type Known = Map<string, Found | undefined>;

/**
 * @param known what has been read so far, to which it adds what it reads
 * @returns the session, and what settles its writes: it adds the counts that they change
 * and throws a `Problem` for whatever breaks a rule at the end
 */
export function openSession(store: Store, known: Known, place: Place): { session: Session; settle: () => Promise<Settled> } {
  const pending = new Map<string, Pending>();

  function add(write: Pending): void {
    const name = nameOf(write.resource, write.id);
    const earlier = pending.get(name);
    if (earlier !== undefined && earlier.kind !== 'check') {
      throw new Error(`${name} is written twice in one transaction: give one update all changes of an item.`);
    }
    pending.set(name, write);
  }

  async function put(asked: Asked, values: Record<string, Stored | undefined>, meaning: Meaning): Promise<AnyItem> {
    const next = await store.next(asked.resource, asked.id, asked.found, values, meaning);
    add({ ...asked, kind: 'put', values, meaning, counts: {}, next, faults: next.faults, counted: [] });
    return next.item;
  }

  const session: Session = {
    async read(resource, id) {
      const name = nameOf(resource, id);
      if (!known.has(name)) {
        known.set(name, await store.read(resource, id));
      }
      const found = known.get(name);
      if (!pending.has(name)) {
        pending.set(name, { kind: 'check', resource, id, found, origin: [] });
      }
      return found;
    },
    create: (resource, id, values, origin = []) => put({ resource, id, origin, found: undefined }, values, 'whole'),
    write: (resource, found, values, meaning, origin = []) => put({ resource, id: found.item.id, origin, found }, values, meaning),
    remove: (resource, found, origin = []) => add({ kind: 'remove', resource, id: found.item.id, found, origin }),
  };

  /** Reads, in one request, the items whose counts change. */
  async function readCounted(changes: readonly CountChange[]): Promise<void> {
    const unread = changes.filter(({ resource, id }) => !known.has(nameOf(resource, id)) && !pending.has(nameOf(resource, id)));
    if (unread.length > 0) {
      const { items } = await store.lookUp(unread);
      unread.forEach(({ resource, id }, index) => known.set(nameOf(resource, id), items[index]));
    }
  }

  /** Writes a changed count on the item it belongs to, with whatever else is written of it. */
  async function applyCount({ resource, id, attribute, by, causes }: CountChange): Promise<void> {
    const name = nameOf(resource, id);
    const write = pending.get(name) ?? { kind: 'check', resource, id, found: known.get(name), origin: [] };
    if (write.kind === 'remove' || (write.kind === 'check' && write.found === undefined)) {
      // An item that is absent or goes is refused as a reference, not as a count; one that is made meanwhile would have to count.
      pending.set(name, write);
      return;
    }
    const { found } = write;
    const put: PendingPut = write.kind === 'put' ? write : { kind: 'put', values: {}, meaning: 'changes', counts: {}, next: { ...found!, faults: [] }, faults: [], counted: [] };
    const counts = { ...put.counts, [attribute]: Number(put.next.item[attribute] ?? 0) + by };
    const next = await store.next(resource, id, found, put.values, put.meaning, counts);
    const counted = [...put.counted, ...causes.map(({ origin, inner }) => place(origin, inner))];
    // The operation may hold this very item as its result.
    const item = write.kind === 'put' ? become(put.next.item, next.item) : next.item;
    pending.set(name, { ...write, ...put, counts, next: { ...next, item }, counted });
  }

  return {
    session,
    async settle() {
      const transitions = [...pending.values()].filter(({ kind }) => kind !== 'check').map((write) => ({
        resource: write.resource,
        origin: write.origin,
        before: write.found?.item,
        after: write.kind === 'put' ? write.next.item : undefined,
      }));
      const changes = countChanges(store.resources, transitions);
      await readCounted(changes);
      for (const change of changes) {
        await applyCount(change);
      }
      refuseBroken([...pending.values()], place);
      return { writes: [...pending.values()].map(toWrite), origins: [...pending.values()].map(({ origin }) => origin) };
    },
  };
}

/** An item as text, equal for the same. */
export function nameOf({ name }: Resource, id: string): string {
  return `${name}/${id}`;
}

/** Makes of an object what another is. */
function become(item: AnyItem, other: AnyItem): AnyItem {
  for (const name of Object.keys(item)) {
    delete (item as Record<string, unknown>)[name];
  }
  return Object.assign(item, other);
}

function toWrite(write: Pending): Write {
  const { resource, id, found } = write;
  if (write.kind === 'put') {
    const { record } = write.next;
    return found === undefined ? { kind: 'create', resource, id, record } : { kind: 'update', resource, id, found, record };
  }
  return write.kind === 'remove' ? { kind: 'remove', resource, id, found: found! } : { kind: 'check', resource, id, found };
}

/** @throws Problem for items that would not be as they must: the fault of their own write, or of those whose counts they keep */
function refuseBroken(pending: readonly Pending[], place: Place): void {
  const broken = pending.flatMap((write) => (write.kind === 'put' && write.next.faults.length > 0 ? [write] : []));
  const own = broken.filter(({ faults }) => faults.length > 0);
  if (own.length > 0) {
    throw new Problem('invalid', 'The item would not be valid: correct what "errors" names. Nothing was changed.', {
      errors: own.flatMap(({ origin, next }) => next.faults.map((fault) => ('pointer' in fault ? { ...fault, pointer: place(origin, fault.pointer) } : fault))),
    });
  }
  const errors = broken.flatMap(({ next, counted }) => counted.map((pointer): Fault => ({ detail: next.faults.map(({ detail }) => detail).join(' '), pointer })));
  if (errors.length > 0) {
    throw new Problem('conflict', [...new Set(errors.map(({ detail }) => detail))].join(' '), { errors });
  }
}
