// GET of one item.
import { preconditionsHold, type Preconditions } from '../store/preconditions';
import type { Reader } from '../store/reader';
import { expand, type References } from './expand';
import { notFound, preconditionFailed } from './refusal';
import type { Operation } from './result';

export interface ReadInput {
  readonly id: string;
  /** If-Match and If-Unmodified-Since; what may end in 304 is the response's. */
  readonly preconditions: Preconditions;
  /** What to expand. */
  readonly references?: References | undefined;
}

export const read: Operation<ReadInput, Reader> = async (resource, { id, preconditions, references }, store) => {
  const found = await store.read(resource, id);
  if (found === undefined) {
    throw notFound(resource, id);
  }
  if (!preconditionsHold(preconditions, found.item)) {
    throw preconditionFailed(found.item);
  }
  const [expanded] = references === undefined ? [] : await expand([found.item], references, store);
  return { kind: 'found', item: found.item, expanded };
};
