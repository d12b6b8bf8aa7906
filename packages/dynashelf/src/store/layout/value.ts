// Stored values as DynamoDB's attribute values; values/decode.ts makes JSON of them.
import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import type { StoredValue } from '../../values/stored';

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

/** Bytes that a value takes in a record, or somewhat more: DynamoDB packs two digits of a number into one. */
export function sizeOf({ S, N, B, SS, NS, BS, L, M }: AttributeValue): number {
  const texts = SS ?? NS;
  return (
    3 +
    (S !== undefined ? Buffer.byteLength(S) : (N?.length ?? B?.length ?? 0)) +
    (texts ?? []).reduce((sum, text) => sum + Buffer.byteLength(text) + 1, 0) +
    (BS ?? []).reduce((sum, bytes) => sum + bytes.length + 1, 0) +
    (L ?? []).reduce((sum, value) => sum + sizeOf(value) + 1, 0) +
    Object.entries(M ?? {}).reduce((sum, [name, value]) => sum + Buffer.byteLength(name) + sizeOf(value) + 1, 0)
  );
}

/** Encodes prepared values; what is undefined is left out. */
export function encode(values: Record<string, StoredValue | undefined>): AttributeMap {
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
export function encodeValue(value: StoredValue): AttributeValue {
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

function encodeObject(value: Exclude<StoredValue, string | number | boolean>): AttributeValue {
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
