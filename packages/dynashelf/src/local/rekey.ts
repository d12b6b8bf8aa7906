// `npm run rekey`: brings the records of a table to the shards and indexes that the resource files now say: those
// of the table on AWS that TABLE_NAME names, by the credentials that are there, else those of `npm start`.

import { lockDataDirectory } from './data-lock';
import { startDatabase } from './database';
import { Failure } from './failure';
import { bringUpToDate, DEPLOYED_WAIT } from './keys';
import { functionEnvironment, makeDataDirectory, readSettings } from './settings';

run().then(
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

async function run(): Promise<string[]> {
  const { TABLE_NAME, DYNAMODB_ENDPOINT } = process.env;
  if (TABLE_NAME && !DYNAMODB_ENDPOINT) {
    return bringUpToDate(TABLE_NAME, DEPLOYED_WAIT);
  }
  const { dataDirectory } = readSettings(process.env);
  makeDataDirectory(dataDirectory);
  const claimed = DYNAMODB_ENDPOINT ? undefined : await lockDataDirectory(dataDirectory);
  let database;
  try {
    database = await startDatabase(dataDirectory);
    claimed?.note(database.endpoint);
    const environment = functionEnvironment(process.env, database.endpoint, '');
    Object.assign(process.env, environment); // for the SDK's own look-up of region and credentials
    return await bringUpToDate(environment.TABLE_NAME ?? '', 0);
  } finally {
    claimed?.release();
    await database?.stop();
  }
}
