// What a constraint is: it is given changes of items that are carried out together, and adds to the plan of them.
import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import type { Resource } from '../../definition/resource';
import type { ListedPartition } from '../layout/checksum';
import type { Image } from '../layout/record';
import { valueText } from '../layout/value';
import type { Violation, Write } from './write';

/** A change of an item, on the condition that it still is as it was read. */
export type Change = {
  readonly resource: Resource;
  readonly id: string;
  /** The place of the change whose consequence this one is; its own without it. */
  readonly cause?: number;
} & (
  | { readonly kind: 'create'; readonly oldImage?: undefined; readonly newImage: Image }
  | { readonly kind: 'update'; readonly oldImage: Image; readonly newImage: Image }
  | { readonly kind: 'delete'; readonly oldImage: Image; readonly newImage?: undefined }
  /** Nothing changes; the item still is as it was read, or still absent. */
  | {
      readonly kind: 'check';
      readonly oldImage: Image | undefined;
      readonly newImage?: undefined;
      /** The attributes that have to stay as they were, where the others may change. */
      readonly only?: readonly string[];
    }
);

/** What is to be written, all or none. */
export interface WritePlan {
  readonly resources: ReadonlyMap<string, Resource>;
  readonly changes: readonly Change[];
  /** By the text of their keys. */
  readonly writes: Map<string, Write>;
  /** What is wrong before anything is sent. */
  readonly violations: Violation[];
  readonly options: PlanOptions;
}

/** What a plan holds to beside its changes; how those of a deletion that has marked its items differ from others. */
export interface PlanOptions {
  /** The partitions that were listed, which are to be as they were. */
  readonly listed?: readonly ListedPartition[];
  /** The name of the deletion: what it has marked nothing else changes, and nothing new refers to. */
  readonly deletion?: string;
  /** The texts of the keys of items that are gone already, though others of the deletion refer to them still. */
  readonly gone?: ReadonlySet<string>;
}

/**
 * Adds writes and conditions to the plan of some changes, so that something stays true of them and of other records.
 */
export type Constraint = (plan: WritePlan, changes: readonly Change[]) => void;

/** What a change makes of an attribute: its value before and after, both undefined where it stays. */
export function attributeChange(
  change: Change,
  attribute: string,
): { before: AttributeValue | undefined; after: AttributeValue | undefined } {
  if (change.kind === 'check') {
    return { before: undefined, after: undefined };
  }
  const before = change.oldImage?.record[attribute];
  const after = change.newImage?.record[attribute];
  return isSame(before, after) ? { before: undefined, after: undefined } : { before, after };
}

/**
 * Equality of stored values; the order of sets and of an object's attributes may differ, which costs a needless write
 * and no more.
 */
export function isSame(a: AttributeValue | undefined, b: AttributeValue | undefined): boolean {
  return a === b || (a !== undefined && b !== undefined && valueText(a) === valueText(b));
}
