// The schema of a resource file read into nodes.
import type { Attribute, AttributeDefinition, SchemaDefinition } from './attribute';
import { DECLARED } from './kinds';
import { storageOf } from './kinds/date';
import type { Kind, SchemaNode } from './node';

const STORAGES = ['milliseconds', 'seconds', 'iso'];

/**
 * Spells out a schema.
 * @throws Error saying which attribute has no type, or does not say what it holds, and what to write
 */
export function readNodes(schema: SchemaDefinition, path = ''): ReadonlyMap<string, SchemaNode> {
  if (!isRecord(schema)) {
    throw new Error('there is no schema: say in it which attributes an item has');
  }
  return new Map(
    Object.entries(schema).map(([name, attribute]) => [
      name,
      readNode(attribute, path === '' ? name : `${path}.${name}`),
    ]),
  );
}

function readNode(attribute: Attribute, path: string): SchemaNode {
  const keywords: AttributeDefinition = isDefinition(attribute) ? attribute : { type: attribute };
  const { type, schema } = keywords;
  const storage = storageOf(type);
  if (!STORAGES.includes(storage)) {
    throw new Error(
      `attribute "${path}" stores its Date in the unknown form "${String(storage)}": use ${STORAGES.join(', ')}`,
    );
  }
  const kind = (Object.keys(DECLARED) as Kind[]).find((name) => DECLARED[name].isType(type));
  if (kind === undefined) {
    throw new Error(
      `attribute "${path}" has no known type: write String, Number, Boolean, Date, Buffer, Object, Array or Set (import nothing for it)`,
    );
  }
  const plain = { keywords, storage, properties: new Map<string, SchemaNode>() };
  const { holds } = DECLARED[kind];
  if (holds === 'attributes') {
    if (schema === 'any') {
      return { ...plain, kind };
    }
    if (!isRecord(schema) || Array.isArray(schema) || Object.keys(schema).length === 0) {
      throw new Error(
        `attribute "${path}" is an Object without its attributes: add schema: { … }, or schema: 'any' to take any JSON object`,
      );
    }
    return { ...plain, kind, properties: readNodes(schema, path) };
  }
  if (holds === 'element') {
    if (schema === 'any' && kind === 'array') {
      return { ...plain, kind, element: { ...plain, keywords: { type: Object }, kind: 'any' } };
    }
    if (!Array.isArray(schema) || schema.length !== 1) {
      throw new Error(`attribute "${path}" does not say what it holds: add schema: [String], or another one element`);
    }
    return { ...plain, kind, element: readNode((schema as readonly [Attribute])[0], `${path}[]`) };
  }
  if (schema !== undefined) {
    throw new Error(
      `attribute "${path}" has a schema, which belongs to an Object, Array or Set only: remove it, or change the type`,
    );
  }
  return { ...plain, kind };
}

function isDefinition(attribute: Attribute): attribute is AttributeDefinition {
  return isRecord(attribute) && 'type' in attribute;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
