// The checksums of an index that was declared `transactional` on a table with data, set to what its items come to.
// While it runs, requests that would write such items are refused (write/held-constraints.ts).
import type { Resource } from '../../definition/resource';
import { checksumKey, checksumPrefix, COUNT_ATTRIBUTE, itemHash, SUM_ATTRIBUTE } from '../layout/checksum';
import { indexPlace, type SlottedIndex } from '../layout/index-keys';
import { basePartitions, keyText } from '../layout/record';
import { PARTITION_KEY, SORT_KEY } from '../layout/table';
import type { AttributeMap } from '../layout/value';
import { requireOwn, type Run } from './constraint-run';
import type { Findings } from './obstacles';
import { readWhole } from './whole';

const AT_ONCE = 8;

interface Total {
  readonly key: AttributeMap;
  sum: bigint;
  count: number;
}

/**
 * Sets the checksum of every partition of an index, and deletes those of partitions that have no items. It can be
 * stopped and run again at any moment. Nothing stands in the way.
 */
export async function setChecksums(run: Run, resource: Resource, index: SlottedIndex): Promise<Findings> {
  const { send, TableName } = run;
  const totals = new Map<string, Total>();
  let items = 0;
  for await (const records of readWhole(send, TableName, basePartitions(resource))) {
    items += records.length;
    for (const record of records) {
      const place = indexPlace(resource, index, record[SORT_KEY]!.S!, record);
      if (place !== undefined) {
        const key = checksumKey(resource, index, place.value);
        const total = totals.get(keyText(key)) ?? { key, sum: 0n, count: 0 };
        total.sum += itemHash(record);
        total.count++;
        totals.set(keyText(key), total);
      }
    }
  }
  await deleteOthers(run, resource, index, totals);
  const left = [...totals.values()];
  while (left.length > 0) {
    await requireOwn(run, resource);
    await Promise.all(
      left.splice(0, AT_ONCE).map(({ key, sum, count }) =>
        send('PutItem', {
          TableName,
          Item: { ...key, [SUM_ATTRIBUTE]: { N: String(sum) }, [COUNT_ATTRIBUTE]: { N: String(count) } },
        }),
      ),
    );
  }
  return { items, obstacles: [] };
}

/** Deletes the checksums of partitions that have no items: what was added to them before was not all. */
async function deleteOthers(
  run: Run,
  resource: Resource,
  index: SlottedIndex,
  totals: ReadonlyMap<string, Total>,
): Promise<void> {
  const { send, TableName } = run;
  for (let start: AttributeMap | undefined, isEnd = false; !isEnd;) {
    const { Items = [], LastEvaluatedKey } = await send('Scan', {
      TableName,
      ConsistentRead: true,
      FilterExpression: 'begins_with(#p, :p)',
      ExpressionAttributeNames: { '#p': PARTITION_KEY },
      ExpressionAttributeValues: { ':p': { S: checksumPrefix(resource, index) } },
      ...(start !== undefined && { ExclusiveStartKey: start }),
    });
    const others = Items.filter((record) => !totals.has(keyText(record)));
    while (others.length > 0) {
      await requireOwn(run, resource);
      await Promise.all(
        others.splice(0, AT_ONCE).map((record) =>
          send('DeleteItem', {
            TableName,
            Key: { [PARTITION_KEY]: record[PARTITION_KEY]!, [SORT_KEY]: record[SORT_KEY]! },
          }),
        ),
      );
    }
    start = LastEvaluatedKey;
    isEnd = start === undefined;
  }
}
