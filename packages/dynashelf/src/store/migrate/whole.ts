// The records of some partitions, every one: for what rewrites a table.
import type { QueryCommandInput } from '@aws-sdk/client-dynamodb';
import type { Send } from '../client/send';
import { PARTITION_KEY } from '../layout/table';
import type { AttributeMap } from '../layout/value';

/** How many records are given at once, to be worked on side by side. */
const AT_ONCE = 8;

/** Which records are given, and what of them. */
export type Selection = Pick<
  QueryCommandInput,
  'FilterExpression' | 'ProjectionExpression' | 'ExpressionAttributeNames'
>;

/** Reads partitions whole, strongly consistent; each portion when it is asked for. */
export async function* readWhole(
  send: Send,
  TableName: string,
  partitions: readonly string[],
  { ExpressionAttributeNames, ...selection }: Selection = {},
): AsyncGenerator<AttributeMap[]> {
  for (const partition of partitions) {
    for (let start: AttributeMap | undefined, isEnd = false; !isEnd;) {
      const { Items = [], LastEvaluatedKey } = await send('Query', {
        TableName,
        ConsistentRead: true,
        KeyConditionExpression: '#p = :p',
        ...selection,
        ExpressionAttributeNames: { '#p': PARTITION_KEY, ...ExpressionAttributeNames },
        ExpressionAttributeValues: { ':p': { S: partition } },
        ...(start !== undefined && { ExclusiveStartKey: start }),
      });
      while (Items.length > 0) {
        yield Items.splice(0, AT_ONCE);
      }
      start = LastEvaluatedKey;
      isEnd = start === undefined;
    }
  }
}
