// The deletion of one item within a transaction.
import type { Resource } from '../definition/resource';
import { preconditionsHold, type Preconditions } from '../store/preconditions';
import { refusal } from './refusal';
import type { Result } from './result';
import type { Origin, Session } from './session';

export interface RemoveInput {
  readonly id: string;
  readonly preconditions: Preconditions;
}

/** Deletes an item within a transaction. */
export async function removeIn(session: Session, resource: Resource, { id, preconditions }: RemoveInput, origin?: Origin): Promise<Result> {
  const found = await session.read(resource, id);
  if (found === undefined || !preconditionsHold(preconditions, found.item)) {
    throw refusal(resource, id, found?.item, preconditions);
  }
  session.remove(resource, found, origin);
  return { kind: 'deleted' };
}
