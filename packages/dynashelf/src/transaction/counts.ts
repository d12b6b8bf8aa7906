// Counts of items that refer to another, and sums of a number of theirs, kept on that other with every write that
// changes them.
import { addDecimals, negate } from '../values/decimal';
import { aggregateOf } from '../values/node';
import { shareOf, type Aggregate } from '../definition/aggregates';
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

/** By how much a count or sum of an item changes. */
export interface CountChange {
  readonly resource: Resource;
  readonly id: string;
  readonly attribute: string;
  /** As it is written, with every digit. */
  readonly by: string;
  /** Where the writes that do it come from, and the pointer to their attribute that refers, or is summed. */
  readonly causes: readonly { readonly origin: Transition['origin']; readonly inner: string }[];
}

/** How some writes change the counts and sums of the items that they begin or cease to refer to. */
export function countChanges(
  resources: ReadonlyMap<string, Resource>,
  transitions: readonly Transition[],
): CountChange[] {
  const changes = new Map<string, CountChange>();
  for (const { resource, origin, before, after } of transitions) {
    for (const { counter, attribute, aggregate } of countersOf(resources, resource)) {
      const [from, to] = [shareOf(aggregate, before), shareOf(aggregate, after)];
      if (from?.id === to?.id && from?.number === to?.number) {
        continue;
      }
      for (const [share, by] of [
        [from, from && negate(from.number)],
        [to, to?.number],
      ] as const) {
        if (share !== undefined && by !== undefined && by !== '0') {
          const key = JSON.stringify([counter.name, share.id, attribute]);
          const { by: earlier = '0', causes = [] } = changes.get(key) ?? {};
          changes.set(key, {
            resource: counter,
            id: share.id,
            attribute,
            by: addDecimals(earlier, by),
            causes: [...causes, { origin, inner: pointer(aggregate.of ?? aggregate.attribute) }],
          });
        }
      }
    }
  }
  return [...changes.values()].filter(({ by }) => by !== '0');
}

/** The attributes of an item that decide what it adds to the counts and sums of others. */
export function attributesCounted(
  resources: ReadonlyMap<string, Resource>,
  resource: Resource,
  item: AnyItem,
): Set<string> {
  const names = new Set<string>();
  // A `where` may look at any.
  const watched = new Proxy(item, {
    get: (target, name) => Reflect.get(target, names.add(String(name)) && name) as unknown,
    has: (target, name) => Reflect.has(target, names.add(String(name)) && name),
    ownKeys(target) {
      Object.keys(target).forEach((name) => names.add(name));
      return Reflect.ownKeys(target);
    },
  });
  for (const { aggregate } of countersOf(resources, resource)) {
    names.add(aggregate.attribute);
    if (aggregate.of !== undefined) {
      names.add(aggregate.of);
    }
    aggregate.where?.(watched);
  }
  return names;
}

/** The attributes of other resources that count the items of a resource, or sum a number of them. */
function countersOf(
  resources: ReadonlyMap<string, Resource>,
  { name }: Resource,
): { counter: Resource; attribute: string; aggregate: Aggregate }[] {
  return [...resources.values()].flatMap((counter) =>
    [...counter.attributes].flatMap(([attribute, node]) => {
      const aggregate = aggregateOf(node);
      return aggregate?.collection === name ? [{ counter, attribute, aggregate }] : [];
    }),
  );
}
