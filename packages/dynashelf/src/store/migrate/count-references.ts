// The numbers of references on the items that they lead to, of attributes that were declared `references` on a table
// with data.
import type { Resource } from '../../definition/resource';
import { isConditionFailure } from '../client/failure';
import type { Send } from '../client/send';
import { referenceAttributes, referencesTo } from '../layout/layout-record';
import { basePartitions, recordKey } from '../layout/record';
import { PARTITION_KEY, SORT_KEY } from '../layout/table';
import type { AttributeMap } from '../layout/value';
import { referenceCount } from '../write/references';
import { requireOwn, type Run } from './constraint-run';
import { gatherObstacles, type Findings } from './obstacles';
import { readWhole } from './whole';

/** A collection, and one that it refers to: all these references are counted in one number. */
export interface Pair {
  readonly resource: Resource;
  /** The collection that it refers to. */
  readonly collection: string;
}

/** The pairs of which a reference is not counted yet. */
export function pairsToCount(
  resources: ReadonlyMap<string, Resource>,
  missing: readonly { resource: Resource; constraint: string }[],
): Pair[] {
  return [...resources.values()].flatMap((resource) =>
    [...new Set(referenceAttributes(resource).map(([, collection]) => collection))]
      .filter((collection) =>
        referencesTo(resource, collection).some((constraint) =>
          missing.some((one) => one.resource === resource && one.constraint === constraint),
        ),
      )
      .map((collection) => ({ resource, collection })),
  );
}

/** Sets the number of references of a collection on each item of another. Those that lead nowhere stand in the way. */
export async function countReferences(run: Run, resource: Resource, target: Resource): Promise<Findings> {
  const { send, TableName } = run;
  const attributes = referenceAttributes(resource)
    .filter(([, collection]) => collection === target.name)
    .map(([attribute]) => attribute);
  const numbers = new Map<string, number>();
  const example = new Map<string, string>();
  let items = 0;
  for await (const records of readWhole(send, TableName, basePartitions(resource))) {
    items += records.length;
    for (const record of records) {
      for (const attribute of attributes) {
        const id = record[attribute]?.S;
        if (id !== undefined) {
          numbers.set(id, (numbers.get(id) ?? 0) + 1);
          example.set(id, `${resource.name}/${record[SORT_KEY]!.S}`);
        }
      }
    }
  }
  for await (const records of readWhole(send, TableName, basePartitions(target))) {
    await requireOwn(run, resource);
    await Promise.all(
      records.map(async (record) => {
        const id = record[SORT_KEY]!.S!;
        const number = numbers.get(id) ?? 0;
        numbers.delete(id);
        if (Number(record[referenceCount(resource.name)]?.N ?? 0) !== number) {
          await setNumber(send, TableName, recordKey(target, id), referenceCount(resource.name), number);
        }
      }),
    );
  }
  const dangling = gatherObstacles(
    (count) => `${count} more items of ${target.name} are referred to and do not exist.`,
  );
  for (const id of numbers.keys()) {
    dangling.add(
      () =>
        `${example.get(id)!} refers to "${id}" of ${target.name}, which does not exist: make it, or clear the reference.`,
    );
  }
  return { items, obstacles: dangling.named };
}

async function setNumber(
  send: Send,
  TableName: string,
  Key: AttributeMap,
  attribute: string,
  number: number,
): Promise<void> {
  try {
    await send('UpdateItem', {
      TableName,
      Key,
      UpdateExpression: number === 0 ? 'REMOVE #n' : 'SET #n = :n',
      ConditionExpression: `attribute_exists(${PARTITION_KEY})`,
      ExpressionAttributeNames: { '#n': attribute },
      ...(number !== 0 && { ExpressionAttributeValues: { ':n': { N: String(number) } } }),
    });
  } catch (error) {
    // An item to which nothing refers can be deleted meanwhile.
    if (!isConditionFailure(error)) {
      throw error;
    }
  }
}
