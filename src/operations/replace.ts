// PUT: the item becomes what the request says, whether it existed or not.
import type { Stored } from '../definition/prepare';
import type { Preconditions } from '../store/preconditions';
import { preconditionFailed } from './refusal';
import type { Operation } from './result';

export interface ReplaceInput {
  readonly id: string;
  /** The attributes as they are stored; a declared one that is absent is removed. */
  readonly values: Record<string, Stored>;
  readonly preconditions: Preconditions;
}

export const replace: Operation<ReplaceInput> = async (resource, { id, values, preconditions }, store) => {
  const written = await store.replace(resource, id, values, preconditions);
  if (written.item === undefined) {
    throw preconditionFailed(written.current?.item);
  }
  // Versions begin at 1, so this write made the item.
  return { kind: written.item.version === 1 ? 'created' : 'replaced', item: written.item };
};
