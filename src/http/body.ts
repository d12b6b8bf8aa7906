// Requests with a body, checked whole: 400, 413, 415 and 422 are found here, every fault at once.
import type { Json, JsonObject } from '../definition/item';
import { prepareItem, type Stored } from '../definition/prepare';
import type { Resource } from '../definition/resource';
import { findFaults, writable } from '../definition/validate';
import type { CreateInput } from '../operations/create';
import { findPatchFaults, type JsonPatch } from '../operations/json-patch';
import type { PatchInput } from '../operations/patch';
import type { ReplaceInput } from '../operations/replace';
import { Problem, pointer, type Fault } from '../problem';
import { readPresentation, requirePreconditions, type CollectionRoute, type Input, type ItemRoute } from './input';
import { parseJson, type Parsed } from './json';
import { JSON_PATCH_TYPE, JSON_TYPE, PATCH_TYPES, readContentType } from './media-type';
import type { Request } from './request';

/** Greatest size of a body, in bytes. */
const MOST_BYTES = 1024 * 1024;

export async function readCreateInput({ resource }: CollectionRoute, request: Request): Promise<Input<CreateInput>> {
  const presentation = readPresentation(resource, request);
  readContentType(request, [JSON_TYPE]);
  return { input: { values: await readItem(resource, parseBody(request), []) }, presentation };
}

export async function readReplaceInput({ resource, id }: ItemRoute, request: Request): Promise<Input<ReplaceInput>> {
  const presentation = readPresentation(resource, request);
  readContentType(request, [JSON_TYPE]);
  const preconditions = requirePreconditions(resource, request);
  const parsed = parseBody(request);
  const values = await readItem(resource, parsed, [...idFaults(id), ...differentId(parsed.value, id)]);
  return { input: { id, values, preconditions }, presentation };
}

export function readPatchInput({ resource, id }: ItemRoute, request: Request): Input<PatchInput> {
  const presentation = readPresentation(resource, request);
  const type = readContentType(request, PATCH_TYPES);
  const preconditions = requirePreconditions(resource, request);
  const parsed = parseBody(request);
  const patch: PatchInput['patch'] = type === JSON_PATCH_TYPE
    ? { kind: 'json', document: readJsonPatch(parsed) }
    : { kind: 'merge', document: readMergePatch(parsed, id) };
  return { input: { id, patch, preconditions, deadline: request.deadline }, presentation };
}

function readJsonPatch({ value, faults }: Parsed): JsonPatch {
  const malformed = findPatchFaults(value);
  if (malformed.length > 0) {
    // RFC 5789 §2.2: a patch document that is not well-formed is 400.
    throw new Problem('malformed-request', 'The body is no JSON Patch (RFC 6902): correct what "errors" names.', { errors: malformed });
  }
  refuseInvalid(faults);
  return value as unknown as JsonPatch;
}

function readMergePatch({ value, faults }: Parsed, id: string): JsonObject {
  refuseInvalid([...faults, ...objectFaults(value), ...differentId(value, id)]);
  return value as JsonObject;
}

/** The attributes of a whole item, as they are stored. */
async function readItem(resource: Resource, { value, faults: known }: Parsed, idProblems: Fault[]): Promise<Record<string, Stored>> {
  const faults = [...known, ...idProblems, ...objectFaults(value)];
  if (objectFaults(value).length > 0) {
    refuseInvalid(faults);
  }
  const body = writable(resource.attributes, value as JsonObject);
  faults.push(...findFaults(resource, body));
  const wrong = new Set(faults.map((fault) => ('pointer' in fault ? decodeURIComponent(fault.pointer.split('/')[1] ?? '') : '')));
  const prepared = await prepareItem(resource.attributes, body, wrong);
  refuseInvalid([...faults, ...prepared.faults]);
  return prepared.values;
}

/** @throws Problem `malformed-request`, `too-large` or `invalid` */
function parseBody({ body }: Request): Parsed {
  if (body === undefined) {
    throw new Problem('malformed-request', 'The request has no body: send JSON.', { errors: [{ detail: 'Is missing.', pointer: '#' }] });
  }
  const bytes = Buffer.from(body.text, body.isBase64 ? 'base64' : 'utf8');
  if (bytes.length > MOST_BYTES) {
    throw new Problem('too-large', `The body has ${bytes.length} bytes, and at most ${MOST_BYTES} are taken: send less at once.`);
  }
  return parseJson(body.isBase64 ? decodeUtf8(bytes) : body.text);
}

function decodeUtf8(bytes: Buffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw new Problem('malformed-request', 'The body is not UTF-8: encode it so (RFC 8259 §8.1).', { errors: [{ detail: 'Is not UTF-8.', pointer: '#' }] });
  }
}

function objectFaults(value: Json): Fault[] {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? [] : [{ detail: 'Must be an object with the attributes of the item.', pointer: '#' }];
}

function idFaults(id: string): Fault[] {
  // A client takes "." and ".." out of a path before it sends it (RFC 3986 §5.2.4).
  return /^[A-Za-z0-9._~-]{1,128}$/.test(id) && id !== '.' && id !== '..' ? []
    : [{ detail: 'An id has 1 to 128 characters of A-Z a-z 0-9 . _ ~ - and is not "." or "..".', parameter: 'id' }];
}

function differentId(value: Json, id: string): Fault[] {
  const given = typeof value === 'object' && value !== null && !Array.isArray(value) && Object.hasOwn(value, 'id') ? value['id'] : id;
  return given === id ? [] : [{ detail: `Differs from the id in the path, which is "${id}": leave it out, or send it to its own path.`, pointer: pointer('id') }];
}

function refuseInvalid(errors: Fault[]): void {
  if (errors.length > 0) {
    throw new Problem('invalid', 'The body is not valid: correct what "errors" names. Nothing was changed.', { errors });
  }
}
