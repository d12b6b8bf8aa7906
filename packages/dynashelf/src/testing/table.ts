// An empty table for a test file: the tested table is the deployed one.

import { DynamoDBClient } from '@aws-sdk/client-dynamodb';

import { recreateTable } from '../local/table';
import { tableDefinition } from '../serverless/table';

/**
 * Called at the top of a test file: its tests begin with an empty table, which is no other file's.
 * @param hasStream whether what is written is to be read as a stream
 */
export function useTable(hasStream = false): void {
  beforeAll(async () => {
    const client = new DynamoDBClient({});
    try {
      await recreateTable(client, tableName(), tableDefinition(hasStream));
    } finally {
      client.destroy();
    }
  });
}

/** The table of this worker. */
export function tableName(): string {
  const { TABLE_NAME } = process.env;
  if (TABLE_NAME === undefined) {
    throw new Error('TABLE_NAME is set by the preset dynashelf/testing/jest, which did not run.');
  }
  return TABLE_NAME;
}
