// The operations of a transaction of a function's, as objects, and as the HTTP API has them.
import type { Changes, NewAttributes } from '../definition/item';
import type { AnyMessage } from '../definition/message';
import type { Resource } from '../definition/resource';
import type { JsonObject } from '../values/json';

/** One operation: the collection stands under what is done, such as `{ patch: 'tools', id, changes: { … } }`. */
export type Operation<W extends Resource = Resource, R extends Resource = Resource> =
  OfWriting<W> | OfChecking<R> | OfSending;

type OfWriting<W extends Resource> = W extends Resource
  ? | { readonly create: W['name']; readonly item: NewAttributes<W['schema']> }
    | ({
        readonly replace: W['name'];
        readonly id: string;
        readonly item: NewAttributes<W['schema']>;
        /** Makes it, and never replaces one (412). */
        readonly ifNoneMatch?: '*' | undefined;
      } & Tag)
    | ({ readonly patch: W['name']; readonly id: string; readonly changes: Changes<W['schema']> } & Tag)
    | ({ readonly delete: W['name']; readonly id: string } & Tag)
  : never;

/** Nothing is written; the item is there, and as `ifMatch` says, when the others are done. */
type OfChecking<R extends Resource> = R extends Resource
  ? { readonly check: R['name']; readonly id: string } & Tag
  : never;

/** A message that is committed with the writes: `{ send: bookingAccepted, body: { … } }`. */
interface OfSending {
  readonly send: AnyMessage;
  readonly body: object;
}

interface Tag {
  readonly ifMatch?: { readonly id: string; readonly version: number } | string | undefined;
}

const METHODS = { create: 'POST', replace: 'PUT', patch: 'PATCH', delete: 'DELETE', check: 'GET' } as const;

type Verb = keyof typeof METHODS;

/** An operation as POST /transactions has it. */
export interface Part {
  readonly collection: string;
  readonly isWrite: boolean;
  readonly body: JsonObject;
}

/**
 * Makes a part of a transaction's body of an operation.
 * @param tagOf the entity tag that an item, or a text, stands for
 * @throws Error where it is none
 */
export function partOf(operation: object, tagOf: (given: unknown) => string | undefined): Part {
  const verb = (Object.keys(METHODS) as Verb[]).find((name) => Object.hasOwn(operation, name));
  const { [verb ?? '']: collection, id, item, changes, ifMatch, ifNoneMatch } = operation as Record<string, unknown>;
  if (verb === undefined || typeof collection !== 'string' || (verb !== 'create' && typeof id !== 'string')) {
    throw new Error(
      `${JSON.stringify(operation)} is no operation of a transaction: write { create: 'name', item }, { replace, id, item }, { patch, id, changes }, { delete, id } or { check, id }`,
    );
  }
  const tag = tagOf(ifMatch);
  const body = item ?? changes;
  return {
    collection,
    isWrite: verb !== 'check',
    body: {
      method: METHODS[verb],
      path: `/${collection}${verb === 'create' ? '' : `/${encodeURIComponent(id as string)}`}`,
      headers: {
        ...(tag !== undefined && { 'If-Match': tag }),
        ...(ifNoneMatch !== undefined && { 'If-None-Match': ifNoneMatch as string }),
      },
      ...(body !== undefined && { body: JSON.parse(JSON.stringify(body)) as JsonObject }),
    },
  };
}

/** Whether an operation sends a message. */
export function isSending(operation: object): operation is OfSending {
  return Object.hasOwn(operation, 'send');
}
