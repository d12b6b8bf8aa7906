// DELETE of one item.
import type { Preconditions } from '../store/preconditions';
import { refusal } from './refusal';
import type { Operation } from './result';

export interface RemoveInput {
  readonly id: string;
  readonly preconditions: Preconditions;
}

export const remove: Operation<RemoveInput> = async (resource, { id, preconditions }, store) => {
  const refused = await store.remove(resource, id, preconditions);
  if (refused !== undefined) {
    throw refusal(resource, id, refused.current?.item, preconditions);
  }
  return { kind: 'deleted' };
};
