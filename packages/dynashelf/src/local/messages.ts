// Messages at `npm start`: the outbox is looked through after each call of a function, and every few seconds for those
// that come again, as `publish` does it where an app is deployed.

import { connect } from '#connect';

import { deliverDue, type CallHandler } from '../functions/delivery';
import { openOutbox } from '../store/outbox';
import { messageOf } from './failure';
import type { Service } from './gateway-route';
import type { Invoke } from './invoke';

/** Messages that are delivered. */
export interface FollowedMessages {
  /** What is delivered to whom, in lines. */
  readonly lines: readonly string[];
  /** The same calls, after which the outbox is looked through. */
  readonly invoke: Invoke;
  stop(): void;
}

/** Milliseconds after which messages that failed, or that others sent, are looked for. */
const EVERY = 5_000;

const PATIENCE = 60_000;

/**
 * Delivers messages to the functions that take them, from now on.
 * @param takers the functions of serverless.yml that take messages, by kind
 */
export function followMessages(
  { functions }: Service,
  takers: Readonly<Record<string, string>>,
  tableName: string,
  invoke: Invoke,
  say: (line: string) => void,
): FollowedMessages {
  const messages = Object.entries(takers);
  if (messages.length === 0) {
    return { lines: [], invoke, stop: () => undefined };
  }
  const send = connect();
  let looking: Promise<void> | undefined;
  let isWanted = false;
  let isStopped = false;

  const call: CallHandler = async (message, event) => {
    const key = takers[message];
    const name = key === undefined ? undefined : functions[key]?.name;
    if (name === undefined) {
      throw new Error(`no function takes the message "${message}": define one, and start again`);
    }
    await invoke(name, JSON.stringify(event));
    say(`${key} took a message ${message}.`);
  };

  /** One look at a time; what is wanted meanwhile is looked for behind it. */
  function look(): void {
    if (looking !== undefined || isStopped) {
      isWanted = true;
      return;
    }
    isWanted = false;
    looking = deliverDue(openOutbox(send, tableName, Date.now() + PATIENCE), call)
      .then(
        () => undefined,
        (error: unknown) => (isStopped ? undefined : say(`Messages wait: ${messageOf(error)}`)),
      )
      .finally(() => {
        looking = undefined;
        if (isWanted) {
          look();
        }
      });
  }

  const timer = setInterval(look, EVERY);
  look();
  return {
    lines: messages.map(([message, key]) => `Messages ${message} are delivered to ${key}.`),
    async invoke(name, event) {
      try {
        return await invoke(name, event);
      } finally {
        look();
      }
    },
    stop() {
      isStopped = true;
      clearInterval(timer);
    },
  };
}
