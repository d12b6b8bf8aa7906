// A schema in one form: shorthands spelled out, so that no other code asks how an attribute was written.
import type { AttributeDefinition } from './attribute';

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
