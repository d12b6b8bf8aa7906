// The partitions of indexes that an attempt of a transaction has listed, and their items as it has left them so far.
import type { Resource } from '../definition/resource';
import type { ListedPartition } from '../store/layout/checksum';
import { indexPlace, type SlottedIndex } from '../store/layout/index-keys';
import { keyText, toImage, type Image } from '../store/layout/record';
import { compareBytes } from '../store/layout/sortable';
import { SORT_KEY } from '../store/layout/table';
import { matches, type Filter } from '../store/query/filter';
import type { PartitionRead } from '../store/query/partition';
import type { Store } from '../store/store';
import { imageOf, nameOf, type Entry } from './entry';

/** One partition of an index: the items that have a value. */
export interface PartitionOf {
  readonly resource: Resource;
  readonly index: SlottedIndex;
  /** The value of the index's partition, as `distinct` makes it a text. */
  readonly value: string;
}

/** What an attempt has listed. */
export interface Listing {
  /**
   * The items of a partition for which all filters hold, in the order of the index.
   * @param own what the attempt knows of items: how they are for it goes before how they were found
   * @throws Problem `too-large` for more than a transaction lists, `unavailable` where the index does not catch up
   */
  list(partition: PartitionOf, filters: readonly Filter[], own: Iterable<Entry>): Promise<Image[]>;
  /** An item that was found by a list; undefined for any other. */
  find(name: string): Image | undefined;
  /** The partitions that were listed. */
  readonly partitions: readonly ListedPartition[];
}

/** Opens the listing of an attempt. A partition is read once for it, so that every list of it is of one moment. */
export function openListing(store: Pick<Store, 'readPartition'>): Listing {
  const reads = new Map<string, Promise<PartitionRead>>();
  const partitions = new Map<string, ListedPartition>();
  const images = new Map<string, Image>();

  async function read({ resource, index, value }: PartitionOf): Promise<PartitionRead> {
    const name = JSON.stringify([resource.name, index.name, value]);
    const underWay = reads.get(name) ?? store.readPartition(resource, index, value);
    reads.set(name, underWay);
    const found = await underWay;
    partitions.set(keyText(found.key), found);
    return found;
  }

  return {
    get partitions() {
      return [...partitions.values()];
    },

    find: (name) => images.get(name),

    async list(partition, filters, own) {
      const { resource, index, value } = partition;
      const { records } = await read(partition);
      const known = new Map([...own].filter((entry) => entry.resource === resource).map((entry) => [entry.id, entry]));
      const found = await Promise.all(
        records
          .filter((record) => !known.has(record[SORT_KEY]!.S!) && matches(filters, record))
          .map(async (record) => toImage(resource, record)),
      );
      found.forEach((image) => images.set(nameOf(resource, image.item.id), image));
      const placed = [...found, ...[...known.values()].map(imageOf)].flatMap((image) => {
        const place = image && indexPlace(resource, index, image.item.id, image.record);
        return place?.value === value && matches(filters, image!.record) ? [{ image: image!, at: place.sortKey }] : [];
      });
      return placed.sort((a, b) => compareBytes(a.at, b.at)).map(({ image }) => image);
    },
  };
}
