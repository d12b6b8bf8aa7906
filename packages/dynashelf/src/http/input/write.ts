// Requests with a body, checked whole: 415 and 422 are found here, every fault at once.
import { forbidden } from '../../authorization/refusal';
import { EVERYTHING, type Conditions, type Grant, type Permission } from '../../definition/access';
import { isObject, type Json, type JsonObject } from '../../definition/item';
import { MOST_CREATED } from '../../definition/limits';
import { isReadOnly } from '../../values/node';
import { prepareItem, type Prepared, type Stored } from '../../values/prepare';
import type { Resource } from '../../definition/resource';
import { attributeOf, findFaults, writable } from '../../values/validate';
import type { ActInput } from '../../operations/act';
import type { CreateInput } from '../../operations/create';
import { findPatchFaults, type JsonPatch } from '../../operations/json-patch';
import type { PatchInput } from '../../operations/patch';
import { notFound } from '../../operations/refusal';
import type { ReplaceInput, Way } from '../../operations/replace';
import { gatherFaults, Problem, pointer, type Fault, type Faults } from '../../problem';
import { decode, encode } from '../../store/layout/value';
import { parseBody } from './body';
import { readPreconditions } from '../conditional';
import { readPresentation, refuseParameters, requirePreconditions, type ActRoute, type CollectionRoute, type Input, type ItemRoute } from './item';
import type { Parsed } from './json';
import { JSON_PATCH_TYPE, JSON_TYPE, negotiate, PATCH_TYPES, readContentType } from '../media-type';
import { readPreferences } from '../prefer';
import type { Request } from '../request';
import type { Reading } from '../serve';

type ForWriting = Pick<Reading, 'access'>;

