// POST of a collection, PATCH and actions: their bodies as what the operations take. 415 is found here.
import { forbidden } from '../../authorization/refusal';
import { EVERYTHING } from '../../definition/access';
import type { JsonObject } from '../../definition/item';
import type { ActInput } from '../../operations/act';
import type { CreateInput } from '../../operations/create';
import { findPatchFaults, type JsonPatch } from '../../operations/json-patch';
import type { PatchInput } from '../../operations/patch';
import { gatherFaults, Problem } from '../../problem';
import { decode, encode } from '../../store/layout/value';
import { parseBody } from './body';
import { readPreconditions } from '../conditional';
import {
  readPresentation,
  refuseParameters,
  requirePreconditions,
  type ActRoute,
  type CollectionRoute,
  type Input,
  type ItemRoute,
} from './item';
import type { Parsed } from './json';
import { JSON_PATCH_TYPE, JSON_TYPE, negotiate, PATCH_TYPES, readContentType } from '../media-type';
import { readPreferences } from '../prefer';
import type { Request } from '../request';
import type { Reading } from '../serve';
import { findDifferentId, findShapeFaults, readItem, readItems, refuseInvalid } from './whole-item';

type ForWriting = Pick<Reading, 'access'>;

export async function readCreateInput(
  { resource }: CollectionRoute,
  request: Request,
  { access }: ForWriting,
): Promise<Input<CreateInput>> {
  const permission = access.require(resource, 'create');
  if (typeof permission.grant === 'object' && permission.grant.conditions['id'] !== undefined) {
    throw forbidden(
      `An item of ${resource.name} that you make has the id "${permission.grant.conditions['id']}", and POST would give it another: send PUT to /${resource.name}/${permission.grant.conditions['id']}.`,
    );
  }
  const presentation = readPresentation(resource, request, permission, access);
  readContentType(request, [JSON_TYPE]);
  const preconditions = readPreconditions(request);
  const { value, faults } = parseBody(request);
  return {
    input: Array.isArray(value)
      ? { kind: 'all', items: await readItems(resource, value, faults, permission), preconditions }
      : { kind: 'one', values: await readItem(resource, value, faults, permission), preconditions },
    presentation,
  };
}

export function readPatchInput(
  { resource, id }: ItemRoute,
  request: Request,
  { access }: ForWriting,
): Input<PatchInput> {
  const permission = access.require(resource, 'patch');
  const presentation = readPresentation(resource, request, permission, access);
  const type = readContentType(request, PATCH_TYPES);
  const preconditions = requirePreconditions(resource, request);
  const parsed = parseBody(request);
  const patch: PatchInput['patch'] =
    type === JSON_PATCH_TYPE
      ? { kind: 'json', document: readJsonPatch(parsed) }
      : { kind: 'merge', document: readMergePatch(parsed, id) };
  return { input: { id, permission, patch, preconditions }, presentation };
}

export async function readActInput(
  { resource, id, action, name }: ActRoute,
  request: Request,
  { access }: ForWriting,
): Promise<Input<ActInput>> {
  const permission = access.require(resource, name);
  negotiate(request);
  // The item that an action answers with can be of any collection, so nothing is known of its attributes.
  refuseParameters(request);
  const presentation = { preferences: readPreferences(request), permission, access };
  readContentType(request, [JSON_TYPE]);
  // An action whose attributes are all optional can be called without a body.
  const { value, faults } = request.body === undefined ? { value: {}, faults: gatherFaults() } : parseBody(request);
  const values = await readItem({ name: 'this action', attributes: action.body }, value, faults, EVERYTHING);
  // As an item that was stored would be seen: with defaults, and changed by each `set`.
  const body = await decode(action.body, encode(values));
  return {
    input: { id, caller: access.caller, permission, action, body, preconditions: readPreconditions(request) },
    presentation,
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
