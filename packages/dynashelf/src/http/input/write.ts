// POST of a collection, PATCH and actions: their bodies as what the operations take. 415 is found here.
import { forbidden } from '../../authorization/refusal';
import { EVERYTHING, valuesOf } from '../../definition/access';
import type { JsonObject } from '../../values/json';
import type { ActInput } from '../../operations/act';
import type { CreateInput } from '../../operations/create';
import { findPatchFaults, type JsonPatch } from '../../operations/json-patch';
import type { PatchInput } from '../../operations/patch';
import { gatherFaults, Problem } from '../../problem';
import { decode, encode } from '#conversion';
import { parseBody } from './body';
import { requireWhole } from './collection-access';
import { readPreconditions } from '../conditional';
import { readIdempotency } from '../idempotency';
import type { ActRoute, CollectionRoute, Input, InputContext, ItemRoute } from './input';
import { readPreferences, readResponseOptions, refuseParameters, requirePreconditions } from './item';
import type { Parsed } from './json';
import { JSON_PATCH_TYPE, JSON_TYPE, negotiate, PATCH_TYPES, readContentType } from '../media-type';
import type { Request } from '../request';
import { findDifferentId, findShapeFaults, readItem, readItems, readNew, refuseInvalid } from './whole-item';

type ForWriting = Pick<InputContext, 'access'>;

/** The input of POST of a collection: one item, or several. */
export async function readCreateInput(
  { resource }: CollectionRoute,
  request: Request,
  { access }: ForWriting,
): Promise<Input<CreateInput>> {
  const permission = access.require(resource, 'create');
  const own = valuesOf(permission.grant)?.['id'];
  if (own !== undefined) {
    throw forbidden(
      `An item of ${resource.name} that you make has the id "${own}", and POST would give it another: send PUT to /${resource.name}/${own}.`,
    );
  }
  const responseOptions = readResponseOptions(resource, request, permission, access);
  readContentType(request, [JSON_TYPE]);
  const preconditions = readPreconditions(request);
  const { value, faults } = parseBody(request);
  const wanted = Array.isArray(value)
    ? ({ kind: 'all', items: await readItems(resource, value, faults, permission) } as const)
    : ({ kind: 'one', values: await readNew(resource, value, faults, permission) } as const);
  return {
    input: { ...wanted, preconditions, idempotency: readIdempotency(request, access.caller) },
    responseOptions,
  };
}

/** The input of PATCH: a merge patch, or a JSON Patch. */
export function readPatchInput(
  { resource, id }: ItemRoute,
  request: Request,
  { access }: ForWriting,
): Input<PatchInput> {
  const permission = access.require(resource, 'patch');
  const responseOptions = readResponseOptions(resource, request, permission, access);
  const type = readContentType(request, PATCH_TYPES);
  const preconditions = requirePreconditions(resource, request);
  const parsed = parseBody(request);
  const patch: PatchInput['patch'] =
    type === JSON_PATCH_TYPE
      ? { kind: 'json', document: readJsonPatch(parsed) }
      : { kind: 'merge', document: readMergePatch(parsed, id) };
  const idempotency = readIdempotency(request, access.caller);
  return { input: { id, permission, patch, preconditions, idempotency }, responseOptions };
}

/**
 * The input of an action: its body, checked like an item.
 */
export async function readActInput(
  { resource, id, action, name }: ActRoute,
  request: Request,
  { access }: ForWriting,
): Promise<Input<ActInput>> {
  const permission = access.require(resource, name);
  if (id === undefined) {
    requireWhole(resource, name, permission);
  }
  negotiate(request);
  // The item that an action answers with can be of any collection, so nothing is known of its attributes.
  refuseParameters(request);
  const responseOptions = { resource, preferences: readPreferences(request), permission, access };
  readContentType(request, [JSON_TYPE]);
  // An action whose attributes are all optional can be called without a body.
  const { value, faults } = request.body === undefined ? { value: {}, faults: gatherFaults() } : parseBody(request);
  const values = await readItem({ name: 'this action', attributes: action.body }, value, faults, EVERYTHING);
  // As an item that was stored would be seen: with defaults, and changed by each `set`.
  const body = await decode(action.body, encode(values));
  return {
    input: {
      id,
      caller: access.caller,
      permission,
      name,
      action,
      body,
      preconditions: readPreconditions(request),
      idempotency: readIdempotency(request, access.caller),
    },
    responseOptions,
  };
}

function readJsonPatch({ value, faults }: Parsed): JsonPatch {
  const malformed = findPatchFaults(value);
  if (malformed.count > 0) {
    // RFC 5789 §2.2: a patch document that is not well-formed is 400.
    throw new Problem('malformed-request', 'The body is no JSON Patch (RFC 6902): correct what "errors" names.', {
      errors: malformed,
    });
  }
  refuseInvalid(faults);
  return value as unknown as JsonPatch;
}

function readMergePatch({ value, faults }: Parsed, id: string): JsonObject {
  findShapeFaults(value, faults);
  findDifferentId(value, id, faults);
  refuseInvalid(faults);
  return value as JsonObject;
}
