// `expand`: the items that others refer to, read for a whole page at once.
import { show, type Permission } from '../definition/access';
import type { AnyItem } from '../definition/item';
import type { Resource } from '../definition/resource';
import type { Reader } from '../store/reader';

/** The resource that an attribute refers to, and what may be shown of its items. */
export interface Referred {
  readonly resource: Resource;
  readonly permission: Permission;
}

/** The reference attributes to expand, with what each refers to. */
export type References = ReadonlyMap<string, Referred>;

/** What an item refers to, by attribute: null for what does not exist, or not for the caller. An attribute without value is not in it. */
export type Expanded = Readonly<Record<string, AnyItem | null>>;

/**
 * Reads what items refer to: each referred item once, strongly consistent, by one BatchGetItem for a hundred.
 * @returns what each item refers to, in their order
 */
export async function expand(items: readonly AnyItem[], references: References, store: Reader): Promise<Expanded[]> {
  const wanted = items.flatMap((item, index) => [...references].flatMap(([attribute, { resource, permission }]) => {
    const id = item[attribute];
    return id === undefined ? [] : [{ index, attribute, resource, permission, id }];
  }));
  const found = await store.readMany(wanted);
  const expanded: Record<string, AnyItem | null>[] = items.map(() => ({}));
  for (const [at, { index, attribute, permission }] of wanted.entries()) {
    const item = found[at];
    expanded[index]![attribute] = (item && show(permission, item)) ?? null;
  }
  return expanded;
}
