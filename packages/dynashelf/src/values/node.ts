// A schema in one form: shorthands spelled out, so that no other code asks how an attribute was written.
import type { AttributeDefinition, Counting, Summing } from './attribute';

/** What an attribute holds; `kinds/` has a file for each. */
export type Kind = 'string' | 'number' | 'boolean' | 'date' | 'binary' | 'object' | 'array' | 'set' | 'any';

/** One attribute, or element of an array or set. */
export interface SchemaNode {
  readonly kind: Kind;
  /** The keywords of its definition. */
  readonly keywords: AttributeDefinition;
  /** How a date is stored. */
  readonly storage: 'milliseconds' | 'seconds' | 'iso';
  /** The attributes of an object, by name; empty for other kinds. */
  readonly properties: ReadonlyMap<string, SchemaNode>;
  /** The element of an array or set. */
  readonly element?: SchemaNode;
}

/** Whether a request body may set the attribute. */
export function isReadOnly(node: SchemaNode): boolean {
  return node.keywords.readOnly === true || node.keywords.forceDefault === true;
}

/** Whether the attribute takes any JSON object, stored and returned as it came. */
export function isSchemaless(node: SchemaNode): boolean {
  return node.kind === 'any' || (node.kind === 'object' && node.keywords.schema === 'any');
}

/** Which items of another collection the attribute counts, or, where there is `of`, adds up a number of. */
export function aggregateOf({ keywords }: SchemaNode): (Counting & Partial<Summing>) | undefined {
  return keywords.counts ?? keywords.sums;
}

/** Whether the attribute holds whole numbers alone. */
export function isWhole({ keywords }: SchemaNode): boolean {
  return keywords.integer === true || keywords.counts !== undefined;
}

/** Whether something holds of an attribute or of anything inside it, found out once for each. */
export function anywhere(holds: (node: SchemaNode) => boolean): (node: SchemaNode) => boolean {
  const known = new WeakMap<SchemaNode, boolean>();
  return function found(node: SchemaNode): boolean {
    let answer = known.get(node);
    if (answer === undefined) {
      answer =
        holds(node) || [...node.properties.values()].some(found) || (node.element !== undefined && found(node.element));
      known.set(node, answer);
    }
    return answer;
  };
}
