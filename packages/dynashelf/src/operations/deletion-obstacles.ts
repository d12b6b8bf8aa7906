// What stands in the way of a gradual deletion: items that are in use, and rules that would not hold without what goes.
import type { Problem } from '../problem';
import type { Image } from '../store/layout/record';
import type { Store } from '../store/store';
import { marksOf } from '../store/write/deletion-mark';
import { referenceAttributes } from '../store/layout/layout-record';
import { nameOf, type Failure } from '../transaction/entry';
import { openTransaction } from '../transaction/open-transaction';
import { obstacle, refuseRestricted } from './cascade';
import { inParts, type Deletion, type Member } from './deletion';

/** What stands in the way of a deletion whose items all have their marks; undefined where nothing does. */
export async function findObstacles(store: Store, { name, members }: Deletion): Promise<Problem | undefined> {
  const marked = [...members.values()].filter((member) => member.image !== undefined);
  const going = marked.filter(({ kind }) => kind === 'delete');
  const byCollection = new Map<string, Image[]>();
  for (const { resource, image } of going) {
    byCollection.set(resource.name, [...(byCollection.get(resource.name) ?? []), image!]);
  }
  const restricted = going.flatMap(({ resource, image }): Failure[] => {
    const problem = refuseRestricted(
      store.resources,
      resource,
      image!,
      (collection) => byCollection.get(collection) ?? [],
    );
    return problem === undefined ? [] : [{ origin: [], problem }];
  });
  const failures = [...restricted, ...(await brokenWithout(store, marked, name))];
  // An item of which others clear references too has to be as its rules want it with and without those.
  const shared = await withOthers(store, marked, name);
  failures.push(...(shared.length === 0 ? [] : await brokenWithout(store, shared, name)));
  return failures.length === 0 ? undefined : obstacle(failures);
}

/**
 * What would not be as its rules want it, without some members of a deletion. Those that stay are looked at whole, and
 * where they are more than is read at once in parts, each without all that goes.
 */
async function brokenWithout(store: Store, members: readonly Member[], deletion: string): Promise<readonly Failure[]> {
  const going = members.filter(({ kind }) => kind === 'delete');
  return inParts(
    store,
    members.filter(({ kind }) => kind === 'clear'),
    async (part, images) => {
      const known = new Map([
        ...going.map(({ resource, id, image }) => [nameOf(resource, id), image] as const),
        ...part.map(({ resource, id }, index) => [nameOf(resource, id), images[index]] as const),
      ]);
      const { settle } = await withoutThem(store, [...going, ...part], deletion, known);
      return (await settle()).failures;
    },
  );
}

/**
 * The members of which other deletions under way clear references too, each with those attributes. What an attribute
 * refers to has its mark before the item has.
 */
async function withOthers(store: Store, members: readonly Member[], deletion: string): Promise<Member[]> {
  const shared = members.filter(
    ({ kind, image }) => kind === 'clear' && marksOf(image!, 'clear').some((mark) => mark !== deletion),
  );
  const all: Member[] = [];
  for (const member of shared) {
    const [image] = (await store.lookUp([member])).images;
    const references =
      image === undefined
        ? []
        : referenceAttributes(member.resource).flatMap(([attribute, collection]) => {
            const id = image.item[attribute];
            return typeof id === 'string' && member.resource.attributes.get(attribute)!.keywords.onDelete === 'setNull'
              ? [{ attribute, resource: store.resources.get(collection)!, id }]
              : [];
          });
    const { images } = await store.lookUp(references);
    const going = references.filter(
      (_reference, index) => images[index] === undefined || marksOf(images[index], 'delete').length > 0,
    );
    all.push(
      ...(image === undefined
        ? []
        : [{ ...member, attributes: new Map(going.map(({ attribute, id }) => [attribute, id])) }]),
    );
  }
  return all;
}

/** A transaction in which some members of a deletion go, or lose their references, as far as they are still there. */
export async function withoutThem(
  store: Store,
  members: readonly Member[],
  deletion: string,
  known: Map<string, Image | undefined>,
): Promise<ReturnType<typeof openTransaction>> {
  const opened = openTransaction(store, known, (_origin, inner) => inner, deletion);
  for (const { resource, id, kind, attributes } of members) {
    const image = await opened.transaction.read(resource, id);
    // What somebody made anew meanwhile has no mark, and stays.
    if (image === undefined || !marksOf(image, kind).includes(deletion)) {
      continue;
    }
    if (kind === 'delete') {
      await opened.transaction.delete(resource, id);
    } else {
      await opened.transaction.update(
        resource,
        id,
        Object.fromEntries(
          [...attributes]
            .filter(([attribute, target]) => image.item[attribute] === target)
            .map(([attribute]) => [attribute, undefined]),
        ),
        'merge',
      );
    }
  }
  return opened;
}
