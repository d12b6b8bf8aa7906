// The API on this machine: serverless-offline, started quietly and watched.

import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';

import { Failure } from './failure';
import { answers, freePort } from './free-port';
import { runGuarded } from './guarded';

/** A running API. */
export interface Api {
  /** Resolves once it answers; rejects with a Failure if it cannot start. */
  readonly ready: Promise<void>;
  /** Rejects with a Failure when it ends without being stopped; never resolves. */
  readonly died: Promise<never>;
  stop(): Promise<void>;
}

const START_TIMEOUT_MS = 60_000;
const STOP_TIMEOUT_MS = 500; // it has nothing to save

/** Serves the serverless.yml of the working directory. */
export async function startApi(port: number, environment: NodeJS.ProcessEnv): Promise<Api> {
  const cli = join(dirname(require.resolve('serverless/package.json')), 'bin', 'serverless.js');
  const options = [
    ...['--stage', 'local', '--region', environment.AWS_REGION ?? 'us-east-1'],
    // localhost may be ::1 alone on some systems; 127.0.0.1 answers to both names.
    ...['--host', '127.0.0.1', '--httpPort', String(port), '--lambdaPort', String(await freePort())],
    ...['--noPrependStageInUrl', '--localEnvironment', '--noSponsor'],
  ];
  const running = runGuarded(process.execPath, [cli, 'offline', 'start', ...options], { ...environment, SLS_LOG_LEVEL: 'error' }, STOP_TIMEOUT_MS);

  // Until it answers, what it says is kept for one sentence about a failed start; then it is passed on.
  let starting: string[] | undefined = [];
  const pass = (stream: NodeJS.WriteStream) => (line: string) => {
    if (isDecoration(line)) return;
    if (starting === undefined) stream.write(`${line}\n`);
    else starting.push(line);
  };
  createInterface(running.output).on('line', pass(process.stdout));
  createInterface(running.errors).on('line', pass(process.stderr));

  let stopping = false;
  const died = running.ended.then((code) => {
    if (stopping) return new Promise<never>(() => undefined);
    throw starting === undefined
      ? new Failure(`serverless-offline, which serves the API, stopped by itself (exit code ${code}): start again.`)
      : startFailure(starting);
  });
  died.catch(() => undefined); // whoever waits for it hears of it; nobody has to

  const ready = async (): Promise<void> => {
    const deadline = Date.now() + START_TIMEOUT_MS;
    while (!(await answers(port))) {
      if (stopping) return;
      // A failed build leaves serverless-offline waiting for nothing.
      if (starting?.some((line) => line.includes('Build failed'))) throw startFailure(starting);
      if (Date.now() > deadline) throw startFailure(starting ?? []);
      await sleep(50);
    }
    const { status } = await fetch(`http://127.0.0.1:${port}/`);
    if (status >= 500) {
      await sleep(100); // the reason comes by another way than the answer
      throw startFailure(starting ?? []);
    }
    for (const line of starting ?? []) if (!line.startsWith('{')) process.stderr.write(`${line}\n`);
    starting = undefined;
  };

  return {
    ready: Promise.race([ready(), died]),
    died,
    async stop() {
      stopping = true;
      await running.stop();
    },
  };
}

/** What went wrong, in one sentence, from what serverless and esbuild printed. */
export function startFailure(lines: readonly string[]): Failure {
  const build = lines.map((line) => /^\s*(\S.*:\d+:\d+): ERROR: (.*)$/.exec(line)).find((found) => found !== null);
  if (build) return new Failure(`The source does not compile (${build[1]}: ${build[2]}): correct it and start again.`);

  const thrown = lines.map((line) => /^× (?:Error: )?(?!Unhandled exception)(.*)$/.exec(line)).find((found) => found !== null);
  if (thrown) return new Failure(`The API does not start: ${thrown[1]}`);

  const heading = lines.findIndex((line) => /^Error:?$/.test(line.trim()));
  const reason = lines.slice(heading + 1).find((line) => line.trim() !== '')?.trim() ?? 'it gave no reason';
  return new Failure(`serverless-offline could not start the API (${reason.replace(/\.$/, '')}): correct serverless.yml and start again.`);
}

// serverless-offline draws its table of routes whatever the log level.
function isDecoration(line: string): boolean {
  return line.trim() === '' || /^\s*[┌│└]/.test(line);
}
