// Items and records written past the API, for tests that need many, often, or what the API would not write.

import { type AttributeValue, BatchWriteItemCommand, type WriteRequest } from '@aws-sdk/client-dynamodb';

import type { StoredValue } from '../../src/values/stored';
import type { Resource } from '../../src/definition/resource';
import { indexKeys } from '../../src/store/layout/index-keys';
import { recordKey } from '../../src/store/layout/record';
import { encode } from '../../src/store/layout/value';
import { tableName } from '../../src/testing/table';
import { database } from './database';

/** The attributes of an item as they are stored, dates as numbers or text. */
export type LoadedItem = { readonly id: string } & Readonly<Record<string, StoredValue | undefined>>;

const MOMENT = '2026-01-02T03:04:05.678Z';

/** Writes items of a resource with their index keys, as its own version 1; what is there is replaced. */
export async function loadItems(resource: Resource, items: readonly LoadedItem[]): Promise<void> {
  await send(
    items.map(({ id, ...values }) => {
      const record = {
        ...encode(values),
        ...recordKey(resource, id),
        version: { N: '1' },
        createdAt: { S: MOMENT },
        updatedAt: { S: MOMENT },
      };
      return { PutRequest: { Item: { ...record, ...indexKeys(resource, id, record) } } };
    }),
  );
}

/** Writes records as they are, such as a scan found them before. */
export async function putRecords(records: readonly Record<string, AttributeValue>[]): Promise<void> {
  await send(records.map((Item) => ({ PutRequest: { Item } })));
}

/** Removes records, whatever refers to them. */
export async function deleteRecords(records: readonly Record<string, AttributeValue>[]): Promise<void> {
  await send(records.map(({ pk, sk }) => ({ DeleteRequest: { Key: { pk: pk!, sk: sk! } } })));
}

async function send(requests: readonly WriteRequest[]): Promise<void> {
  for (let start = 0; start < requests.length; start += 25) {
    await database.send(
      new BatchWriteItemCommand({ RequestItems: { [tableName()]: requests.slice(start, start + 25) } }),
    );
  }
}
