// Values of a request made into what is stored: defaults filled in, JSON's types into the table's.
import { pointer, type Faults } from '../problem';
import type { Json } from '../definition/item';
import { anywhere, isFree, type Node } from './node';

/** A value as it is stored: dates as numbers or text, sets as sets, binaries as bytes. */
export type Stored =
  | null
  | boolean
  | number
  | string
  | Uint8Array
  | Set<string | number | Uint8Array>
  | Stored[]
  | { [name: string]: Stored };

/** A value in JSON, or as a default gives it: a Date, Set or Buffer is then taken as it is. */
export type Given = Json | Date | Set<unknown> | Uint8Array | Given[] | { [name: string]: Given };

/** Where a value is in its item. */
export type Place = readonly (string | number)[];

/** DynamoDB nests 32 levels of maps and lists; the item is the first. */
const DEEPEST = 31;

/** DynamoDB's limit for the name of an attribute, in bytes. */
const LONGEST_NAME = 65_535;

/** Whether the attribute, or one inside it, has a default. */
export const usesDefaults = anywhere(({ words }) => words.default !== undefined);

/** A value with its defaults; what a default gives is filled like what a client gives. */
export async function fillDefaults(node: Node, value: Given | undefined): Promise<Given | undefined> {
  const filled = value === undefined || node.words.forceDefault === true ? ((await makeDefault(node)) ?? value) : value;
  if (Array.isArray(filled)) {
    const { element } = node;
    return element === undefined || !usesDefaults(element)
      ? filled
      : Promise.all(filled.map(async (inner: Given) => (await fillDefaults(element, inner)) ?? null));
  }
  return node.members.size > 0 && isPlainObject(filled) ? fillMembers(node, filled) : filled;
}

/**
 * Converts a value, reporting what cannot be stored.
 * @throws Error where the value is of another type, which only a default's can be
 */
export function convert(node: Node, given: Given, at: Place, faults: Faults): Stored | undefined {
  switch (node.kind) {
    case 'string':
    case 'number':
    case 'boolean':
      return typeof given === node.kind ? (given as string | number | boolean) : refuse(node, given, at);
    case 'date':
      return convertDate(node, given, at, faults);
    case 'binary':
      return typeof given === 'string'
        ? Buffer.from(given, 'base64')
        : given instanceof Uint8Array
          ? given
          : refuse(node, given, at);
    case 'set':
      return Array.isArray(given) || given instanceof Set
        ? new Set(convertElements(node.element!, [...given] as Given[], at, faults) as string[])
        : refuse(node, given, at);
    case 'array':
      return Array.isArray(given) ? convertElements(node.element!, given, at, faults) : refuse(node, given, at);
    case 'object':
      return !isPlainObject(given)
        ? refuse(node, given, at)
        : isFree(node)
          ? free(given, at, faults)
          : convertMembers(node, given, at, faults);
    case 'any':
      return free(given, at, faults);
  }
}

async function makeDefault(node: Node): Promise<Given | undefined> {
  const { default: value } = node.words;
  const made: unknown =
    typeof value === 'function' ? await (value as () => unknown)() : isFree(node) ? structuredClone(value) : value;
  return made === null ? undefined : (made as Given | undefined);
}

async function fillMembers(node: Node, given: { [name: string]: Given }): Promise<Given> {
  const object = { ...given };
  for (const [name, member] of node.members) {
    if (usesDefaults(member)) {
      const inner = await fillDefaults(member, Object.hasOwn(object, name) ? object[name] : undefined);
      if (inner !== undefined) {
        object[name] = inner;
      }
    }
  }
  return object;
}

function convertElements(element: Node, given: Given[], at: Place, faults: Faults): Stored[] {
  return given.map((inner, index) => convert(element, inner, [...at, index], faults) ?? null);
}

function convertMembers(node: Node, given: { [name: string]: Given }, at: Place, faults: Faults): Stored {
  const object: { [name: string]: Stored } = {};
  for (const [name, member] of node.members) {
    const inner = Object.hasOwn(given, name) ? given[name] : undefined;
    const value = inner === undefined ? undefined : convert(member, inner, [...at, name], faults);
    if (value !== undefined) {
      object[name] = value;
    }
  }
  return object;
}

function convertDate(node: Node, given: Given, at: Place, faults: Faults): Stored | undefined {
  const date = readDate(node, given) ?? refuse(node, given, at);
  const year = date.getUTCFullYear();
  if (!(year >= 0 && year <= 9999)) {
    faults.add(() => ({
      detail: 'Must be a moment of the years 0000 to 9999, in UTC, and no leap second.',
      pointer: pointer(...at),
    }));
    return undefined;
  }
  switch (node.storage) {
    case 'iso':
      return date.toISOString();
    case 'seconds':
      return Math.round(date.getTime() / 1000);
    case 'milliseconds':
      return date.getTime();
  }
}

function readDate(node: Node, given: Given): Date | undefined {
  // RFC 3339 §5.6 allows lower case and a space, which Date.parse does not promise to read.
  return typeof given === 'string'
    ? new Date(given.toUpperCase().replace(' ', 'T'))
    : // Dynamoose takes from a default what is stored, too: `default: Date.now`.
      typeof given === 'number' && node.storage !== 'iso'
      ? new Date(given * (node.storage === 'seconds' ? 1000 : 1))
      : given instanceof Date
        ? given
        : undefined;
}

/** A value of any JSON, held to what DynamoDB can nest and name. */
function free(given: Given, at: Place, faults: Faults): Stored {
  findFreeFaults(given as Json, at, faults);
  return given as Stored;
}

function findFreeFaults(value: Json, at: Place, faults: Faults): void {
  if (typeof value !== 'object' || value === null) {
    return;
  }
  if (at.length >= DEEPEST) {
    faults.add(() => ({ detail: `Must not be nested more than ${DEEPEST} levels deep.`, pointer: pointer(...at) }));
    return;
  }
  for (const [name, inner] of Object.entries(value)) {
    const place = [...at, name];
    if (name === '' || Buffer.byteLength(name) > LONGEST_NAME) {
      faults.add(() => ({ detail: `Must have a name of 1 to ${LONGEST_NAME} bytes.`, pointer: pointer(...place) }));
    }
    findFreeFaults(inner, place, faults);
  }
}

function refuse(node: Node, given: Given, at: Place): never {
  throw new Error(
    `The default of the attribute "${at.join('.')}" made a value that is no ${node.kind}, of the type ${given === null ? 'null' : typeof given}: correct the default.`,
  );
}

function isPlainObject(value: Given | undefined): value is { [name: string]: Given } {
  return (
    typeof value === 'object' &&
    value !== null &&
    !(Array.isArray(value) || value instanceof Date || value instanceof Set || value instanceof Uint8Array)
  );
}
