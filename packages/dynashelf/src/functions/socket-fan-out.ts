// The fan-out to sockets as a part of `publish`: it goes on when changes are in the feeds.
import { fanOut, type FanOutParts } from '../events/fan-out';
import { logError } from '../log';
import type { AfterAppend } from './publish';

/** Milliseconds that a fan-out takes of the time of `publish`, whose next batch of changes waits for it. */
const LONGEST = 30_000;

/** What sends changes to sockets when they are in the feeds. A collection that fails stops no other. */
export function fanOutAfterAppend(parts: FanOutParts): AfterAppend {
  return async (collections, deadline) => {
    await Promise.all(
      collections.map(async (collection) =>
        fanOut(parts, collection, Math.min(deadline, Date.now() + LONGEST)).catch((error: unknown) => {
          const { message } = error as Error;
          logError({
            message: `changes of ${collection} are in the feed, and were not sent to all sockets: ${message}`,
          });
        }),
      ),
    );
  };
}
