// One start at a time on a data directory: two engines on one file would lose writes.

import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { Failure } from './failure';
import { answers } from './free-port';

const PATIENCE_MS = 3000;

/** Fails while the database of another start is up on this directory. */
export async function requireUnclaimed(dataDirectory: string): Promise<void> {
  const port = claimedPort(dataDirectory);
  if (port === undefined) return;
  // After a kill -9 the database of the start before takes a moment to end.
  const deadline = Date.now() + PATIENCE_MS;
  while (await answers(port)) {
    if (Date.now() > deadline) {
      throw new Failure(`Another npm start is using the data in ${dataDirectory}: stop it first, or set DATA_DIR to another directory for this one.`);
    }
    await sleep(100);
  }
}

/** Notes that the database at this endpoint now has the directory; returns what takes the note back. */
export function claim(dataDirectory: string, endpoint: string): () => void {
  const path = claimPath(dataDirectory);
  writeFileSync(path, new URL(endpoint).port);
  return () => rmSync(path, { force: true });
}

function claimedPort(dataDirectory: string): number | undefined {
  try {
    const port = Number(readFileSync(claimPath(dataDirectory), 'utf8'));
    return Number.isInteger(port) && port > 0 ? port : undefined;
  } catch {
    return undefined;
  }
}

function claimPath(dataDirectory: string): string {
  return join(dataDirectory, 'database-port');
}
