// Gives items the counts and sums that were declared on a table with data, with all that follows from them. Meanwhile
// requests that would change one of them are refused (write/held-constraints.ts).
import { aggregateAttributes, aggregation } from '../layout/layout-record';
import { basePartitions, toImage, toItems, type Image } from '../layout/record';
import { SORT_KEY, TOKEN_LENGTH } from '../layout/table';
import type { AttributeMap } from '../layout/value';
import { shareOf, type Aggregate } from '../../definition/aggregates';
import type { Resource } from '../../definition/resource';
import { addDecimals, negate } from '../../values/decimal';
import { commit } from '../write/commit';
import { newImage } from '../write/new-image';
import { planChanges } from '../write/plan';
import { requireOwn, type Run } from './constraint-run';
import { gatherObstacles, type Findings } from './obstacles';
import { readWhole } from './whole';

/** How often an item is tried that others write meanwhile. */
const MOST_TRIES = 10;

/** Milliseconds that one write may take. */
const WRITE_TIME = 60_000;

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
  { send, TableName, token: run }: Run,
  resources: ReadonlyMap<string, Resource>,
  resource: Resource,
  read: AttributeMap,
  own: ReadonlyMap<string, string>,
): Promise<string[]> {
  const token = run.slice(0, TOKEN_LENGTH);
  let image: Image | undefined = await toImage(resource, read);
  for (let tries = 0; tries < MOST_TRIES && image !== undefined; tries++) {
    const { record, item }: Image = image;
    const changes = new Map(
      [...own]
        .map(([attribute, sum]) => [attribute, addDecimals(sum, negate(record[attribute]?.N ?? '0'))] as const)
        .filter(([, by]) => by !== '0'),
    );
    if (changes.size === 0) {
      return [];
    }
    const at = `${resource.name}/${item.id}`;
    const next = await newImage(resource, item.id, image, { mode: 'merge', values: {} }, token, changes);
    if (next.faults.length > 0) {
      const details = next.faults.map(({ detail }) => detail).join(' ');
      return [`${at} would not be valid with what it counts or sums: ${details} Correct it.`];
    }
    const { writes } = planChanges(resources, [
      { kind: 'update', resource, id: item.id, oldImage: image, newImage: next },
    ]);
    const context = { send, TableName, resources, token, deadline: Date.now() + WRITE_TIME };
    const violations = await commit(context, [...writes.values()]);
    const changed = violations.find((violation) => violation.kind === 'changed');
    if (violations.length === 0) {
      return [];
    }
    if (changed === undefined) {
      return [`${at} is being deleted, or has another item's unique value: finish its deletion, or change it.`];
    }
    image = changed.current && (await toImage(resource, changed.current));
  }
  if (image !== undefined) {
    throw new Error(`${resource.name}/${image.item.id} was changed by others again and again: run this once more.`);
  }
  return [];
}
