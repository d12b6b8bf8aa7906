// What an operation gives back, in words of the domain; http/response.ts says it in HTTP.
import type { Resource } from '../definition/resource';
import type { JsonObject } from '../values/json';
import type { AnyItem } from '../definition/item';
import type { Image } from '../store/layout/record';
import type { Store } from '../store/store';
import type { Idempotency, Replayed } from '../transaction/replay';
import type { Attempt } from '../transaction/run';
import type { Expanded } from './expand';

/** What an operation comes to. */
export type Result =
  | ItemResult
  | PageResult
  /** Items of one request, made all or none. */
  | { readonly kind: 'all-created'; readonly images: readonly Image[] }
  | { readonly kind: 'deleted' }
  /** What the `response` of an action declares. */
  | { readonly kind: 'answered'; readonly body: JsonObject }
  | ViewResult
  /** The results of a transaction's operations, in order. */
  | { readonly kind: 'transacted'; readonly results: readonly Result[] }
  /** What the first request of the same idempotency key was answered. */
  | Replayed;

/** One item. */
export interface ItemResult {
  readonly kind: 'found' | 'created' | 'replaced' | 'patched';
  /** The item as the operation leaves it. */
  readonly image: Image;
  /** The collection of the item, where it is not the one that the request names. */
  readonly of?: Resource | undefined;
  /** What it refers to, where that was asked for. */
  readonly expanded?: Expanded | undefined;
}

/** What an action that only reads answers: an item, or what its `response` declares. */
export type ViewResult = {
  readonly kind: 'viewed';
  /** For how many seconds a cache may answer without asking; without it, never. */
  readonly maxAge: number | undefined;
} & ({ readonly body: JsonObject } | { readonly item: AnyItem; /** Its collection. */ readonly of: Resource });

/** One page of a list. */
export interface PageResult {
  readonly kind: 'page';
  readonly items: AnyItem[];
  /** The cursor of the next page; undefined on the last. */
  readonly next: string | undefined;
  /** What each item refers to, where that was asked for. */
  readonly expanded?: readonly Expanded[] | undefined;
  /** How many items the whole list has, where that was asked for and could be counted. */
  readonly total?: number | undefined;
  /** Whether the page was found by reading items that its caller may not see. */
  readonly readsOthers: boolean;
}

export type { Idempotency };

/** What an operation comes to: its result and, where that is to be written yet, the commit of it. */
export type Outcome = Attempt<Result>;

/**
 * An operation on a resource: what it is to do comes checked, what it needs of the database by the store, and how by
 * its plan, where it has one.
 */
export type Operation<I, S = Store, P = undefined> = (
  resource: Resource,
  input: I,
  store: S,
  plan: P,
) => Promise<Outcome>;
