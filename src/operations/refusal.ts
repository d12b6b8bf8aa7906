// The refusals that several operations share.
import { includes, show, type Permission } from '../definition/access';
import type { AnyItem } from '../definition/item';
import type { Resource } from '../definition/resource';
import { Problem } from '../problem';
import { hasPreconditions, preconditionsHold, type Preconditions } from '../store/preconditions';

/** 404: there is no item of this id. */
export function notFound(resource: Pick<Resource, 'name'>, id: string): Problem {
  return new Problem('not-found', `There is no item "${id}" in ${resource.name}: list the collection to see which there are.`);
}

/** 412: the item is not, or no longer, what the client holds. */
export function preconditionFailed(current: AnyItem | undefined, permission: Permission): Problem {
  const shown = current && show(permission, current);
  return current === undefined
    ? new Problem('precondition-failed', 'The item does not exist: send the request without If-Match to create it.')
    : new Problem('precondition-failed', 'The item is not what the precondition asks for: apply the change to the item as it now is, and send it with the ETag of that.', shown && { current: shown });
}

/** 409: other items refer to this one. */
export function inUse(id: string, collections: readonly string[]): Problem {
  return new Problem('conflict', `"${id}" cannot be deleted while items of ${collections.join(' and ')} refer to it: delete those first.`);
}

/**
 * What a failed conditional write of an item means.
 * RFC 9110 §13.2.1: without the item, a method that needs it answers 404 whatever its preconditions are.
 */
export function refusal(resource: Resource, id: string, current: AnyItem | undefined, { permission, preconditions }: { readonly permission: Permission; readonly preconditions: Preconditions }): Problem {
  // What is not the caller's is not there for it.
  if (current === undefined || !includes(permission.grant, current)) {
    return notFound(resource, id);
  }
  if (hasPreconditions(preconditions) && !preconditionsHold(preconditions, current)) {
    return preconditionFailed(current, permission);
  }
  return new Problem('conflict', 'Other writers kept changing the item: send the request again.', { headers: { 'Retry-After': '1' } });
}
