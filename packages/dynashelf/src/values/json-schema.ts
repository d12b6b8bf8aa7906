// JSON Schema (draft 2020-12) derived from a resource's schema, for the description; a property test holds the check of
// requests (check.ts) to it.
import type { AttributeDefinition } from './attribute';
import type { JsonSchema } from './kind';
import { SENT } from './kinds';
import { isReadOnly, type SchemaNode } from './node';

/** The keywords that mean in JSON Schema what they mean in a resource file. */
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

/** What a request body of POST or PUT may hold: the attributes that clients write. */
export function requestSchema(nodes: ReadonlyMap<string, SchemaNode>): JsonSchema {
  return objectSchema(
    [...nodes].filter(([, node]) => !isReadOnly(node)),
    'request',
  );
}

/** What a response holds of the declared attributes. */
export function itemSchema(nodes: ReadonlyMap<string, SchemaNode>): JsonSchema {
  return objectSchema([...nodes], 'item');
}

/**
 * What a merge patch (RFC 7396) may hold: any of the attributes that clients write, null for those that may go.
 * What is inside an object is patched likewise; an array is replaced whole.
 */
export function mergePatchSchema(nodes: ReadonlyMap<string, SchemaNode>): JsonSchema {
  return mergeObject([...nodes].filter(([, node]) => !isReadOnly(node)));
}

function mergeObject(members: [string, SchemaNode][]): JsonSchema {
  return {
    type: 'object',
    properties: Object.fromEntries(members.map(([name, node]) => [name, mergeSchema(node)])),
    additionalProperties: false,
  };
}

function mergeSchema(node: SchemaNode): JsonSchema {
  const { keywords } = node;
  const { required: _, ...whole } = nodeSchema(node, 'request');
  const schema: JsonSchema = node.properties.size > 0 ? { ...whole, ...mergeObject([...node.properties]) } : whole;
  const stays = keywords.required === true && keywords.default === undefined && keywords.set === undefined;
  return stays || schema.type === undefined
    ? schema
    : {
        ...schema,
        type: [schema.type, 'null'].flat() as JsonSchema['type'] & string[],
        ...(schema['enum'] !== undefined && { enum: [...(schema['enum'] as unknown[]), null] }),
      };
}

/**
 * Unsettled is what a `set` may still bring into the enum, or add where it is required: checked after it, not before.
 */
type Purpose = 'request' | 'unsettled request' | 'item';

function objectSchema(members: [string, SchemaNode][], purpose: Purpose): JsonSchema {
  const required =
    purpose === 'unsettled request'
      ? []
      : members
          .filter(
            ([, { keywords }]) =>
              keywords.required === true &&
              (purpose === 'item' ? keywords.get === undefined : keywords.default === undefined),
          )
          .map(([name]) => name);
  return {
    type: 'object',
    properties: Object.fromEntries(members.map(([name, node]) => [name, nodeSchema(node, purpose)])),
    ...(required.length > 0 && { required }),
    additionalProperties: false,
  };
}

function nodeSchema(node: SchemaNode, outside: Purpose): JsonSchema {
  const { keywords } = node;
  const purpose = outside === 'request' && keywords.set !== undefined ? 'unsettled request' : outside;
  if (purpose === 'item' && keywords.get !== undefined) {
    // What `get` shows can be anything.
    return { ...annotations(keywords), ...(isReadOnly(node) && { readOnly: true }) };
  }
  const shape = SENT[node.kind].schema(node, {
    element: (element) => nodeSchema(element, purpose),
    members: (nodes) => objectSchema([...nodes], purpose),
  });
  const copied = COPIED.filter((keyword) => keywords[keyword] !== undefined && !Object.hasOwn(shape, keyword));
  return {
    ...shape,
    ...Object.fromEntries(copied.map((keyword) => [keyword, keywords[keyword]])),
    ...(keywords.enum !== undefined && purpose !== 'unsettled request' && { enum: [...keywords.enum] }),
    ...(purpose === 'item' && isReadOnly(node) && { readOnly: true }),
    ...(purpose === 'item' && isPlain(keywords.default) && { default: keywords.default }),
  };
}

function annotations({ title, description, deprecated }: AttributeDefinition): JsonSchema {
  return {
    ...(title !== undefined && { title }),
    ...(description !== undefined && { description }),
    ...(deprecated !== undefined && { deprecated }),
  };
}

function isPlain(value: unknown): boolean {
  return ['string', 'number', 'boolean'].includes(typeof value);
}
