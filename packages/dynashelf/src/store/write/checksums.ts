// The constraint of indexes by which actions list: the checksum of each partition is that of its items, and what a
// transaction has listed is still so when it is carried out.
import {
  checksumKey,
  COUNT_ATTRIBUTE,
  itemHash,
  readChecksum,
  SUM_ATTRIBUTE,
  type Checksum,
  type ListedPartition,
} from '../layout/checksum';
import { indexPlace, transactionalIndexes } from '../layout/index-keys';
import { keyText } from '../layout/record';
import type { AttributeMap } from '../layout/value';
import { absent, either, equals, type Condition } from './condition';
import type { Change, WritePlan } from './constraint';
import { newWrite } from './write';

interface Difference {
  readonly key: AttributeMap;
  /** The first change that makes it; less than 0 where none does. */
  readonly cause: number;
  sum: bigint;
  count: number;
  listed?: ListedPartition;
}

/**
 * Adds to the checksums what changes make of the items of their partitions, and requires of those that were listed that
 * they are as they were: one action for each, whatever the number of its items.
 */
export function checksums({ writes, options: { listed = [] } }: WritePlan, changes: readonly Change[]): void {
  const differences = differencesOf(changes);
  for (const partition of listed) {
    const text = keyText(partition.key);
    const difference = differences.get(text) ?? { key: partition.key, cause: -1, sum: 0n, count: 0 };
    differences.set(text, Object.assign(difference, { listed: partition }));
  }
  for (const [text, { key, cause, sum, count, listed: partition }] of differences) {
    const isChanged = sum !== 0n || count !== 0;
    if (!isChanged && partition === undefined) {
      continue;
    }
    const write = newWrite(isChanged ? 'update' : 'check', key, cause, () =>
      partition === undefined ? [] : [{ kind: 'partition-changed' }],
    );
    if (isChanged) {
      write.add[SUM_ATTRIBUTE] = { N: String(sum) };
      write.add[COUNT_ATTRIBUTE] = { N: String(count) };
    }
    if (partition !== undefined) {
      write.conditions.push(hasSum(partition));
    }
    writes.set(text, write);
  }
}

function differencesOf(changes: readonly Change[]): Map<string, Difference> {
  const differences = new Map<string, Difference>();
  for (const [index, change] of changes.entries()) {
    const indexes = change.kind === 'check' ? [] : transactionalIndexes(change.resource);
    for (const slotted of indexes) {
      for (const [record, sign] of [
        [change.oldImage?.record, -1],
        [change.newImage?.record, 1],
      ] as const) {
        const place = record && indexPlace(change.resource, slotted, change.id, record);
        if (place !== undefined) {
          const key = checksumKey(change.resource, slotted, place.value);
          const difference = differences.get(keyText(key)) ?? { key, cause: index, sum: 0n, count: 0 };
          difference.sum += BigInt(sign) * itemHash(record!);
          difference.count += sign;
          differences.set(keyText(key), difference);
        }
      }
    }
  }
  return differences;
}

/** A partition has the sum that was read. One that never had an item has no record. */
function hasSum({ sum }: Checksum): Condition {
  const same = equals(SUM_ATTRIBUTE, { N: String(sum) });
  const { expression } = sum === 0n ? either(absent(SUM_ATTRIBUTE), same) : same;
  // As doubles, sums that differ can be equal.
  return { expression, holds: (record) => readChecksum(record).sum === sum };
}
