// An empty table for a test file, made from serverless.yml: the tested table is the deployed one.

import { join } from 'node:path';

import { DynamoDBClient } from '@aws-sdk/client-dynamodb';

import { readTableDefinition, recreateTable } from '../../local/table';

const PROJECT = join(__dirname, '..', '..');

/** Called at the top of a test file: its tests begin with an empty table, which is no other file's. */
export function useTable(): void {
  beforeAll(async () => {
    const client = new DynamoDBClient({});
    try {
      await recreateTable(client, tableName(), readTableDefinition(PROJECT));
    } finally {
      client.destroy();
    }
  });
}

/** The table of this worker. */
export function tableName(): string {
  const { TABLE_NAME } = process.env;
  if (TABLE_NAME === undefined) throw new Error('TABLE_NAME is set by tests/setup/environment.ts, which did not run.');
  return TABLE_NAME;
}
