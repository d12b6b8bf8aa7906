// DELETE of an item together with what refers to it (`onDelete` cascade or setNull): step by step, so that any number
// fits, and begun again where it was broken off. Until all is done the item stays, so no reference ever dangles.
import { EVERYTHING, includes } from '../definition/access';
import type { Resource } from '../definition/resource';
import { Problem } from '../problem';
import { backOff } from '../store/back-off';
import { referrersOf, type Referrer } from '../store/guard';
import { NEWEST_FIRST, planList } from '../store/planner';
import { isBeingDeleted, referring } from '../store/record';
import type { Found } from '../store/record';
import type { Store } from '../store/store';
import { preconditionsHold } from '../store/preconditions';
import { inUse, refusal } from './refusal';
import { removeIn, type RemoveInput } from './remove-in';
import type { Result } from './result';
import { transact } from './transact';

/** How many of the items that refer are read at once, and how many of them are changed at the same time. */
const AT_ONCE = 25;

/** Whether deleting an item of a resource reaches others. */
export function cascades(resources: ReadonlyMap<string, Resource>, resource: Resource): boolean {
  return referrersOf(resources, resource).some(({ onDelete }) => onDelete !== 'restrict');
}

/**
 * Deletes an item and what refers to it.
 * @throws Problem `conflict` where an item refers to it that must not go, or where the time is over before all is done
 */
export async function removeCascading(resource: Resource, input: RemoveInput, store: Store): Promise<Result> {
  const { id, permission, preconditions } = input;
  const referrers = referrersOf(store.resources, resource);
  const restricting = [...new Set(referrers.filter(({ onDelete }) => onDelete === 'restrict').map((referrer) => referrer.resource.name))];
  for (let attempt = 0; ; attempt++) {
    const found = await store.read(resource, id);
    if (found === undefined || !includes(permission.grant, found.item) || !preconditionsHold(preconditions, found.item)) {
      throw refusal(resource, id, found?.item, input);
    }
    const restricted = referring(found, restricting);
    if (restricted.length > 0) {
      throw inUse(id, restricted);
    }
    const left = referrers.filter((referrer) => referring(found, [referrer.resource.name]).length > 0);
    if (left.length === 0) {
      return transact(store, { reads: [{ resource, id }] }, (session) => removeIn(session, resource, input));
    }
    if (isBeingDeleted(found) || await store.markDeleting(resource, found, restricting)) {
      await Promise.all(left.map((referrer) => release(referrer, id, store)));
    }
    await backOff(attempt, store.deadline).catch(unfinished);
  }
}

/** Deletes, or clears the reference of, the items that refer to an item, as far as the index shows them. */
async function release({ resource, attribute, onDelete }: Referrer, id: string, store: Store): Promise<void> {
  const plan = planList(resource, [{ path: [attribute], operator: 'eq', values: [id] }], NEWEST_FIRST)!;
  for (let after: string | undefined; ;) {
    const { items, next } = await store.page(resource, { plan, limit: AT_ONCE, ...(after !== undefined && { after }) });
    await Promise.all(items.map(async (item) => (onDelete === 'cascade' ? removeOne(resource, item.id, id, store) : clear(resource, item.id, attribute, id, store))));
    if (next === undefined) {
      return;
    }
    if (Date.now() > store.deadline) {
      unfinished();
    }
    after = next;
  }
}

/** Deletes an item that refers to another, with what refers to it in turn. */
async function removeOne(resource: Resource, id: string, referred: string, store: Store): Promise<void> {
  const input = { id, permission: EVERYTHING, preconditions: {} };
  await (cascades(store.resources, resource)
    ? removeCascading(resource, input, store)
    : transact(store, { reads: [{ resource, id }] }, (session) => removeIn(session, resource, input))).catch((error: unknown) => {
    // Whoever deletes the one may not see the other.
    if (error instanceof Problem && error.type === 'conflict' && error.more.headers === undefined) {
      throw new Problem('conflict', `"${referred}" cannot be deleted while an item of ${resource.name} that refers to it cannot be: delete first what refers to that.`);
    }
    ignoreAbsent(error);
  });
}

/** Removes a reference, if it still is the one. */
async function clear(resource: Resource, id: string, attribute: string, referred: string, store: Store): Promise<void> {
  await transact(store, { reads: [{ resource, id }] }, async (session) => {
    const found: Found | undefined = await session.read(resource, id);
    return found?.item[attribute] === referred
      ? { kind: 'patched', item: await session.write(resource, found, { [attribute]: undefined }, 'changes') }
      : { kind: 'deleted' };
  });
}

function ignoreAbsent(error: unknown): void {
  if (!(error instanceof Problem) || error.type !== 'not-found') {
    throw error;
  }
}

function unfinished(): never {
  throw new Problem('conflict', 'The item is being deleted with what refers to it, which is more than fits into one request: send it again to go on.', { headers: { 'Retry-After': '1' } });
}
