// The checksum of a partition of an index by which actions list: one record, in which each item counts by a hash of its
// id, version and last writer. Equal sums mean equal items, in whichever order they were written
// (docs/decisions/transaction-list.md).
import { createHash } from 'node:crypto';
import type { Resource } from '../../definition/resource';
import type { SlottedIndex } from './index-keys';
import { PARTITION_KEY, SORT_KEY, TOKEN_LENGTH, WRITERS_ATTRIBUTE } from './table';
import type { AttributeMap } from './value';

/** The attributes of the record: the sum of the hashes of the partition's items, and how many they are. */
export const SUM_ATTRIBUTE = 'sum';
export const COUNT_ATTRIBUTE = 'items';

/** The sum of the hashes of some items, and how many they are. */
export interface Checksum {
  readonly sum: bigint;
  readonly count: number;
}

/** A partition that a transaction has listed: it is to have the same items still. */
export interface ListedPartition extends Checksum {
  /** The key of its checksum. */
  readonly key: AttributeMap;
}

/** Hashes are less than this: a hundred million of them fit into the 38 digits of DynamoDB's numbers. */
const HASHES = 10n ** 30n;

/** The key of the record of a partition, by the value of its attribute. Hashed, a value of any length fits. */
export function checksumKey(resource: Pick<Resource, 'name'>, index: SlottedIndex, value: string): AttributeMap {
  const hash = createHash('sha256').update(value).digest('base64url');
  return { [PARTITION_KEY]: { S: `${checksumPrefix(resource, index)}${hash}` }, [SORT_KEY]: { S: '#' } };
}

/** What the partitions of the records of an index begin with. */
export function checksumPrefix({ name }: Pick<Resource, 'name'>, index: Pick<SlottedIndex, 'name'>): string {
  return `#checksum#${name}#${index.name}#`;
}

/**
 * What an item counts for. The token of its last writer is random, and no client learns of it in time: so nobody can
 * choose items whose sums are equal, and one that was deleted and made anew counts for something else.
 */
export function itemHash(record: AttributeMap): bigint {
  const { version, [WRITERS_ATTRIBUTE]: writers, [SORT_KEY]: id } = record;
  const text = JSON.stringify([id?.S, version?.N, writers?.S?.slice(0, TOKEN_LENGTH)]);
  return BigInt(`0x${createHash('sha256').update(text).digest('hex')}`) % HASHES;
}

/** The checksum of some records. */
export function checksumOf(records: readonly AttributeMap[]): Checksum {
  return { sum: records.reduce((sum, record) => sum + itemHash(record), 0n), count: records.length };
}

/** The checksum that a record holds; a partition that never had an item has none. */
export function readChecksum(record: AttributeMap | undefined): Checksum {
  return { sum: BigInt(record?.[SUM_ATTRIBUTE]?.N ?? 0), count: Number(record?.[COUNT_ATTRIBUTE]?.N ?? 0) };
}
