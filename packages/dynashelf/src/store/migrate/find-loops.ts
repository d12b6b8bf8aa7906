// The loops in a tree whose reference was declared `acyclic` on a table with data. Since then no new one is made, so
// reading item by item finds all that there are.
import type { Resource } from '../../definition/resource';
import { basePartitions } from '../layout/record';
import { SORT_KEY } from '../layout/table';
import type { Run } from './constraint-run';
import { gatherObstacles, MOST_NAMED, type Findings } from './obstacles';
import { readWhole } from './whole';

/** Finds the loops that an attribute makes: they stand in the way. */
export async function findLoops({ send, TableName }: Run, resource: Resource, attribute: string): Promise<Findings> {
  const above = new Map<string, string>();
  let items = 0;
  for await (const records of readWhole(send, TableName, basePartitions(resource))) {
    items += records.length;
    for (const record of records) {
      const to = record[attribute]?.S;
      if (to !== undefined) {
        above.set(record[SORT_KEY]!.S!, to);
      }
    }
  }
  const loops = gatherObstacles((count) => `${count} more circles of items of ${resource.name} by "${attribute}".`);
  for (const loop of loopsOf(above)) {
    const way = [...loop.slice(0, MOST_NAMED), ...(loop.length > MOST_NAMED ? ['…'] : []), loop[0]!];
    loops.add(
      () =>
        `Items of ${resource.name} refer to one another in a circle by "${attribute}": ${way.join(', ')}. Take the reference out of one of them.`,
    );
  }
  return { items, obstacles: loops.named };
}

function loopsOf(above: ReadonlyMap<string, string>): string[][] {
  const seen = new Set<string>();
  const loops: string[][] = [];
  for (const start of above.keys()) {
    const way = new Set<string>();
    let next: string | undefined = start;
    while (next !== undefined && !seen.has(next)) {
      seen.add(next);
      way.add(next);
      next = above.get(next);
    }
    if (next !== undefined && way.has(next)) {
      const ids = [...way];
      loops.push(ids.slice(ids.indexOf(next)));
    }
  }
  return loops;
}
