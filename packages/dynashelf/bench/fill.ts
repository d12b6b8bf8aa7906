// A table made and filled past the API, 25 records to a request.

import { BatchWriteItemCommand, DynamoDBClient, type WriteRequest } from '@aws-sdk/client-dynamodb';

import { recreateTable } from '../src/local/table';
import { tableDefinition } from '../src/serverless/table';
import type { StoredValue } from '../src/values/stored';
import type { Resource } from '../src/definition/resource';
import { indexKeys } from '../src/store/layout/index-keys';
import { recordKey } from '../src/store/layout/record';
import { encode } from '../src/store/layout/value';

/** DynamoDB's own limit for one BatchWriteItem. */
const BATCH = 25;
const AT_ONCE = 8;

/** Makes the table of the engine, empty. */
export async function makeTable(name: string): Promise<void> {
  const client = new DynamoDBClient({});
  await recreateTable(client, name, tableDefinition());
  client.destroy();
}

/** Writes that many items; their ids grow with their index. */
export async function fillTable(
  table: string,
  resource: Resource,
  count: number,
  valuesOf: (index: number) => Record<string, StoredValue>,
): Promise<void> {
  const client = new DynamoDBClient({});
  let next = 0;
  const work = async (): Promise<void> => {
    while (next < count) {
      const start = next;
      next = Math.min(next + BATCH, count);
      await write(
        client,
        table,
        Array.from({ length: next - start }, (_, offset) => put(resource, start + offset, valuesOf)),
      );
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  client.destroy();
}

function put(
  resource: Resource,
  index: number,
  valuesOf: (index: number) => Record<string, StoredValue>,
): WriteRequest {
  const id = `id-${String(index).padStart(9, '0')}`;
  const now = { S: new Date().toISOString() };
  const record = {
    ...encode(valuesOf(index)),
    ...recordKey(resource, id),
    version: { N: '1' },
    createdAt: now,
    updatedAt: now,
  };
  return { PutRequest: { Item: { ...record, ...indexKeys(resource, id, record) } } };
}

async function write(client: DynamoDBClient, table: string, requests: WriteRequest[]): Promise<void> {
  for (let left: WriteRequest[] | undefined = requests; left !== undefined && left.length > 0;) {
    const { UnprocessedItems } = (await client.send(
      new BatchWriteItemCommand({ RequestItems: { [table]: left } }),
    )) as { UnprocessedItems?: Record<string, WriteRequest[]> };
    left = UnprocessedItems?.[table];
  }
}
