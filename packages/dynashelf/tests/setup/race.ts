// Many clients at once.

import type { Client } from '../../src/testing/client';
import type { Answer } from '../../src/testing/ask';
import { IS_LONG } from './runs';

/** How many clients race for each rule. What they cost grows with the square where each loses to every other. */
export const CLIENTS = IS_LONG ? 50 : 16;

/** Runs clients at once, each with its number. */
export async function race(client: (number: number) => Promise<Answer>, clients = CLIENTS): Promise<Answer[]> {
  return Promise.all(Array.from({ length: clients }, (_, number) => client(number)));
}

/**
 * A client that sends again what came to nothing for want of time, as the answer says: on a busy machine some do. A
 * POST of which nobody knows what became is not sent again.
 */
export function patient(ask: Client): Client {
  return async (line, more) => {
    for (;;) {
      const answer = await ask(line, more);
      const isUndone = answer.status === 409 || (answer.status === 503 && !line.startsWith('POST'));
      if (answer.headers['retry-after'] === undefined || !isUndone) {
        return answer;
      }
    }
  };
}

/** How many answers have each status: `{ 201: 1, 409: 49 }`. */
export function statuses(answers: readonly Answer[]): Record<number, number> {
  const counts: Record<number, number> = {};
  for (const { status } of answers) {
    counts[status] = (counts[status] ?? 0) + 1;
  }
  return counts;
}
