// Array: elements of one attribute, in order.
import { checkInside, convertInside, checkOf, count, ruleOf } from '../rule';
import type { Json } from '../json';
import type { Check, DeclaredKind, SentKind, StoredKind } from '../kind';
import { isSchemaless, type SchemaNode } from '../node';
import { refuse } from '../refuse';
import { decodeAny } from './any';

export const declaredArray: DeclaredKind = {
  isType: (type) => type === Array,
  holds: 'element',
  keywords: ['schema', 'minItems', 'maxItems', 'uniqueItems'],
  isDefault: Array.isArray,
};

export const storedArray: StoredKind = {
  operators: ['contains', 'exists'],
  decoder: (node, inner) => {
    const decode = inner(node.element!);
    return (stored) => (stored.L === undefined ? decodeAny(stored) : stored.L.map(decode));
  },
  hydrate: (node, { L }, inner) => L && Promise.all(L.map((element) => inner(node.element!, element))),
  misuse: misuseOfSeveral,
};

export const sentArray: SentKind = {
  checker: (node, inner) => checkOfElements(node, node.keywords.minItems, inner.element(node.element!)),
  converter: (node, inner) => {
    const convert = inner(node.element!);
    return (given, at, faults) =>
      Array.isArray(given)
        ? given.map((element, index) => convertInside(convert, element, index, at, faults) ?? null)
        : refuse(node, given, at);
  },
  schema: (node, inner) => ({ type: 'array', items: inner.element(node.element!) }),
  example: exampleOfOne,
};

/** Why a filter cannot compare an attribute of several values. */
export function misuseOfSeveral(_node: SchemaNode, name: string): string {
  return `"${name}" holds several values: ask with ${name}[contains]=… or ${name}[exists]=….`;
}

/** Compiles the check of an array with its elements. */
export function checkOfElements({ kind, keywords }: SchemaNode, minItems: number | undefined, element: Check): Check {
  const isUnique = kind === 'set' || keywords.uniqueItems === true;
  const own = checkOf<Json[]>('array', Array.isArray, [
    ...ruleOf(minItems, hasAtLeast, (least) => `Must have at least ${count(least, 'element')}.`),
    ...ruleOf(keywords.maxItems, hasAtMost, (most) => `Must have at most ${count(most, 'element')}.`),
    ...(isUnique ? [{ holds: isWithoutRepetition, detail: () => 'Must not hold an element twice.' }] : []),
  ]);
  return (value, report) => {
    let isValid = own(value, report);
    if (Array.isArray(value)) {
      for (let index = 0; index < value.length && (isValid || report !== undefined); index++) {
        isValid = checkInside(element, value[index]!, index, report) && isValid;
      }
    }
    return isValid;
  };
}

/** An array of one element, where that is enough. */
export function exampleOfOne(...[node, name, inner]: Parameters<SentKind['example']>): Json | undefined {
  const one = isSchemaless(node.element!) ? 'any JSON' : inner.element(node.element!, name);
  return one === undefined || (node.keywords.minItems ?? 0) > 1 ? undefined : [one];
}

const hasAtLeast = (value: Json[], least: number): boolean => value.length >= least;
const hasAtMost = (value: Json[], most: number): boolean => value.length <= most;

/** In linear time. */
function isWithoutRepetition(elements: readonly Json[]): boolean {
  return elements.length < 2 || new Set(elements.map(canonical)).size === elements.length;
}

/** A text that equal values, and no others, have (JSON Schema core §4.2.2): the order of members says nothing. */
function canonical(value: Json): string {
  return JSON.stringify(value, (_name, inner: Json) =>
    typeof inner === 'object' && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  );
}
