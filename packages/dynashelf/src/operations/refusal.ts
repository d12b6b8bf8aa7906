// The refusals that several operations share.
import { includes, show, type Permission } from '../definition/access';
import type { Resource } from '../definition/resource';
import { Problem } from '../problem';
import type { Image } from '../store/layout/record';
import { hasPreconditions, preconditionsHold, revisionOf, type Preconditions } from '../store/write/preconditions';
import { beingDeleted } from '../transaction/violations';

/** What a request asks of the item that it names. */
export interface Demands {
  readonly id: string;
  readonly permission: Permission;
  readonly preconditions: Preconditions;
}

/** 404: there is no item of this id. */
export function notFound(resource: Pick<Resource, 'name'>, id: string): Problem {
  return new Problem(
    'not-found',
    `There is no item "${id}" in ${resource.name}: list the collection to see which there are.`,
  );
}

/** 403: there is such an item, and the caller may see it, but not do this with it. */
export function notAllowed(resource: Pick<Resource, 'name'>, id: string): Problem {
  return new Problem(
    'forbidden',
    `These credentials do not allow this with "${id}" of ${resource.name}: use others, or ask for the right.`,
  );
}

/** 412: the item is not, or no longer, what the client holds. */
export function preconditionFailed(image: Image | undefined, permission: Permission): Problem {
  const shown = image && show(permission, image.item);
  return image === undefined
    ? new Problem('precondition-failed', 'The item does not exist: send the request without If-Match to create it.')
    : new Problem(
        'precondition-failed',
        'The item is not what the precondition asks for: apply the change to the item as it now is, and send it with the ETag of that.',
        shown && { current: { item: shown, revision: revisionOf(image.record) } },
      );
}

/**
 * The image of an item that is there for the caller and fulfils the preconditions. @throws Problem that says why not
 */
export function requireItem(image: Image | undefined, resource: Resource, demands: Demands): Image {
  if (
    image === undefined ||
    !includes(demands.permission.grant, image.item) ||
    !preconditionsHold(demands.preconditions, image.record)
  ) {
    throw refusal(resource, demands.id, image, demands);
  }
  return image;
}

/**
 * What a failed conditional write of an item means.
 * RFC 9110 §13.2.1: without the item, a method that needs it answers 404 whatever its preconditions are.
 */
export function refusal(
  resource: Resource,
  id: string,
  image: Image | undefined,
  { permission, preconditions }: Pick<Demands, 'permission' | 'preconditions'>,
): Problem {
  if (image === undefined) {
    return notFound(resource, id);
  }
  if (!includes(permission.grant, image.item)) {
    // What the caller may not see is not there for it.
    return show(permission, image.item) === undefined ? notFound(resource, id) : notAllowed(resource, id);
  }
  if (image.item['deleting'] === true) {
    return beingDeleted(resource.name, id);
  }
  if (hasPreconditions(preconditions) && !preconditionsHold(preconditions, image.record)) {
    return preconditionFailed(image, permission);
  }
  return new Problem('conflict', 'Other writers kept changing the item: send the request again.', {
    headers: { 'Retry-After': '1' },
  });
}
