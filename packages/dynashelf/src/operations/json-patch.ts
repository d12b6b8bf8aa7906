// JSON Patch (RFC 6902), read strictly.
import { isEqual } from '../values/equal';
import { isObject, type Json, type JsonObject } from '../values/json';
import { gatherFaults, Problem, pointer, type Faults } from '../problem';
import { openMeter, refuseDeep, type PatchMeter } from './patch-bounds';

/** One operation; `path` and `from` are JSON Pointers (RFC 6901). */
export type PatchOperation =
  | { readonly op: 'add' | 'replace' | 'test'; readonly path: string; readonly value: Json }
  | { readonly op: 'remove'; readonly path: string }
  | { readonly op: 'move' | 'copy'; readonly path: string; readonly from: string };

/** A JSON Patch (RFC 6902): operations, applied in order. */
export type JsonPatch = readonly PatchOperation[];

/**
 * The target with all operations applied, in order; the target itself stays as it was.
 * @throws Problem `conflict` where a `test` fails, `invalid` where a path does not exist
 */
export function applyJsonPatch(target: Json, patch: JsonPatch): Json {
  // A holder around the document makes its root a place like any other.
  const holder: JsonObject = { '': structuredClone(target) };
  const meter = openMeter();
  for (const [index, operation] of patch.entries()) {
    try {
      applyOperation(holder, operation, meter);
    } catch (error) {
      throw error instanceof Refusal ? problem(error, index) : error;
    }
  }
  refuseDeep(holder['']!);
  return holder['']!;
}

/** What is wrong with the form of a patch document (RFC 6902 §3 and §4). */
export function findPatchFaults(document: Json): Faults {
  const faults = gatherFaults();
  if (Array.isArray(document)) {
    document.forEach((operation, index) => findOperationFaults(operation, index, faults));
  } else {
    faults.add(() => ({
      detail: 'A JSON Patch is an array of operations: write [{"op": "replace", "path": "/…", "value": …}].',
      pointer: '#',
    }));
  }
  return faults;
}

function findOperationFaults(operation: Json, index: number, faults: Faults): void {
  if (!isObject(operation)) {
    faults.add(() => ({ detail: 'An operation is an object with "op" and "path".', pointer: pointer(index) }));
    return;
  }
  const op = typeof operation['op'] === 'string' ? operation['op'] : '';
  if (!['add', 'remove', 'replace', 'move', 'copy', 'test'].includes(op)) {
    faults.add(() => ({
      detail: '"op" must be one of add, remove, replace, move, copy, test.',
      pointer: pointer(index, 'op'),
    }));
  }
  for (const member of op === 'move' || op === 'copy' ? ['path', 'from'] : ['path']) {
    const path = operation[member];
    if (typeof path !== 'string' || !/^(?:\/(?:[^~/]|~[01])*)*$/.test(path)) {
      faults.add(() => ({
        detail: `"${member}" must be a JSON Pointer such as "/title" (RFC 6901).`,
        pointer: pointer(index, member),
      }));
    }
  }
  if (['add', 'replace', 'test'].includes(op) && !Object.hasOwn(operation, 'value')) {
    faults.add(() => ({ detail: `"value" is required with "${op}".`, pointer: pointer(index, 'value') }));
  }
}

/** Why an operation cannot be done, and which of its members says so. */
class Refusal extends Error {
  constructor(
    message: string,
    readonly member: 'path' | 'from',
    readonly isTest = false,
  ) {
    super(message);
  }
}

function problem({ message, member, isTest }: Refusal, index: number): Problem {
  return isTest
    ? new Problem(
        'conflict',
        'A test of the patch failed, so nothing was changed: read the item and make the patch anew.',
        { errors: [{ detail: message, pointer: pointer(index) }] },
      )
    : new Problem('invalid', 'The patch does not fit the item, so nothing was changed: correct what "errors" names.', {
        errors: [{ detail: message, pointer: pointer(index, member) }],
      });
}

function applyOperation(holder: JsonObject, operation: PatchOperation, meter: PatchMeter): void {
  const { op, path } = operation;
  const place = (): Place => find(holder, path, 'path');
  switch (op) {
    case 'add':
      return add(place(), structuredClone(operation.value), meter);
    case 'remove': {
      take(place(), meter);
      return;
    }
    case 'replace': {
      const target = place();
      valueAt(target);
      return put(target, structuredClone(operation.value));
    }
    case 'move': {
      // RFC 6902 §4.4: a value cannot be moved into itself.
      if (path.startsWith(`${operation.from}/`)) {
        throw new Refusal(`"${operation.from}" cannot be moved into itself.`, 'from');
      }
      const value = take(find(holder, operation.from, 'from'), meter);
      return add(place(), value, meter);
    }
    case 'copy': {
      const value = valueAt(find(holder, operation.from, 'from'));
      meter.copy(value);
      return add(place(), structuredClone(value), meter);
    }
    case 'test': {
      if (!isEqual(valueAt(place()), operation.value)) {
        throw new Refusal(`The value at "${path}" is not the one to test for.`, 'path', true);
      }
    }
  }
}

/** A place in the document: the object or array around it, and the name or index in that. */
interface Place {
  readonly parent: JsonObject | Json[];
  readonly key: string;
  readonly path: string;
  readonly member: 'path' | 'from';
}

function find(holder: JsonObject, path: string, member: Place['member']): Place {
  const tokens = path.split('/').map((token) => token.replace(/~1/g, '/').replace(/~0/g, '~'));
  let parent: JsonObject | Json[] = holder;
  for (const token of tokens.slice(0, -1)) {
    const inner = valueAt({ parent, key: token, path, member });
    if (typeof inner !== 'object' || inner === null) {
      throw new Refusal(`"${path}" does not exist in the item.`, member);
    }
    parent = inner;
  }
  const key = tokens.at(-1)!;
  if (key === '__proto__') {
    throw new Refusal('An attribute cannot have the name "__proto__".', member);
  }
  return { parent, key, path, member };
}

function valueAt({ parent, key, path, member }: Place): Json {
  if (Array.isArray(parent) ? isIndex(key) && Number(key) < parent.length : Object.hasOwn(parent, key)) {
    return (parent as JsonObject)[key]!;
  }
  throw new Refusal(`"${path}" does not exist in the item.`, member);
}

function take(place: Place, meter: PatchMeter): Json {
  const value = valueAt(place);
  if (Array.isArray(place.parent)) {
    meter.shift(place.parent.length - Number(place.key));
    place.parent.splice(Number(place.key), 1);
  } else {
    delete place.parent[place.key];
  }
  return value;
}

function put({ parent, key }: Place, value: Json): void {
  (parent as JsonObject)[key] = value;
}

function add(place: Place, value: Json, meter: PatchMeter): void {
  const { parent, key, path, member } = place;
  if (!Array.isArray(parent)) {
    return put(place, value);
  }
  // RFC 6902 §4.1: an index up to the length, or "-" for the end.
  const index = key === '-' ? parent.length : isIndex(key) ? Number(key) : Infinity;
  if (index > parent.length) {
    throw new Refusal(
      `"${path}" is no place in the array: its indexes go to ${parent.length}, and "-" is its end.`,
      member,
    );
  }
  meter.shift(parent.length - index);
  parent.splice(index, 0, value);
}

/** RFC 6901 §4: digits without a leading zero. */
function isIndex(token: string): boolean {
  return /^(?:0|[1-9][0-9]*)$/.test(token);
}
