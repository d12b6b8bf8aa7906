// Requests without a body, checked: 400, 406 and 428 are found here.
import type { Access } from '../../authorization/permission';
import type { Permission } from '../../definition/access';
import type { Resource } from '../../definition/resource';
import { gatherFaults, Problem } from '../../problem';
import type { ReadInput } from '../../operations/read';
import type { DeleteInput } from '../../operations/delete';
import type { Preconditions } from '../../store/write/preconditions';
import { readPreconditions } from '../conditional';
import { readExpand } from './expand';
import { negotiate } from '../media-type';
import { readFields, readParameters, refuseFaulty } from './parameters';
import { readPreferences, type Preferences } from '../prefer';
import type { Request } from '../request';
import type { Route } from '../route';
import type { Reading } from '../serve';

/** How the client wants the answer. */
export interface Presentation {
  readonly fields?: ReadonlySet<string> | undefined;
  readonly preferences: Preferences;
  /** What the caller may see of the resource's items, and of others'. */
  readonly permission: Permission;
  readonly access: Access;
  /** What the cursors of a page are good for. */
  readonly cursorBinding?: string;
  /** Whether a page is found by reading items that its caller may not see. */
  readonly readsOthers?: boolean;
}

/** A request made into what its operation takes. */
export interface Input<I> {
  readonly input: I;
  readonly presentation: Presentation;
}

export type ActRoute = Extract<Route, { operation: 'act' }>;
export type ItemRoute = Exclude<Extract<Route, { id: string }>, ActRoute>;
export type CollectionRoute = Exclude<Extract<Route, { resource: Resource }>, ItemRoute | ActRoute>;

export function readReadInput({ id, resource }: ItemRoute, request: Request, reading: Reading): Input<ReadInput> {
  const { access } = reading;
  const permission = access.require(resource, 'read');
  negotiate(request);
  const seen = seenBy(permission, resource);
  const faults = gatherFaults();
  const parameters = readParameters(request, ['fields', 'expand'], faults);
  const fields = readFields(seen, parameters.get('fields'), faults);
  const references = readExpand(seen, reading, parameters.get('expand'), faults);
  refuseFaulty(faults);
  return {
    input: { id, permission, preconditions: readPreconditions(request), references },
    presentation: { fields, preferences: {}, permission, access },
  };
}

export function readDeleteInput(
  { id, resource }: ItemRoute,
  request: Request,
  { access }: Pick<Reading, 'access'>,
): Input<DeleteInput> {
  const permission = access.require(resource, 'delete');
  refuseParameters(request);
  return {
    input: { id, permission, preconditions: requirePreconditions(resource, request) },
    presentation: { preferences: {}, permission, access },
  };
}

/** `fields` and `Prefer`; every other parameter is refused. */
export function readPresentation(
  resource: Resource,
  request: Request,
  permission: Permission,
  access: Access,
): Presentation {
  negotiate(request);
  const faults = gatherFaults();
  const parameters = readParameters(request, ['fields'], faults);
  const fields = readFields(seenBy(permission, resource), parameters.get('fields'), faults);
  refuseFaulty(faults);
  return { fields, preferences: readPreferences(request), permission, access };
}

/**
 * A resource as far as its attributes are shown: the others can be asked for as little as those that it does not have.
 */
export function seenBy({ hidden }: Permission, resource: Resource): Resource {
  return hidden.size === 0
    ? resource
    : { ...resource, attributes: new Map([...resource.attributes].filter(([name]) => !hidden.has(name))) };
}

/** Refuses every parameter. */
export function refuseParameters(request: Request): void {
  const faults = gatherFaults();
  readParameters(request, [], faults);
  refuseFaulty(faults);
}

/**
 * The preconditions of a write.
 * @throws Problem `precondition-required` where the resource wants one and there is none
 */
export function requirePreconditions(resource: Resource, request: Request): Preconditions {
  const preconditions = readPreconditions(request);
  const given =
    preconditions.match !== undefined || (request.method === 'PUT' && preconditions.noneMatch !== undefined);
  if (resource.preconditions === 'required' && !given) {
    const also = request.method === 'PUT' ? ', or If-None-Match: * to create' : '';
    // RFC 6585 §3
    throw new Problem(
      'precondition-required',
      `Writes to ${resource.name} need a precondition: send If-Match with the ETag that GET gave${also}.`,
      {
        errors: [{ detail: 'Is required.', header: 'If-Match' }],
      },
    );
  }
  return preconditions;
}
