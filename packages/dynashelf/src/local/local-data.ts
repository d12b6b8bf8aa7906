// The data of this machine for a command: that of `npm start`, which may run beside; else a database is started for it.

import { lockDataDirectory, runningDatabase } from './data-lock';
import { startDatabase, type Database } from './database';
import { functionEnvironment, makeDataDirectory, readSettings } from './settings';

/**
 * Runs something on the data of this machine: the environment is as that of a function on it.
 * @throws Failure where the data cannot be had
 */
export async function onLocalData(run: () => Promise<void>): Promise<void> {
  const { dataDirectory } = readSettings(process.env);
  makeDataDirectory(dataDirectory);
  const running = process.env.DYNAMODB_ENDPOINT ? undefined : await runningDatabase(dataDirectory);
  const lock =
    running === undefined && !process.env.DYNAMODB_ENDPOINT ? await lockDataDirectory(dataDirectory) : undefined;
  let database: Database | undefined;
  try {
    database = running === undefined ? await startDatabase(dataDirectory) : undefined;
    const endpoint = running ?? database!.endpoint;
    if (database !== undefined && lock !== undefined) {
      lock.note(endpoint);
    }
    Object.assign(process.env, functionEnvironment(process.env, endpoint, ''), { ACCESS: 'open' });
    await run();
  } finally {
    lock?.release();
    await database?.stop();
  }
}
