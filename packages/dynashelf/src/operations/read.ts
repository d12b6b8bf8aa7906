// GET of one item.
import { includes } from '../definition/access';
import type { Reader } from '../store/reader';
import { preconditionsHold } from '../store/write/preconditions';
import { expand, type References } from './expand';
import { notFound, preconditionFailed, type Demands } from './refusal';
import type { Operation } from './result';

/** Its preconditions are If-Match and If-Unmodified-Since; what may end in 304 is the response's. */
export interface ReadInput extends Demands {
  /** What to expand. */
  readonly references?: References | undefined;
}

/**
 * An item, with what is to be expanded of it.
 * @throws Problem `not-found`, `precondition-failed`
 */
export const read: Operation<ReadInput, Reader> = async (
  resource,
  { id, permission, preconditions, references },
  store,
) => {
  const image = await store.read(resource, id);
  if (image === undefined || !includes(permission.grant, image.item)) {
    throw notFound(resource, id);
  }
  if (!preconditionsHold(preconditions, image.record)) {
    throw preconditionFailed(image, permission);
  }
  const [expanded] = references === undefined ? [] : await expand([image.item], references, store);
  return { result: { kind: 'found', image, expanded } };
};
