// "Did you mean …?": the known name nearest to one that is not known.

/** The nearest of `names`, or undefined where none is near. */
export function nearest(name: string, names: Iterable<string>): string | undefined {
  const slip = name.slice(0, 64).toLowerCase();
  // A distance of more than a third of the name is another word, not a slip.
  let least = Math.min(Math.ceil(slip.length / 3) + 1, slip.length);
  let found: string | undefined;
  for (const candidate of names) {
    const distance = editDistance(slip, candidate.toLowerCase());
    if (distance < least) {
      least = distance;
      found = candidate;
    }
  }
  return found;
}

/** ` Did you mean "title"?`, or nothing. */
export function didYouMean(name: string, names: Iterable<string>): string {
  const found = nearest(name, names);
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
