// A database for this machine: started on a free port and tied to this process, or the one that DYNAMODB_ENDPOINT
// names.

import { setTimeout as sleep } from 'node:timers/promises';

import { chooseEngine } from './engine';
import { Failure } from './failure';
import { freePort } from './free-port';
import { runGuarded } from './guarded';

/** A database that answers. */
export interface Database {
  readonly endpoint: string;
  /** What answers: one of our own engines, or one that ran already. */
  readonly kind: 'java' | 'dynoxide' | 'external';
  /** Something worth saying about it. */
  readonly remark?: string;
  /** Rejects with a Failure if the database ends without being stopped; never resolves. */
  readonly died: Promise<never>;
  stop(): Promise<void>;
}

const START_TIMEOUT_MS = 30_000;
const STOP_TIMEOUT_MS = 2000;

/** Starts a database whose data is kept in a directory, or in memory without one, and waits until it answers. */
export async function startDatabase(dataDirectory?: string, environment = process.env): Promise<Database> {
  const given = environment.DYNAMODB_ENDPOINT;
  if (given) {
    return externalDatabase(given);
  }

  const engine = await chooseEngine(environment);
  const port = await freePort();
  const running = runGuarded(engine.command, engine.arguments(port, dataDirectory), environment, STOP_TIMEOUT_MS);
  const lastWords: string[] = [];
  for (const stream of [running.output, running.errors]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      lastWords.push(...text.split('\n').filter((line) => line.trim() !== ''));
      lastWords.splice(0, lastWords.length - 5);
    });
  }
  let stopping = false;
  const died = running.ended.then((code) => {
    if (stopping) {
      return new Promise<never>(() => undefined);
    }
    const said = lastWords.at(-1);
    throw new Failure(
      `The database stopped by itself (exit code ${code}${said === undefined ? '' : `, "${said.trim()}"`}): start again.`,
    );
  });
  died.catch(() => undefined); // whoever waits for it hears of it; nobody has to
  const stop = async (): Promise<void> => {
    stopping = true;
    await running.stop();
  };

  const endpoint = `http://127.0.0.1:${port}`;
  const polling = new AbortController();
  try {
    await Promise.race([answering(endpoint, polling.signal), died]);
  } catch (error) {
    await stop();
    throw error;
  } finally {
    polling.abort();
  }
  return { endpoint, kind: engine.kind, ...(engine.remark === undefined ? {} : { remark: engine.remark }), died, stop };
}

async function externalDatabase(endpoint: string): Promise<Database> {
  if (!URL.canParse(endpoint) || !/^https?:$/.test(new URL(endpoint).protocol)) {
    throw new Failure(
      `DYNAMODB_ENDPOINT is "${endpoint}": set it to a URL such as http://localhost:8000, or unset it to have a database started.`,
    );
  }
  const reachable = await fetch(endpoint, { signal: AbortSignal.timeout(5000) }).then(
    () => true,
    () => false,
  );
  if (!reachable) {
    throw new Failure(
      `Nothing answers at DYNAMODB_ENDPOINT (${endpoint}): start that database, or unset the variable to have one started.`,
    );
  }
  return { endpoint, kind: 'external', died: new Promise<never>(() => undefined), stop: async () => undefined };
}

async function answering(endpoint: string, signal: AbortSignal): Promise<void> {
  const deadline = Date.now() + START_TIMEOUT_MS;
  while (Date.now() < deadline && !signal.aborted) {
    // Any answer will do: without credentials it is a 400.
    const answered = await fetch(endpoint, { signal: AbortSignal.timeout(2000) }).then(
      () => true,
      () => false,
    );
    if (answered) {
      return;
    }
    await sleep(25);
  }
  throw new Failure(
    `The database did not answer within ${START_TIMEOUT_MS / 1000} seconds: start again, or set DYNAMODB_ENDPOINT to one that runs.`,
  );
}