export async function readCreateInput({ resource }: CollectionRoute, request: Request, { access }: ForWriting): Promise<Input<CreateInput>> {
  const permission = access.require(resource, 'create');
  if (typeof permission.grant === 'object' && permission.grant.conditions['id'] !== undefined) {
    throw forbidden(`An item of ${resource.name} that you make has the id "${permission.grant.conditions['id']}", and POST would give it another: send PUT to /${resource.name}/${permission.grant.conditions['id']}.`);
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

export async function readReplaceInput({ resource, id }: ItemRoute, request: Request, { access }: ForWriting): Promise<Input<ReplaceInput>> {
  const replacing = access.permission(resource, 'replace');
  const creating = access.permission(resource, 'create');
  const permission = access.require(resource, replacing.grant === 'none' ? 'create' : 'replace');
  const presentation = readPresentation(resource, request, permission, access);
  readContentType(request, [JSON_TYPE]);
  const preconditions = requirePreconditions(resource, request);
  const { value, faults } = parseBody(request);
  findIdFaults(id, faults);
  findDifferentId(value, id, faults);
  const read = { access, resource, id, value, faults };
  const replacement = await readWay(read, 'replace', staying(replacing, value));
  const creation = isAlike(replacing, creating, value) ? replacement : await readWay(read, 'create', new Set());
  if (replacement instanceof Problem && creation instanceof Problem) {
    throw replacement.type === 'invalid' ? replacement : creation;
  }
  return { input: { id, replacement, creation, preconditions }, presentation };
}

/** One of the two ways that a PUT can go, or why it cannot go that way. */
async function readWay({ access, resource, id, value, faults }: { access: Reading['access']; resource: Resource; id: string; value: Json; faults: Faults }, operation: 'replace' | 'create', stays: ReadonlySet<string>): Promise<Way | Problem> {
  try {
    const permission = access.require(resource, operation);
    if (typeof permission.grant === 'object' && (permission.grant.conditions['id'] ?? id) !== id) {
      return notFound(resource, id);
    }
    const { values } = await checkItem(resource, value, faults, permission, stays);
    return { permission, values, stays };
  } catch (error) {
    if (error instanceof Problem) {
      return error;
    }
    throw error;
  }
}

/** Whether making an item and replacing it come to the same for a caller. */
function isAlike(replacing: Permission, creating: Permission, value: Json): boolean {
  return replacing === creating || (replacing.grant === 'all' && creating.grant === 'all' && staying(replacing, value).size === 0);
}

/** The attributes that PUT leaves as they are: those that the caller may not set, and does not see and does not name. */
function staying({ hidden, kept }: Permission, value: Json): Set<string> {
  return new Set([...kept, ...[...hidden].filter((name) => typeof value !== 'object' || value === null || !Object.hasOwn(value, name))]);
}

export function readPatchInput({ resource, id }: ItemRoute, request: Request, { access }: ForWriting): Input<PatchInput> {
  const permission = access.require(resource, 'patch');
  const presentation = readPresentation(resource, request, permission, access);
  const type = readContentType(request, PATCH_TYPES);
  const preconditions = requirePreconditions(resource, request);
  const parsed = parseBody(request);
  const patch: PatchInput['patch'] = type === JSON_PATCH_TYPE
    ? { kind: 'json', document: readJsonPatch(parsed) }
    : { kind: 'merge', document: readMergePatch(parsed, id) };
  return { input: { id, permission, patch, preconditions }, presentation };
}

export async function readActInput({ resource, id, action, name }: ActRoute, request: Request, { access }: ForWriting): Promise<Input<ActInput>> {
  const permission = access.require(resource, name);
  negotiate(request);
  // The item that an action answers with can be of any collection, so nothing is known of its attributes.
  refuseParameters(request);
  const presentation = { preferences: readPreferences(request), permission, access };
  readContentType(request, [JSON_TYPE]);
  // An action whose attributes are all optional can be called without a body.
  const { value, faults } = request.body === undefined ? { value: {}, faults: gatherFaults() } : parseBody(request);
  const { values } = await checkItem({ name: 'this action', attributes: action.body }, value, faults, EVERYTHING);
  // As an item that was stored would be seen: with defaults, and changed by each `set`.
  const body = await decode(action.body, encode(values));
  return { input: { id, caller: access.caller, permission, action, body, preconditions: readPreconditions(request) }, presentation };
}

function readJsonPatch({ value, faults }: Parsed): JsonPatch {
  const malformed = findPatchFaults(value);
  if (malformed.count > 0) {
    // RFC 5789 §2.2: a patch document that is not well-formed is 400.
    throw new Problem('malformed-request', 'The body is no JSON Patch (RFC 6902): correct what "errors" names.', { errors: malformed });
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

/** The items of an array, every fault of every one named with its place. */
async function readItems(resource: Resource, values: Json[], faults: Faults, permission: Permission): Promise<Record<string, Stored>[]> {
  if (values.length > MOST_CREATED) {
    throw new Problem('too-large', `The array has ${values.length} items, and at most ${MOST_CREATED} are made at once: send the rest in further requests.`);
  }
  if (values.length === 0) {
    faults.add(() => ({ detail: `Must hold 1 to ${MOST_CREATED} items.`, pointer: '#' }));
  }
  const items = await Promise.all(values.map(async (value, index) => {
    try {
      return await readItem(resource, value, gatherFaults(), permission);
    } catch (error) {
      if (!(error instanceof Problem) || error.more.errors === undefined) {
        throw error;
      }
      faults.addAll({ named: error.more.errors, count: error.faultCount }, (fault) => within([index], fault));
      return {};
    }
  }));
  refuseInvalid(faults);
  return items;
}

/** A fault of a part of the body as one of the whole. */
export function within(place: readonly (string | number)[], fault: Fault): Fault {
  return 'pointer' in fault ? { ...fault, pointer: `${pointer(...place)}${fault.pointer.slice(1)}` } : fault;
}

/** The attributes of a whole item, as they are stored. */
async function readItem(resource: Resource, value: Json, known: Faults, permission: Permission): Promise<Record<string, Stored>> {
  return (await checkItem(resource, value, known, permission)).values;
}

/** @throws Problem `invalid` with every fault */
async function checkItem(resource: Pick<Resource, 'name' | 'attributes'>, value: Json, known: Faults, { grant, kept }: Permission, stays: ReadonlySet<string> = new Set()): Promise<Prepared> {
  const faults = gatherFaults();
  faults.addAll(known);
  if (!isObject(value)) {
    findShapeFaults(value, faults);
    refuseInvalid(faults);
  }
  const { settable, readOnly } = pinned(resource, grant);
  const body = { ...writable(resource.attributes, value as JsonObject, new Set([...kept, ...Object.keys(settable)])), ...settable };
  const inBody = findFaults(resource, body, (attribute) => !stays.has(attribute) || Object.hasOwn(body, attribute));
  faults.addAll(inBody);
  const skipped = new Set([...known.named.map(attributeOf), ...inBody.attributes, ...stays, ...Object.keys(readOnly)]);
  const { values, faults: further } = await prepareItem(resource.attributes, body, skipped);
  faults.addAll(further);
  refuseInvalid(faults);
  return { values: { ...values, ...readOnly }, faults };
}

/** The values that a grant gives to attributes of what its caller writes, those that no body sets apart. */
function pinned({ attributes }: Pick<Resource, 'attributes'>, grant: Grant): { settable: Conditions; readOnly: Conditions } {
  const all = typeof grant === 'string' ? [] : Object.entries(grant.conditions).filter(([name]) => name !== 'id');
  const isSet = ([name]: [string, unknown]): boolean => !isReadOnly(attributes.get(name)!);
  return { settable: Object.fromEntries(all.filter(isSet)), readOnly: Object.fromEntries(all.filter((pin) => !isSet(pin))) };
}

function findShapeFaults(value: Json, faults: Faults): void {
  if (!isObject(value)) {
    faults.add(() => ({ detail: 'Must be a JSON object with the attributes.', pointer: '#' }));
  }
}

function findIdFaults(id: string, faults: Faults): void {
  // A client takes "." and ".." out of a path before it sends it (RFC 3986 §5.2.4).
  if (!/^[A-Za-z0-9._~-]{1,128}$/.test(id) || id === '.' || id === '..') {
    faults.add(() => ({ detail: 'An id has 1 to 128 characters of A-Z a-z 0-9 . _ ~ - and is not "." or "..".', parameter: 'id' }));
  }
}

function findDifferentId(value: Json, id: string, faults: Faults): void {
  if (isObject(value) && Object.hasOwn(value, 'id') && value['id'] !== id) {
    faults.add(() => ({ detail: `Differs from the id in the path, which is "${id}": leave it out, or send it to its own path.`, pointer: pointer('id') }));
  }
}

function refuseInvalid(errors: Faults): void {
  if (errors.count > 0) {
    throw new Problem('invalid', 'The request is not valid: correct what "errors" names. Nothing was changed.', { errors });
  }
}
