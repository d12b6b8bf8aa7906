// PUT: the item becomes what the request says, whether it existed or not.
import type { Stored } from '../definition/prepare';
import type { Resource } from '../definition/resource';
import { preconditionsHold, type Preconditions } from '../store/preconditions';
import { preconditionFailed } from './refusal';
import type { ItemResult, Operation } from './result';
import type { Origin, Session } from './session';
import { transact } from './transact';

export interface ReplaceInput {
  readonly id: string;
  /** The attributes as they are stored; a declared one that is absent is removed. */
  readonly values: Record<string, Stored>;
  readonly preconditions: Preconditions;
}

export const replace: Operation<ReplaceInput> = async (resource, input, store) => {
  if (!store.isIndependent(resource)) {
    return transact(store, { reads: [{ resource, id: input.id }] }, (session) => replaceIn(session, resource, input));
  }
  const { id, values, preconditions } = input;
  const outcome = await store.replace(resource, id, values, preconditions);
  if (outcome.written === undefined) {
    throw preconditionFailed(outcome.current?.item);
  }
  const { item } = outcome.written;
  // Versions begin at 1, so this write made the item.
  return { kind: item.version === 1 ? 'created' : 'replaced', item };
};

/** Replaces an item within a transaction. */
export async function replaceIn(session: Session, resource: Resource, { id, values, preconditions }: ReplaceInput, origin?: Origin): Promise<ItemResult> {
  const found = await session.read(resource, id);
  if (!preconditionsHold(preconditions, found?.item)) {
    throw preconditionFailed(found?.item);
  }
  return found === undefined
    ? { kind: 'created', item: await session.create(resource, id, values, origin) }
    : { kind: 'replaced', item: await session.write(resource, found, values, 'whole', origin) };
}
