// The Lambda function of a subscriber's file: rung when there are changes, it handles them from its place on. What its
// transaction writes is committed together with the place, so that it takes effect once.
import { randomUUID } from 'node:crypto';
import { connect } from '#connect';
import { readConfig } from '../config';
import type { Transaction as ActionTransaction } from '../definition/action';
import type { LoadedFunction } from '../definition/function';
import { handlerOf } from '../definition/load-subscriber';
import type { Resource } from '../definition/resource';
import { consume, type Consumed, type Consumer, type Handling } from '../events/consumer';
import type { Api } from '../http/endpoints/endpoint';
import { logError, redact } from '../log';
import { sequenceText } from '../store/layout/change';
import type { Image } from '../store/layout/record';
import type { StoredChange } from '../store/feed';
import { storeOpener } from '../store/store';
import { toActionTransaction } from '../transaction/action-transaction';
import { noteGivenItems } from '../transaction/given-items';
import { watchCalls } from '../transaction/own-calls';
import { carryOut } from '../transaction/run';
import { DEFINED, type Defined, type FunctionHandler } from './defined';
import { openClient } from './open-client';

/** What a subscriber is called with. */
export interface Ring {
  /** Its name in serverless.yml, by which its place is kept. */
  readonly subscriber: string;
}

/** What came of a ring. */
export interface Rung {
  readonly came: Consumed;
  /** Why a change was not handled. */
  readonly reason?: string;
}

/** Milliseconds that stay for the end of a call. */
const MARGIN = 500;

/** Milliseconds that a call has where nobody says how many: Lambda's most. */
const LONGEST = 900_000;

/** Makes the Lambda function. What is not given is as the environment says, once it is called. */
export function subscriberHandler(served: Defined['served'], loaded: LoadedFunction): FunctionHandler {
  let run: ReturnType<typeof openSubscriber> | undefined;
  const handler = async (event: unknown, context?: { getRemainingTimeInMillis?(): number }): Promise<Rung> => {
    const { subscriber } = (event ?? {}) as Partial<Ring>;
    if (typeof subscriber !== 'string' || subscriber === '') {
      throw new Error(
        'This function is a subscriber, which publish rings with { subscriber: … }, and the event is no ring.',
      );
    }
    run ??= openSubscriber({ served, loaded });
    const remaining = context?.getRemainingTimeInMillis?.() ?? LONGEST;
    return run({ subscriber }, Date.now() + remaining - MARGIN);
  };
  return Object.assign(handler, { [DEFINED]: { served, loaded } });
}

function openSubscriber({ served, loaded }: Defined): (ring: Ring, deadline: number) => Promise<Rung> {
  const api: Api = {
    ...served,
    config: served.config ?? readConfig(process.env),
    send: served.send ?? connect(),
  };
  const { resources, send, transactionSize } = api;
  const { tableName, readLimit } = api.config;
  const open = storeOpener(tableName, resources);
  const { collection, kinds } = loaded.subscribes!;

  async function handle(name: string, change: StoredChange, handling: Handling): Promise<'committed' | void> {
    const { attempt, besides, deadline } = handling;
    const code = `src/subscribers/${name}.ts: ${handlerOf(kinds, change.kind)}`;
    const client = openClient({ api, open, loaded, id: randomUUID(), deadline });
    const call = async (transaction: ActionTransaction): Promise<void> =>
      void (await loaded.run({
        ...inputOf(change),
        transaction,
        api: client,
        attempt,
        now: new Date(),
        deadline: new Date(deadline),
      }));
    if (loaded.writes.length === 0) {
      return call(refused(code));
    }
    const store = open({
      send,
      tableName,
      readLimit,
      resources,
      deadline,
      ...(transactionSize !== undefined && { transactionSize }),
    });
    await carryOut(store, { besides }, async (transaction) => {
      const own = within(code, loaded, toActionTransaction(transaction, noteGivenItems()));
      const calls = watchCalls(code, transaction, own);
      await calls.until(async () => call(calls.transaction));
      return () => undefined;
    });
    return 'committed';
  }

  return async ({ subscriber }, deadline) => {
    let reason: string | undefined;
    const consumer: Consumer = {
      name: subscriber,
      collection,
      most: 1,
      concerns: ({ kind }) => kind === 'unreadable' || handlerOf(kinds, kind) !== undefined,
      async handle([change], handling) {
        if (change!.kind === 'unreadable') {
          logError({ message: 'a change cannot be read, and a subscriber is not told of it', reason: keyOf(change!) });
          return undefined;
        }
        return handle(subscriber, change!, handling).catch((error: unknown) => {
          reason = redact(String((error as Error).message));
          throw error;
        });
      },
    };
    const came = await consume({ send, tableName, resources }, consumer, deadline);
    return { came, ...(reason !== undefined && { reason }) };
  };
}

function inputOf({ collection, sequence, kind, id, version, time, ...images }: StoredChange): object {
  const change = { key: keyOf({ collection, sequence }), kind, collection, id, version, sequence, time };
  return { before: itemOf(images.before), after: itemOf(images.after), change };
}

function itemOf(image: Image | undefined): object | undefined {
  return image && { ...image.item };
}

function keyOf({ collection, sequence }: Pick<StoredChange, 'collection' | 'sequence'>): string {
  return `${collection}/${sequenceText(sequence)}`;
}

const METHODS = ['read', 'list', 'create', 'update', 'remove', 'send'] as const;

/** Methods that only read. */
const READING: readonly string[] = ['read', 'list'];

/** The transaction of a subscriber that declares nothing to write, and so has no right to commit anything. */
function refused(code: string): ActionTransaction {
  const refuse = (word: string) => async (): Promise<never> => {
    throw new Error(
      `${code} calls transaction.${word}, and declares nothing that it writes: add writes, or read by api`,
    );
  };
  const methods: unknown = Object.fromEntries(METHODS.map((word) => [word, refuse(word)]));
  return methods as ActionTransaction;
}

/** A transaction that goes as far as the rights do which the function has where it is deployed. */
function within(
  code: string,
  { reads, writes }: Pick<LoadedFunction, 'reads' | 'writes'>,
  transaction: ActionTransaction,
): ActionTransaction {
  const own = transaction as unknown as Readonly<Record<string, (...given: unknown[]) => Promise<unknown>>>;
  const bounded = METHODS.filter((word) => word !== 'send').map((word) => {
    const isReading = READING.includes(word);
    return [
      word,
      async (resource: Pick<Resource, 'name'>, ...given: unknown[]): Promise<unknown> => {
        const { name } = resource;
        if (!writes.includes(name) && !(isReading && reads.includes(name))) {
          const keyword = isReading ? 'reads' : 'writes';
          throw new Error(`${code} ${keyword} ${name} and does not say so: add ${keyword}: ['${name}']`);
        }
        return own[word]!(resource, ...given);
      },
    ];
  });
  const methods: unknown = { ...Object.fromEntries(bounded), send: own['send'] };
  return methods as ActionTransaction;
}
