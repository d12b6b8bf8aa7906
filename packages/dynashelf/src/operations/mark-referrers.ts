// The first half of a gradual deletion: all that goes, or changes, with the item is marked.
import { backOff } from '../store/client/back-off';
import type { Image } from '../store/layout/record';
import type { Store } from '../store/store';
import { marksOf, markWrite, withMark } from '../store/write/deletion-mark';
import type { Referrer } from '../store/write/references';
import { nameOf } from '../transaction/entry';
import { reachedBy, referenceCountOf, referencesTo, referringIds } from './cascade';
import { inGroups, inParts, requireTime, type Deletion, type Member } from './deletion';
import { slim } from './slim-image';

/** Marks all that refers to the item, what refers to that, and so on, as far as it has no mark yet. */
export async function markReferrers(store: Store, deletion: Deletion): Promise<void> {
  const root: Member = { resource: deletion.resource, id: deletion.id, kind: 'delete', attributes: new Map() };
  deletion.members.set(nameOf(root.resource, root.id), root);
  // It has its mark from the beginning. Without it the deletion is over, and the item another one, perhaps.
  const queue = (await mark(
    store,
    deletion,
    root,
    (image) => marksOf(image, 'delete').includes(deletion.name),
    new Map(),
  ))
    ? [root]
    : [];
  for (let member = queue.shift(); member !== undefined; member = queue.shift()) {
    for (const referrers of reachedBy(store.resources, member.resource)) {
      queue.push(...(await markReferring(store, deletion, member, referrers)));
    }
  }
}

/**
 * Marks all items of one collection that refer to a marked item, by whichever attributes. @returns those that go, and
 * whose referrers are not looked for yet
 */
async function markReferring(
  store: Store,
  deletion: Deletion,
  parent: Member,
  referrers: readonly [Referrer, ...Referrer[]],
): Promise<Member[]> {
  const [{ resource }] = referrers;
  const going: Member[] = [];
  for (let attempt = 0; ; attempt++) {
    if (referenceCountOf(parent.image!, resource.name) === 0) {
      return going;
    }
    for (const referrer of referrers) {
      for await (const ids of referringIds(store, referrer, parent.id)) {
        requireTime(store);
        const fresh = ids
          .map((id) => memberOf(deletion.members, parent, referrer, id))
          .filter((member) => member !== undefined);
        const marked = await inParts(store, fresh, async (part, images) => {
          const found = new Map(part.map((member, index) => [member, images[index]]));
          const belongs = await inGroups(part, (member) =>
            mark(store, deletion, member, (image) => image.item[referrer.attribute] === parent.id, found),
          );
          return part.filter((_member, index) => belongs[index] === true);
        });
        going.push(...marked.filter(({ kind }) => kind === 'delete'));
      }
    }
    // The index may be behind; the number of references on the item is not, and can only fall by now.
    const [current] = (await store.lookUp([parent])).images;
    parent.image = current === undefined ? parent.image! : slim(store.resources, parent.resource, current);
    if (
      current === undefined ||
      knownReferring(deletion.members, parent, referrers) >= referenceCountOf(current, resource.name)
    ) {
      return going;
    }
    requireTime(store);
    await backOff(attempt, Infinity);
  }
}

/** How many references of a collection to an item are known. */
function knownReferring(
  members: ReadonlyMap<string, Member>,
  parent: Member,
  referrers: readonly [Referrer, ...Referrer[]],
): number {
  return [...members.values()]
    .filter((member) => member.resource === referrers[0].resource && member.image !== undefined)
    .reduce((sum, { image }) => sum + referencesTo(parent.id, image!, referrers), 0);
}

/** The member of an id where it has to be marked; undefined where it is a member in this way already. */
function memberOf(
  members: Map<string, Member>,
  parent: Member,
  { resource, attribute, onDelete }: Referrer,
  id: string,
): Member | undefined {
  const name = nameOf(resource, id);
  const existing = members.get(name);
  const isNew = existing?.image === undefined;
  const member: Member = existing ?? { resource, id, kind: 'clear', attributes: new Map() };
  members.set(name, member);
  if (onDelete === 'setNull') {
    member.attributes.set(attribute, parent.id);
    return isNew ? member : undefined;
  }
  const isKnown = !isNew && member.kind === 'delete';
  // What would only lose a reference goes by another.
  member.kind = 'delete';
  return isKnown ? undefined : member;
}

/**
 * Marks one item as it is, again and again while others change it.
 * @param belongs whether the item, as it is, is a part of the deletion
 * @param found the members that were read just now, as they were
 * @returns false where it is not
 */
async function mark(
  store: Store,
  { name, state }: Deletion,
  member: Member,
  belongs: (image: Image) => boolean,
  found: ReadonlyMap<Member, Image | undefined>,
): Promise<boolean> {
  const { resource, id, kind } = member;
  for (let attempt = 0; ; attempt++) {
    const image =
      attempt === 0 && found.has(member) ? found.get(member) : (await store.lookUp([{ resource, id }])).images[0];
    if (image === undefined || !belongs(image)) {
      return false;
    }
    // To undo, it is enough to know them.
    if (
      marksOf(image, kind).includes(name) ||
      state === 'undoing' ||
      (await store.carryOut([markWrite(kind, name, resource, image, false)])).length === 0
    ) {
      member.image = slim(store.resources, resource, withMark(image, kind, name));
      return true;
    }
    requireTime(store);
    await backOff(attempt, Infinity);
  }
}
