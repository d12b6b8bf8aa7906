// Values on their way to DynamoDB's attribute values and back to JSON.
import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import type { Json, JsonObject } from '../../definition/item';
import { anywhere, isFree, type Node } from '../../values/node';
import type { Stored } from '../../values/prepare';

/** A record as DynamoDB holds it. */
export type AttributeMap = Record<string, AttributeValue>;

/** A stored value as text, the same for the same value; but the order of sets and members may differ. */
export function valueText(value: AttributeValue): string {
  // DynamoDB returns numbers in a form of its own: 1e+21 as 1000000000000000000000.
  return JSON.stringify(value, (name, inner: unknown) =>
    name === 'N' && typeof inner === 'string'
      ? String(Number(inner))
      : inner instanceof Uint8Array
        ? Buffer.from(inner).toString('base64')
        : inner,
  );
}

/** Encodes prepared values; what is undefined is left out. */
export function encode(values: Record<string, Stored | undefined>): AttributeMap {
  const map: AttributeMap = {};
  for (const [name, value] of Object.entries(values)) {
    if (value !== undefined) {
      map[name] = encodeValue(value);
    }
  }
  return map;
}

/**
 * Encodes one prepared value.
 * @throws Error where a `set` or default made what DynamoDB has no type for
 */
export function encodeValue(value: Stored): AttributeValue {
  switch (typeof value) {
    case 'string':
      return { S: value };
    case 'number':
      return Number.isFinite(value) ? { N: String(value) } : refuse(value);
    case 'boolean':
      return { BOOL: value };
    case 'object':
      return encodeObject(value);
    default:
      return refuse(value);
  }
}

function encodeObject(value: Exclude<Stored, string | number | boolean>): AttributeValue {
  if (value === null) {
    return { NULL: true };
  }
  if (value instanceof Uint8Array) {
    return { B: value };
  }
  if (value instanceof Set) {
    return encodeSet([...value]);
  }
  if (Array.isArray(value)) {
    return { L: value.filter((inner) => inner !== undefined).map(encodeValue) };
  }
  return value instanceof Date || value instanceof Map ? refuse(value) : { M: encode(value) };
}

function encodeSet(elements: (string | number | Uint8Array)[]): AttributeValue {
  const [first] = elements;
  return typeof first === 'string'
    ? { SS: elements as string[] }
    : typeof first === 'number'
      ? { NS: elements.map(String) }
      : first instanceof Uint8Array
        ? { BS: elements as Uint8Array[] }
        : refuse(first);
}

function refuse(value: unknown): never {
  const what =
    value === undefined
      ? 'an empty set'
      : typeof value === 'object'
        ? `an object of ${value?.constructor.name}`
        : (JSON.stringify(value) ?? `a ${typeof value}`);
  throw new Error(`DynamoDB cannot hold ${what}: correct the "set" or default that makes it.`);
}

/** Decodes the declared attributes of a record into JSON; others are left out. */
export async function decode(attributes: ReadonlyMap<string, Node>, record: AttributeMap): Promise<JsonObject> {
  if (!gets(attributes)) {
    return decodeNow(attributes, record);
  }
  const item: JsonObject = {};
  for (const [name, node] of attributes) {
    const stored = record[name];
    if (stored !== undefined) {
      const value = usesGet(node) ? toJson(await decodeThroughGet(node, stored)) : decodeValue(node, stored);
      if (value !== undefined) {
        item[name] = value;
      }
    }
  }
  return item;
}

/** Decodes attributes, of a record or of an object in one, none of which has a `get`. */
export function decodeNow(attributes: ReadonlyMap<string, Node>, record: AttributeMap): JsonObject {
  const item: JsonObject = {};
  for (const [name, node] of attributes) {
    const stored = record[name];
    const value = stored === undefined ? undefined : decodeValue(node, stored);
    if (value !== undefined) {
      item[name] = value;
    }
  }
  return item;
}

const known = new WeakMap<ReadonlyMap<string, Node>, boolean>();

/** Whether any of some attributes has a `get`. */
export function gets(attributes: ReadonlyMap<string, Node>): boolean {
  let answer = known.get(attributes);
  if (answer === undefined) {
    answer = [...attributes.values()].some(usesGet);
    known.set(attributes, answer);
  }
  return answer;
}

export const usesGet = anywhere(({ words }) => words.get !== undefined);

