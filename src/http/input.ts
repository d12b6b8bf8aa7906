// Requests without a body, checked: 400, 406 and 428 are found here.
import type { Resource } from '../definition/resource';
import { Problem, type Fault } from '../problem';
import type { ReadInput } from '../operations/read';
import type { RemoveInput } from '../operations/remove';
import { openCursor } from '../store/cursor';
import type { PageRequest } from '../store/page';
import type { Preconditions } from '../store/preconditions';
import { readPreconditions } from './conditional';
import { negotiate } from './media-type';
import { readFields, readParameters, refuseFaulty } from './parameters';
import { readPreferences, type Preferences } from './prefer';
import type { Request } from './request';
import type { Route } from './route';

/** How the client wants the answer. */
export interface Presentation {
  readonly fields?: ReadonlySet<string> | undefined;
  readonly preferences: Preferences;
}

/** A request made into what its operation takes. */
export interface Input<I> {
  readonly input: I;
  readonly presentation: Presentation;
}

export type ItemRoute = Extract<Route, { id: string }>;
export type CollectionRoute = Exclude<Extract<Route, { resource: Resource }>, ItemRoute>;

export function readReadInput({ id, resource }: ItemRoute, request: Request): Input<ReadInput> {
  const presentation = readPresentation(resource, request);
  return { input: { id, preconditions: readPreconditions(request) }, presentation };
}

export function readRemoveInput({ id, resource }: ItemRoute, request: Request): Input<RemoveInput> {
  negotiate(request);
  refuseParameters(request);
  return { input: { id, preconditions: requirePreconditions(resource, request) }, presentation: { preferences: {} } };
}

/** The parameters of a list without filters. */
const LIST_PARAMETERS = ['limit', 'cursor', 'fields'];
const DEFAULT_LIMIT = 25;
const MOST_ITEMS = 100;

export function readListInput({ resource }: CollectionRoute, request: Request, cursorKey: string): Input<PageRequest> {
  negotiate(request);
  const faults: Fault[] = [];
  const parameters = readParameters(request, LIST_PARAMETERS, faults);
  const fields = readFields(resource, parameters.get('fields'), faults);
  const limit = readLimit(parameters.get('limit'), faults);
  const cursor = parameters.get('cursor');
  const after = cursor === undefined ? undefined : openCursor(cursorKey, resource.name, cursor);
  if (cursor !== undefined && after === undefined) {
    faults.push({ detail: 'Is not a cursor that this list gave: follow "next" as it came, or begin without one.', parameter: 'cursor' });
  }
  refuseFaulty(faults);
  return { input: { limit, ...(after !== undefined && { after }) }, presentation: { fields, preferences: {} } };
}

/** `fields` and `Prefer`; every other parameter is refused. */
export function readPresentation(resource: Resource, request: Request): Presentation {
  negotiate(request);
  const faults: Fault[] = [];
  const parameters = readParameters(request, ['fields'], faults);
  const fields = readFields(resource, parameters.get('fields'), faults);
  refuseFaulty(faults);
  return { fields, preferences: readPreferences(request) };
}

/** Refuses every parameter. */
export function refuseParameters(request: Request): void {
  const faults: Fault[] = [];
  readParameters(request, [], faults);
  refuseFaulty(faults);
}

/**
 * The preconditions of a write.
 * @throws Problem `precondition-required` where the resource wants one and there is none
 */
export function requirePreconditions(resource: Resource, request: Request): Preconditions {
  const preconditions = readPreconditions(request);
  const given = preconditions.match !== undefined || (request.method === 'PUT' && preconditions.noneMatch !== undefined);
  if (resource.preconditions === 'required' && !given) {
    const also = request.method === 'PUT' ? ', or If-None-Match: * to create' : '';
    // RFC 6585 §3
    throw new Problem('precondition-required', `Writes to ${resource.name} need a precondition: send If-Match with the ETag that GET gave${also}.`, {
      errors: [{ detail: 'Is required.', header: 'If-Match' }],
    });
  }
  return preconditions;
}

function readLimit(value: string | undefined, faults: Fault[]): number {
  if (value === undefined) {
    return DEFAULT_LIMIT;
  }
  const limit = /^[0-9]{1,3}$/.test(value) ? Number(value) : 0;
  if (limit < 1 || limit > MOST_ITEMS) {
    faults.push({ detail: `Must be a whole number from 1 to ${MOST_ITEMS}.`, parameter: 'limit' });
  }
  return limit;
}
