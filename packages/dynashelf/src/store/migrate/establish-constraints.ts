// Makes constraints hold that were declared on a table with data: the records of unique values, the numbers of
// references, counts and sums. While it runs, requests that rely on them are refused (write/held-constraints.ts), so
// that what it reads stays so.
import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import type { Resource } from '../../definition/resource';
import { attributeOf, EACH, uniqueGroups, type UniqueGroup } from '../../definition/unique-groups';
import { clearUniqueness } from './clear-uniqueness';
import { noteHeld, noteInTheMaking, requireOwn, takeOver, type Run } from './constraint-run';
import { fillAggregates, missingAggregates } from './establish-aggregates';
import { isConditionFailure } from '../client/failure';
import { findLoops } from './find-loops';
import {
  acyclicity,
  constraintsOf,
  heldConstraints,
  isTransactionality,
  noteNotHeld,
  readLayouts,
  reference,
  transactionality,
  uniqueness,
  referenceAttributes,
} from '../layout/layout-record';
import { transactionalIndexes } from '../layout/index-keys';
import { basePartitions, keyText, recordKey } from '../layout/record';
import type { Send } from '../client/send';
import { PARTITION_KEY, SORT_KEY } from '../layout/table';
import type { AttributeMap } from '../layout/value';
import { referenceCount } from '../write/references';
import { OWNER_ATTRIBUTE, uniqueValues } from '../write/unique';
import { setChecksums } from './set-checksums';
import { readWhole } from './whole';

/** How many examples of one kind are named. */
const MOST_NAMED = 20;

/** What was done for one constraint. */
export interface Established {
  /** The collection, and what is declared of it: `name: unique attribute`. */
  readonly constraint: string;
  /** How many items were read for it. */
  readonly items: number;
  /** What stands in its way, in sentences; it then does not hold. */
  readonly obstacles: string[];
}

/**
 * Makes every constraint hold that does not yet. It can be stopped and run again at any moment.
 * @param wait milliseconds until every process knows that constraints are being made, and is done with what it began
 * before
 */
export async function establishConstraints(
  send: Send,
  TableName: string,
  resources: ReadonlyMap<string, Resource>,
  wait: number,
): Promise<Established[]> {
  const layouts = await readLayouts(send, TableName);
  const missing = [...resources.values()].flatMap((resource) => {
    const held = heldConstraints(layouts.get(resource.name));
    return constraintsOf(resource)
      .filter((constraint) => !held.has(constraint))
      .map((constraint) => ({ resource, constraint }));
  });
  if (missing.length === 0) {
    return [];
  }
  const pairs = pairsToCount(resources, missing);
  // All references of one collection to another are counted in one number.
  for (const { resource, collection } of pairs) {
    await noteNotHeld(send, TableName, resource, referencesTo(resource, collection));
  }
  // Of two runs the later one goes on: the earlier one looks before it writes, and is done with that when the pause is
  // over.
  const run: Run = { send, TableName, token: randomUUID() };
  for (const resource of new Set([...missing, ...pairs].map((one) => one.resource))) {
    await takeOver(run, resource);
  }
  for (const { resource, constraint } of missing.filter((one) => isTransactionality(one.constraint))) {
    await noteInTheMaking(run, resource, [constraint]);
  }
  await pause(wait);
  const done: Established[] = [];
  for (const { resource, constraint } of missing.filter((one) => one.constraint.startsWith('unique '))) {
    const group = uniqueGroups(resource).find((one) => uniqueness(one) === constraint)!;
    done.push(await settle(run, resource, [constraint], await makeUnique(run, resource, group)));
  }
  for (const { resource, collection } of pairs) {
    done.push(
      await settle(
        run,
        resource,
        referencesTo(resource, collection),
        await countReferences(run, resource, resources.get(collection)!),
      ),
    );
  }
  for (const { resource, constraint } of missing) {
    const attribute = resource.trees.find((name) => acyclicity(name) === constraint);
    if (attribute !== undefined) {
      done.push(await settle(run, resource, [constraint], await findLoops(run, resource, attribute)));
    }
  }
  for (const aggregates of missingAggregates(resources, missing)) {
    const { resource, constraints } = aggregates;
    done.push(await settle(run, resource, constraints, await fillAggregates(run, resources, aggregates)));
  }
  for (const { resource, constraint } of missing.filter((one) => isTransactionality(one.constraint))) {
    const index = transactionalIndexes(resource).find((one) => transactionality(resource, one) === constraint)!;
    done.push(await settle(run, resource, [constraint], await setChecksums(run, resource, index)));
  }
  return done;
}

