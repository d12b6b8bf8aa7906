// After the last test: the database stops.

import { globals } from './global';

/** Jest's globalTeardown. */
export default async function stop(): Promise<void> {
  await globals.testDatabase?.stop();
}
