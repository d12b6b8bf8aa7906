// One attempt of a transaction: the items that it has read, and as its writes leave them, the counts that change with
// them included.
import { refuseLacked } from '../definition/features';
import type { Resource } from '../definition/resource';
import type { States } from '../definition/states';
import type { SentMessage } from '../store/layout/outbox';
import type { Image } from '../store/layout/record';
import type { Store } from '../store/store';
import { pointer } from '../problem';
import { marksOf } from '../store/write/deletion-mark';
import type { Values } from '../store/write/new-image';
import { countChanges } from './counts';
import { callOnWrite } from './on-write';
import { openListing } from './listing';
import { refuseStep } from './states';
import { judgeMoves } from './trees';
import {
  imageOf,
  nameOf,
  openEntry,
  settledOf,
  type Entry,
  type Failure,
  type Origin,
  type PlaceFault,
  type Settled,
} from './entry';
import type { ReadSet, Transaction } from './transaction';

/**
 * Opens a transaction.
 * @param known what has been read so far; what the transaction reads is added to it
 * @param deletion the name of the deletion that it is a part of, whose items have its mark
 * @returns the transaction, and what settles it: that adds the counts that change
 */
export function openTransaction(
  store: Store,
  known: ReadSet,
  place: PlaceFault,
  deletion?: string,
): { transaction: Transaction; settle: () => Promise<Settled> } {
  const entries = new Map<string, Entry>();
  const failures: Failure[] = [];
  const listing = globalThis.bundleLacks?.transactionalIndexes ? undefined : openListing(store);
  const messages: SentMessage[] = [];
  let isSettled = true;
  let isOver = false;
  let broken: Error | undefined;

  async function entryOf(resource: Resource, id: string): Promise<Entry> {
    const name = nameOf(resource, id);
    let entry = entries.get(name);
    if (entry === undefined) {
      const found = listing?.find(name);
      if (found === undefined && !known.has(name)) {
        known.set(name, await store.read(resource, id));
      }
      entry = openEntry(resource, id, found ?? known.get(name));
      entries.set(name, entry);
    }
    return entry;
  }

  async function put(entry: Entry, values: Values, origin: Origin): Promise<void> {
    const { resource, id, oldImage } = entry;
    const before = imageOf(entry);
    const after = await store.newImage(resource, id, oldImage, values);
    if (resource.states !== undefined) {
      refuseForbidden(entry, resource.states, { before, after, origin });
    }
    Object.assign(entry, {
      write: { kind: 'put', values, image: after },
      newImage: after,
      origin: entry.write === undefined ? origin : entry.origin,
    });
    isSettled = false;
  }

  function refuseForbidden(
    { resource }: Entry,
    states: States,
    { origin, ...step }: { before: Image | undefined; after: Image; origin: Origin },
  ): void {
    const at = place(origin, pointer(states.attribute));
    const problem = globalThis.bundleLacks?.states
      ? undefined
      : refuseStep(resource, states, { ...step, pointer: at, maySee: store.maySee });
    if (problem !== undefined) {
      failures.push({ origin, problem });
    }
  }

  const transaction: Transaction = {
    read: async (resource, id) => (await entryOf(resource, id)).oldImage,

    async readMany(keys) {
      await readUnknown(keys);
      return Promise.all(keys.map(({ resource, id }) => transaction.read(resource, id)));
    },

    current: async (resource, id) => imageOf(await entryOf(resource, id)),

    async get(resource, id) {
      const entry = await entryOf(resource, id);
      await applyCounts();
      return imageOf(entry);
    },

    async list(partition, filters) {
      await applyCounts();
      return listing!.list(partition, filters, entries.values());
    },

    async create(resource, id, values, { origin = [], isIdChosen = false } = {}) {
      const name = nameOf(resource, id);
      const entry = entries.get(name) ?? openEntry(resource, id, undefined);
      if (imageOf(entry) !== undefined || entry.write !== undefined) {
        throw new Error(`${name} exists, or is deleted: it cannot be made once more in a transaction.`);
      }
      entries.set(name, entry);
      await put(entry, { mode: 'replace', values, isIdChosen }, origin);
    },

    async update(resource, id, values, mode, origin = []) {
      const entry = await entryOf(resource, id);
      if (imageOf(entry) === undefined) {
        throw new Error(`${nameOf(resource, id)} does not exist: it cannot be updated.`);
      }
      const earlier = entry.write?.kind === 'put' && mode === 'merge' ? entry.write.values : undefined;
      await put(
        entry,
        earlier === undefined ? { mode, values } : { ...earlier, values: { ...earlier.values, ...values } },
        origin,
      );
    },

    async delete(resource, id, origin = []) {
      const entry = await entryOf(resource, id);
      if (imageOf(entry) === undefined) {
        throw new Error(`${nameOf(resource, id)} does not exist: it cannot be deleted.`);
      }
      // What was made in this transaction has never been.
      Object.assign(entry, {
        write: entry.oldImage === undefined ? undefined : { kind: 'delete' },
        newImage: undefined,
        origin,
      });
      isSettled = false;
    },

    fail: (failure) => void failures.push(failure),

    breakOff(error) {
      broken ??= isOver ? undefined : error;
      return !isOver;
    },

    send: (message) => void (globalThis.bundleLacks?.messages ? refuseLacked('messages') : messages.push(message)),

    result(resource, id) {
      const name = nameOf(resource, id);
      const entry = entries.get(name);
      const image = entry === undefined ? listing?.find(name) : imageOf(entry);
      if (image === undefined) {
        throw new Error(`${name} is no item after its transaction.`);
      }
      return image;
    },
  };

  /** Adds up anew how the writes so far change the counts of items, and makes the images of those. */
  async function applyCounts(): Promise<void> {
    if (isSettled) {
      return;
    }
    isSettled = true;
    const written = [...entries.values()].filter(({ write }) => write !== undefined);
    const changes = countChanges(
      store.resources,
      written.map(({ resource, origin, oldImage, write }) => ({
        resource,
        origin,
        before: oldImage?.item,
        after: write?.kind === 'put' ? write.image.item : undefined,
      })),
    );
    const counted = [...entries.values()].filter(({ counts }) => counts.size > 0);
    for (const entry of counted) {
      Object.assign(entry, {
        counts: new Map(),
        causes: [],
        newImage: entry.write?.kind === 'put' ? entry.write.image : undefined,
      });
    }
    await readUnknown(changes);
    const touched = new Set<Entry>();
    for (const { resource, id, attribute, by, causes } of changes) {
      const entry = await entryOf(resource, id);
      // An item that is absent is refused as a reference. One that goes by the same deletion keeps no counts.
      if (
        imageOf(entry) !== undefined &&
        !(deletion !== undefined && marksOf(entry.oldImage!, 'delete').includes(deletion))
      ) {
        entry.counts.set(attribute, by);
        entry.causes = [...entry.causes, ...causes];
        touched.add(entry);
      }
    }
    for (const entry of touched) {
      const { resource, id, oldImage, write, counts } = entry;
      entry.newImage = await store.newImage(
        resource,
        id,
        oldImage,
        write?.kind === 'put' ? write.values : { mode: 'merge', values: {} },
        counts,
      );
    }
  }

  /** Reads, in one request, those of some items that nothing is known of. */
  async function readUnknown(keys: readonly { readonly resource: Resource; readonly id: string }[]): Promise<void> {
    const unread = keys.filter(
      ({ resource, id }) =>
        !known.has(nameOf(resource, id)) &&
        !entries.has(nameOf(resource, id)) &&
        listing?.find(nameOf(resource, id)) === undefined,
    );
    if (unread.length > 0) {
      const { images } = await store.lookUp(unread);
      unread.forEach(({ resource, id }, index) => known.set(nameOf(resource, id), images[index]));
    }
  }

  return {
    transaction,
    async settle() {
      await applyCounts();
      // What goes step by step is refused where somebody is to be asked.
      if (
        !globalThis.bundleLacks?.onWrite &&
        deletion === undefined &&
        [...store.resources.values()].some(({ onWrite }) => onWrite !== undefined)
      ) {
        failures.push(...(await callOnWrite(store, transaction, entries, applyCounts)));
      }
      const moves =
        !globalThis.bundleLacks?.trees &&
        [...entries.values()].some(({ resource, write }) => resource.trees.length > 0 && write?.kind === 'put')
          ? await judgeMoves({ store, entries, known, place })
          : { changes: [], origins: [], failures: [] };
      if (broken !== undefined) {
        throw broken;
      }
      isOver = true;
      const settled = settledOf([...entries.values()], [...failures, ...moves.failures], place);
      return {
        ...settled,
        changes: [...settled.changes, ...moves.changes],
        origins: [...settled.origins, ...moves.origins],
        listed: listing?.partitions ?? [],
        messages,
      };
    },
  };
}
