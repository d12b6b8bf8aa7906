// The first half of a gradual deletion: the marks, and how they are taken off again.
import type { Resource } from '../definition/resource';
import { Problem } from '../problem';
import { backOff } from '../store/client/back-off';
import type { Image } from '../store/layout/record';
import type { Store } from '../store/store';
import {
  marksOf,
  markWrite,
  unmarkWrite,
  withMark,
  type DeletionState,
  type MarkKind,
} from '../store/write/deletion-mark';
import type { Referrer } from '../store/write/references';
import { nameOf } from '../transaction/entry';
import { reachedBy, referenceCountOf, referencesTo, referringIds } from './cascade';

/** How many items are marked at once. */
const AT_ONCE = 25;

/** A deletion under way. */
export interface Deletion {
  /** The item whose DELETE it is. */
  readonly resource: Resource;
  readonly id: string;
  /** Its name, in the marks. */
  readonly name: string;
  /** When the item was made. */
  readonly createdAt: string;
  readonly state: DeletionState;
  /** What has its mark, by `nameOf`. */
  readonly members: Map<string, Member>;
}

/** An item of a deletion. */
export interface Member {
  readonly resource: Resource;
  readonly id: string;
  kind: MarkKind;
  /** The attributes that are cleared, each with the id that it holds. */
  readonly attributes: Map<string, string>;
  /** As it is with its mark; undefined where it turned out not to belong to the deletion. */
  image?: Image;
}

/** The problem that the time is over before all is done. */
export function unfinished(): Problem {
  return new Problem(
    'unavailable',
    'The item is being deleted with what refers to it, which is more than fits into one request: send it again to go on.',
    { headers: { 'Retry-After': '1' } },
  );
}

/**
 * Something came to stand in the way after the deletion was closed: sent again, it meets the same until somebody
 * changes that.
 */
export class HeldUp extends Problem {
  constructor({ detail }: Problem) {
    super(
      'unavailable',
      `The item is being deleted with what refers to it, and something stands in the way that came after it had begun: change that, and send it again to go on. ${detail}`,
      { headers: { 'Retry-After': '1' } },
    );
  }
}

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
        const { images } = await store.lookUp(fresh);
        const found = new Map(fresh.map((member, index) => [member, images[index]]));
        const belongs = await inGroups(fresh, (member) =>
          mark(store, deletion, member, (image) => image.item[referrer.attribute] === parent.id, found),
        );
        going.push(...fresh.filter((member, index) => belongs[index] === true && member.kind === 'delete'));
      }
    }
    // The index may be behind; the number of references on the item is not, and can only fall by now.
    const [current] = (await store.lookUp([parent])).images;
    parent.image = current ?? parent.image!;
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
      member.image = withMark(image, kind, name);
      return true;
    }
    requireTime(store);
    await backOff(attempt, Infinity);
  }
}

/** Takes the marks of a deletion off again, that of the item itself at last. */
export async function unmark(store: Store, { resource, id, name, members }: Deletion): Promise<void> {
  const root = nameOf(resource, id);
  await inGroups(
    [...members.values()].filter((member) => nameOf(member.resource, member.id) !== root),
    async (member) => {
      for (const kind of ['delete', 'clear'] as const) {
        // Of one item one deletion is under way at a time: other marks of it were left behind.
        const marks = new Set([
          name,
          ...(member.image === undefined
            ? []
            : marksOf(member.image, kind).filter((one) => one.startsWith(`${root} `))),
        ]);
        if (kind === member.kind || member.attributes.size > 0) {
          await store.carryOut([unmarkWrite(kind, [...marks], member.resource, member.id, false)]);
        }
      }
    },
  );
  await store.carryOut([unmarkWrite('delete', [name], resource, id, true)]);
}

/**
 * Takes the marks off again that were set after another request had brought the deletion to its end, on items made anew
 * meanwhile.
 */
export async function unmarkIfOver(store: Store, { resource, id, name, members }: Deletion): Promise<void> {
  const [root] = (await store.lookUp([{ resource, id }])).images;
  if (root !== undefined && marksOf(root, 'delete').includes(name)) {
    return;
  }
  await inGroups(
    [...members.values()].filter(({ image }) => image !== undefined),
    async (member) => {
      for (const kind of ['delete', 'clear'] as const) {
        await store.carryOut([unmarkWrite(kind, [name], member.resource, member.id, false)]);
      }
    },
  );
}

export function requireTime(store: Store): void {
  if (Date.now() > store.deadline) {
    throw unfinished();
  }
}

/**
 * Does something to each of many, some at once; where one fails, the others that have begun are awaited, and then it is
 * thrown.
 */
async function inGroups<T, R>(all: readonly T[], each: (one: T) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  for (let start = 0; start < all.length; start += AT_ONCE) {
    const settled = await Promise.allSettled(all.slice(start, start + AT_ONCE).map(each));
    const failed = settled.find((one) => one.status === 'rejected');
    if (failed !== undefined) {
      throw failed.reason;
    }
    results.push(...settled.map((one) => (one as PromiseFulfilledResult<R>).value));
  }
  return results;
}
