// Object: members that are declared one by one, or any JSON object.
import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { isObject, type JsonObject } from '../json';
import type { Check, Decode, DeclaredKind, Hydrate, Report, SentKind, StoredKind } from '../kind';
import { checkInside, convertInside, checkOf } from '../rule';
import { isSchemaless, type SchemaNode } from '../node';
import { refuse } from '../refuse';
import { isPlainObject, type StoredValue } from '../stored';
import { convertAny, decodeAny, EXAMPLE, misuseOfAny } from './any';

/**
 * What any JSON object is held to as it is stored: DynamoDB has no empty name, and none means what JavaScript reads
 * into this one.
 */
const ANY_NAMES = { minLength: 1, pattern: '^(?!__proto__$)' };

export const declaredObject: DeclaredKind = {
  isType: (type) => type === Object,
  holds: 'attributes',
  keywords: ['schema'],
  isDefault: (value) => typeof value === 'object' && value !== null && !Array.isArray(value),
};

export const storedObject: StoredKind = {
  operators: ['exists'],
  decoder: (node, inner) => {
    if (isSchemaless(node)) {
      return decodeAny;
    }
    const members = memberDecoders(node.properties, inner);
    return (stored) => (stored.M === undefined ? decodeAny(stored) : decodeMembers(members, stored.M));
  },
  hydrate: (node, { M }, inner) => M && (isSchemaless(node) ? decodeAny({ M }) : hydrateMembers(node, M, inner)),
  misuse: (node, name) =>
    node.properties.size > 0
      ? `"${name}" is an object: ask for what is in it, such as ${name}.${[...node.properties.keys()][0]}=….`
      : misuseOfAny(node, name),
};

export const sentObject: SentKind = {
  checker: (node, inner) => {
    const isOfType = checkOf('object', isObject, []);
    if (isSchemaless(node)) {
      return isOfType;
    }
    const areValid = inner.members(node.properties);
    return (value, report) => (isObject(value) ? areValid(value, report) : isOfType(value, report));
  },
  converter: (node, inner) => {
    if (isSchemaless(node)) {
      return (given, at, faults) => (isPlainObject(given) ? convertAny(given, at, faults) : refuse(node, given, at));
    }
    const members = [...node.properties].map(([name, member]) => ({ name, convert: inner(member) }));
    return (given, at, faults) => {
      if (!isPlainObject(given)) {
        return refuse(node, given, at);
      }
      const object: { [name: string]: StoredValue } = {};
      for (const { name, convert } of members) {
        const value = Object.hasOwn(given, name) ? given[name] : undefined;
        const stored = value === undefined ? undefined : convertInside(convert, value, name, at, faults);
        if (stored !== undefined) {
          object[name] = stored;
        }
      }
      return object;
    };
  },
  schema: (node, inner) =>
    isSchemaless(node) ? { type: 'object', propertyNames: ANY_NAMES } : inner.members(node.properties),
  example: (node, _name, inner) => (isSchemaless(node) ? EXAMPLE : inner.members(node.properties)),
};

/** The decoders of some members, or of the attributes of an item. */
export type MemberDecoders = readonly { readonly name: string; readonly decode: Decode }[];

/** Compiles the decoders of some attributes. */
export function memberDecoders(
  nodes: ReadonlyMap<string, SchemaNode>,
  inner: (node: SchemaNode) => Decode,
): MemberDecoders {
  return [...nodes].map(([name, node]) => ({ name, decode: inner(node) }));
}

/**
 * Decodes what is declared; what else there is, is left out.
 * @param object what it is added to
 */
export function decodeMembers(
  members: MemberDecoders,
  map: Record<string, AttributeValue>,
  object: JsonObject = {},
): JsonObject {
  for (const { name, decode } of members) {
    const stored = map[name];
    if (stored !== undefined) {
      object[name] = decode(stored);
    }
  }
  return object;
}

async function hydrateMembers(
  node: SchemaNode,
  map: Record<string, AttributeValue>,
  inner: Hydrate,
): Promise<Record<string, unknown>> {
  const object: Record<string, unknown> = {};
  for (const [name, member] of node.properties) {
    const stored = map[name];
    if (stored !== undefined) {
      object[name] = await inner(member, stored);
    }
  }
  return object;
}

/** What is known of the members of an object. */
export interface Members {
  readonly checks: ReadonlyMap<string, Check>;
  /** The names of those that must be there. */
  readonly required: readonly string[];
}

/**
 * Checks the members of an object: those that are required, the declared ones, and that there are no others.
 * @param counts which members are looked at; all are without it
 */
export function checkMembers(
  { checks, required }: Members,
  value: JsonObject,
  report: Report | undefined,
  counts?: (name: string) => boolean,
): boolean {
  let isValid = true;
  for (const name of required) {
    if (!Object.hasOwn(value, name) && counts?.(name) !== false) {
      isValid = false;
      report?.noteAbsent(name);
    }
  }
  for (const name of Object.keys(value)) {
    if (!isValid && report === undefined) {
      return false;
    }
    if (counts?.(name) === false) {
      continue;
    }
    const check = checks.get(name);
    if (check === undefined) {
      isValid = false;
      report?.noteUnknown(name, checks.keys());
    } else if (!checkInside(check, value[name]!, name, report)) {
      isValid = false;
    }
  }
  return isValid;
}
