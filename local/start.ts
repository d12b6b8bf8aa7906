// `npm start`: a database, the table of serverless.yml, sample data and the API, in one process tree that ends as one.

import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { DynamoDBClient } from '@aws-sdk/client-dynamodb';

import { startApi } from './api';
import { claim, requireUnclaimed } from './data-claim';
import { type Database, startDatabase } from './database';
import { directPut } from './direct';
import { Failure, messageOf } from './failure';
import { portRefusal } from './free-port';
import { accessLines, type Doors, invitation } from './invitation';
import { LOCAL_AUDIENCE, makeToken, startIssuer } from './issuer';
import { bringKeysUpToDate } from './keys';
import { onParentDeath } from './parents';
import { resourceMistakes } from './resource-mistakes';
import { loadSamples } from './sample-data';
import { functionEnvironment, keptSecret, readSettings, type Settings } from './settings';
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
  const cursorKey = keptSecret(settings.dataDirectory, 'cursor-key');
  const database = await openDatabase(settings);
  const doors = await openDoors(settings);
  const environment = { ...functionEnvironment(process.env, database.endpoint, cursorKey), ...trustOf(doors) };

  // The functions need the table at the first request only, so the API starts beside it.
  const api = await startApi(settings.port, environment);
  stops.push(() => api.stop());
  const fallen = Promise.race([database.died, api.died]);
  const [made] = await Promise.race([Promise.all([makeTable(settings, definition, environment), api.ready, refuseMistakes()]), fallen]);

  for (const line of accessLines(doors)) console.log(line);
  await Promise.race([rekey(environment), fallen]);

  if (settings.sampleData) await Promise.race([loadOnce(environment, settings, database, made), fallen]);
  console.log(`\n${await Promise.race([invitation(`http://127.0.0.1:${settings.port}`, `http://localhost:${settings.port}`, doors), fallen])}`);
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

/** Who is let in: everyone, or the bearers of tokens of an issuer, of this machine unless the environment names another. */
async function openDoors({ access, apiKeys, dataDirectory }: Settings): Promise<Doors> {
  const apiKey = apiKeys ? process.env.API_KEY || keptSecret(dataDirectory, 'api-key') : undefined;
  if (access === 'open') return { access, apiKey };
  if (process.env.TOKEN_ISSUER) return { access, apiKey, issuer: process.env.TOKEN_ISSUER };
  const issuer = await startIssuer(dataDirectory);
  stops.push(() => issuer.stop());
  return { access, apiKey, issuer: issuer.url, exampleToken: () => makeToken(dataDirectory, 'ada', 5, { roles: ['librarian'] }) };
}

function trustOf({ apiKey, issuer, exampleToken }: Doors): NodeJS.ProcessEnv {
  return {
    ...(apiKey === undefined ? {} : { API_KEY: apiKey }),
    ...(exampleToken === undefined ? {} : { TOKEN_ISSUER: issuer, TOKEN_AUDIENCE: LOCAL_AUDIENCE, TOKEN_JWKS_URI: '', TOKEN_ALGORITHMS: 'RS256', TOKEN_ROLES_CLAIM: 'roles' }),
  };
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

/** What loading the resource files does not show: done while others start, as it takes its time. */
async function refuseMistakes(): Promise<void> {
  const mistakes = await resourceMistakes();
  if (mistakes.length > 0) throw new Failure(mistakes.join('\n'));
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

async function loadOnce(environment: NodeJS.ProcessEnv, { dataDirectory }: Settings, database: Database, made: 'created' | 'found'): Promise<void> {
  const marker = join(dataDirectory, `samples-loaded-${database.kind}`);
  // A load that was cut short is finished by the next start; another's database is only filled when it is new.
  if (made === 'found' && (database.kind === 'external' || existsSync(marker))) return;
  try {
    await loadSamples('samples', await directPut(environment), showProgress);
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
