// `npm start`: a database, the table of serverless.yml, sample data and the API, in one process tree that ends as one.

import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { DynamoDBClient } from '@aws-sdk/client-dynamodb';

import { startApi } from './api';
import { claim, requireUnclaimed } from './data-claim';
import { type Database, startDatabase } from './database';
import { Failure, messageOf } from './failure';
import { portRefusal } from './free-port';
import { invitation } from './invitation';
import { bringKeysUpToDate } from './keys';
import { onParentDeath } from './parents';
import { loadSamples } from './sample-data';
import { functionEnvironment, keptCursorKey, readSettings, type Settings } from './settings';
import { ensureTable, readTableDefinition, type TableDefinition } from './table';

const stops: (() => Promise<void> | void)[] = [];
let stopping = false;

for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined); // a terminal that went away
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => void stopAll(0));
onParentDeath(() => void stopAll(1));
start().catch((error: unknown) => {
  if (stopping) return;
  const bug = !(error instanceof Failure) && error instanceof Error;
  process.stderr.write(`${bug ? (error.stack ?? error.message) : messageOf(error)}\n`);
  void stopAll(1);
});

async function start(): Promise<never> {
  const settings = readSettings(process.env);
  await requirePort(settings.port);
  const definition = readTableDefinition(process.cwd());
  const cursorKey = keptCursorKey(settings.dataDirectory);
  const database = await openDatabase(settings);
  const environment = functionEnvironment(process.env, database.endpoint, cursorKey);

  // The functions need the table at the first request only, so the API starts beside it.
  const api = await startApi(settings.port, environment);
  stops.push(() => api.stop());
  const fallen = Promise.race([database.died, api.died]);
  const [made] = await Promise.race([Promise.all([makeTable(settings, definition, environment), api.ready]), fallen]);

  await Promise.race([rekey(environment), fallen]);

  const url = `http://127.0.0.1:${settings.port}`;
  if (settings.sampleData) await Promise.race([loadOnce(url, settings, database, made), fallen]);
  console.log(`\n${await Promise.race([invitation(url, `http://localhost:${settings.port}`), fallen])}`);
  return fallen;
}

async function requirePort(port: number): Promise<void> {
  const refusal = await portRefusal(port);
  if (refusal === 'taken') {
    throw new Failure(`Port ${port} is taken by another program: stop that one, or choose another port, as in PORT=${port === 65_535 ? 3000 : port + 1} npm start.`);
  }
  if (refusal === 'forbidden') throw new Failure(`Port ${port} may not be used by this user: choose one above 1023, as in PORT=3000 npm start.`);
}

async function openDatabase({ dataDirectory }: Settings): Promise<Database> {
  const own = !process.env.DYNAMODB_ENDPOINT;
  if (own) await requireUnclaimed(dataDirectory);
  const database = await startDatabase(dataDirectory);
  stops.push(() => database.stop());
  if (database.remark !== undefined) console.log(database.remark);
  if (own) stops.push(claim(dataDirectory, database.endpoint));
  return database;
}

async function makeTable(settings: Settings, definition: TableDefinition, environment: NodeJS.ProcessEnv): Promise<'created' | 'found'> {
  Object.assign(process.env, environment); // for the SDK's own look-up of region and credentials
  const remedy = process.env.DYNAMODB_ENDPOINT
    ? 'delete that table, or choose another name with TABLE_NAME, and start again.'
    : `delete the directory ${settings.dataDirectory}, local data with it, and start again.`;
  const client = new DynamoDBClient({});
  try {
    return await ensureTable(client, environment.TABLE_NAME ?? '', definition, remedy);
  } finally {
    client.destroy();
  }
}

/** Items of an earlier start lie where the resource files said then. */
async function rekey(environment: NodeJS.ProcessEnv): Promise<void> {
  try {
    for (const line of await bringKeysUpToDate(environment.TABLE_NAME ?? '')) console.log(line);
  } catch (error) {
    // A mistake in a resource file is what the API says itself.
    if (!stopping) console.error(`The keys of the items could not be brought up to date (${messageOf(error)}): start again once the resource files are right.`);
  }
}

async function loadOnce(url: string, { dataDirectory }: Settings, database: Database, made: 'created' | 'found'): Promise<void> {
  const marker = join(dataDirectory, `samples-loaded-${database.kind}`);
  // A load that was cut short is finished by the next start; another's database is only filled when it is new.
  if (made === 'found' && (database.kind === 'external' || existsSync(marker))) return;
  try {
    await loadSamples('samples', url, showProgress);
    if (database.kind !== 'external') writeFileSync(marker, '');
  } catch (error) {
    if (stopping) return; // Ctrl-C while loading: the next start finishes it
    if (!(error instanceof Failure)) throw error;
    console.error(`\n${error.message}`); // the API is up all the same
  }
}

function showProgress(done: number, all: number): void {
  if (all === 0) return; // none of it is served here
  const line = `Loading sample data: ${done} of ${all}`;
  if (process.stdout.isTTY) process.stdout.write(`\r${line}\x1b[K${done === all ? '\n' : ''}`);
  else if (done === all) console.log(line);
}

async function stopAll(code: number): Promise<void> {
  if (stopping) process.exit(code); // asked twice: the guards finish what is left
  stopping = true;
  await Promise.allSettled(stops.map(async (stop) => stop()));
  process.exit(code);
}
