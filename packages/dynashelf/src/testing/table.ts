// An empty table for a test file: the tested table is the deployed one.

import { DynamoDBClient } from '@aws-sdk/client-dynamodb';

import { appResources, hasResources } from '../local/app';
import { recreateTable } from '../local/table';
import { tableDefinition } from '../serverless/table';
import { forgetStream } from './table-stream';

/**
 * Called at the top of a test file: its tests begin with an empty table, which is no other file's.
 * @param hasStream whether what is written is to be read as a stream; without it, where a resource of the app declares
 * changes
 */
export function useTable(hasStream?: boolean): void {
  beforeAll(async () => {
    forgetStream();
    const client = new DynamoDBClient({});
    try {
      await recreateTable(client, tableName(), tableDefinition(hasStream ?? declaresChanges()));
    } finally {
      client.destroy();
    }
  });
}

function declaresChanges(): boolean {
  // The engine's own tests run in the folder of an app that they are not about.
  return (
    process.env.APP_OF_TESTS !== 'none' &&
    hasResources(process.cwd()) &&
    [...appResources().values()].some(({ changes }) => changes !== undefined)
  );
}

/** The table of this worker. */
export function tableName(): string {
  const { TABLE_NAME } = process.env;
  if (TABLE_NAME === undefined) {
    throw new Error('TABLE_NAME is set by the preset dynashelf/testing/jest, which did not run.');
  }
  return TABLE_NAME;
}
