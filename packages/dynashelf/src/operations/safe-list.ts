// What an action that only reads lists: a plain list over an index, as it is when it is read.
import type { AnyItem } from '../definition/item';
import { MOST_LISTED_TOGETHER } from '../definition/limits';
import type { Resource } from '../definition/resource';
import { Problem } from '../problem';
import { planList } from '../store/query/planner';
import type { Reader } from '../store/reader';
import { readConditions } from '../transaction/list-conditions';

/** Items of one request to the store. */
const PAGE = 100;

/** How many requests to the store one list may take: those of a page may be empty, where its filters leave much out. */
const MOST_PAGES = 30;

/**
 * Lists the items that fulfil conditions, one of which gives the partition of an index one value, in that index's
 * order.
 * @throws Problem `too-large` for more than a transaction lists, or reads
 */
export async function listSafely(store: Reader, resource: Resource, conditions: object): Promise<AnyItem[]> {
  const { index, filters } = readConditions(resource, conditions, 'any');
  const plan = planList(resource, filters, { attributes: index.sorts, descending: false }, index.partition)!;
  const found: AnyItem[] = [];
  let after: string | undefined;
  for (let page = 0; page < MOST_PAGES; page++) {
    const { items, next } = await store.page(resource, { plan, limit: PAGE, ...(after !== undefined && { after }) });
    found.push(...items);
    if (found.length > MOST_LISTED_TOGETHER) {
      break;
    }
    if (next === undefined) {
      return found;
    }
    after = next;
  }
  throw new Problem(
    'too-large',
    `The action lists more of ${resource.name} than one request may read, ${MOST_LISTED_TOGETHER} items: ask for fewer.`,
  );
}
