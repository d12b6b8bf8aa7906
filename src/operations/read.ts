// GET of one item.
import { includes, type Permission } from '../definition/access';
import { preconditionsHold, type Preconditions } from '../store/preconditions';
import type { Reader } from '../store/reader';
import { expand, type References } from './expand';
import { notFound, preconditionFailed } from './refusal';
import type { Operation } from './result';

export interface ReadInput {
  readonly id: string;
  readonly permission: Permission;
  /** If-Match and If-Unmodified-Since; what may end in 304 is the response's. */
  readonly preconditions: Preconditions;
  /** What to expand. */
  readonly references?: References | undefined;
}

export const read: Operation<ReadInput, Reader> = async (resource, { id, permission, preconditions, references }, store) => {
  const found = await store.read(resource, id);
  if (found === undefined || !includes(permission.grant, found.item)) {
    throw notFound(resource, id);
  }
  if (!preconditionsHold(preconditions, found.item)) {
    throw preconditionFailed(found.item, permission);
  }
  const [expanded] = references === undefined ? [] : await expand([found.item], references, store);
  return { kind: 'found', item: found.item, expanded };
};
