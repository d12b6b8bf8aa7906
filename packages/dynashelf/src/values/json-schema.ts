// JSON Schema (draft 2020-12) derived from a resource's schema: for checking requests and for the description.
import type { AttributeDefinition } from '../definition/attribute';
import { isFree, isReadOnly, isWhole, type Node } from './node';
import { ID_PATTERN } from '../definition/relation';

type JsonType = 'string' | 'number' | 'integer' | 'boolean' | 'array' | 'object';

/** The part of JSON Schema that is derived. */
export interface JsonSchema {
  type?: JsonType | (JsonType | 'null')[];
  properties?: Record<string, JsonSchema>;
  required?: string[];
  additionalProperties?: boolean;
  items?: JsonSchema;
  [keyword: string]: unknown;
}

/** The words that mean in JSON Schema what they mean in a resource file. */
const COPIED = [
  'title',
  'description',
  'examples',
  'deprecated',
  'minLength',
  'maxLength',
  'pattern',
  'format',
  'minimum',
  'maximum',
  'exclusiveMinimum',
  'exclusiveMaximum',
  'multipleOf',
  'minItems',
  'maxItems',
  'uniqueItems',
] as const satisfies readonly (keyof AttributeDefinition)[];

/**
 * RFC 4648 §4, with padding, and §3.5: the bits that only fill up are zero, so that a value has one
 * text and a set of distinct texts holds distinct values.
 */
export const BASE64 = '^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/][AQgw]==|[A-Za-z0-9+/]{2}[AEIMQUYcgkosw048]=)?$';

/**
 * What any JSON object is held to as it is stored: DynamoDB has no empty name, and none means what JavaScript reads
 * into this one.
 */
const ANY_NAMES = { minLength: 1, pattern: '^(?!__proto__$)' };

/** What a request body of POST or PUT may hold: the attributes that clients write. */
export function requestSchema(nodes: ReadonlyMap<string, Node>): JsonSchema {
  return objectSchema(
    [...nodes].filter(([, node]) => !isReadOnly(node)),
    'request',
  );
}

/** What a response holds of the declared attributes. */
export function itemSchema(nodes: ReadonlyMap<string, Node>): JsonSchema {
  return objectSchema([...nodes], 'item');
}

/**
 * What a merge patch (RFC 7396) may hold: any of the attributes that clients write, null for those that may go.
 * What is inside an object is patched likewise; an array is replaced whole.
 */
export function mergePatchSchema(nodes: ReadonlyMap<string, Node>): JsonSchema {
  return mergeObject([...nodes].filter(([, node]) => !isReadOnly(node)));
}

function mergeObject(members: [string, Node][]): JsonSchema {
  return {
    type: 'object',
    properties: Object.fromEntries(members.map(([name, node]) => [name, mergeSchema(node)])),
    additionalProperties: false,
  };
}

function mergeSchema(node: Node): JsonSchema {
  const { words } = node;
  const { required: _, ...whole } = nodeSchema(node, 'request');
  const schema: JsonSchema =
    node.kind === 'object' && !isFree(node) ? { ...whole, ...mergeObject([...node.members]) } : whole;
  const stays = words.required === true && words.default === undefined && words.set === undefined;
  return stays || schema.type === undefined
    ? schema
    : {
        ...schema,
        type: [schema.type as JsonType, 'null'],
        ...(schema['enum'] !== undefined && { enum: [...(schema['enum'] as unknown[]), null] }),
      };
}

/**
 * Unsettled is what a `set` may still bring into the enum, or add where it is required: checked after it, not before.
 */
type Purpose = 'request' | 'unsettled request' | 'item';

function objectSchema(members: [string, Node][], purpose: Purpose): JsonSchema {
  const required =
    purpose === 'unsettled request'
      ? []
      : members
          .filter(
            ([, { words }]) =>
              words.required === true && (purpose === 'item' ? words.get === undefined : words.default === undefined),
          )
          .map(([name]) => name);
  return {
    type: 'object',
    properties: Object.fromEntries(members.map(([name, node]) => [name, nodeSchema(node, purpose)])),
    ...(required.length > 0 && { required }),
    additionalProperties: false,
  };
}

function nodeSchema(node: Node, outside: Purpose): JsonSchema {
  const { words } = node;
  const purpose = outside === 'request' && words.set !== undefined ? 'unsettled request' : outside;
  if (purpose === 'item' && words.get !== undefined) {
    // What `get` shows can be anything.
    return { ...annotations(words), ...(isReadOnly(node) && { readOnly: true }) };
  }
  const copied = Object.fromEntries(
    COPIED.filter((word) => words[word] !== undefined).map((word) => [word, words[word]]),
  );
  return {
    ...shape(node, purpose),
    ...copied,
    ...(words.references !== undefined && { pattern: ID_PATTERN }),
    // DynamoDB has no empty set.
    ...(node.kind === 'set' && { minItems: Math.max(1, words.minItems ?? 1) }),
    ...(words.enum !== undefined && purpose !== 'unsettled request' && { enum: [...words.enum] }),
    ...(purpose === 'item' && isReadOnly(node) && { readOnly: true }),
    ...(purpose === 'item' && isPlain(words.default) && { default: words.default }),
  };
}

function annotations({ title, description, deprecated }: AttributeDefinition): JsonSchema {
  return {
    ...(title !== undefined && { title }),
    ...(description !== undefined && { description }),
    ...(deprecated !== undefined && { deprecated }),
  };
}

function shape(node: Node, purpose: Purpose): JsonSchema {
  switch (node.kind) {
    case 'string':
      return { type: 'string' };
    case 'number':
      return isWhole(node) ? whole(node.words) : { type: 'number', format: 'double' };
    case 'boolean':
      return { type: 'boolean' };
    case 'date':
      return { type: 'string', format: 'date-time' };
    case 'binary':
      return { type: 'string', contentEncoding: 'base64', pattern: BASE64 };
    case 'any':
      return {};
    case 'object':
      return isFree(node) ? { type: 'object', propertyNames: ANY_NAMES } : objectSchema([...node.members], purpose);
    case 'array':
      return { type: 'array', items: nodeSchema(node.element!, purpose) };
    case 'set':
      return { type: 'array', items: nodeSchema(node.element!, purpose), uniqueItems: true };
  }
}

/** A whole number: without limits of its own it has those up to which each differs from the next (RFC 7493 §2.2). */
function whole({ minimum, maximum, exclusiveMinimum, exclusiveMaximum }: AttributeDefinition): JsonSchema {
  return {
    type: 'integer',
    format: 'int64',
    ...(minimum === undefined && exclusiveMinimum === undefined && { minimum: Number.MIN_SAFE_INTEGER }),
    ...(maximum === undefined && exclusiveMaximum === undefined && { maximum: Number.MAX_SAFE_INTEGER }),
  };
}

function isPlain(value: unknown): boolean {
  return ['string', 'number', 'boolean'].includes(typeof value);
}
