// `expand`: the items that others refer to, read for a whole page at once.
import { includes, show, type Grant, type Permission } from '../definition/access';
import type { AnyItem } from '../definition/item';
import type { Resource } from '../definition/resource';
import { Problem } from '../problem';
import { isSendable } from '../store/query/answer-size';
import type { Reader } from '../store/reader';

/** The resource that an attribute refers to, and what may be shown of its items. */
export interface Referred {
  readonly resource: Resource;
  readonly permission: Permission;
  /** The items that show what they refer to. */
  readonly shownIn: Grant;
}

/** The reference attributes to expand, with what each refers to. */
export type References = ReadonlyMap<string, Referred>;

/**
 * What an item refers to, by attribute: null for what does not exist, or not for the caller. An attribute without value
 * is not in it.
 */
export type Expanded = Readonly<Record<string, AnyItem | null>>;

/**
 * Reads what items refer to: each referred item once, strongly consistent.
 * @returns what each item refers to, in their order; it ends before the first for which one request would read too much
 * @throws Problem `too-large` where that is the very first, or it cannot be sent with what it refers to
 */
export async function expand(items: readonly AnyItem[], references: References, store: Reader): Promise<Expanded[]> {
  const wanted = items.flatMap((item, index) =>
    [...references].flatMap(([attribute, { resource, permission, shownIn }]) => {
      const id = includes(shownIn, item) ? item[attribute] : undefined;
      return id === undefined ? [] : [{ index, attribute, resource, permission, id }];
    }),
  );
  const found = await store.readMany(wanted);
  const end = found.length < wanted.length ? wanted[found.length]!.index : items.length;
  const expanded: Record<string, AnyItem | null>[] = items.slice(0, end).map(() => ({}));
  for (const [at, { index, attribute, permission }] of wanted.entries()) {
    if (index >= end) {
      break;
    }
    const item = found[at];
    expanded[index]![attribute] = (item && show(permission, item)) ?? null;
  }
  if (items.length > 0 && (end === 0 || !isSendable([items[0], expanded[0]]))) {
    throw new Problem(
      'too-large',
      `${items.length > 1 ? 'An item' : 'The item'} with all that "expand" names is more than can be sent: name fewer attributes, or read what they refer to by itself.`,
    );
  }
  return expanded;
}
