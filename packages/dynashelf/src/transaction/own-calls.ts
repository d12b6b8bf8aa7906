// The calls that own code makes of its transaction: all have ended when it ends. One that had not would come too late
// for what is carried out, or be half of it.
import type { Transaction as ActionTransaction } from '../definition/action';
import { logError } from '../log';
import type { Transaction } from './transaction';

/** A transaction as own code has it, watched. */
export interface OwnCalls {
  readonly transaction: ActionTransaction;
  /**
   * Runs the code.
   * @throws Error where it ends and has not awaited each call
   */
  until<T>(run: () => T | Promise<T>): Promise<T>;
}

/** A call that was begun. */
interface Call {
  readonly word: string;
  /** Whether somebody asked for its outcome. */
  isAwaited: boolean;
  isDone: boolean;
}

type Method = (...given: never[]) => Promise<unknown>;

/**
 * Watches the calls of own code.
 * @param code what runs, such as `src/resources/tools.ts: the action "give"`
 * @param transaction what is broken off by a call that comes too late
 * @param own the same as the code has it
 */
export function watchCalls(code: string, transaction: Transaction, own: ActionTransaction): OwnCalls {
  const calls: Call[] = [];
  let state: 'running' | 'ended' | 'failed' = 'running';

  function begin(word: string, method: Method, given: never[]): Promise<unknown> {
    if (state !== 'running') {
      const refused = refuse(word);
      // Where nobody awaits it, either, it is in the log.
      refused.catch(() => undefined);
      return refused;
    }
    const call: Call = { word, isAwaited: false, isDone: false };
    calls.push(call);
    const outcome = method(...given);
    const end = (): void => void (call.isDone = true);
    outcome.then(end, end);
    return noticed(outcome, () => (call.isAwaited = true));
  }

  async function refuse(word: string): Promise<never> {
    const error = new Error(
      `${code} calls transaction.${word} when it has ended: await each call, and each function that makes one`,
    );
    if (state === 'ended' && !transaction.breakOff(error)) {
      logError({ message: `${error.message}. What it asks for is not done` });
    }
    throw error;
  }

  return {
    transaction: Object.fromEntries(
      Object.entries(own).map(([word, method]) => [word, (...given: never[]) => begin(word, method as Method, given)]),
    ) as unknown as ActionTransaction,

    async until(run) {
      let answer;
      try {
        answer = await run();
      } catch (error) {
        state = 'failed';
        throw error;
      }
      state = 'ended';
      const left = calls.find(({ isAwaited, isDone }) => !isAwaited || !isDone);
      if (left !== undefined) {
        throw new Error(
          `${code} ends and does not await transaction.${left.word}: write await before it. Nothing was changed`,
        );
      }
      return answer;
    },
  };
}

/** A promise that notices when its outcome is asked for. */
function noticed<T>(promise: Promise<T>, notice: () => void): Promise<T> {
  const then: Promise<T>['then'] = (...given) => {
    notice();
    return promise.then(...given);
  };
  return {
    then,
    catch: (failed) => then(undefined, failed),
    finally: (ended) => then().finally(ended),
    [Symbol.toStringTag]: 'Promise',
  };
}
