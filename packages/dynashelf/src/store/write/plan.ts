// The writes that a set of changes takes, with all that its constraints add.
import type { Resource } from '../../definition/resource';
import { keyText, recordKey } from '../layout/record';
import { TOKEN_LENGTH, WRITERS_ATTRIBUTE } from '../layout/table';
import { absent, equals, exists, notExists } from './condition';
import { attributeChange, isSame, type Change, type Constraint, type WritePlan, type PlanOptions } from './constraint';
import { checksums } from './checksums';
import { isMarked, markedBy, unmarked } from './deletion-mark';
import { references } from './references';
import { unique } from './unique';
import { newWrite, type Write } from './write';

const CONSTRAINTS: readonly Constraint[] = [
  items,
  unique,
  references,
  ...(globalThis.bundleLacks?.transactionalIndexes ? [] : [checksums]),
];

/** Plans changes with the constraints that hold of all. */
export function planChanges(
  resources: ReadonlyMap<string, Resource>,
  changes: readonly Change[],
  options: PlanOptions = {},
): WritePlan {
  const plan: WritePlan = { resources, changes, writes: new Map(), violations: [], options };
  for (const constraint of CONSTRAINTS) {
    constraint(plan, changes);
  }
  return plan;
}

/**
 * How many of the first changes of a plan fit into one transaction together with what belongs to none of them.
 * @param most how many actions a transaction holds
 */
export function countFitting({ changes, writes }: WritePlan, most: number): number {
  const added = new Array<number>(changes.length).fill(0);
  let size = 0;
  for (const { cause } of writes.values()) {
    if (cause < 0) {
      size++;
    } else {
      added[cause]!++;
    }
  }
  const end = added.findIndex((number) => (size += number) > most);
  return end < 0 ? changes.length : end;
}

/** Each item is written on the condition that it is as it was read. */
function items({ resources, writes, options }: WritePlan, changes: readonly Change[]): void {
  for (const [index, change] of changes.entries()) {
    const write = writeOf(resources, change, index, options);
    writes.set(keyText(write.key), write);
  }
}

const KINDS = { create: 'put', update: 'update', delete: 'delete', check: 'check' } as const;

function writeOf(
  resources: ReadonlyMap<string, Resource>,
  change: Change,
  index: number,
  { deletion }: PlanOptions,
): Write {
  const { kind, resource, id, oldImage, newImage } = change;
  const write = newWrite(KINDS[kind], recordKey(resource, id), change.cause ?? index, (current) =>
    kind !== 'check' && isMarked(current) && isSame(current?.['version'], oldImage?.record['version'])
      ? [{ kind: 'deleting', change: index }]
      : [{ kind: 'changed', change: index, current }],
  );
  if (oldImage === undefined) {
    write.conditions.push(notExists);
  } else if (change.kind === 'check' && change.only !== undefined) {
    write.conditions.push(
      exists,
      ...change.only.map((attribute) => {
        const stored = oldImage.record[attribute];
        return stored === undefined ? absent(attribute) : equals(attribute, stored);
      }),
    );
  } else {
    const writers = oldImage.record[WRITERS_ATTRIBUTE];
    // An item that was deleted and made anew can have the same version, but not the same writer.
    write.conditions.push(
      equals('version', oldImage.record['version']!),
      writers === undefined ? absent(WRITERS_ATTRIBUTE) : equals(WRITERS_ATTRIBUTE, writers),
    );
    write.basis = { version: oldImage.item.version, lastWriter: writers?.S?.slice(0, TOKEN_LENGTH) };
    if (kind !== 'check') {
      write.conditions.push(
        ...(deletion !== undefined && isMarked(oldImage.record)
          ? markedBy(deletion, oldImage)
          : unmarked(resources, resource)),
      );
    }
  }
  if (kind === 'create') {
    Object.assign(write.record, newImage.record);
  } else if (kind === 'update') {
    for (const attribute of new Set([...Object.keys(oldImage.record), ...Object.keys(newImage.record)])) {
      const { before, after } = attributeChange(change, attribute);
      if (after !== undefined) {
        write.set[attribute] = after;
      } else if (before !== undefined) {
        write.remove.push(attribute);
      }
    }
  }
  return write;
}
