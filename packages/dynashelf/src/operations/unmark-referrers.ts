// The marks of a gradual deletion taken off again: where something stands in its way, or it was over already.
import type { Store } from '../store/store';
import { marksOf, unmarkWrite } from '../store/write/deletion-mark';
import { nameOf } from '../transaction/entry';
import { inGroups, type Deletion } from './deletion';

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
