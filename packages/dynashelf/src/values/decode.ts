// Stored values made into JSON, by decoders that are compiled of the attributes once.
import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import type { Json, JsonObject } from './json';
import type { Decode } from './kind';
import { STORED } from './kinds';
import { base64, decodeAny } from './kinds/any';
import { decodeMembers, memberDecoders, type MemberDecoders } from './kinds/object';
import { anywhere, type SchemaNode } from './node';

type AttributeMap = Record<string, AttributeValue>;

/**
 * Decodes the declared attributes of a record into JSON; others are left out.
 * @param item the object that they are added to
 */
export async function decode(
  attributes: ReadonlyMap<string, SchemaNode>,
  record: AttributeMap,
  item: JsonObject = {},
): Promise<JsonObject> {
  if (!hasGet(attributes)) {
    return decodeNow(attributes, record, item);
  }
  for (const [name, node] of attributes) {
    const stored = record[name];
    if (stored !== undefined) {
      const value = usesGet(node) ? toJson(await hydrate(node, stored)) : decoderOf(node)(stored);
      if (value !== undefined) {
        item[name] = value;
      }
    }
  }
  return item;
}

/**
 * Decodes the declared attributes of each of some records.
 * @param begin makes the object that the attributes of a record are added to
 */
export async function decodeAll(
  attributes: ReadonlyMap<string, SchemaNode>,
  records: readonly AttributeMap[],
  begin: (record: AttributeMap) => JsonObject = () => ({}),
): Promise<JsonObject[]> {
  // Most resources have no `get`, and a promise for each item would cost as much as what it waits for.
  return hasGet(attributes)
    ? Promise.all(records.map(async (record) => decode(attributes, record, begin(record))))
    : records.map((record) => decodeNow(attributes, record, begin(record)));
}

/** Decodes attributes none of which has a `get`. */
function decodeNow(attributes: ReadonlyMap<string, SchemaNode>, record: AttributeMap, item: JsonObject): JsonObject {
  let members = compiled.get(attributes);
  if (members === undefined) {
    members = memberDecoders(attributes, decoderOf);
    compiled.set(attributes, members);
  }
  return decodeMembers(members, record, item);
}

const compiled = new WeakMap<ReadonlyMap<string, SchemaNode>, MemberDecoders>();

function decoderOf(node: SchemaNode): Decode {
  let decoder = decoders.get(node);
  if (decoder === undefined) {
    decoder = STORED[node.kind].decoder(node, decoderOf);
    decoders.set(node, decoder);
  }
  return decoder;
}

const decoders = new WeakMap<SchemaNode, Decode>();

/** Whether any of some attributes has a `get`. */
export function hasGet(attributes: ReadonlyMap<string, SchemaNode>): boolean {
  let answer = known.get(attributes);
  if (answer === undefined) {
    answer = [...attributes.values()].some(usesGet);
    known.set(attributes, answer);
  }
  return answer;
}

const known = new WeakMap<ReadonlyMap<string, SchemaNode>, boolean>();

/** Whether an attribute, or one inside it, has a `get`. */
export const usesGet = anywhere(({ keywords }) => keywords.get !== undefined);

/** Calls each `get`, the inner ones first, with what Dynamoose would hand to it: a Date as Date, and so on. */
async function hydrate(node: SchemaNode, stored: AttributeValue): Promise<unknown> {
  const value: unknown = await STORED[node.kind].hydrate(node, stored, hydrate);
  // No `get` is written for what somebody stored with another type.
  return value === undefined ? decodeAny(stored) : node.keywords.get === undefined ? value : node.keywords.get(value);
}

/** What a `get` may have made, as JSON.stringify would write it, but for sets and binaries. */
export function toJson(value: unknown): Json | undefined {
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
