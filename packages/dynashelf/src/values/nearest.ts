// "Did you mean …?": the known name nearest to one that is not known.
import type { FoundFaults } from '../problem';

/** Characters of a name that are compared: no attribute has more. */
const COMPARED = 64;

/** How many faults of a body or of parameters ask so: to find the nearest of many names takes a while. */
const MOST_ASKED = 10;

/** The nearest of `names`, or undefined where none is near. */
export function nearest(name: string, names: Iterable<string>): string | undefined {
  const slip = name.slice(0, COMPARED).toLowerCase();
  // A distance of more than a third of the name is another word, not a slip.
  let least = Math.min(Math.ceil(slip.length / 3) + 1, slip.length);
  let found: string | undefined;
  for (const candidate of names) {
    // Names differ by no less than their lengths do.
    const distance =
      Math.abs(slip.length - candidate.length) < least ? editDistance(slip, candidate.toLowerCase()) : least;
    if (distance < least) {
      least = distance;
      found = candidate;
    }
  }
  return found;
}

/**
 * ` Did you mean "title"?`, or nothing.
 * @param faults those of the request that are found so far
 */
export function didYouMean(
  name: string,
  names: Iterable<string>,
  { count }: Pick<FoundFaults, 'count'> = { count: 0 },
): string {
  const found = count > MOST_ASKED ? undefined : nearest(name, names);
  return found === undefined ? '' : ` Did you mean "${found}"?`;
}

function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const replaced = row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(replaced, row[j]! + 1, next[j - 1]! + 1));
    }
    row = next;
  }
  return row[b.length]!;
}
