// Whether the cost of a request may be shown: it grows with the items read, and so tells how large those are that its
// caller may not see.
import type { Permission } from '../definition/access';
import type { Resource } from '../definition/resource';
import type { Result } from '../operations/result';
import type { Presentation } from './input/item';
import type { Request } from './request';

/** Whether all that a request can have read or written is shown to its caller. */
export function isCostShown(
  resources: ReadonlyMap<string, Resource>,
  { method }: Pick<Request, 'method'>,
  { permission, access, readsOthers = false }: Pick<Presentation, 'permission' | 'access' | 'readsOthers'>,
  result: Result,
): boolean {
  // A write reads and counts what the item refers to, and may go through the index of others; an action may read
  // anything.
  const isOfOwn =
    permission.hidden.size === 0 &&
    ((result.kind === 'found' && method !== 'POST' && result.expanded === undefined) ||
      (result.kind === 'page' && result.expanded === undefined && !readsOthers));
  return (
    isOfOwn ||
    [...resources.values()].every((resource) =>
      ['read', 'list'].every((operation) => seesAll(access.permission(resource, operation))),
    )
  );
}

function seesAll({ grant, hidden }: Permission): boolean {
  return grant === 'all' && hidden.size === 0;
}
