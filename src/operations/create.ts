// POST of a collection: new items, their ids made here.
import { v7 as uuidv7 } from 'uuid';
import type { AnyItem } from '../definition/item';
import type { Stored } from '../definition/prepare';
import type { Resource } from '../definition/resource';
import type { ItemResult, Operation, Result } from './result';
import type { Origin, Session } from './session';
import { transact } from './transact';

/** The attributes of a new item as they are stored. */
export type NewItem = Record<string, Stored>;

export type CreateInput =
  | { readonly kind: 'one'; readonly values: NewItem }
  /** All of them are made, or none. */
  | { readonly kind: 'all'; readonly items: readonly NewItem[] };

export const create: Operation<CreateInput> = async (resource, input, store, idempotency) => {
  if (input.kind === 'one') {
    return transact(store, { idempotency }, (session) => createIn(session, resource, input.values));
  }
  const { items } = input;
  const runFirst = (session: Session, count: number): Promise<Result> => createAll(session, resource, items.slice(0, count));
  return transact(store, { idempotency, items: { count: items.length, runFirst } }, (session) => runFirst(session, items.length));
};

async function createAll(session: Session, resource: Resource, all: readonly NewItem[]): Promise<Result> {
  // One after the other, so that ids grow in the order of the request.
  const items: AnyItem[] = [];
  for (const [index, values] of all.entries()) {
    items.push((await createIn(session, resource, values, [index])).item);
  }
  return { kind: 'all-created', items };
}

/** Makes an item within a transaction. */
export async function createIn(session: Session, resource: Resource, values: NewItem, origin?: Origin): Promise<ItemResult> {
  // Ids that grow with time make the newest item the first of a list.
  return { kind: 'created', item: await session.create(resource, uuidv7(), values, origin) };
}
