// `npm start`: a database, the table of serverless.yml, sample data and the API, in one process tree that ends as one.

import { join } from 'node:path';

import { DynamoDBClient } from '@aws-sdk/client-dynamodb';

import { startApi } from './api';
import { appResources } from './app';
import { apiGateway } from './api-gateway';
import { openAuthModes, trustOf } from './auth-modes';
import { type DataLock, lockDataDirectory } from './data-lock';
import { type Database, startDatabase } from './database';
import { directPut } from './direct';
import { runEvents } from './events';
import { Failure, messageOf } from './failure';
import { isTaken } from './free-port';
import { type Gateway, startGateway } from './gateway';
import { accessLines, startBanner } from './start-banner';
import { invokeBy } from './invoke';
import { followSource } from './live';
import { functionNames } from './own-functions';
import { onParentDeath } from './parents';
import { SOCKET } from '../serverless/stack-app';
import { tableDefinition } from '../serverless/table';
import { lookOver, type Reloaded, reload } from './reload';
import { type Findings, resourceFindings } from './resource-mistakes';
import { loadSamples } from './sample-data';
import {
  functionEnvironment,
  keptSecret,
  makeDataDirectory,
  readSettings,
  servicesEnvironment,
  type Settings,
} from './settings';
import { runSchedules } from './schedules';
import { ensureTable } from './table';
import { tryOut } from './try-out';

const stops: (() => Promise<void> | void)[] = [];
let stopping = false;
/** How the functions of the app's own were called when this began. */
let calls: readonly string[] = [];

for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', () => undefined);
} // a terminal that went away
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(signal, () => void stopAll(0));
}
onParentDeath(() => void stopAll(1));
start().catch((error: unknown) => {
  if (stopping) {
    return;
  }
  const bug = !(error instanceof Failure) && error instanceof Error;
  process.stderr.write(`${bug ? (error.stack ?? error.message) : messageOf(error)}\n`);
  void stopAll(1);
});

async function start(): Promise<never> {
  const settings = readSettings(process.env);
  makeDataDirectory(settings.dataDirectory);
  const claimed = await lockDataDirectory(settings.dataDirectory);
  stops.push(() => claimed.release());
  // Whoever asks from now on waits until the API is ready.
  const gateway = await openPort(settings);
  stops.push(() => gateway.stop());
  const cursorKey = keptSecret(settings.dataDirectory, 'cursor-key');
  const webhookKey = keptSecret(settings.dataDirectory, 'webhook-key');
  const database = await openDatabase(settings, claimed);
  const { authModes, stop: stopIssuer } = await openAuthModes(settings);
  stops.push(() => stopIssuer?.());
  const environment = {
    ...functionEnvironment(process.env, database.endpoint, cursorKey, webhookKey),
    ...servicesEnvironment(
      process.env,
      `http://127.0.0.1:${settings.port}`,
      functionNames(process.cwd()).includes(SOCKET),
    ),
    ...trustOf(authModes),
  };
  const tableName = environment.TABLE_NAME ?? '';

  // The functions need the table at the first request only, so they start beside it.
  const live = followSource(
    gateway,
    async () => withCalls(await tryOut(await reload(environment), await api.ready, invoke), calls),
    'src',
  );
  const api = startApi(settings.dataDirectory, claimed, environment, live);
  stops.push(() => api.stop());
  const invoke = invokeBy(api.socketPath, live.abandon);
  const fallen = Promise.race([database.died, api.died]);
  const [made, service, findings] = await Promise.race([
    Promise.all([makeTable(settings, environment), api.ready, soundFindings()]),
    fallen,
  ]);

  // Items of an earlier start lie where the resource files said then.
  const { mistakes, lines } = await Promise.race([
    lookOver(tableName, findings).then((found) => tryOut(found, service, invoke)),
    fallen,
  ]);
  if (mistakes.length > 0) {
    throw new Failure(mistakes.join('\n'));
  }
  const resources = [...appResources().values()];
  calls = findings.calls ?? [];
  const say = (line: string): void => console.log(line);
  const changing = resources.filter(({ changes }) => changes !== undefined).map(({ name }) => name);
  const events = runEvents(
    service,
    {
      tableName,
      environment,
      changing,
      say,
      dataDirectory: settings.dataDirectory,
      takers: findings.takers ?? {},
      address: `http://localhost:${settings.port}`,
    },
    invoke,
  );
  stops.push(async () => events.stop());
  gateway.serveBeside(events.beside);
  const schedules = runSchedules(service, events.invoke, say);
  stops.push(() => schedules.stop());
  for (const line of [...accessLines(authModes, resources), ...lines, ...schedules.lines, ...events.lines]) {
    console.log(line);
  }

  // Before anything is written: it would be in no stream.
  await Promise.race([events.begin(), fallen]);
  if (settings.sampleData) {
    await Promise.race([loadOnce(environment, settings, database, made), fallen]);
  }
  live.begin(apiGateway(service, events.invoke, authModes.apiKey, (line) => console.error(line)));
  console.log(
    `\n${await Promise.race([startBanner(`http://127.0.0.1:${settings.port}`, `http://localhost:${settings.port}`, authModes, resources), fallen])}`,
  );
  return fallen;
}

