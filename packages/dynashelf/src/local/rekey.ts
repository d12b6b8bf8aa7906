// `npm run rekey`: brings the records of a table to the shards and indexes that the resource files now say.

import { Failure } from './failure';
import { bringUpToDate } from './keys';
import { onTable } from './local-data';

onTable(async ({ tableName, wait }) => bringUpToDate(tableName, wait), true).then(
  (lines) => {
    for (const line of lines.length === 0 ? ['Every item is as the resource files say.'] : lines) {
      console.log(line);
    }
  },
  (error: unknown) => {
    process.stderr.write(
      `${error instanceof Failure || !(error instanceof Error) ? String((error as Error).message) : error.stack}\n`,
    );
    process.exitCode = 1;
  },
);
