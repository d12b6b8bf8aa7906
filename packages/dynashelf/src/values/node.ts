// A schema in one form: shorthands spelled out, so that no other code asks how an attribute was written.
import type { Attribute, AttributeDefinition, SchemaDefinition } from '../definition/attribute';

export type Kind = 'string' | 'number' | 'boolean' | 'date' | 'binary' | 'object' | 'array' | 'set' | 'any';

/** One attribute, or element of an array or set. */
export interface Node {
  readonly kind: Kind;
  /** The words of its definition. */
  readonly words: AttributeDefinition;
  /** How a date is stored. */
  readonly storage: 'milliseconds' | 'seconds' | 'iso';
  /** The attributes of an object, by name; empty for other kinds. */
  readonly members: ReadonlyMap<string, Node>;
  /** The element of an array or set. */
  readonly element?: Node;
}

const SCALARS = new Map<unknown, Kind>([
  [String, 'string'],
  [Number, 'number'],
  [Boolean, 'boolean'],
  [Date, 'date'],
  [Buffer, 'binary'],
  [Object, 'object'],
  [Array, 'array'],
  [Set, 'set'],
]);

const STORAGES = ['milliseconds', 'seconds', 'iso'];

/**
 * Spells out a schema.
 * @throws Error saying which attribute has no type, or does not say what it holds, and what to write
 */
export function readNodes(schema: SchemaDefinition, path = ''): ReadonlyMap<string, Node> {
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

/** Whether a request body may set the attribute. */
export function isReadOnly(node: Node): boolean {
  return node.words.readOnly === true || node.words.forceDefault === true;
}

/** Whether the attribute takes any JSON object, stored and returned as it came. */
export function isFree(node: Node): boolean {
  return node.kind === 'any' || (node.kind === 'object' && node.words.schema === 'any');
}

/** Whether the attribute holds whole numbers alone. */
export function isWhole({ words }: Node): boolean {
  return words.integer === true || words.counts !== undefined;
}

/** Whether something holds of an attribute or of anything inside it, found out once for each. */
export function anywhere(holds: (node: Node) => boolean): (node: Node) => boolean {
  const known = new WeakMap<Node, boolean>();
  return function found(node: Node): boolean {
    let answer = known.get(node);
    if (answer === undefined) {
      answer =
        holds(node) || [...node.members.values()].some(found) || (node.element !== undefined && found(node.element));
      known.set(node, answer);
    }
    return answer;
  };
}

function readNode(attribute: Attribute, path: string): Node {
  const words: AttributeDefinition = isDefinition(attribute) ? attribute : { type: attribute };
  const { type, schema } = words;
  const storage = isStoredDate(type) ? (type.settings?.storage ?? 'milliseconds') : 'milliseconds';
  if (!STORAGES.includes(storage)) {
    throw new Error(
      `attribute "${path}" stores its Date in the unknown form "${String(storage)}": use ${STORAGES.join(', ')}`,
    );
  }
  const kind = isStoredDate(type) ? 'date' : SCALARS.get(type);
  if (kind === undefined) {
    throw new Error(
      `attribute "${path}" has no known type: write String, Number, Boolean, Date, Buffer, Object, Array or Set (import nothing for it)`,
    );
  }
  const plain = { words, storage, members: new Map<string, Node>() };
  if (kind === 'object') {
    if (schema === 'any') {
      return { ...plain, kind };
    }
    if (!isRecord(schema) || Array.isArray(schema) || Object.keys(schema).length === 0) {
      throw new Error(
        `attribute "${path}" is an Object without its attributes: add schema: { … }, or schema: 'any' to take any JSON object`,
      );
    }
    return { ...plain, kind, members: readNodes(schema, path) };
  }
  if (kind === 'array' || kind === 'set') {
    if (schema === 'any' && kind === 'array') {
      return { ...plain, kind, element: { ...plain, words: { type: Object }, kind: 'any' } };
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

function isStoredDate(type: unknown): type is { value: DateConstructor; settings?: { storage?: Node['storage'] } } {
  return isRecord(type) && type['value'] === Date;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
