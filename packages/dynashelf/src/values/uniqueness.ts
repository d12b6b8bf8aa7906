// No element twice, in sets and arrays with `uniqueItems`: found in linear time, which the JSON Schema validator does
// not.
import { pointer, type Faults } from '../problem';
import type { Place } from './convert';
import type { Json } from '../definition/item';
import { anywhere, type Node } from './node';

/**
 * Finds the arrays of a value that hold an element twice and must not; what is of another type is another's to find.
 */
export function findRepetitions(node: Node, value: Json | undefined, at: Place, faults: Faults): void {
  if (typeof value !== 'object' || value === null || !usesUniqueness(node)) {
    return;
  }
  if (!Array.isArray(value)) {
    for (const [name, member] of node.members) {
      if (Object.hasOwn(value, name)) {
        findRepetitions(member, value[name], [...at, name], faults);
      }
    }
    return;
  }
  if (isUnique(node) && new Set(value.map(canonical)).size < value.length) {
    faults.add(() => ({ detail: 'Must not hold an element twice.', pointer: pointer(...at) }));
  }
  const { element } = node;
  if (element !== undefined && usesUniqueness(element)) {
    value.forEach((inner, index) => findRepetitions(element, inner, [...at, index], faults));
  }
}

function isUnique({ kind, words }: Node): boolean {
  return kind === 'set' || (kind === 'array' && words.uniqueItems === true);
}

const usesUniqueness = anywhere(isUnique);

/** A text that equal values, and no others, have (JSON Schema core §4.2.2): the order of members says nothing. */
function canonical(value: Json): string {
  return JSON.stringify(value, (_name, inner: Json) =>
    typeof inner === 'object' && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  );
}
