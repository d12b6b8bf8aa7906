// `npm run rekey`: brings the records of a table to the shards and indexes that the resource files now say.

import { bringUpToDate } from './keys';
import { onTable } from './local-data';
import { runCommand } from './run-command';

runCommand(async () => {
  const lines = await onTable(async ({ tableName, wait }) => bringUpToDate(tableName, wait), true);
  for (const line of lines.length === 0 ? ['Every item is as the resource files say.'] : lines) {
    console.log(line);
  }
});
