// `expand`: the items that others refer to, read for a whole page at once.
import type { AnyItem } from '../definition/item';
import type { Resource } from '../definition/resource';
import type { Reader } from '../store/reader';

/** The reference attributes to expand, with the resource that each refers to. */
export type References = ReadonlyMap<string, Resource>;

/** What an item refers to, by attribute: null for what does not exist. An attribute without value is not in it. */
export type Expanded = Readonly<Record<string, AnyItem | null>>;

/**
 * Reads what items refer to: each referred item once, strongly consistent, by one BatchGetItem for a hundred.
 * @returns what each item refers to, in their order
 */
export async function expand(items: readonly AnyItem[], references: References, store: Reader): Promise<Expanded[]> {
  const wanted = items.flatMap((item, index) => [...references].flatMap(([attribute, resource]) => {
    const id = item[attribute];
    return id === undefined ? [] : [{ index, attribute, resource, id }];
  }));
  const found = await store.readMany(wanted);
  const expanded: Record<string, AnyItem | null>[] = items.map(() => ({}));
  for (const [at, { index, attribute }] of wanted.entries()) {
    expanded[index]![attribute] = found[at] ?? null;
  }
  return expanded;
}
