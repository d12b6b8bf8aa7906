// Requests without a body, checked: 400, 406 and 428 are found here.
import type { CallerAccess } from '../../authorization/permission';
import type { Permission } from '../../definition/access';
import type { Resource } from '../../definition/resource';
import { gatherFaults, Problem } from '../../problem';
import type { ReadInput } from '../../operations/read';
import type { DeleteInput } from '../../operations/delete';
import type { Preconditions } from '../../store/write/preconditions';
import { readPreconditions } from '../conditional';
import { negotiate } from '../media-type';
import type { Request } from '../request';
import type { Input, InputContext, ItemRoute, Preferences, ResponseOptions } from './input';
import { readExpand, readFields, readParameters, refuseFaulty } from './parameters';

/** The input of GET of an item. @throws Problem `malformed-request`, `not-acceptable` */
export function readReadInput({ id, resource }: ItemRoute, request: Request, context: InputContext): Input<ReadInput> {
  const { access } = context;
  const permission = access.require(resource, 'read');
  negotiate(request);
  const seen = seenBy(permission, resource);
  const faults = gatherFaults();
  const parameters = readParameters(request, ['fields', 'expand'], faults);
  const fields = readFields(seen, parameters.get('fields'), faults);
  const references = readExpand(seen, permission, context, parameters.get('expand'), faults);
  refuseFaulty(faults);
  return {
    input: { id, permission, preconditions: readPreconditions(request), references },
    responseOptions: { resource, fields, preferences: {}, permission, access },
  };
}

/** The input of DELETE of an item. @throws Problem `malformed-request`, `precondition-required` */
export function readDeleteInput(
  { id, resource }: ItemRoute,
  request: Request,
  { access }: Pick<InputContext, 'access'>,
): Input<DeleteInput> {
  const permission = access.require(resource, 'delete');
  refuseParameters(request);
  return {
    input: { id, permission, preconditions: requirePreconditions(resource, request) },
    responseOptions: { resource, preferences: {}, permission, access },
  };
}

/** `fields` and `Prefer`; every other parameter is refused. */
export function readResponseOptions(
  resource: Resource,
  request: Request,
  permission: Permission,
  access: CallerAccess,
): ResponseOptions {
  negotiate(request);
  const faults = gatherFaults();
  const parameters = readParameters(request, ['fields'], faults);
  const fields = readFields(seenBy(permission, resource), parameters.get('fields'), faults);
  refuseFaulty(faults);
  return { resource, fields, preferences: readPreferences(request), permission, access };
}

/** Reads `Prefer`; what it names that is not known is ignored (RFC 7240 §2). */
export function readPreferences(request: Pick<Request, 'header'>): Preferences {
  const header = request.header('prefer');
  if (header === undefined) {
    return {};
  }
  const wanted = new Map<string, string>();
  for (const preference of header.split(',')) {
    const [token = ''] = preference.split(';');
    const [name = '', value = ''] = token.split('=').map((part) => part.trim());
    // §2: of several of one name the first counts.
    if (!wanted.has(name.toLowerCase())) {
      wanted.set(name.toLowerCase(), value.replace(/^"(.*)"$/, '$1'));
    }
  }
  const value = wanted.get('return');
  return {
    ...((value === 'minimal' || value === 'representation') && { return: value }),
    ...(wanted.get('count') === 'exact' && { count: 'exact' }),
  };
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
