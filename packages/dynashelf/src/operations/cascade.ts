// What goes, or changes, with an item that is deleted: the items that refer to it (`onDelete` cascade or setNull), and
// those that refer to these.
import type { Resource } from '../definition/resource';
import { Problem } from '../problem';
import { NEWEST_FIRST, planList } from '../store/query/planner';
import type { Image } from '../store/layout/record';
import type { Store } from '../store/store';
import { referenceCount, referrersOf, type Referrer } from '../store/write/references';
import { nameOf, type Failure } from '../transaction/entry';
import type { Transaction } from '../transaction/transaction';
import { inUse } from '../transaction/violations';

/** How many referring items one page of an index brings. */
const AT_ONCE = 100;

/** Capacity units of 4 MB: what one transaction reads, and holds, to find what goes with an item. */
const MOST_UNITS = 1024;

/** Whether deleting an item of a resource reaches others. */
export function cascades(resources: ReadonlyMap<string, Resource>, resource: Resource): boolean {
  return referrersOf(resources, resource).some(({ onDelete }) => onDelete !== 'restrict');
}

/**
 * Those who refer to the items of a resource and go, or change, with them: those of one collection together, since an
 * item counts all of a collection's references in one number.
 */
export function reachedBy(
  resources: ReadonlyMap<string, Resource>,
  resource: Resource,
): (readonly [Referrer, ...Referrer[]])[] {
  const byCollection = new Map<Resource, [Referrer, ...Referrer[]]>();
  for (const referrer of referrersOf(resources, resource).filter(({ onDelete }) => onDelete !== 'restrict')) {
    byCollection.set(referrer.resource, [...(byCollection.get(referrer.resource) ?? []), referrer] as [
      Referrer,
      ...Referrer[],
    ]);
  }
  return [...byCollection.values()];
}

/** By how many attributes an item refers to an item. */
export function referencesTo(id: string, { item }: Image, referrers: readonly Referrer[]): number {
  return referrers.filter(({ attribute }) => item[attribute] === id).length;
}

/** How many references of a collection an item counts. */
export function referenceCountOf({ record }: Image, collection: string): number {
  return Number(record[referenceCount(collection)]?.N ?? 0);
}

/** The ids of the items that an index shows to refer to an item, page by page; it may be a moment behind. */
export async function* referringIds(
  store: Store,
  { resource, attribute }: Referrer,
  id: string,
): AsyncGenerator<string[]> {
  const plan = planList(resource, [{ path: [attribute], operator: 'eq', values: [id] }], NEWEST_FIRST)!;
  for (let after: string | undefined; ;) {
    const { items, next } = await store.page(resource, { plan, limit: AT_ONCE, ...(after !== undefined && { after }) });
    yield items.map((item) => item.id);
    if (next === undefined) {
      return;
    }
    after = next;
  }
}

/**
 * Deletes an item within a transaction, and what goes with it.
 * @returns false where it is more than a transaction holds, or more than 4 MB are read to find it
 * @throws Problem `conflict` where an item refers to one of them that does not go
 */
export async function takeAlong(
  transaction: Transaction,
  store: Store,
  resource: Resource,
  id: string,
): Promise<boolean> {
  const most = store.cost.readUnits + MOST_UNITS;
  const going = new Map<string, { resource: Resource; image: Image }>();
  const cleared = new Map<string, { resource: Resource; id: string; attributes: Set<string> }>();
  const queue = [{ resource, id }];
  for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
    const image = await transaction.read(next.resource, next.id);
    if (image === undefined || going.has(nameOf(next.resource, next.id))) {
      continue;
    }
    going.set(nameOf(next.resource, next.id), { resource: next.resource, image });
    for (const referrer of referrersOf(store.resources, next.resource).filter(
      ({ onDelete }) => onDelete !== 'restrict',
    )) {
      if (referenceCountOf(image, referrer.resource.name) === 0) {
        continue;
      }
      for (const child of await readReferring(transaction, store, referrer, next.id, most)) {
        if (referrer.onDelete === 'cascade') {
          queue.push({ resource: referrer.resource, id: child });
        } else {
          const name = nameOf(referrer.resource, child);
          const { attributes } = cleared.get(name) ?? { attributes: new Set<string>() };
          cleared.set(name, { resource: referrer.resource, id: child, attributes: attributes.add(referrer.attribute) });
        }
      }
      if (going.size + queue.length + cleared.size > store.transactionSize || store.cost.readUnits > most) {
        return false;
      }
    }
  }
  for (const { resource: one, image } of going.values()) {
    const problem = refuseRestricted(store.resources, one, image, (collection) =>
      [...going.values()].filter((other) => other.resource.name === collection).map((other) => other.image),
    );
    if (problem !== undefined) {
      throw problem;
    }
  }
  for (const [name, { resource: one, id: child, attributes }] of cleared) {
    if (!going.has(name)) {
      await transaction.update(
        one,
        child,
        Object.fromEntries([...attributes].map((attribute) => [attribute, undefined])),
        'merge',
      );
    }
  }
  for (const { resource: one, image } of going.values()) {
    await transaction.delete(one, image.item.id);
  }
  return true;
}

/** The problem that other items would not be as their rules want them. */
export function obstacle(failures: readonly Failure[]): Problem {
  const details = failures.flatMap(({ problem: { detail, type, more } }) =>
    type === 'invalid'
      ? (more.errors ?? []).map((fault) => `An item that refers to it would not be valid without it. ${fault.detail}`)
      : [detail],
  );
  return new Problem('conflict', [...new Set(details)].join(' '));
}

/** The ids of the items that do refer to an item, as the table has them. */
async function readReferring(
  transaction: Transaction,
  store: Store,
  referrer: Referrer,
  id: string,
  most: number,
): Promise<string[]> {
  const found: string[] = [];
  for await (const ids of referringIds(store, referrer, id)) {
    const images = await transaction.readMany(ids.map((one) => ({ resource: referrer.resource, id: one })));
    found.push(...images.flatMap((image) => (image?.item[referrer.attribute] === id ? [image.item.id] : [])));
    if (found.length > store.transactionSize || store.cost.readUnits > most) {
      break;
    }
  }
  return found;
}

/**
 * The problem that items refer to an item, restrict its deletion, and do not go themselves; undefined where there are
 * none.
 * @param goingOf the items of a collection that go
 */
export function refuseRestricted(
  resources: ReadonlyMap<string, Resource>,
  resource: Resource,
  image: Image,
  goingOf: (collection: string) => readonly Image[],
): Problem | undefined {
  const restricting = referrersOf(resources, resource).filter(({ onDelete }) => onDelete === 'restrict');
  const left = [...new Set(restricting.map((referrer) => referrer.resource.name))].filter((collection) => {
    const referrers = restricting.filter((referrer) => referrer.resource.name === collection);
    const gone = goingOf(collection).reduce((sum, other) => sum + referencesTo(image.item.id, other, referrers), 0);
    return referenceCountOf(image, collection) > gone;
  });
  return left.length === 0 ? undefined : inUse(image.item.id, left);
}
