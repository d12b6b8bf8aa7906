// GET of one item.
import { preconditionsHold, type Preconditions } from '../store/preconditions';
import { notFound, preconditionFailed } from './refusal';
import type { Operation } from './result';

export interface ReadInput {
  readonly id: string;
  /** If-Match and If-Unmodified-Since; what may end in 304 is the response's. */
  readonly preconditions: Preconditions;
}

export const read: Operation<ReadInput> = async (resource, { id, preconditions }, store) => {
  const found = await store.read(resource, id);
  if (found === undefined) {
    throw notFound(resource, id);
  }
  if (!preconditionsHold(preconditions, found.item)) {
    throw preconditionFailed(found.item);
  }
  return { kind: 'found', item: found.item };
};
