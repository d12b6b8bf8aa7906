// Patience with the database: the stream counts how often its function fails, and not how long it takes.
import { setTimeout as pause } from 'node:timers/promises';
import { Problem } from '../problem';

/** Milliseconds of the first pause, and of the longest. */
const FIRST_PAUSE = 100;
const LONGEST_PAUSE = 30_000;

/**
 * Does something again while the database has no time for it, or cannot be reached.
 * @param deadline when to stop trying, in milliseconds since 1970
 * @throws Problem `throttled` or `unavailable` where the time is over; whatever else it throws
 */
export async function whileUnavailable<T>(something: () => Promise<T>, deadline: number): Promise<T> {
  for (let delay = FIRST_PAUSE; ; delay = Math.min(2 * delay, LONGEST_PAUSE)) {
    try {
      return await something();
    } catch (error) {
      const isPassing = error instanceof Problem && (error.type === 'throttled' || error.type === 'unavailable');
      if (!isPassing || Date.now() + delay > deadline) {
        throw error;
      }
    }
    await pause(delay);
  }
}
