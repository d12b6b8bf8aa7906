// The records of the values of a group of attributes that was declared `unique` on a table with data.
import type { Resource } from '../../definition/resource';
import { attributeOf, EACH, type UniqueGroup } from '../../definition/unique-groups';
import { isConditionFailure } from '../client/failure';
import type { Send } from '../client/send';
import { basePartitions, keyText, recordKey } from '../layout/record';
import { PARTITION_KEY, SORT_KEY } from '../layout/table';
import type { AttributeMap } from '../layout/value';
import { OWNER_ATTRIBUTE, uniqueValues } from '../write/unique';
import { clearUniqueness } from './clear-uniqueness';
import { requireOwn, type Run } from './constraint-run';
import { gatherObstacles, type Findings } from './obstacles';
import { readWhole } from './whole';

/** Puts the record of each value. The values that several items have stand in the way. */
export async function makeUnique(run: Run, resource: Resource, group: UniqueGroup): Promise<Findings> {
  const { send, TableName } = run;
  await clearUniqueness(run, resource, group);
  const same = sameOf(group);
  const duplicates = gatherObstacles(
    (count) => `${count} more items of ${resource.name} have the same ${same} as another.`,
  );
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
          duplicates.add(
            () =>
              `${resource.name}/${id} and ${resource.name}/${owner} have the same ${same}: change one of the two, or remove the word unique.`,
          );
        }
      }),
    );
  }
  return { items, obstacles: duplicates.named };
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
