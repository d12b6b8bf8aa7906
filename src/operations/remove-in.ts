// The deletion of one item within a transaction.
import { includes, type Permission } from '../definition/access';
import type { Resource } from '../definition/resource';
import { preconditionsHold, type Preconditions } from '../store/preconditions';
import { refusal } from './refusal';
import type { Result } from './result';
import type { Origin, Session } from './session';

export interface RemoveInput {
  readonly id: string;
  readonly permission: Permission;
  readonly preconditions: Preconditions;
}

/** Deletes an item within a transaction. */
export async function removeIn(session: Session, resource: Resource, input: RemoveInput, origin?: Origin): Promise<Result> {
  const { id, permission, preconditions } = input;
  const found = await session.read(resource, id);
  if (found === undefined || !includes(permission.grant, found.item) || !preconditionsHold(preconditions, found.item)) {
    throw refusal(resource, id, found?.item, input);
  }
  session.remove(resource, found, origin);
  return { kind: 'deleted' };
}
