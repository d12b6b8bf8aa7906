// The whole table, past the API: what really is there.

import { type AttributeValue, DynamoDBClient, paginateScan } from '@aws-sdk/client-dynamodb';

/** Every record of a table, those included that no client sees. */
export async function scanTable(TableName: string): Promise<Record<string, AttributeValue>[]> {
  const client = new DynamoDBClient({});
  const records: Record<string, AttributeValue>[] = [];
  try {
    for await (const { Items = [] } of paginateScan({ client }, { TableName, ConsistentRead: true })) {
      records.push(...Items);
    }
  } finally {
    client.destroy();
  }
  return records;
}
