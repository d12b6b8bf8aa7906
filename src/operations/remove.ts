// DELETE of one item.
import { preconditionsHold } from '../store/preconditions';
import { cascades, removeCascading } from './cascade';
import { inUse, refusal } from './refusal';
import { removeIn, type RemoveInput } from './remove-in';
import type { Operation } from './result';
import { transact } from './transact';

export const remove: Operation<RemoveInput> = async (resource, input, store) => {
  if (cascades(store.resources, resource)) {
    return removeCascading(resource, input, store);
  }
  if (!store.isIndependent(resource) || input.permission.grant !== 'all') {
    return transact(store, { reads: [{ resource, id: input.id }] }, (session) => removeIn(session, resource, input));
  }
  const { id, preconditions } = input;
  const refused = await store.remove(resource, id, preconditions);
  if (refused === undefined) {
    return { kind: 'deleted' };
  }
  const current = refused.current?.item;
  throw current !== undefined && preconditionsHold(preconditions, current) && refused.referring.length > 0
    ? inUse(id, refused.referring)
    : refusal(resource, id, current, input);
};
