// Equality of JSON values, as RFC 6902 §4.6 defines it: of objects without regard to the order of members.
import type { Json } from './json';

/**
 * Whether two JSON values are equal: numbers by value, objects whatever the order of their members (RFC 6902 §4.6).
 */
export function isEqual(a: Json | undefined, b: Json | undefined): boolean {
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) {
    return a === b;
  }
  if (Array.isArray(a) || Array.isArray(b)) {
    return (
      Array.isArray(a) &&
      Array.isArray(b) &&
      a.length === b.length &&
      a.every((element, index) => isEqual(element, b[index]))
    );
  }
  const names = Object.keys(a);
  return (
    names.length === Object.keys(b).length && names.every((name) => Object.hasOwn(b, name) && isEqual(a[name], b[name]))
  );
}