/** Decodes a value that no `get` changes straight to JSON. */
function decodeValue(node: Node, stored: AttributeValue): Json | undefined {
  switch (node.kind) {
    case 'string':
      return stored.S ?? anything(stored);
    case 'number':
      return stored.N === undefined ? anything(stored) : Number(stored.N);
    case 'boolean':
      return stored.BOOL ?? anything(stored);
    case 'array':
      return stored.L?.map((inner) => decodeValue(node.element!, inner) ?? null) ?? anything(stored);
    case 'object':
      return stored.M === undefined || isFree(node) ? anything(stored) : decodeNow(node.members, stored.M);
    case 'date':
      return decodeDate(node, stored)?.toISOString() ?? anything(stored);
    case 'set':
    case 'binary':
    case 'any':
      return anything(stored);
  }
}

function decodeDate({ storage }: Node, { S, N }: AttributeValue): Date | undefined {
  const time = storage === 'iso' ? (S ?? NaN) : Number(N) * (storage === 'seconds' ? 1000 : 1);
  const date = new Date(time);
  return Number.isNaN(date.getTime()) ? undefined : date;
}

/** A value of which no type is known, or which somebody stored with another than the declared one: as it is. */
function anything(stored: AttributeValue): Json {
  if (stored.S !== undefined) {
    return stored.S;
  }
  if (stored.N !== undefined) {
    return Number(stored.N);
  }
  if (stored.BOOL !== undefined) {
    return stored.BOOL;
  }
  if (stored.L !== undefined) {
    return stored.L.map(anything);
  }
  // DynamoDB keeps no order of keys and elements: one of our own keeps equal items equal byte for byte.
  if (stored.M !== undefined) {
    return Object.fromEntries(
      Object.keys(stored.M)
        .sort()
        .map((name) => [name, anything(stored.M[name]!)]),
    );
  }
  if (stored.SS !== undefined) {
    return [...stored.SS].sort();
  }
  if (stored.NS !== undefined) {
    return stored.NS.map(Number).sort((a, b) => a - b);
  }
  if (stored.B !== undefined) {
    return base64(stored.B);
  }
  if (stored.BS !== undefined) {
    return stored.BS.map(base64).sort();
  }
  return null;
}

/**
 * Decodes a value as Dynamoose hands it to `get`, a Date as Date, and so on, and calls each `get`, the inner ones
 * first.
 */
async function decodeThroughGet(node: Node, stored: AttributeValue): Promise<unknown> {
  const value = await decodeMain(node, stored);
  // No `get` is written for what somebody stored with another type.
  return value === undefined ? anything(stored) : node.words.get === undefined ? value : node.words.get(value);
}

/** The value of a stored one in JavaScript; undefined where it has another type than the declared one. */
async function decodeMain(node: Node, stored: AttributeValue): Promise<unknown> {
  switch (node.kind) {
    case 'string':
      return stored.S;
    case 'number':
      return stored.N === undefined ? undefined : Number(stored.N);
    case 'boolean':
      return stored.BOOL;
    case 'date':
      return decodeDate(node, stored);
    case 'binary':
      return stored.B && Buffer.from(stored.B);
    case 'set':
      return decodeSet(stored);
    case 'array':
      return stored.L && Promise.all(stored.L.map((inner) => decodeThroughGet(node.element!, inner)));
    case 'object':
      return stored.M && (isFree(node) ? anything(stored) : getMembers(node, stored.M));
    case 'any':
      return anything(stored);
  }
}

function decodeSet({ SS, NS, BS }: AttributeValue): Set<unknown> | undefined {
  const elements = SS ?? NS?.map(Number) ?? BS?.map((bytes) => Buffer.from(bytes));
  return elements && new Set<unknown>(elements);
}

async function getMembers(node: Node, map: AttributeMap): Promise<Record<string, unknown>> {
  const object: Record<string, unknown> = {};
  for (const [name, member] of node.members) {
    const stored = map[name];
    if (stored !== undefined) {
      object[name] = await decodeThroughGet(member, stored);
    }
  }
  return object;
}

/** What a `get` may have made, as JSON.stringify would write it, but for sets and binaries. */
function toJson(value: unknown): Json | undefined {
  if (value instanceof Date) {
    return value.toJSON();
  }
  if (value instanceof Uint8Array) {
    return base64(value);
  }
  if (value instanceof Set) {
    return [...value].map((inner) => toJson(inner) ?? null).sort(inOrder);
  }
  if (Array.isArray(value)) {
    return value.map((inner) => toJson(inner) ?? null);
  }
  if (typeof value === 'object' && value !== null) {
    return Object.fromEntries(
      Object.entries(value).flatMap(([name, inner]) => {
        const json = toJson(inner);
        return json === undefined ? [] : [[name, json]];
      }),
    );
  }
  return value as Json | undefined;
}

function inOrder(a: Json, b: Json): number {
  return typeof a === 'number' && typeof b === 'number' ? a - b : text(a) < text(b) ? -1 : 1;
}

function text(value: Json): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64');
}
