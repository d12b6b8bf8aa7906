// DELETE of more than one transaction holds. First every item that goes, or loses a reference, is marked: from then on
// nothing new refers to one, and nothing else changes it. Whatever stands in the way is found by then, and the marks
// are taken off again. Only then items go, which nothing can refuse any more.
import { randomUUID } from 'node:crypto';
import type { Resource } from '../definition/resource';
import { backOff } from '../store/client/back-off';
import type { Image } from '../store/layout/record';
import type { Store } from '../store/store';
import { deletionState, marksOf, markWrite, stateWrite } from '../store/write/deletion-mark';
import { nameOf } from '../transaction/entry';
import { deleteMarked } from './delete-marked';
import { findObstacles } from './deletion-obstacles';
import { requireTime, type Deletion } from './deletion';
import { markReferrers } from './mark-referrers';
import { unmark, unmarkIfOver } from './unmark-referrers';
import { notFound, requireItem, type Demands } from './refusal';
import type { Result } from './result';

/** Whether a deletion of this very item is under way, not only one of an item that it refers to. */
export function isBeingDeletedItself(image: Image): boolean {
  return deletionState(image) !== undefined;
}

/**
 * Deletes an item with what refers to it, step by step.
 * @throws Problem what stands in the way, everything being as it was; `unavailable` with `Retry-After` where the time
 * is over before all is done
 */
export async function deleteGradually(store: Store, resource: Resource, demands: Demands): Promise<Result> {
  for (let attempt = 0, former: Deletion | undefined; ; attempt++) {
    const deletion = await begin(store, resource, demands, former);
    if (deletion === undefined) {
      if (former === undefined) {
        throw notFound(resource, demands.id);
      }
      // Another request has finished it meanwhile.
      return { kind: 'deleted' };
    }
    if (deletion.state === 'marking') {
      await markReferrers(store, deletion);
      const obstacle = await findObstacles(store, deletion);
      const state = await advance(store, deletion, obstacle === undefined ? 'closed' : 'undoing');
      if (state === 'undoing') {
        await unmark(store, deletion);
        throw obstacle!;
      }
      if (state === 'closed') {
        await deleteMarked(store, deletion);
        return { kind: 'deleted' };
      }
      // Another request has taken it further: see how far. Where that is to its end, what was marked since then keeps
      // no mark.
      await unmarkIfOver(store, deletion);
    } else if (deletion.state === 'undoing') {
      // A request was broken off that had to undo what it had marked.
      await markReferrers(store, deletion);
      await unmark(store, deletion);
    } else {
      await deleteMarked(store, deletion);
      return { kind: 'deleted' };
    }
    former = deletion;
    requireTime(store);
    await backOff(attempt, Infinity);
  }
}

/**
 * Begins a deletion, or joins the one that is under way: its preconditions were held to when it began. Undefined where
 * the item does not exist.
 * @param former what this request began or joined before: an item made anew since then is another one, which it does
 * not delete
 */
async function begin(
  store: Store,
  resource: Resource,
  demands: Demands,
  former: Deletion | undefined,
): Promise<Deletion | undefined> {
  const { id } = demands;
  for (let attempt = 0; ; attempt++) {
    const [image] = (await store.lookUp([{ resource, id }])).images;
    if (image === undefined || (former !== undefined && former.createdAt !== image.item.createdAt)) {
      return undefined;
    }
    const { createdAt } = image.item;
    const state = deletionState(image);
    requireItem(image, resource, state === undefined ? demands : { ...demands, preconditions: {} });
    const own = marksOf(image, 'delete').find((mark) => rootOf(mark) === nameOf(resource, id));
    if (state !== undefined && own !== undefined) {
      return { resource, id, name: own, createdAt, state, members: new Map() };
    }
    const name = `${nameOf(resource, id)} ${randomUUID()}`;
    if ((await store.carryOut([markWrite('delete', name, resource, image, true)])).length === 0) {
      return { resource, id, name, createdAt, state: 'marking', members: new Map() };
    }
    requireTime(store);
    await backOff(attempt, Infinity);
  }
}

/** The item whose deletion has set a mark, as its collection and id. */
export function rootOf(mark: string): string {
  return mark.split(' ')[0]!;
}

/** Takes a deletion to its next state; undefined where another request has done so before. */
async function advance(
  store: Store,
  { name, resource, id }: Deletion,
  state: 'closed' | 'undoing',
): Promise<'closed' | 'undoing' | undefined> {
  return (await store.carryOut([stateWrite(name, resource, id, state)])).length === 0 ? state : undefined;
}
