// After the last test: the database stops.

import { globals } from './global';

/** Jest's globalTeardown. */
export default async function stop(): Promise<void> {
  const database = globals.testDatabase;
  delete globals.testDatabase;
  await database?.stop();
}
