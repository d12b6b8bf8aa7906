// Before any test: one database for the run, in memory, tied to jest's process so that it cannot outlive it.

import { type Database, startDatabase } from '../local/database';
import { Failure } from '../local/failure';

/** Where the teardown finds what was started: jest loads the two apart. */
export const globals = globalThis as typeof globalThis & { testDatabase?: Database };

/** Jest's globalSetup. `DYNAMODB_ENGINE=dynoxide` runs on dynoxide, `DYNAMODB_ENDPOINT` on an engine of one's own. */
export default async function start(): Promise<void> {
  // Where several projects run, each calls this, and one database serves them all.
  if (globals.testDatabase !== undefined) {
    return;
  }
  try {
    globals.testDatabase = await startDatabase();
  } catch (error) {
    if (error instanceof Failure) {
      delete error.stack;
    } // its sentence says it all
    throw error;
  }
  // The workers inherit it.
  process.env.AWS_ENDPOINT_URL_DYNAMODB = globals.testDatabase.endpoint;
}
