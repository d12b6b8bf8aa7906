// Deletions that were broken off, finished: for the migration. Requests may go on meanwhile, other deletions among
// them.
import { EVERYTHING } from '../definition/access';
import type { Resource } from '../definition/resource';
import { Problem } from '../problem';
import type { FoundMark } from '../store/migrate/find-marked';
import type { Store } from '../store/store';
import { deletionState, marksOf, unmarkWrite } from '../store/write/deletion-mark';
import { deleteGradually, rootOf } from './gradual-deletion';
import { HeldUp } from './deletion';

/**
 * Finishes every deletion that has left a mark: what can go goes, what is in use stays and loses its marks.
 * @param openStore opens a store with a deadline of its own, for each deletion
 * @param find finds the marks of a collection's items
 * @returns how many deletions there were, and in sentences those that something stands in the way of
 */
export async function finishDeletions(
  resources: ReadonlyMap<string, Resource>,
  openStore: () => Store,
  find: (resource: Resource) => AsyncIterable<FoundMark>,
): Promise<{ readonly found: number; readonly obstacles: string[] }> {
  const marks: (FoundMark & { readonly resource: Resource })[] = [];
  for (const resource of resources.values()) {
    for await (const mark of find(resource)) {
      marks.push({ ...mark, resource });
    }
  }
  const roots = new Set(marks.map(({ mark }) => rootOf(mark)));
  const obstacles: string[] = [];
  for (const root of roots) {
    const obstacle = await finish(resources, openStore, root);
    if (obstacle !== undefined) {
      obstacles.push(`${root}: ${obstacle}`);
    }
  }
  for (const { resource, id, kind, mark } of marks) {
    await unmarkDead(resources, openStore(), { resource, id, kind, mark });
  }
  return { found: roots.size, obstacles };
}

/** @returns what stands in the way, if something does */
async function finish(
  resources: ReadonlyMap<string, Resource>,
  openStore: () => Store,
  root: string,
): Promise<string | undefined> {
  const [resource, id] = partsOf(resources, root);
  for (;;) {
    const store = openStore();
    const [image] = resource === undefined ? [] : (await store.lookUp([{ resource, id }])).images;
    if (image === undefined || deletionState(image) === undefined) {
      return undefined;
    }
    try {
      await deleteGradually(store, resource!, { id, permission: EVERYTHING, preconditions: {} });
    } catch (error) {
      // In use: its marks are off again. Unfinished: once more.
      if (!(error instanceof Problem) || !['conflict', 'not-found', 'unavailable'].includes(error.type)) {
        throw error;
      }
      if (error instanceof HeldUp) {
        return error.detail;
      }
    }
  }
}

/** Takes off a mark that is no longer of a deletion under way. */
async function unmarkDead(
  resources: ReadonlyMap<string, Resource>,
  store: Store,
  { resource, id, kind, mark }: FoundMark & { readonly resource: Resource },
): Promise<void> {
  const [rootResource, rootId] = partsOf(resources, rootOf(mark));
  const [root, image] = (
    await store.lookUp([
      ...(rootResource === undefined ? [] : [{ resource: rootResource, id: rootId }]),
      { resource, id },
    ])
  ).images;
  const isLive = rootResource !== undefined && root !== undefined && marksOf(root, 'delete').includes(mark);
  const marked = rootResource === undefined ? root : image;
  if (!isLive && marked !== undefined && marksOf(marked, kind).includes(mark)) {
    await store.carryOut([unmarkWrite(kind, [mark], resource, id, false)]);
  }
}

function partsOf(resources: ReadonlyMap<string, Resource>, root: string): [resource: Resource | undefined, id: string] {
  const slash = root.indexOf('/');
  return [resources.get(root.slice(0, slash)), root.slice(slash + 1)];
}
