// The whole table, past the API: what really is there.

import { type AttributeValue, paginateScan } from '@aws-sdk/client-dynamodb';

import { database } from './database';

/** Every record of a table, those included that no client sees. */
export async function scanTable(TableName: string): Promise<Record<string, AttributeValue>[]> {
  const records: Record<string, AttributeValue>[] = [];
  for await (const { Items = [] } of paginateScan({ client: database }, { TableName, ConsistentRead: true })) {
    records.push(...Items);
  }
  return records;
}
