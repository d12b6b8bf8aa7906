// GET of a collection, or of the items that refer to one: a page, what its items refer to, and how many there are.
import { hidesNothing, includes, type Permission } from '../definition/access';
import type { Resource } from '../definition/resource';
import { Problem } from '../problem';
import type { Page } from '../store/query/page';
import { countFitting } from '../store/query/answer-size';
import { sealCursor } from '../store/query/cursor';
import type { Preconditions } from '../store/write/preconditions';
import type { Reader } from '../store/reader';
import { expand, type References } from './expand';
import type { ListPlan, Wanted } from './plan-list';
import { notFound } from './refusal';
import type { Operation, PageResult } from './result';

/** What listing takes, beside its plan. */
export interface ListInput extends Wanted {
  /** What to expand. */
  readonly references?: References | undefined;
  /** Whether to count the whole list. */
  readonly isCounted: boolean;
  /** The item that all of the list refer to; without it there is no list. */
  readonly within?: { readonly resource: Resource; readonly id: string; readonly permission: Permission } | undefined;
  /** A page has no version, so that If-Match holds only where it takes any; and no date. */
  readonly preconditions: Pick<Preconditions, 'match'>;
}

/**
 * A page of a list.
 * @throws Problem `not-found` for a relation of no item, `precondition-failed`
 */
export const list: Operation<ListInput, Reader, ListPlan> = async (
  resource,
  { references, isCounted, within, cursorKeys, preconditions: { match } },
  store,
  { page, binding, readsOthers },
) => {
  const [parent, found, total] = await Promise.all([
    within && store.read(within.resource, within.id),
    store.page(resource, page),
    isCounted ? store.count(resource, page.plan) : undefined,
  ]);
  if (within !== undefined && (parent === undefined || !includes(within.permission.grant, parent.item))) {
    throw notFound(within.resource, within.id);
  }
  // RFC 9110 §13.1.1: If-Match compares strongly, which the weak tag of a page never passes.
  if (match !== undefined && match !== '*') {
    throw new Problem(
      'precondition-failed',
      'A list has a weak ETag, which If-Match never matches: leave If-Match out, or send the tag in If-None-Match.',
    );
  }
  const { items, next, expanded } =
    references === undefined ? { ...found, expanded: undefined } : await expandPage(found, references, store);
  const result: PageResult = {
    kind: 'page',
    items,
    next: next === undefined ? undefined : sealCursor(cursorKeys, binding, next),
    expanded,
    total,
    readsOthers: readsOthers || (within !== undefined && !hidesNothing(within.permission)),
  };
  return { result };
};

/** A page with what its items refer to; shorter where that would make it too large. */
async function expandPage(
  { items, next, positionAfter }: Page,
  references: References,
  store: Reader,
): Promise<Pick<PageResult, 'items' | 'next' | 'expanded'>> {
  const expanded = await expand(items, references, store);
  const fitting = countFitting(expanded.map((one, index) => [items[index], one]));
  return fitting === items.length
    ? { items, next, expanded }
    : { items: items.slice(0, fitting), next: positionAfter(fitting - 1), expanded: expanded.slice(0, fitting) };
}
