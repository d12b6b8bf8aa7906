// A way to the database that loses requests and answers, waits, and is killed between two requests: by seeded chance.

import { setTimeout as pause } from 'node:timers/promises';

import { markOutcomeUnknown } from '../../src/store/client/failure';
import type { Send } from '../../src/store/client/send';
import type { Random } from './seeded';

/** A process whose requests go through a bad connection. */
export interface BadProcess {
  readonly send: Send;
  /** Whether it was killed: nothing that it does from then on reaches anybody. */
  readonly isKilled: () => boolean;
}

/** Milliseconds of the longest delay. */
const LONGEST_DELAY = 15;

/** Opens a process; its chances are those of a very bad day. */
export function badProcess(send: Send, random: Random): BadProcess {
  let killed = false;
  const bad: Send = async (operation, input, options) => {
    killed ||= random.chance(0.05);
    if (killed) {
      throw new Error('killed');
    }
    const roll = random.number();
    if (roll < 0.05) {
      throw timeout();
    }
    if (roll < 0.25) {
      await pause(random.number() * LONGEST_DELAY);
    }
    const output = await send(operation, input, options);
    if (roll > 0.92) {
      throw markOutcomeUnknown(timeout());
    }
    return output;
  };
  return { send: bad, isKilled: () => killed };
}

function timeout(): Error {
  return Object.assign(new Error('no answer'), { name: 'TimeoutError', code: 'ETIMEDOUT' });
}
