// What the table holds before each test: made once, by the API, and put back as it was.

import type { AttributeValue } from '@aws-sdk/client-dynamodb';

import { tableName } from '../../src/testing/table';
import { deleteRecords, putRecords } from './load';
import { scanTable } from './scan';

/** Called at the top of a test file or of a part of one, after `useTable`. */
export function usePlanted(make: () => Promise<unknown>): void {
  let planted: Record<string, AttributeValue>[] | undefined;
  beforeAll(async () => {
    await deleteRecords(await scanTable(tableName()));
    await make();
    planted = await scanTable(tableName());
  });
  beforeEach(async () => {
    const kept = new Set(planted!.map(keyOf));
    await deleteRecords((await scanTable(tableName())).filter((record) => !kept.has(keyOf(record))));
    await putRecords(planted!);
  });
}

function keyOf({ pk, sk }: Record<string, AttributeValue>): string {
  return `${pk?.S}\0${sk?.S}`;
}
