// Counts of items that refer to another, kept on that other with every write that changes them.
import type { Counting } from '../values/attribute';
import type { AnyItem } from '../definition/item';
import type { Resource } from '../definition/resource';
import { pointer } from '../problem';

/** An item before and after a write; undefined where there is none. */
export interface Transition {
  readonly resource: Resource;
  /** Where in the request it comes from. */
  readonly origin: readonly (string | number)[];
  readonly before: AnyItem | undefined;
  readonly after: AnyItem | undefined;
}

/** By how much a count of an item changes. */
export interface CountChange {
  readonly resource: Resource;
  readonly id: string;
  readonly attribute: string;
  readonly by: number;
  /** Where the writes that do it come from, and the pointer to their attribute that refers to the item. */
  readonly causes: readonly { readonly origin: Transition['origin']; readonly inner: string }[];
}

/** How some writes change the counts of the items that they begin or cease to refer to. */
export function countChanges(
  resources: ReadonlyMap<string, Resource>,
  transitions: readonly Transition[],
): CountChange[] {
  const changes = new Map<string, CountChange>();
  for (const { resource, origin, before, after } of transitions) {
    for (const { counter, attribute, counting } of countersOf(resources, resource)) {
      const [from, to] = [counted(counting, before), counted(counting, after)];
      if (from === to) {
        continue;
      }
      for (const [id, by] of [
        [from, -1],
        [to, 1],
      ] as const) {
        if (id !== undefined) {
          const key = JSON.stringify([counter.name, id, attribute]);
          const { by: earlier = 0, causes = [] } = changes.get(key) ?? {};
          changes.set(key, {
            resource: counter,
            id,
            attribute,
            by: earlier + by,
            causes: [...causes, { origin, inner: pointer(counting.attribute) }],
          });
        }
      }
    }
  }
  return [...changes.values()].filter(({ by }) => by !== 0);
}

/** The attributes of other resources that count the items of a resource. */
function countersOf(
  resources: ReadonlyMap<string, Resource>,
  { name }: Resource,
): { counter: Resource; attribute: string; counting: Counting }[] {
  return [...resources.values()].flatMap((counter) =>
    [...counter.attributes].flatMap(
      ([
        attribute,
        {
          keywords: { counts },
        },
      ]) => (counts?.collection === name ? [{ counter, attribute, counting: counts }] : []),
    ),
  );
}

/** The id of the item on which an item counts. */
function counted({ attribute, where }: Counting, item: AnyItem | undefined): string | undefined {
  return item === undefined || (where !== undefined && !where(item))
    ? undefined
    : (item[attribute] as string | undefined);
}
