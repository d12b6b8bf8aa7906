// The Lambda function `publish`: what was committed reaches whoever is to know. The table's stream calls it for each
// message and change at once, a schedule for what the stream has missed.
import { readConfig } from '../config';
import { connect } from '#connect';
import type { Resource } from '../definition/resource';
import { appendRecords, type Appended } from '../events/append-records';
import { beginConsumers } from '../events/behind';
import type { StreamRecord } from '../events/stream-record';
import { whileUnavailable } from '../events/while-unavailable';
import { logError } from '../log';
import { openAppender } from '../store/append';
import type { KnownHeads } from '../store/feed';
import { openOutbox, type Outbox } from '../store/outbox';
import { readOutboxRecord } from '../store/layout/outbox';
import type { ConsumerName } from '../store/layout/consumer';
import type { Send } from '../store/client/send';
import { deliver, deliverDue, type CallHandler } from './delivery';
import { connectLambda, type InvokeFunction } from './invoke';
import { readSubscribers, ringSubscribers, type RungSubscriber } from './ring';

/** What of an event of DynamoDB's stream is read. */
interface StreamEvent {
  readonly Records?: readonly StreamRecord[];
}

/**
 * Called when changes were appended to feeds, and by the schedule for all that there are: what must not fail the batch,
 * for those changes are where they belong.
 * @param deadline when to stop, in milliseconds since 1970
 */
export type AfterAppend = (collections: readonly string[], deadline: number) => Promise<void>;

/** The records of a batch that are to come again (ReportBatchItemFailures). */
export interface BatchFailures {
  readonly batchItemFailures: readonly { readonly itemIdentifier: string }[];
}

/** A function that the stream and a schedule call. */
export type Publisher = (event: unknown, context?: { getRemainingTimeInMillis?(): number }) => Promise<BatchFailures>;

/** What `publish` reaches; what is not given is as the environment says. */
export interface Publishing {
  readonly tableName: string;
  readonly send: Send;
  readonly invoke: InvokeFunction;
  /** The names of the Lambda functions that take messages, by kind. */
  readonly handlers: ReadonlyMap<string, string>;
  /** What is served: those that declare changes have a feed. */
  readonly resources: ReadonlyMap<string, Resource>;
  /** Who is rung when changes are in the feeds. */
  readonly subscribers: readonly RungSubscriber[];
  /** Consumers that run here, by `afterAppend`: before anything is appended they have begun, so they miss nothing. */
  readonly consumers: readonly ConsumerName[];
  /** Who goes on when changes are in the feeds, one after the other. */
  readonly afterAppend: readonly AfterAppend[];
}

const NOTHING: Appended = { collections: [], failed: [] };

const LONGEST = 900_000;
const MARGIN = 1_000;

/**
 * Milliseconds that each of those who go on takes of a call of the stream, whose next batch waits for it. What is left
 * then the schedule goes on with, which holds up nobody.
 */
const TELLING = 30_000;

/**
 * The functions that take messages, by kind: the variable that its entry in serverless.yml sets, such as
 * `booking-accepted=app-dev-accepted`; several are separated by commas.
 */
export function readHandlers({ MESSAGE_HANDLERS = '' }: NodeJS.ProcessEnv): ReadonlyMap<string, string> {
  const pairs = MESSAGE_HANDLERS.split(',').filter((pair) => pair !== '');
  return new Map(pairs.map((pair) => pair.split('=') as [string, string]));
}

/** Makes `publish`. */
export function publisher(given: Partial<Publishing> = {}): Publisher {
  const { tableName = readConfig(process.env).tableName, handlers = readHandlers(process.env) } = given;
  const { send = connect(), invoke = connectLambda(), afterAppend = [], consumers = [] } = given;
  const { subscribers = readSubscribers(process.env) } = given;
  const resources: Publishing['resources'] = given.resources ?? new Map();
  const changing = [...resources.values()].filter(({ changes }) => changes !== undefined).map(({ name }) => name);
  const known: KnownHeads = new Map();
  const call: CallHandler = async (message, event) => {
    const name = handlers.get(message);
    if (name === undefined) {
      throw new Error(`no function takes the message "${message}": define one, or deploy the one that does`);
    }
    await invoke(name, event);
  };

  let begun: Promise<void> | undefined;
  const begin = async (deadline: number): Promise<void> =>
    (begun ??= beginConsumers({ send, tableName, deadline }, [...consumers, ...subscribers]).catch((error: unknown) => {
      begun = undefined;
      throw error;
    }));

  const ring: AfterAppend = async (collections, deadline) => {
    await begin(deadline);
    await ringSubscribers({ send, tableName, invoke, subscribers }, collections, deadline);
  };

  /** @param longest milliseconds that each may take */
  async function goOn(collections: readonly string[], deadline: number, longest = LONGEST): Promise<void> {
    const hooks = globalThis.bundleLacks?.changes || collections.length === 0 ? [] : [ring, ...afterAppend];
    for (const hook of hooks) {
      await hook(collections, Math.min(deadline, Date.now() + longest)).catch((error: unknown) =>
        logError({ message: `changes are in the feed, and were not told on: ${String((error as Error).message)}` }),
      );
    }
  }

  return async (event, context) => {
    const deadline = Date.now() + (context?.getRemainingTimeInMillis?.() ?? LONGEST) - MARGIN;
    const outbox = openOutbox(send, tableName, deadline);
    const { Records } = (event ?? {}) as StreamEvent;
    if (Records === undefined) {
      await Promise.all([deliverDue(outbox, call), goOn(changing, deadline)]);
      return { batchItemFailures: [] };
    }
    if (!globalThis.bundleLacks?.changes) {
      await whileUnavailable(async () => begin(deadline), deadline);
    }
    const follow = async (): Promise<readonly string[]> => {
      const { collections, failed } = globalThis.bundleLacks?.changes
        ? NOTHING
        : await appendRecords(openAppender(send, tableName, deadline, known), resources, Records, deadline);
      await goOn(collections, deadline, TELLING);
      return failed;
    };
    // Changes do not wait for the functions that take messages, nor these for them.
    const [failed, ...undelivered] = await Promise.all([
      follow(),
      ...Records.map(async (record) => deliverRecord(outbox, record, call)),
    ]);
    return { batchItemFailures: [...undelivered.flat(), ...failed].map((itemIdentifier) => ({ itemIdentifier })) };
  };
}

/** Delivers the message of a record, if it is of one. @returns its sequence number where it is to come again */
async function deliverRecord(outbox: Outbox, { dynamodb = {} }: StreamRecord, call: CallHandler): Promise<string[]> {
  const { SequenceNumber = '', NewImage = {} } = dynamodb;
  const record = readOutboxRecord(NewImage);
  try {
    if (record !== undefined) {
      await deliver(outbox, record, call);
    }
    return [];
  } catch (error) {
    // The database fails, not the function that takes it.
    logError({ message: `a message waits for the next attempt: ${String((error as Error).message)}` });
    return [SequenceNumber];
  }
}
