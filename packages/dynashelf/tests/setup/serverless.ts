// The command `serverless` in a folder, with no network and nobody's credentials.

import { execFile } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

import { APP } from './places';

/** What a run left and said. */
export interface ServerlessRun {
  readonly code: number;
  readonly said: string;
}

/** Runs the command in a folder, with a home of its own. */
export async function runServerless(
  directory: string,
  words: readonly string[],
  environment: Record<string, string> = {},
): Promise<ServerlessRun> {
  const home = mkdtempSync(join(tmpdir(), 'home-'));
  giveCompiled(home);
  const command = join(dirname(require.resolve('serverless/package.json')), 'bin/serverless.js');
  const env = {
    PATH: process.env['PATH'],
    HOME: home,
    USERPROFILE: home,
    AWS_ACCESS_KEY_ID: 'none',
    AWS_SECRET_ACCESS_KEY: 'none',
    // A way out that leads nowhere.
    HTTPS_PROXY: 'http://127.0.0.1:9',
    HTTP_PROXY: 'http://127.0.0.1:9',
    ...environment,
  };
  const run = await new Promise<ServerlessRun>((resolve) => {
    execFile(process.execPath, [command, ...words], { cwd: directory, env }, (error, stdout, stderr) =>
      resolve({ code: Number(error?.code ?? 0), said: stdout + stderr }),
    );
  });
  keepCompiled(home);
  rmSync(home, { recursive: true });
  return run;
}

/** Where Serverless has in a home what it compiled of its schemas, which takes half of its time. */
const compiledIn = (home: string): string => join(home, '.serverless', 'artifacts');

/** What one run compiled, for the others. */
const KEPT = join(APP, 'node_modules', '.cache', 'serverless-artifacts');

function giveCompiled(home: string): void {
  if (existsSync(KEPT)) {
    cpSync(KEPT, compiledIn(home), { recursive: true });
  }
}

function keepCompiled(home: string): void {
  if (existsSync(KEPT) || !existsSync(compiledIn(home))) {
    return;
  }
  mkdirSync(dirname(KEPT), { recursive: true });
  const copy = mkdtempSync(`${KEPT}-`);
  cpSync(compiledIn(home), copy, { recursive: true });
  try {
    renameSync(copy, KEPT);
  } catch {
    rmSync(copy, { recursive: true }); // another run was faster
  }
}
