// Records of unique values that nobody has: left from when the attribute was declared `unique` before, and its items
// were then written without.
import type { Resource } from '../../definition/resource';
import { requireOwn, type Run } from './constraint-run';
import { isConditionFailure } from '../client/failure';
import { keyText, recordKey } from '../layout/record';
import { PARTITION_KEY, SORT_KEY } from '../layout/table';
import type { AttributeMap } from '../layout/value';
import { OWNER_ATTRIBUTE, uniquenessKey, uniquenessPrefix } from '../write/unique';

const AT_ONCE = 8;

/**
 * Deletes the records of an attribute's values whose owners do not have them. Only a Scan finds them; requests that
 * rely on the constraint are refused meanwhile.
 */
export async function clearUniqueness(run: Run, resource: Resource, attribute: string): Promise<void> {
  for (let start: AttributeMap | undefined, isEnd = false; !isEnd;) {
    const { Items = [], LastEvaluatedKey } = await run.send('Scan', {
      TableName: run.TableName,
      ConsistentRead: true,
      FilterExpression: 'begins_with(#p, :p)',
      ExpressionAttributeNames: { '#p': PARTITION_KEY },
      ExpressionAttributeValues: { ':p': { S: uniquenessPrefix(resource, attribute) } },
      ...(start !== undefined && { ExclusiveStartKey: start }),
    });
    while (Items.length > 0) {
      await requireOwn(run, resource);
      await Promise.all(Items.splice(0, AT_ONCE).map((record) => clearOne(run, resource, attribute, record)));
    }
    start = LastEvaluatedKey;
    isEnd = start === undefined;
  }
}

async function clearOne(
  { send, TableName }: Run,
  resource: Resource,
  attribute: string,
  record: AttributeMap,
): Promise<void> {
  const owner = record[OWNER_ATTRIBUTE]!;
  const { Item } = await send('GetItem', { TableName, Key: recordKey(resource, owner.S!), ConsistentRead: true });
  if (
    Item?.[attribute] !== undefined &&
    keyText(uniquenessKey(resource, attribute, Item[attribute])) === keyText(record)
  ) {
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
