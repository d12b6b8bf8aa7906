// Gives items the counts and sums that were declared on a table with data, with all that follows from them. Meanwhile
// requests that would change one of them are refused (write/held-constraints.ts).
import { aggregateAttributes, aggregation } from '../layout/layout-record';
import { basePartitions, toItems } from '../layout/record';
import { SORT_KEY } from '../layout/table';
import type { AttributeMap } from '../layout/value';
import { shareOf, type Aggregate } from '../../definition/aggregates';
import type { Resource } from '../../definition/resource';
import { addDecimals, negate } from '../../values/decimal';
import { requireOwn, type Run } from './constraint-run';
import { gatherObstacles, type Findings } from './obstacles';
import { rewriteItem } from './rewrite-item';
import { readWhole } from './whole';

/** The counts and sums of one collection that are to be made. */
export interface MissingAggregates {
  readonly resource: Resource;
  /** As the layout record has them. */
  readonly constraints: string[];
}

/** The collections whose counts and sums do not hold yet. */
export function missingAggregates(
  resources: ReadonlyMap<string, Resource>,
  missing: readonly { readonly resource: Resource; readonly constraint: string }[],
): MissingAggregates[] {
  return [...resources.values()].flatMap((resource) => {
    const constraints = aggregateAttributes(resource)
      .map(([attribute, aggregate]) => aggregation(attribute, aggregate))
      .filter((constraint) => missing.some((one) => one.resource === resource && one.constraint === constraint));
    return constraints.length === 0 ? [] : [{ resource, constraints }];
  });
}

/**
 * Counts and sums anew, and writes what comes out to the items.
 * @throws Error where another run has begun since, or an item is written by others again and again
 */
export async function fillAggregates(
  run: Run,
  resources: ReadonlyMap<string, Resource>,
  { resource, constraints }: MissingAggregates,
): Promise<Findings> {
  const { send, TableName } = run;
  const wanted = aggregateAttributes(resource).filter(([attribute, aggregate]) =>
    constraints.includes(aggregation(attribute, aggregate)),
  );
  const { sums, items } = await addUp(run, resources, wanted);
  const obstacles = gatherObstacles((count) => `${count} more items of ${resource.name} are in the way.`);
  let read = items;
  for await (const records of readWhole(send, TableName, basePartitions(resource))) {
    read += records.length;
    await requireOwn(run, resource);
    const found = await Promise.all(
      records.map(async (record) => {
        const id = record[SORT_KEY]!.S!;
        const own = new Map(wanted.map(([attribute]) => [attribute, sums.get(attribute)!.get(id) ?? '0']));
        wanted.forEach(([attribute]) => sums.get(attribute)!.delete(id));
        return fill(run, resources, resource, record, own);
      }),
    );
    found.flat().forEach((sentence) => obstacles.add(() => sentence));
  }
  for (const [attribute, { collection, attribute: by }] of wanted) {
    for (const id of sums.get(attribute)!.keys()) {
      obstacles.add(
        () =>
          `Items of ${collection} refer by "${by}" to "${id}" of ${resource.name}, which does not exist: make it, or clear the reference.`,
      );
    }
  }
  return { items: read, obstacles: obstacles.named };
}

/** What each attribute counts or sums, by the id of the item that keeps it, as it is written. */
async function addUp(
  { send, TableName }: Run,
  resources: ReadonlyMap<string, Resource>,
  wanted: readonly (readonly [attribute: string, aggregate: Aggregate])[],
): Promise<{ sums: Map<string, Map<string, string>>; items: number }> {
  const sums = new Map(wanted.map(([attribute]) => [attribute, new Map<string, string>()]));
  let items = 0;
  for (const collection of new Set(wanted.map(([, aggregate]) => aggregate.collection))) {
    const other = resources.get(collection)!;
    for await (const records of readWhole(send, TableName, basePartitions(other))) {
      items += records.length;
      for (const item of await toItems(other, records)) {
        for (const [attribute, aggregate] of wanted.filter((one) => one[1].collection === collection)) {
          const share = shareOf(aggregate, item);
          const found = sums.get(attribute)!;
          if (share !== undefined) {
            found.set(share.id, addDecimals(found.get(share.id) ?? '0', share.number));
          }
        }
      }
    }
  }
  return { sums, items };
}

/** Writes the counts and sums of one item, where they differ. @returns what stands in the way */
async function fill(
  run: Run,
  resources: ReadonlyMap<string, Resource>,
  resource: Resource,
  read: AttributeMap,
  own: ReadonlyMap<string, string>,
): Promise<string[]> {
  return rewriteItem(run, resources, resource, read, (record) => {
    const changes = [...own]
      .map(([attribute, sum]) => [attribute, addDecimals(sum, negate(record[attribute]?.N ?? '0'))] as const)
      .filter(([, by]) => by !== '0');
    return changes.length === 0 ? undefined : new Map(changes);
  });
}
