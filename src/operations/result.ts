// What an operation gives back, in words of the domain; http/response.ts says it in HTTP.
import type { AnyItem } from '../definition/item';
import type { Resource } from '../definition/resource';
import type { Store } from '../store/store';

export type Result =
  | { readonly kind: 'found' | 'created' | 'replaced' | 'patched'; readonly item: AnyItem }
  | { readonly kind: 'page'; readonly items: AnyItem[]; readonly next: string | undefined }
  | { readonly kind: 'deleted' };

/** An operation on a resource: what it is to do comes checked, what it needs of the database by the store. */
export type Operation<I> = (resource: Resource, input: I, store: Store) => Promise<Result>;
