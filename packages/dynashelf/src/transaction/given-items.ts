// The items that an action is given: it may answer with any of them.
import type { AnyItem } from '../definition/item';
import type { Resource } from '../definition/resource';
import type { Image } from '../store/layout/record';
import { nameOf } from './entry';

/** What became of an item in a transaction. */
export type GivenKind = 'found' | 'created' | 'patched';

/** An item that an action was given, and what became of it. */
export interface GivenItem {
  readonly resource: Resource;
  readonly id: string;
  kind: GivenKind;
  /** What it was, where the action removed it. */
  removed?: Image;
}

/** Notes the items that an action is given, and finds the one with which it answers. */
export interface GivenItems {
  /** Notes an item that is handed over. @returns the item */
  give(item: AnyItem, resource: Resource, kind: GivenKind): AnyItem;
  /** Notes that an item is removed. */
  remove(image: Image, resource: Resource): void;
  /** The item that a value is, if it was handed over; of a copy nobody knows whose it is. */
  find(value: unknown): GivenItem | undefined;
}

/** Begins to note items. */
export function noteGivenItems(): GivenItems {
  const byItem = new Map<unknown, GivenItem>();
  const byName = new Map<string, GivenItem>();
  return {
    give(item, resource, kind) {
      const name = nameOf(resource, item.id);
      const given = byName.get(name) ?? { resource, id: item.id, kind };
      // Made stays made, and written is more than read.
      given.kind = given.kind === 'created' || kind === 'found' ? given.kind : kind;
      byName.set(name, given);
      byItem.set(item, given);
      return item;
    },
    remove(image, resource) {
      const given = byName.get(nameOf(resource, image.item.id));
      if (given !== undefined) {
        Object.assign(given, { kind: 'patched', removed: image });
      }
    },
    find: (value) => byItem.get(value),
  };
}
