// One page of a list.
import type { AnyItem } from '../../definition/item';
import type { Resource } from '../../definition/resource';
import { hasGet } from '../../values/decode';
import { openBudget, type Budget, type ReadBound } from '../client/budget';
import { readByIds, type Stretch } from './by-id';
import { readMerged } from './merge';
import type { ReadPlan } from './planner';
import { readPosition, writePosition, type Position } from './cursor';
import { countFitting } from './answer-size';
import type { Send } from '../client/send';

/** Which page is read. */
export interface PageRequest {
  readonly plan: ReadPlan;
  /** How many items, 1 to 100. */
  readonly limit: number;
  /** The position after which the page begins, as the page before gave it. */
  readonly after?: string;
}

/** A page of items. */
export interface Page {
  readonly items: AnyItem[];
  /** Where the next page begins; undefined on the last. A page may be short, even empty, and have it. */
  readonly next: string | undefined;
  /** Where the page after one of the items would begin, for a page that is cut there. */
  readonly positionAfter: (index: number) => string;
}

/** Reads until the page is full, the list at its end, or a bound reached. */
export async function readPage(
  send: Send,
  TableName: string,
  resource: Resource,
  { plan, limit, after }: PageRequest,
  bound: ReadBound,
): Promise<Page> {
  const start = after === undefined ? undefined : readPosition(after);
  const budget = openBudget(send, bound);
  const { found, next } = await readStretch(budget, send, TableName, resource, plan, limit, start);
  const items = found.map(({ item }) => item);
  // What a `get` makes of a value can be larger than any record.
  const fitting = countFitting(items, hasGet(resource.attributes) ? undefined : budget.spent.bytes);
  const end = fitting < items.length ? found[fitting - 1]!.position : next;
  return {
    items: fitting < items.length ? items.slice(0, fitting) : items,
    next: end && writePosition(end),
    positionAfter: (index) => writePosition(found[index]!.position),
  };
}

async function readStretch(
  budget: Budget,
  send: Send,
  TableName: string,
  resource: Resource,
  plan: ReadPlan,
  limit: number,
  after: Position | undefined,
): Promise<Stretch> {
  switch (plan.kind) {
    case 'nothing':
      return { found: [], next: undefined };
    case 'query':
    case 'union':
      return readMerged(
        budget,
        openBudget(send, { ...budget.bound, bytes: Infinity }),
        TableName,
        resource,
        plan.kind === 'query' ? [plan] : plan.plans,
        limit,
        after,
      );
    case 'ids':
      return readByIds(budget, TableName, resource, plan, limit, after);
  }
}
