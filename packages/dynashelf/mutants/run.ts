// npm run test:mutants: Stryker changes one thing of the source at a time, and the tests of its room have to notice.
// `-- store/query` runs the rooms that begin so; without a name all run, which takes hours.

import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { startDatabase } from '../src/local/database';
import { Failure } from '../src/local/failure';
import { ROOMS, type Room } from './rooms';

const ROOT = join(__dirname, '../../..');
const STRYKER = join(__dirname, 'node_modules/@stryker-mutator/core');

async function main(names: string[]): Promise<void> {
  const rooms = Object.entries(ROOMS).filter(
    ([name]) => names.length === 0 || names.some((wanted) => `${name}/`.startsWith(`${wanted}/`)),
  );
  if (rooms.length === 0) {
    throw new Failure(
      `No room is named ${names.join(' or ')}: use ${Object.keys(ROOMS).join(', ')}, or how they begin.`,
    );
  }
  install();
  // One for all rooms: each process of Stryker is a worker of jest to it, with a table of its own.
  const database = await startDatabase();
  try {
    const failed = rooms.filter(([name, room]) => !passes(name, room, database.endpoint));
    console.log(`\n${rooms.map(([name]) => scoreOf(name)).join('\n')}`);
    if (failed.length > 0) {
      throw new Failure(
        `Too many mutants survive, or the tests fail without any, in ${failed.map(([name]) => name).join(', ')}.`,
      );
    }
  } finally {
    await database.stop();
  }
}

/** Runs a room; whether enough of its mutants are killed. */
function passes(name: string, room: Room, endpoint: string): boolean {
  console.log(`\n${name}`);
  const { status } = spawnSync(
    process.execPath,
    [join(STRYKER, 'bin/stryker.js'), 'run', join(__dirname, 'stryker.config.mjs')],
    {
      cwd: ROOT,
      stdio: 'inherit',
      env: {
        ...process.env,
        AWS_ENDPOINT_URL_DYNAMODB: endpoint,
        MUTANTS_ROOM: JSON.stringify({ transport: 'sdk', ...room, name }),
      },
    },
  );
  return status === 0;
}

/** What became of a room's mutants, in a line. */
function scoreOf(name: string): string {
  const path = join(__dirname, `reports/${name.replaceAll('/', '-')}.json`);
  if (!existsSync(path)) {
    return `${name}: not run`;
  }
  const { files } = JSON.parse(readFileSync(path, 'utf8')) as {
    files: Record<string, { mutants: { status: string }[] }>;
  };
  const count = (...wanted: string[]): number =>
    Object.values(files)
      .flatMap(({ mutants }) => mutants)
      .filter(({ status }) => wanted.includes(status)).length;
  const killed = count('Killed', 'Timeout');
  const all = killed + count('Survived', 'NoCoverage');
  return `${name}: ${((100 * killed) / all).toFixed(1)} %, ${killed} of ${all}`;
}

/** Its packages are many, and nothing else needs them: they are no part of `npm ci`. */
function install(): void {
  const wanted = versionIn(join(__dirname, 'package-lock.json'), 'node_modules/@stryker-mutator/core');
  if (wanted === versionIn(join(__dirname, 'node_modules/.package-lock.json'), 'node_modules/@stryker-mutator/core')) {
    return;
  }
  console.log('Stryker is not installed: npm ci in packages/dynashelf/mutants …');
  const { status } = spawnSync('npm', ['ci', '--prefix', __dirname], {
    stdio: 'inherit',
    shell: process.platform === 'win32',
  });
  if (status !== 0) {
    throw new Failure('Stryker could not be installed: see what npm said above.');
  }
}

function versionIn(lock: string, name: string): string | undefined {
  return existsSync(lock)
    ? (JSON.parse(readFileSync(lock, 'utf8')) as { packages: Record<string, { version: string }> }).packages[name]
        ?.version
    : undefined;
}

main(process.argv.slice(2)).catch((error: unknown) => {
  console.error(error instanceof Failure ? error.message : error);
  process.exitCode = 1;
});
