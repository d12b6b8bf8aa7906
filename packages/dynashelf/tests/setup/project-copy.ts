// A copy of an app, for tests that start it, break its files, or kill what it started.

import { spawn } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { APP, commandWords, LIBRARY } from './places';

/** A copy: its own source, serverless.yml and data; the packages are the project's. */
export interface ProjectCopy {
  readonly directory: string;
  /** The processes whose working directory this is: all that a start here has started. Linux only; else none. */
  processes(): number[];
  remove(): void;
}

/** A start under way. */
export interface Start {
  readonly pid: number;
  /** All that it has printed. */
  output(): string;
  /** Resolves as soon as this has been printed; rejects with the output if it ends before. */
  printed(text: string): Promise<void>;
  readonly ended: Promise<number | NodeJS.Signals | null>;
  kill(signal: NodeJS.Signals): void;
}

/** Copies an app to a new directory, the library of the tests without another; what deploys it is what is shipped. */
export function copyProject(app = LIBRARY): ProjectCopy {
  const directory = realpathSync(mkdtempSync(join(tmpdir(), 'project-')));
  for (const [from, names] of [
    [app, ['src', 'samples', 'package.json']],
    [APP, ['serverless.yml', 'tsconfig.json']],
  ] as const) {
    for (const name of names) {
      cpSync(join(from, name), join(directory, name), { recursive: true });
    }
  }
  leaveOutFunctions(directory);
  symlinkSync(join(APP, 'node_modules'), join(directory, 'node_modules'), 'junction');
  return {
    directory,
    processes: () => processesIn(directory),
    remove: () => rmSync(directory, { recursive: true, force: true }),
  };
}

/** Leaves out of serverless.yml the functions whose files the app has not. */
export function leaveOutFunctions(directory: string): void {
  const path = join(directory, 'serverless.yml');
  const blocks = readFileSync(path, 'utf8').split('\n\n');
  const isThere = (block: string): boolean => {
    const file = /^ {4}handler: (.*)\.handler$/m.exec(block)?.[1];
    return file === undefined || existsSync(join(directory, `${file}.ts`));
  };
  writeFileSync(path, blocks.filter(isThere).join('\n\n'));
}

/** Runs `npm start` in a copy, or what `npm start` runs. */
export function startIn(
  { directory }: ProjectCopy,
  environment: Record<string, string | undefined>,
  by: 'npm' | 'node' = 'node',
): Start {
  const [command, args] = by === 'npm' ? ['npm', ['start']] : [process.execPath, commandWords('start')];
  const clean = Object.entries({ ...process.env, ...environment }).filter(
    ([name]) =>
      environment[name] !== undefined ||
      !/^(AWS|DYNAMODB|TABLE_NAME|CURSOR_KEY|CORS|PORT|ACCESS|TOKEN_|API_KEY|npm_)/.test(name),
  );
  const child = spawn(command, args, {
    cwd: directory,
    env: Object.fromEntries(clean),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => (output += text));
  }
  const ended = new Promise<number | NodeJS.Signals | null>((resolve) =>
    child.on('exit', (code, signal) => resolve(code ?? signal)),
  );
  return {
    pid: child.pid ?? 0,
    output: () => output,
    async printed(text) {
      let over = false;
      void ended.then(() => (over = true));
      while (!output.includes(text)) {
        if (over) {
          throw new Error(`It ended before it printed "${text}":\n${output}`);
        }
        await sleep(25);
      }
    },
    ended,
    kill: (signal) => void child.kill(signal),
  };
}

function processesIn(directory: string): number[] {
  if (process.platform !== 'linux') {
    return [];
  }
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => {
      try {
        return readlinkSync(`/proc/${pid}/cwd`) === directory;
      } catch {
        return false; // ended meanwhile, or another user's
      }
    });
}
