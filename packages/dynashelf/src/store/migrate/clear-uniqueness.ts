// Records of unique values that nobody has: left from when the attributes were declared `unique` before, and their
// items were then written without.
import type { Resource } from '../../definition/resource';
import type { UniqueGroup } from '../../definition/unique-groups';
import { requireOwn, type Run } from './constraint-run';
import { isConditionFailure } from '../client/failure';
import { keyText, recordKey } from '../layout/record';
import { PARTITION_KEY, SORT_KEY } from '../layout/table';
import type { AttributeMap } from '../layout/value';
import { OWNER_ATTRIBUTE, uniquenessPrefix, uniqueValues } from '../write/unique';

const AT_ONCE = 8;

/**
 * Deletes the records of a group's values whose owners do not have them. Only a Scan finds them; requests that
 * rely on the constraint are refused meanwhile.
 */
export async function clearUniqueness(run: Run, resource: Resource, group: UniqueGroup): Promise<void> {
  for (let start: AttributeMap | undefined, isEnd = false; !isEnd;) {
    const { Items = [], LastEvaluatedKey } = await run.send('Scan', {
      TableName: run.TableName,
      ConsistentRead: true,
      FilterExpression: 'begins_with(#p, :p)',
      ExpressionAttributeNames: { '#p': PARTITION_KEY },
      ExpressionAttributeValues: { ':p': { S: uniquenessPrefix(resource, group) } },
      ...(start !== undefined && { ExclusiveStartKey: start }),
    });
    while (Items.length > 0) {
      await requireOwn(run, resource);
      await Promise.all(Items.splice(0, AT_ONCE).map((record) => clearOne(run, resource, group, record)));
    }
    start = LastEvaluatedKey;
    isEnd = start === undefined;
  }
}

async function clearOne(
  { send, TableName }: Run,
  resource: Resource,
  group: UniqueGroup,
  record: AttributeMap,
): Promise<void> {
  const owner = record[OWNER_ATTRIBUTE]!;
  const { Item } = await send('GetItem', { TableName, Key: recordKey(resource, owner.S!), ConsistentRead: true });
  if (uniqueValues(resource, group, Item).has(keyText(record))) {
    return;
  }
  try {
    await send('DeleteItem', {
      TableName,
      Key: { [PARTITION_KEY]: record[PARTITION_KEY]!, [SORT_KEY]: record[SORT_KEY]! },
      ConditionExpression: '#o = :o',
      ExpressionAttributeNames: { '#o': OWNER_ATTRIBUTE },
      ExpressionAttributeValues: { ':o': owner },
    });
  } catch (error) {
    // Gone already, or another's by now.
    if (!isConditionFailure(error)) {
      throw error;
    }
  }
}
