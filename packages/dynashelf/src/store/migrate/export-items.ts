// The items of a collection, every one, as clients see them: for a file.
import type { AnyItem } from '../../definition/item';
import type { Resource } from '../../definition/resource';
import type { Send } from '../client/send';
import { basePartitions, recordKey, toItems } from '../layout/record';
import { PARTITION_KEY } from '../layout/table';
import type { AttributeMap } from '../layout/value';

/** Items, and what reading them has cost. */
export interface ExportedPage {
  readonly items: readonly AnyItem[];
  /** Read capacity units. */
  readonly units: number;
}

/**
 * Reads a collection partition by partition, in the order of ids, strongly consistent.
 * @param after the id of the last item that is known already: it goes on behind that
 */
export async function* exportItems(
  send: Send,
  TableName: string,
  resource: Resource,
  after?: string,
): AsyncGenerator<ExportedPage> {
  const last = after === undefined ? undefined : recordKey(resource, after);
  const partitions = basePartitions(resource);
  const from = last === undefined ? 0 : partitions.indexOf(last[PARTITION_KEY]!.S!);
  for (const partition of partitions.slice(from)) {
    let start: AttributeMap | undefined = partition === last?.[PARTITION_KEY]!.S ? last : undefined;
    do {
      const {
        Items = [],
        LastEvaluatedKey,
        ConsumedCapacity,
      } = await send('Query', {
        TableName,
        ConsistentRead: true,
        KeyConditionExpression: '#p = :p',
        ExpressionAttributeNames: { '#p': PARTITION_KEY },
        ExpressionAttributeValues: { ':p': { S: partition } },
        ReturnConsumedCapacity: 'TOTAL',
        ...(start !== undefined && { ExclusiveStartKey: start }),
      });
      yield { items: await toItems(resource, Items), units: ConsumedCapacity?.CapacityUnits ?? 0 };
      start = LastEvaluatedKey;
    } while (start !== undefined);
  }
}
