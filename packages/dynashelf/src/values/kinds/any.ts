// Any JSON: the elements of an Array that takes any, and what an Object holds that does.
import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { pointer, type Faults } from '../../problem';
import type { Json } from '../json';
import type { Convert, DeclaredKind, SentKind, StoredKind } from '../kind';
import type { SchemaNode } from '../node';
import type { StoredValue } from '../stored';

/** DynamoDB nests 32 levels of maps and lists; the item is the first. */
const DEEPEST = 31;

/** DynamoDB's limit for the name of an attribute, in bytes. */
const LONGEST_NAME = 65_535;

export const declaredAny: DeclaredKind = {
  // A resource file says so by `schema: 'any'` alone.
  isType: () => false,
  keywords: [],
  isDefault: () => true,
};

export const storedAny: StoredKind = {
  operators: ['exists'],
  decoder: () => decodeAny,
  hydrate: (_node, stored) => decodeAny(stored),
  misuse: misuseOfAny,
};

export const sentAny: SentKind = {
  checker: () => () => true,
  converter: () => convertAny,
  schema: () => ({}),
  example: () => EXAMPLE,
};

/** What stands for any JSON in examples. */
export const EXAMPLE = { any: 'JSON' };

/** Why a filter cannot compare a value of any JSON. */
export function misuseOfAny(_node: SchemaNode, name: string): string {
  return `"${name}" holds any JSON, which cannot be compared: ask with ${name}[exists]=….`;
}

/** A value of which no type is known, or which somebody stored with another than the declared one: as it is. */
export function decodeAny(stored: AttributeValue): Json {
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
    return stored.L.map(decodeAny);
  }
  // DynamoDB keeps no order of keys and elements: one of our own keeps equal items equal byte for byte.
  if (stored.M !== undefined) {
    return Object.fromEntries(
      Object.keys(stored.M)
        .sort()
        .map((name) => [name, decodeAny(stored.M[name]!)]),
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

/** RFC 4648 §4, with padding. */
export function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64');
}

/** A value of any JSON is stored as it came, held to what DynamoDB can nest and name. */
export const convertAny: Convert = (given, at, faults) => {
  findFaults(given as Json, at, faults);
  return given as StoredValue;
};

function findFaults(value: Json, at: (string | number)[], faults: Faults): void {
  if (typeof value !== 'object' || value === null) {
    return;
  }
  if (at.length >= DEEPEST) {
    faults.add(() => ({ detail: `Must not be nested more than ${DEEPEST} levels deep.`, pointer: pointer(...at) }));
    return;
  }
  for (const [name, inner] of Object.entries(value)) {
    at.push(name);
    if (name === '' || Buffer.byteLength(name) > LONGEST_NAME) {
      faults.add(() => ({ detail: `Must have a name of 1 to ${LONGEST_NAME} bytes.`, pointer: pointer(...at) }));
    }
    findFaults(inner, at, faults);
    at.pop();
  }
}
