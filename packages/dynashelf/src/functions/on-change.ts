// What the file of a subscriber is written with: its keywords with their types, and the Lambda function that they make.
import type { Transaction } from '../definition/action';
import type { Item } from '../definition/item';
import { loadSubscriber } from '../definition/load-subscriber';
import type { Resource } from '../definition/resource';
import type { Api } from '../http/endpoints/endpoint';
import type { Client, NameOf } from './client';
import type { FunctionHandler } from './defined';
import { subscriberHandler } from './subscriber';

/** What became of an item. */
export interface Change {
  /** The same however often the change is handled, and no other change's: `tools/000000000000042`. */
  readonly key: string;
  readonly kind: 'created' | 'updated' | 'deleted' | 'expired';
  readonly collection: string;
  /** The id of the item. */
  readonly id: string;
  /** The version that the change made; of a deletion, the one after the last. */
  readonly version: number;
  /** Its place in the order of the collection's changes, from 1. */
  readonly sequence: number;
  /** When it was written: RFC 3339, UTC. */
  readonly time: string;
}

/**
 * What a subscriber is given.
 * @typeParam Before the item before the change; undefined where it was made
 * @typeParam After the item behind it; undefined where it was deleted
 */
export interface ChangeInput<Before, After, R, Reads extends string, Writes extends string> {
  readonly before: Before;
  readonly after: After;
  readonly change: Change;
  /**
   * Reads and writes that are committed when the function ends, together with the fact that the change was handled: so
   * they take effect once, whatever is repeated or killed. Where what was read has changed by then, the function is
   * called again. For one that declares what it writes.
   */
  readonly transaction: Transaction;
  /** The app's store, with the rights of the system: what it writes is committed at once, whatever follows. */
  readonly api: Client<R, Exclude<Reads, Writes>, Writes>;
  /** 1 the first time, one more each time that it is begun again. */
  readonly attempt: number;
  /** The moment of the call. */
  readonly now: Date;
  /** When the time is over. */
  readonly deadline: Date;
}

type Handle<Before, After, R, Reads extends string, Writes extends string> = (
  this: void,
  input: ChangeInput<Before, After, R, Reads, Writes>,
) => Promise<void> | void;

/** All that the file of a subscriber may say. */
export interface SubscriberDefinition<T extends Resource, R, Reads extends string, Writes extends string> {
  /** What is served: the list of `src/resources/index.ts`. */
  readonly resources: R;
  /** What it does, for people: one sentence or more. */
  readonly description: string;
  /** The collections that it reads. */
  readonly reads?: readonly Reads[];
  /** The collections that it reads and writes. */
  readonly writes?: readonly Writes[];
  readonly created?: Handle<undefined, Item<T>, R, Reads, Writes>;
  readonly updated?: Handle<Item<T>, Item<T>, R, Reads, Writes>;
  /** Also for items whose time was over. */
  readonly deleted?: Handle<Item<T>, undefined, R, Reads, Writes>;
  /** For the changes that none of the others is for. */
  readonly any?: Handle<Item<T> | undefined, Item<T> | undefined, R, Reads, Writes>;
}

/**
 * Defines a subscriber: `export const handler = onChange(tools, { resources, description: '…', updated: … })`. It is
 * called with each change of the resource, in order.
 * @throws Error with each mistake as a sentence that says what to do
 */
export function onChange<
  T extends Resource,
  R extends Api['resources'],
  const Reads extends NameOf<R> = never,
  const Writes extends NameOf<R> = never,
>(resource: T, definition: SubscriberDefinition<T, R, Reads, Writes>): FunctionHandler {
  const { resources } = definition;
  return subscriberHandler({ resources }, loadSubscriber(resource, definition));
}
