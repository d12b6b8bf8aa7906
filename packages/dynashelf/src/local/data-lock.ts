// One start at a time on a data directory: two engines on one file would lose writes.

import { createHash } from 'node:crypto';
import { readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { Failure } from './failure';
import { answers, answersAt } from './free-port';

/** A data directory that is this process's alone. */
export interface DataLock {
  /** What other starts find in use: it has no requests to answer unless somebody listens to them. */
  readonly server: Server;
  readonly socketPath: string;
  /** Notes the database that now has the directory, which outlives a killed start for a moment. */
  note(endpoint: string): void;
  release(): void;
}

const PATIENCE_MS = 3000;

/** Claims a directory, which need not exist; fails where another start, or its database, stays up on it. */
export async function lockDataDirectory(dataDirectory: string, patience = PATIENCE_MS): Promise<DataLock> {
  const socketPath = socketOf(dataDirectory, 'start');
  const notePath = join(dataDirectory, 'database-port');
  const deadline = Date.now() + patience;
  const refuseLater = async (): Promise<void> => {
    if (Date.now() > deadline) {
      throw new Failure(
        `Another npm start is using the data in ${dataDirectory}: stop it first, or set DATA_DIR to another directory for this one.`,
      );
    }
    await sleep(100);
  };
  let server = await bound(socketPath);
  for (; server === undefined; server = await bound(socketPath)) {
    const found = markOf(socketPath);
    if (await answersAt({ path: socketPath })) {
      await refuseLater();
    }
    // Left by a start that was killed, unless another one has taken its place since.
    else if (found !== undefined && markOf(socketPath) === found) {
      rmSync(socketPath, { force: true });
    }
  }
  const claimed = server;
  const release = (): void => void claimed.close();
  try {
    for (let port = notedPort(notePath); port !== undefined && (await answers(port));) {
      await refuseLater();
    }
  } catch (error) {
    release();
    throw error;
  }
  return {
    server,
    socketPath,
    note: (endpoint) => writeFileSync(notePath, new URL(endpoint).port),
    release() {
      rmSync(notePath, { force: true });
      release();
    },
  };
}

/** The endpoint of the database that has a directory now, of a start that runs; undefined where none does. */
export async function runningDatabase(dataDirectory: string): Promise<string | undefined> {
  const port = notedPort(join(dataDirectory, 'database-port'));
  return port !== undefined && (await answers(port)) ? `http://127.0.0.1:${port}` : undefined;
}

/** A socket of this machine that belongs to a data directory, whose own path may be too long for one. */
export function socketOf(dataDirectory: string, name: 'start' | 'functions'): string {
  const file = `dynashelf-${idOf(dataDirectory)}-${name}`;
  return process.platform === 'win32' ? `\\\\.\\pipe\\${file}` : join(tmpdir(), `${file}.sock`);
}

/** A short name for a data directory. */
export function idOf(dataDirectory: string): string {
  return createHash('sha256').update(dataDirectory).digest('hex').slice(0, 12);
}

/** A server on a socket, or undefined where there is one already. */
async function bound(path: string): Promise<Server | undefined> {
  const server = createServer();
  return new Promise((resolve, reject) => {
    server
      .once('error', (error: NodeJS.ErrnoException) =>
        error.code === 'EADDRINUSE' ? resolve(undefined) : reject(error),
      )
      .listen(path, () => resolve(server));
  });
}

/** What tells a file from another in its place. */
function markOf(path: string): string | undefined {
  const found = statSync(path, { throwIfNoEntry: false, bigint: true });
  return found && `${found.ino} ${found.ctimeNs}`;
}

function notedPort(path: string): number | undefined {
  try {
    const port = Number(readFileSync(path, 'utf8'));
    return Number.isInteger(port) && port > 0 ? port : undefined;
  } catch {
    return undefined;
  }
}
