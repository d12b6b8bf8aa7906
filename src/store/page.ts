// One page of a list.
import type { AnyItem } from '../definition/item';
import type { Resource } from '../definition/resource';
import { readByIds, type Placed } from './by-id';
import { readMerged, type ReadBound } from './merge';
import type { Plan } from './planner';
import { readPosition, writePosition, type Position } from './position';
import { toItems } from './record';
import type { Send } from './send';

export interface PageRequest {
  readonly plan: Plan;
  /** How many items, 1 to 100. */
  readonly limit: number;
  /** The position after which the page begins, as the page before gave it. */
  readonly after?: string;
}

export interface Page {
  readonly items: AnyItem[];
  /** Where the next page begins; undefined on the last. A page may be short, even empty, and have it. */
  readonly next: string | undefined;
  /** Where a page would begin that comes after each of the items. */
  readonly positions: readonly string[];
}

/** Lambda answers with 6 MB at most, headers and all. */
const MOST_BYTES = 4 * 1024 * 1024;

/** Reads until the page is full, the list at its end, or a bound reached. */
export async function readPage(send: Send, TableName: string, resource: Resource, { plan, limit, after }: PageRequest, bound: ReadBound): Promise<Page> {
  const start = after === undefined ? undefined : readPosition(after);
  const { found, next } = await readRecords(send, TableName, resource, plan, limit, start, bound);
  const items = await toItems(resource, found.map(({ record }) => record));
  const fitting = countFitting(items);
  const end = fitting < items.length ? found[fitting - 1]!.position : next;
  return { items: items.slice(0, fitting), next: end && writePosition(end), positions: found.slice(0, fitting).map(({ position }) => writePosition(position)) };
}

async function readRecords(send: Send, TableName: string, resource: Resource, plan: Plan, limit: number, after: Position | undefined, bound: ReadBound): Promise<{ found: Placed[]; next: Position | undefined }> {
  switch (plan.kind) {
    case 'nothing': return { found: [], next: undefined };
    case 'query': return readMerged(send, TableName, resource, plan, limit, after, bound);
    case 'ids': {
      const { found, isEnd } = await readByIds(send, TableName, resource, plan, limit, after);
      return { found, next: isEnd ? undefined : found.at(-1)?.position };
    }
  }
}

/** How many items the body holds, the first in any case. */
export function countFitting(items: readonly object[]): number {
  // Pages of usual items need no closer look.
  if (items.reduce((sum, item) => sum + mostBytes(item), 0) <= MOST_BYTES) {
    return items.length;
  }
  let bytes = 0;
  // The runtime puts the body into JSON once more, which doubles what is escaped.
  const last = items.findIndex((item) => (bytes += Buffer.byteLength(JSON.stringify(JSON.stringify(item)))) > MOST_BYTES);
  return last < 0 ? items.length : Math.max(last, 1);
}

/** No fewer bytes than a value has as JSON within JSON. */
function mostBytes(value: unknown): number {
  switch (typeof value) {
    // A control character is six characters as JSON, and seven as JSON once more; quotes around are four.
    case 'string': return 7 * value.length + 5;
    case 'object': {
      let bytes = 5;
      for (const name in value) {
        bytes += 7 * name.length + 6 + mostBytes((value as Record<string, unknown>)[name]);
      }
      return bytes;
    }
    // The longest number has 24 characters.
    default: return 25;
  }
}