async function openPort({ port, origins }: Settings): Promise<Gateway> {
  const taken = new Failure(
    `Port ${port} is taken by another program: stop that one, or choose another port, as in PORT=${port === 65_535 ? 3000 : port + 1} npm start.`,
  );
  if (await isTaken(port)) {
    throw taken;
  }
  try {
    return await startGateway(port, origins);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EADDRINUSE') {
      throw taken;
    }
    throw new Failure(
      `Port ${port} cannot be listened on (${messageOf(error)}): choose one above 1023, as in PORT=3000 npm start.`,
    );
  }
}

/** Says that routes and schedules are as they were at the start, where the source has others now. */
function withCalls(found: Reloaded, before: readonly string[]): Reloaded {
  const now = found.calls;
  return now === undefined || JSON.stringify(now) === JSON.stringify(before)
    ? found
    : {
        ...found,
        lines: [...found.lines, 'Routes, schedules or messages of functions have changed: start again to have them.'],
      };
}

async function openDatabase({ dataDirectory }: Settings, claimed: DataLock): Promise<Database> {
  const database = await startDatabase(dataDirectory);
  stops.push(() => database.stop());
  if (database.remark !== undefined) {
    console.log(database.remark);
  }
  if (database.kind !== 'external') {
    claimed.note(database.endpoint);
  }
  return database;
}

async function makeTable(settings: Settings, environment: NodeJS.ProcessEnv): Promise<'created' | 'found'> {
  Object.assign(process.env, environment); // for the SDK's own look-up of region and credentials
  const remedy = process.env.DYNAMODB_ENDPOINT
    ? 'delete that table, or choose another name with TABLE_NAME, and start again.'
    : `delete the directory ${settings.dataDirectory}, local data with it, and start again.`;
  const client = new DynamoDBClient({});
  try {
    return await ensureTable(client, environment.TABLE_NAME ?? '', tableDefinition(), remedy);
  } finally {
    client.destroy();
  }
}

/** What there is to say of the resource files, which takes its time. */
async function soundFindings(): Promise<Findings> {
  const findings = await resourceFindings();
  if (findings.mistakes.length > 0) {
    throw new Failure(findings.mistakes.join('\n'));
  }
  return findings;
}

async function loadOnce(
  environment: NodeJS.ProcessEnv,
  { dataDirectory }: Settings,
  database: Database,
  made: 'created' | 'found',
): Promise<void> {
  try {
    const resources = appResources();
    // Another's database is only filled when it is new.
    const marker = database.kind === 'external' ? undefined : join(dataDirectory, `samples-loaded-${database.kind}`);
    if (marker === undefined && made === 'found') {
      return;
    }
    await loadSamples('samples', [...resources.values()], await directPut(environment), {
      marker,
      progress: showProgress,
      remark: (line) => console.error(line),
    });
  } catch (error) {
    if (stopping) {
      return;
    } // Ctrl-C while loading: the next start finishes it
    if (!(error instanceof Failure)) {
      throw error;
    }
    console.error(`\n${error.message}`); // the API is up all the same
  }
}

function showProgress(done: number, all: number): void {
  if (all === 0) {
    return;
  } // none of it is served here
  const line = `Loading sample data: ${done} of ${all}`;
  if (process.stdout.isTTY) {
    process.stdout.write(`\r${line}\x1b[K${done === all ? '\n' : ''}`);
  } else if (done === all) {
    console.log(line);
  }
}

async function stopAll(code: number): Promise<void> {
  if (stopping) {
    process.exit(code);
  } // asked twice: the guards finish what is left
  stopping = true;
  await Promise.allSettled(stops.map(async (stop) => stop()));
  process.exit(code);
}
