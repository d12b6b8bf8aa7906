// What operations read and write by; `open-transaction.ts` opens one.
import type { StoredValue } from '../values/stored';
import type { Resource } from '../definition/resource';
import type { SentMessage } from '../store/layout/outbox';
import type { Image } from '../store/layout/record';
import type { Filter } from '../store/query/filter';
import type { Mode } from '../store/write/new-image';
import type { PartitionOf } from './listing';
import type { Failure, Origin } from './entry';

/** How an item is made. */
export interface CreateOptions {
  readonly origin?: Origin;
  /** Whether the client chose the id, so that another item can have had it before. */
  readonly isIdChosen?: boolean;
}

/** What operations read and write by. Nothing is sent before all is asked for; then all is carried out, or nothing. */
export interface Transaction {
  /**
   * An item as it is in the table; undefined where there is none. It still is so when the transaction is carried out.
   */
  read(resource: Resource, id: string): Promise<Image | undefined>;
  /** Reads several items in one request, as `read` would. */
  readMany(keys: readonly { readonly resource: Resource; readonly id: string }[]): Promise<(Image | undefined)[]>;
  /**
   * An item as its own writes have left it so far, without the counts that other writes change; undefined where there
   * is none.
   */
  current(resource: Resource, id: string): Promise<Image | undefined>;
  /** An item as the transaction has left it so far, counts and all; undefined where there is none. */
  get(resource: Resource, id: string): Promise<Image | undefined>;
  /**
   * The items of a partition of a transactional index for which all filters hold, as the transaction has left them so
   * far, in the order of the index. There are no others when it is carried out, and these are as they were.
   */
  list(partition: PartitionOf, filters: readonly Filter[]): Promise<Image[]>;
  /** Makes an item of an id that is free. */
  create(resource: Resource, id: string, values: Record<string, StoredValue>, options?: CreateOptions): Promise<void>;
  /**
   * Writes an item that exists: replaces it, or changes some attributes (undefined removes one). Several updates of one
   * item are one.
   */
  update(
    resource: Resource,
    id: string,
    values: Record<string, StoredValue | undefined>,
    mode: Mode,
    origin?: Origin,
  ): Promise<void>;
  /** Deletes an item that exists. */
  delete(resource: Resource, id: string, origin?: Origin): Promise<void>;
  /**
   * Notes why a part of the request cannot be done; the other parts go on, so that all failures are reported together.
   */
  fail(failure: Failure): void;
  /**
   * Ends it with an error that is no client's.
   * @returns whether that was in time: not yet was all asked for that is carried out
   */
  breakOff(error: Error): boolean;
  /** Sends a message with the writes. */
  send(message: SentMessage): void;
  /** An item as the transaction leaves it, once all is asked for. */
  result(resource: Resource, id: string): Image;
}

/** By `nameOf`; undefined for an item that is known not to exist. */
export type ReadSet = Map<string, Image | undefined>;
