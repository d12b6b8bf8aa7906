// What a write of a function's may say besides.
import type { AnyItem } from '../definition/item';

/** What a write may say besides. */
export interface WriteOptions {
  /** The item as this client gave it, or an entity tag: what has changed since is left as it is (412). */
  readonly ifMatch?: SystemItem | string | undefined;
  /** A text that is unique to the write: however often it is sent within 24 hours, it has its effect once. */
  readonly idempotencyKey?: string | undefined;
}

type SystemItem = Pick<AnyItem, 'id' | 'version'>;
