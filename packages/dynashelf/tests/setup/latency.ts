// A database that takes its time, by a clock that stands still otherwise: however busy the machine is, a request has
// as much of its time left.

import { setImmediate as turn } from 'node:timers/promises';

import type { Clock } from '../../src/testing/clock';

/** What is to be awaited before each request to the database. What begins at once takes as long together as alone. */
export function latency(clock: Clock, milliseconds: number): () => Promise<void> {
  return async () => {
    const until = Date.now() + milliseconds;
    await turn();
    clock.set(Math.max(Date.now(), until));
  };
}
