// Which writes lead to a call of an `onWrite`.
import type { Resource } from './resource';

/**
 * Whether a write of an item of a resource can lead to a call of `onWrite`: of its own, of what counts it, or of what
 * its deletion reaches.
 */
export function leadsToOnWrite(resources: ReadonlyMap<string, Resource>, resource: Resource): boolean {
  const reached = new Set([resource]);
  for (const one of reached) {
    for (const other of resources.values()) {
      const isLinked = [...other.attributes.values()].some(
        ({ keywords: { references, onDelete, counts, sums } }) =>
          (references === one.name && (onDelete ?? 'restrict') !== 'restrict') ||
          counts?.collection === one.name ||
          sums?.collection === one.name,
      );
      if (isLinked) {
        reached.add(other);
      }
    }
  }
  return [...reached].some(({ onWrite }) => onWrite !== undefined);
}