interface Pair {
  readonly resource: Resource;
  /** The collection that it refers to. */
  readonly collection: string;
}

function pairsToCount(
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

function referencesTo(resource: Resource, collection: string): string[] {
  return referenceAttributes(resource)
    .filter(([, to]) => to === collection)
    .map(([attribute]) => reference(attribute, collection));
}

/** Notes that some constraints hold, unless something stands in their way. */
async function settle(
  run: Run,
  resource: Resource,
  constraints: string[],
  { items, obstacles }: Pick<Established, 'items' | 'obstacles'>,
): Promise<Established> {
  if (obstacles.length === 0) {
    await noteHeld(run, resource, constraints);
  }
  return { constraint: `${resource.name}: ${constraints.join(', ')}`, items, obstacles };
}

/** Puts the record of each value. @returns the values that several items have */
async function makeUnique(
  run: Run,
  resource: Resource,
  group: UniqueGroup,
): Promise<Pick<Established, 'items' | 'obstacles'>> {
  const { send, TableName } = run;
  await clearUniqueness(run, resource, group);
  const same = sameOf(group);
  const duplicates: string[] = [];
  let count = 0;
  let items = 0;
  for await (const records of readWhole(send, TableName, basePartitions(resource))) {
    items += records.length;
    await requireOwn(run, resource);
    await Promise.all(
      records.map(async (record) => {
        const id = record[SORT_KEY]!.S!;
        const owners = new Set<string>();
        for (const { key } of uniqueValues(resource, group, record).values()) {
          owners.add((await own(send, TableName, resource, group, key, id)) ?? id);
        }
        owners.delete(id);
        for (const owner of owners) {
          if (++count <= MOST_NAMED) {
            duplicates.push(
              `${resource.name}/${id} and ${resource.name}/${owner} have the same ${same}: change one of the two, or remove the word unique.`,
            );
          }
        }
      }),
    );
  }
  return {
    items,
    obstacles:
      count > MOST_NAMED
        ? [...duplicates, `${count - MOST_NAMED} more items of ${resource.name} have the same ${same} as another.`]
        : duplicates,
  };
}

/** What two items of one unique value have in common. */
function sameOf({ parts }: UniqueGroup): string {
  const names = parts.map((part) => (part.endsWith(EACH) ? `element of "${attributeOf(part)}"` : `"${part}"`));
  return names.join(' and ');
}

/** Puts the record of one value; the id of another item that has the value, if there is one. */
async function own(
  send: Send,
  TableName: string,
  resource: Resource,
  group: UniqueGroup,
  key: AttributeMap,
  id: string,
): Promise<string | undefined> {
  for (let former: string | undefined; ;) {
    try {
      await send('PutItem', {
        TableName,
        Item: { ...key, [OWNER_ATTRIBUTE]: { S: id } },
        ConditionExpression: `attribute_not_exists(${PARTITION_KEY}) OR #o = :id${former === undefined ? '' : ' OR #o = :former'}`,
        ExpressionAttributeNames: { '#o': OWNER_ATTRIBUTE },
        ExpressionAttributeValues: { ':id': { S: id }, ...(former !== undefined && { ':former': { S: former } }) },
        ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
      });
      return undefined;
    } catch (error) {
      if (!isConditionFailure(error)) {
        throw error;
      }
      const owner = error.Item?.[OWNER_ATTRIBUTE]?.S ?? '';
      const { Item } = await send('GetItem', { TableName, Key: recordKey(resource, owner), ConsistentRead: true });
      if (uniqueValues(resource, group, Item).has(keyText(key))) {
        return owner;
      }
      // A record from when the attribute was declared unique before: its owner has the value no more.
      former = owner;
    }
  }
}

/** Sets the number of references of a collection on each item of another. @returns the references that lead nowhere */
async function countReferences(
  run: Run,
  resource: Resource,
  target: Resource,
): Promise<Pick<Established, 'items' | 'obstacles'>> {
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
  const dangling = [...numbers.keys()];
  return {
    items,
    obstacles: [
      ...dangling
        .slice(0, MOST_NAMED)
        .map(
          (id) =>
            `${example.get(id)!} refers to "${id}" of ${target.name}, which does not exist: make it, or clear the reference.`,
        ),
      ...(dangling.length > MOST_NAMED
        ? [`${dangling.length - MOST_NAMED} more items of ${target.name} are referred to and do not exist.`]
        : []),
    ],
  };
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
