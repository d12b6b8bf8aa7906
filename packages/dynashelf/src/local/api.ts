// The functions of the API on this machine: run by serverless-offline, which is started quietly and watched.

import { rmSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';

import { type DataLock, idOf, socketOf } from './data-lock';
import { Failure } from './failure';
import type { Service } from './gateway-route';
import { runGuarded } from './guarded';

/** Functions that can be called. */
export interface RunningApi {
  /** Where they are called, as Lambda is. */
  readonly socketPath: string;
  /** Resolves with what is served once they can be; rejects with a Failure if they cannot start. */
  readonly ready: Promise<Service>;
  /** Rejects with a Failure when it ends without being stopped; never resolves. */
  readonly died: Promise<never>;
  stop(): Promise<void>;
}

/** What becomes of the source while it runs. */
export interface SourceEvents {
  /** An entry of it is built as soon as this resolves. */
  building(): Promise<void>;
  /** That has ended: what does not compile, in one sentence, if anything. */
  built(entry: string, mistake: string | undefined): void;
  /** All is built, and functions that run the source as it was are ended as soon as this resolves. */
  replacing(): Promise<void>;
  /** They are, and the next call runs it as it now is. */
  changed(): void;
}

const START_TIMEOUT_MS = 60_000;
const STOP_TIMEOUT_MS = 500; // it has nothing to save

/** Runs the functions of the serverless.yml of the working directory. */
export function startApi(
  dataDirectory: string,
  claim: DataLock,
  environment: NodeJS.ProcessEnv,
  events: SourceEvents,
): RunningApi {
  const socketPath = socketOf(dataDirectory, 'functions');
  rmSync(socketPath, { force: true }); // of a start that was killed
  const cli = join(dirname(require.resolve('serverless/package.json')), 'bin', 'serverless.js');
  const options = [
    '--stage',
    'local',
    '--region',
    environment.AWS_REGION ?? 'us-east-1',
    '--lambdaPort',
    socketPath,
    '--localEnvironment',
    '--noSponsor',
  ];
  const told = {
    SLS_LOG_LEVEL: 'error',
    LOCAL_START: claim.socketPath,
    LOCAL_BUILD: join('.dynamodb', 'build', idOf(dataDirectory)),
  };
  const running = runGuarded(
    process.execPath,
    [cli, 'offline', 'start', ...options],
    { ...environment, ...told },
    STOP_TIMEOUT_MS,
  );

  // Until it is ready, what it says is kept for one sentence about a failed start. Then what the functions print is
  // passed on; what they throw, whoever called them hears.
  const said: string[] = [];
  const own: string[] = [];
  let isStarted = false;
  for (const [from, to] of [
    [running.output, process.stdout],
    [running.errors, process.stderr],
  ] as const) {
    let isPart = false;
    createInterface(from).on('line', (line) => {
      isPart = line.startsWith('× ') || (isPart && line.startsWith('  ')); // of an error that serverless logs
      if (isStarted && !isPart) {
        to.write(`${line}\n`);
      }
      if (isStarted || line.trim() === '') {
        return;
      }
      said.push(line);
      if (!isPart) {
        own.push(line);
      }
    });
  }

  let stopping = false;
  const died = running.ended.then((code) => {
    if (stopping) {
      return new Promise<never>(() => undefined);
    }
    throw isStarted
      ? new Failure(`serverless-offline, which runs the functions, stopped by itself (exit code ${code}): start again.`)
      : startFailure(said);
  });
  died.catch(() => undefined); // whoever waits for it hears of it; nobody has to

  const ready = new Promise<Service>((resolve, reject) => {
    const timer = setTimeout(() => reject(startFailure(said)), START_TIMEOUT_MS).unref();
    claim.server.on(
      'request',
      listener({
        ready(service: Service) {
          clearTimeout(timer);
          isStarted = true;
          for (const line of own) {
            process.stderr.write(`${line}\n`);
          }
          resolve(service);
        },
        // The first build is a part of the start.
        building: async () => (isStarted ? events.building() : undefined),
        built({ entry, mistakes: [first] }: { entry: string; mistakes: string[] }) {
          const mistake = first && `The source does not compile (${first}): correct it`;
          if (isStarted) {
            events.built(entry, mistake && `${mistake}.`);
          } else if (mistake !== undefined) {
            reject(new Failure(`${mistake} and start again.`));
          }
        },
        replacing: async () => events.replacing(),
        changed: () => events.changed(),
      }),
    );
  });
  ready.catch(() => undefined);

  return {
    socketPath,
    ready: Promise.race([ready, died]),
    died,
    async stop() {
      stopping = true;
      await running.stop();
    },
  };
}

/** What went wrong, in one sentence, from what serverless printed. */
function startFailure(lines: readonly string[]): Failure {
  const heading = lines.findIndex((line) => /^Error:?$/.test(line.trim()));
  // What is wrong with a function of the app's own comes in the middle of what Serverless says.
  const sentence = lines.map((line) => /src\/functions\/\S+\.ts: .*/.exec(line)?.[0]).find((one) => one !== undefined);
  const reason =
    sentence ??
    lines
      .slice(heading + 1)
      .find((line) => line.trim() !== '')
      ?.trim() ??
    'it gave no reason';
  return new Failure(
    `serverless-offline could not start the API (${reason.replace(/\.$/, '')}): correct serverless.yml and start again.`,
  );
}

/** Answers the reports of src/local/offline-plugin.cjs, which wait until what they are about is done. */
function listener(reports: Readonly<Record<string, (body: never) => Promise<void> | void>>) {
  return (request: IncomingMessage, response: ServerResponse): void =>
    void (async () => {
      const body = JSON.parse(await text(request)) as never;
      await reports[request.url!.slice(1)]?.(body);
      response.end();
    })();
}
