// Set: distinct strings, numbers or bytes without an order, in JSON an array.
import type { AttributeDefinition } from '../attribute';
import { convertInside } from '../rule';
import type { DeclaredKind, SentKind, StoredKind } from '../kind';
import { refuse } from '../refuse';
import type { InputValue } from '../stored';
import { decodeAny } from './any';
import { checkOfElements, exampleOfOne, misuseOfSeveral } from './array';

export const declaredSet: DeclaredKind = {
  isType: (type) => type === Set,
  holds: 'element',
  keywords: ['schema', 'minItems', 'maxItems'],
  isDefault: (value) => value instanceof Set || Array.isArray(value),
};

export const storedSet: StoredKind = {
  operators: ['contains', 'exists'],
  decoder: () => decodeAny,
  hydrate: (_node, { SS, NS, BS }) => {
    const elements = SS ?? NS?.map(Number) ?? BS?.map((bytes) => Buffer.from(bytes));
    return elements && new Set<unknown>(elements);
  },
  misuse: misuseOfSeveral,
};

export const sentSet: SentKind = {
  checker: (node, inner) => checkOfElements(node, leastOf(node.keywords), inner.element(node.element!)),
  converter: (node, inner) => {
    const convert = inner(node.element!);
    return (given, at, faults) =>
      Array.isArray(given) || given instanceof Set
        ? new Set(
            ([...given] as InputValue[]).map(
              (element, index) => convertInside(convert, element, index, at, faults) as string,
            ),
          )
        : refuse(node, given, at);
  },
  schema: (node, inner) => ({
    type: 'array',
    items: inner.element(node.element!),
    uniqueItems: true,
    minItems: leastOf(node.keywords),
  }),
  example: exampleOfOne,
};

/** DynamoDB has no empty set. */
function leastOf({ minItems = 1 }: AttributeDefinition): number {
  return Math.max(1, minItems);
}
