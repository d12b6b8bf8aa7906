// The second half of a gradual deletion: what has its mark goes, what refers to others before those, and references are
// cleared.
import type { Resource } from '../definition/resource';
import { backOff } from '../store/client/back-off';
import { keyText, recordKey, type Image } from '../store/layout/record';
import type { Store } from '../store/store';
import { CLEARING_ATTRIBUTE } from '../store/layout/table';
import { marksOf } from '../store/write/deletion-mark';
import { referenceAttributes } from '../store/layout/layout-record';
import { nameOf } from '../transaction/entry';
import { obstacle, reachedBy, referenceCountOf, referencesTo, referringIds } from './cascade';
import { withoutThem } from './deletion-obstacles';
import { halve, HeldUp, inParts, requireTime, type Deletion, type Member } from './deletion';
import { slim } from './slim-image';

/** How many items go at once, as far as a transaction holds them. */
const AT_ONCE = 40;

/**
 * Deletes the items of a deletion that is closed.
 * @throws Problem `unavailable` where the time is over before all is done, or others have brought what counts these to
 * where it can count no less
 */
export async function deleteMarked(store: Store, { resource, id, name }: Deletion): Promise<void> {
  const root: Member = { resource, id, kind: 'delete', attributes: new Map() };
  await deleteReferring(store, root, name, new Set([nameOf(resource, id)]));
  await deleteAll(store, [root], name);
}

/**
 * Deletes what refers to a member, page by page, after what refers to that. Members that are under way on a circle of
 * references are left to those.
 */
async function deleteReferring(store: Store, parent: Member, deletion: string, underWay: Set<string>): Promise<void> {
  for (const referrers of reachedBy(store.resources, parent.resource)) {
    const [{ resource }] = referrers;
    for (let attempt = 0, left = Infinity; left > 0; attempt++) {
      const [image] = (await store.lookUp([parent])).images;
      left = image === undefined ? 0 : referenceCountOf(image, resource.name);
      if (left === 0) {
        break;
      }
      if (attempt > 0) {
        // The index may be behind.
        requireTime(store);
        await backOff(attempt - 1, Infinity);
      }
      const seen = new Set<string>();
      for (const referrer of referrers) {
        for await (const ids of referringIds(store, referrer, parent.id)) {
          requireTime(store);
          const members = await readMembers(
            store,
            resource,
            ids.filter((id) => !seen.has(id)),
            deletion,
          );
          ids.forEach((id) => seen.add(id));
          // What an index shows may refer to the item no more: it then is not among those that are counted.
          left -= members.reduce((sum, member) => sum + referencesTo(parent.id, member.image, referrers), 0);
          const next = members.filter((member) => !underWay.has(nameOf(resource, member.id)));
          for (const member of next.filter(({ kind }) => kind === 'delete')) {
            underWay.add(nameOf(resource, member.id));
            await deleteReferring(store, member, deletion, underWay);
          }
          await deleteAll(store, next, deletion);
        }
      }
    }
  }
}

/** The members of some ids that are still there, each as its mark says. */
async function readMembers(
  store: Store,
  resource: Resource,
  ids: readonly string[],
  deletion: string,
): Promise<(Member & { readonly image: Image })[]> {
  return inParts(
    store,
    ids.map((id) => ({ resource, id })),
    async (_part, images) =>
      images.flatMap((image) =>
        image === undefined
          ? []
          : [
              {
                resource,
                id: image.item.id,
                kind: marksOf(image, 'delete').includes(deletion) ? ('delete' as const) : ('clear' as const),
                attributes: new Map(),
                image: slim(store.resources, resource, image),
              },
            ],
      ),
  );
}

async function deleteAll(store: Store, members: readonly Member[], deletion: string): Promise<void> {
  const left = [...members];
  let size = Math.min(AT_ONCE, store.transactionSize);
  for (let attempt = 0; left.length > 0;) {
    requireTime(store);
    const group = left.slice(0, size);
    if ((await deleteGroup(store, group, deletion).catch((error: unknown) => halve(error, group.length))) === true) {
      left.splice(0, group.length);
      attempt = 0;
    } else {
      // Too much for one transaction, or others changed what counts these.
      size = Math.max(1, size >> 1);
      await backOff(attempt++, Infinity);
    }
  }
}

/** @returns false where it has to be tried again, perhaps with fewer */
async function deleteGroup(store: Store, group: readonly Member[], deletion: string): Promise<boolean> {
  const { images } = await store.lookUp(group);
  const targets = group.flatMap(({ resource }, index) =>
    referenceAttributes(resource).flatMap(([attribute, collection]) => {
      const id = images[index]?.item[attribute];
      return typeof id === 'string' ? [{ resource: store.resources.get(collection)!, id }] : [];
    }),
  );
  const known = new Map(group.map(({ resource, id }, index) => [nameOf(resource, id), images[index]]));
  const unread = [
    ...new Map(
      targets
        .filter(({ resource, id }) => !known.has(nameOf(resource, id)))
        .map((target) => [nameOf(target.resource, target.id), target]),
    ).values(),
  ];
  const read = unread.length === 0 ? [] : (await store.lookUp(unread)).images;
  unread.forEach(({ resource, id }, index) => known.set(nameOf(resource, id), read[index]));
  const gone = new Set(
    targets
      .filter(({ resource, id }) => known.get(nameOf(resource, id)) === undefined)
      .map(({ resource, id }) => keyText(recordKey(resource, id))),
  );
  const { settle } = await withoutThem(
    store,
    group.map((member, index) => withAttributes(store, member, images[index], known, deletion)),
    deletion,
    known,
  );
  const { changes, failures } = await settle();
  if (failures.length > 0) {
    // Others have brought an item that counts these to where its rules let it count no less.
    throw new HeldUp(obstacle(failures));
  }
  const written = changes.filter(({ kind }) => kind !== 'check');
  const plan = store.plan(written, { deletion, gone });
  for (const change of written) {
    if (change.kind === 'update' && change.oldImage.record[CLEARING_ATTRIBUTE] !== undefined) {
      plan.writes.get(keyText(recordKey(change.resource, change.id)))!.takeOut[CLEARING_ATTRIBUTE] = { SS: [deletion] };
    }
  }
  return plan.writes.size <= store.transactionSize && (await store.commit(plan)).length === 0;
}

/** A member, with the attributes that refer to what goes. */
function withAttributes(
  store: Store,
  member: Member,
  image: Image | undefined,
  known: ReadonlyMap<string, Image | undefined>,
  deletion: string,
): Member {
  if (member.kind === 'delete' || image === undefined) {
    return member;
  }
  const attributes = referenceAttributes(member.resource).flatMap(([attribute, collection]): [string, string][] => {
    const target = image.item[attribute];
    const { onDelete } = member.resource.attributes.get(attribute)!.keywords;
    const referred =
      typeof target === 'string' && onDelete === 'setNull'
        ? known.get(nameOf(store.resources.get(collection)!, target))
        : undefined;
    return referred !== undefined && marksOf(referred, 'delete').includes(deletion)
      ? [[attribute, target as string]]
      : [];
  });
  return { ...member, attributes: new Map(attributes) };
}
