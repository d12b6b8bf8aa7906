// A partition of an index read whole, exactly as it is: an index may be behind, and its checksum shows when it is not.
import type { Resource } from '../../definition/resource';
import { MOST_LISTED_TOGETHER } from '../../definition/limits';
import { Problem } from '../../problem';
import { backOff } from '../client/back-off';
import { openBudget } from '../client/budget';
import type { Send } from '../client/send';
import { checksumKey, checksumOf, readChecksum, type ListedPartition } from '../layout/checksum';
import { indexPartition, type SlottedIndex } from '../layout/index-keys';
import type { AttributeMap } from '../layout/value';
import type { Position } from './cursor';
import { positionOf, queryInput } from './query';
import type { QueryPlan } from './planner';

/** Bytes of records of one partition that a transaction may list. */
const MOST_BYTES = 4 * 1024 * 1024;

/** A partition as it was at one moment. */
export interface PartitionRead extends ListedPartition {
  readonly records: readonly AttributeMap[];
}

/**
 * Reads the items of one value of an index: its checksum, then the index, again and again until they agree.
 * @param value the value of the index's partition, as `distinct` makes it a text
 * @param deadline in milliseconds since 1970
 * @throws Problem `too-large` for more items, or bytes, than a transaction lists; `unavailable` where the index does
 * not catch up in time
 */
export async function readPartition(
  send: Send,
  TableName: string,
  resource: Resource,
  index: SlottedIndex,
  value: string,
  deadline: number,
): Promise<PartitionRead> {
  const key = checksumKey(resource, index, value);
  for (let attempt = 0; ; attempt++) {
    const { Item } = await send('GetItem', { TableName, Key: key, ConsistentRead: true });
    const checksum = readChecksum(Item);
    const { sum, count } = checksum;
    if (count > MOST_LISTED_TOGETHER) {
      throw tooMany(resource, index, `has ${count} items, and a transaction lists at most ${MOST_LISTED_TOGETHER}`);
    }
    const records = count === 0 ? [] : await readIndex(send, TableName, resource, index, value, deadline, count);
    const found = checksumOf(records);
    if (found.sum === sum && found.count === count) {
      return { key, sum, count, records };
    }
    await backOff(attempt, deadline).catch((error: unknown) => {
      throw error instanceof Problem ? behind(resource, index) : error;
    });
  }
}

async function readIndex(
  send: Send,
  TableName: string,
  resource: Resource,
  index: SlottedIndex,
  value: string,
  deadline: number,
  count: number,
): Promise<AttributeMap[]> {
  const partition = indexPartition(resource, index, value);
  const plan: QueryPlan = {
    kind: 'query',
    index,
    partitions: [partition],
    range: {},
    filters: [],
    inMemory: [],
    descending: false,
  };
  const budget = openBudget(send, { reads: Infinity, bytes: MOST_BYTES, deadline });
  const records: AttributeMap[] = [];
  for (let after: Position | undefined; ;) {
    const { Items = [], LastEvaluatedKey } = await budget.read(
      'Query',
      queryInput(TableName, resource, plan, partition, { after }),
    );
    records.push(...Items);
    if (budget.isFull()) {
      throw tooMany(
        resource,
        index,
        `has more than 4 MB in ${records.length} of its ${count} items, and a transaction lists at most as much`,
      );
    }
    if (LastEvaluatedKey === undefined) {
      return records;
    }
    after = positionOf(plan, LastEvaluatedKey);
  }
}

function tooMany({ name }: Resource, { partition }: SlottedIndex, how: string): Problem {
  return new Problem(
    'too-large',
    `What has one "${partition}" in ${name} ${how}: remove some, or do it in smaller parts. Nothing was changed.`,
  );
}

function behind({ name }: Resource, index: SlottedIndex): Problem {
  return new Problem(
    'unavailable',
    `The index "${index.name}" of ${name} has not caught up with what was written last: send the request again.`,
    { headers: { 'Retry-After': '1' } },
  );
}
