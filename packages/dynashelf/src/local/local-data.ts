// The data that a command works on: that of `npm start`, which may run beside; else a database is started for it. Or
// the table on AWS that TABLE_NAME names, by the credentials that are there.

import { lockDataDirectory, runningDatabase } from './data-lock';
import { startDatabase, type Database } from './database';
import { Failure, messageOf } from './failure';
import { DEPLOYED_WAIT } from './keys';
import { functionEnvironment, makeDataDirectory, readSettings } from './settings';

/** The table of a command. */
export interface CommandTable {
  readonly tableName: string;
  /** Milliseconds until all who write to the table know that constraints are being made. */
  readonly wait: number;
}

/**
 * Runs something on the data of this machine: the environment is as that of a function on it.
 * @param isAlone whether no `npm start` may run meanwhile
 * @throws Failure where the data cannot be had
 */
export async function onLocalData<T>(run: (table: CommandTable) => Promise<T>, isAlone = false): Promise<T> {
  const { dataDirectory } = readSettings(process.env);
  makeDataDirectory(dataDirectory);
  const isExternal = Boolean(process.env.DYNAMODB_ENDPOINT);
  const running = isExternal || isAlone ? undefined : await runningDatabase(dataDirectory);
  const lock = running === undefined && !isExternal ? await lockDataDirectory(dataDirectory) : undefined;
  let database: Database | undefined;
  try {
    database = running === undefined ? await startDatabase(dataDirectory) : undefined;
    const endpoint = running ?? database!.endpoint;
    if (database !== undefined) {
      lock?.note(endpoint);
    }
    Object.assign(process.env, functionEnvironment(process.env, endpoint, ''), { ACCESS: 'open' });
    // An API that runs beside believes for a while that constraints hold.
    return await run({ tableName: process.env.TABLE_NAME ?? '', wait: running === undefined ? 0 : DEPLOYED_WAIT });
  } finally {
    lock?.release();
    await database?.stop();
  }
}

/**
 * The same on the table of AWS that TABLE_NAME names, where it names one.
 * @throws Failure where there is no such table, or the credentials do not open it
 */
export async function onTable<T>(run: (table: CommandTable) => Promise<T>, isAlone = false): Promise<T> {
  const { TABLE_NAME, DYNAMODB_ENDPOINT } = process.env;
  const explained = async (table: CommandTable): Promise<T> => run(table).catch(explain(table));
  return TABLE_NAME && !DYNAMODB_ENDPOINT
    ? explained({ tableName: TABLE_NAME, wait: DEPLOYED_WAIT })
    : onLocalData(explained, isAlone);
}

const REFUSALS = ['CredentialsProviderError', 'UnrecognizedClientException', 'AccessDeniedException'];

function explain({ tableName }: CommandTable): (error: unknown) => never {
  return (error) => {
    const { name = '' } = error as { name?: string };
    throw name === 'ResourceNotFoundException'
      ? new Failure(
          `There is no table "${tableName}": name that of your stack in TABLE_NAME, or run npm start once to make the local one.`,
        )
      : REFUSALS.includes(name)
        ? new Failure(`The table "${tableName}" does not open to the credentials that are there: ${messageOf(error)}`)
        : error;
  };
}
