// All that follows from what a test has written: changes come into their feeds, subscribers and the functions of
// messages are called, and so on with what they write, to the end.

import { connect } from '#connect';

import { messageOf } from '../local/failure';
import type { Resource } from '../definition/resource';
import { definedOf, type FunctionHandler } from '../functions/defined';
import { publisher, type Publisher } from '../functions/publish';
import { appResources } from '../local/app';
import { appFunctions } from '../local/own-functions';
import type { StreamRecord } from '../local/stream';
import { tableName } from './table';
import { newRecords } from './table-stream';

/** What settles; what is not given is of the app. */
export interface SettleOptions {
  readonly resources?: ReadonlyMap<string, Resource>;
  /** The handlers of functions and subscribers, by name. */
  readonly functions?: Readonly<Record<string, FunctionHandler>>;
}

/** How many records of the stream `publish` is given at once, as where it is deployed. */
const BATCH = 10;

/** How often what follows may be followed by something. */
const MOST_ROUNDS = 100;

/**
 * Waits until all that follows from what was written has happened: each change is in its feed, and was handled by every
 * subscriber; each message that is due was taken. What has failed comes again when its time has come, to which the
 * clock of `useClock` can be moved.
 * @throws Error where a subscriber, or a function that takes a message, has failed; and where there is no end to it
 */
export async function settle({
  resources = appResources(),
  functions = appFunctions(),
}: SettleOptions = {}): Promise<void> {
  const failures: string[] = [];
  const publish = publisherOf(resources, functions, (failure) => failures.push(failure));
  for (let round = 0; ; round++) {
    const records = await newRecords(tableName());
    await (records.length > 0 ? giveAll(publish, records.filter(isPublished)) : publish({}));
    if (records.length === 0 && (await isOver())) {
      break;
    }
    if (round >= MOST_ROUNDS) {
      throw new Error('There is no end to what follows: a subscriber writes what it is called for, again and again.');
    }
  }
  if (failures.length > 0) {
    throw new Error(failures.join('\n'));
  }

  /** Nothing was written since. */
  async function isOver(): Promise<boolean> {
    const more = await newRecords(tableName());
    await giveAll(publish, more.filter(isPublished));
    return more.length === 0;
  }
}

function publisherOf(
  resources: ReadonlyMap<string, Resource>,
  functions: Readonly<Record<string, FunctionHandler>>,
  note: (failure: string) => void,
): Publisher {
  const all = Object.entries(functions).map(([name, handler]) => ({ name, ...definedOf(handler)!.loaded }));
  return publisher({
    tableName: tableName(),
    send: connect(),
    resources,
    handlers: new Map(all.flatMap(({ name, message }) => (message === undefined ? [] : [[message, name]]))),
    subscribers: all.flatMap(({ name, subscribes }) =>
      subscribes === undefined ? [] : [{ name, collection: subscribes.collection, functionName: name }],
    ),
    async invoke(name, event, how) {
      try {
        const answer = await functions[name]!(event);
        const { reason } = (how === undefined ? {} : answer) as { reason?: string };
        if (reason !== undefined) {
          note(`${name} failed: ${reason}`);
        }
      } catch (error) {
        note(`${name} failed: ${messageOf(error)}`);
        throw error;
      }
    },
  });
}

/** As the stream calls `publish`: for items and messages, and not for what the engine keeps beside them. */
function isPublished({ dynamodb: { Keys } }: StreamRecord): boolean {
  const partition = Keys['pk']?.S ?? '';
  return !partition.startsWith('#') || partition.startsWith('#outbox#');
}

async function giveAll(publish: Publisher, records: readonly StreamRecord[]): Promise<void> {
  for (let start = 0; start < records.length; start += BATCH) {
    const batch = records.slice(start, start + BATCH);
    const { batchItemFailures } = await publish({ Records: batch });
    if (batchItemFailures.length > 0) {
      throw new Error('Changes could not be put into their feeds: the log says why.');
    }
  }
}
