// One page of a list.
import type { AnyItem } from '../../definition/item';
import type { Resource } from '../../definition/resource';
import { openBudget, type ReadBound } from '../client/budget';
import { readByIds, type Stretch } from './by-id';
import { readMerged } from './merge';
import type { Plan } from './planner';
import { readPosition, writePosition, type Position } from './position';
import type { Send } from '../client/send';

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

/** Of what Lambda sends, which is 6 MB with the headers, a page takes so much, except where its first item alone is larger. */
const MOST_BYTES = 4 * 1024 * 1024;

/** What a body may take at most, headers of 64 kB beside it. */
export const MOST_SENT = 6 * 1024 * 1024 - 64 * 1024;

/** Reads until the page is full, the list at its end, or a bound reached. */
export async function readPage(send: Send, TableName: string, resource: Resource, { plan, limit, after }: PageRequest, bound: ReadBound): Promise<Page> {
  const start = after === undefined ? undefined : readPosition(after);
  const { found, next } = await readStretch(send, TableName, resource, plan, limit, start, bound);
  const items = found.map(({ item }) => item);
  const fitting = countFitting(items);
  const end = fitting < items.length ? found[fitting - 1]!.position : next;
  return { items: items.slice(0, fitting), next: end && writePosition(end), positions: found.slice(0, fitting).map(({ position }) => writePosition(position)) };
}

async function readStretch(send: Send, TableName: string, resource: Resource, plan: Plan, limit: number, after: Position | undefined, bound: ReadBound): Promise<Stretch> {
  const budget = openBudget(send, bound);
  switch (plan.kind) {
    case 'nothing': return { found: [], next: undefined };
    case 'query': return readMerged(budget, openBudget(send, { ...bound, bytes: Infinity }), TableName, resource, plan, limit, after);
    case 'ids': return readByIds(budget, TableName, resource, plan, limit, after);
  }
}

/** How many items the body holds, the first in any case. */
export function countFitting(items: readonly object[]): number {
  // Pages of usual items need no closer look.
  if (items.reduce((sum, item) => sum + mostBytes(item), 0) <= MOST_BYTES) {
    return items.length;
  }
  let bytes = 0;
  const last = items.findIndex((item) => (bytes += sentBytes(item)) > MOST_BYTES);
  return last < 0 ? items.length : Math.max(last, 1);
}

/** Whether Lambda can send a value as a body. */
export function isSendable(value: unknown): boolean {
  return mostBytes(value) <= MOST_SENT || sentBytes(value) <= MOST_SENT;
}

function sentBytes(value: unknown): number {
  // The runtime puts the body into JSON once more, which doubles what is escaped.
  return Buffer.byteLength(JSON.stringify(JSON.stringify(value)));
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
