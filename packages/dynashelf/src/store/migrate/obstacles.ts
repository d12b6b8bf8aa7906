// What stands in the way of a constraint: as many sentences as a person reads, and how many more there are.

/** How many obstacles of one kind are named. */
export const MOST_NAMED = 20;

/** What was found by reading all items that a constraint is of. */
export interface Findings {
  /** How many items were read. */
  readonly items: number;
  /** What stands in the way, in sentences; empty where nothing does. */
  readonly obstacles: string[];
}

/** Gathers obstacles, of which the first are named. */
export interface Obstacles {
  /** @param sentence made where it is named */
  add(sentence: () => string): void;
  /** Those that are named, and a sentence about the rest. */
  readonly named: string[];
}

/** Begins to gather. @param others says of a number of obstacles what they are */
export function gatherObstacles(others: (count: number) => string): Obstacles {
  const first: string[] = [];
  let count = 0;
  return {
    add(sentence) {
      if (++count <= MOST_NAMED) {
        first.push(sentence());
      }
    },
    get named() {
      return count > MOST_NAMED ? [...first, others(count - MOST_NAMED)] : first;
    },
  };
}
