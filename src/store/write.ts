// A write of one item, on the condition that the item still is as it was found.
import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import type { Resource } from '../definition/resource';
import type { Action, Refusal } from './action';
import { valueText } from './guard';
import type { Found } from './record';
import type { AttributeMap } from './value';

/** A write. `record` is the whole record as it shall be. */
export type Write =
  | { readonly kind: 'create'; readonly resource: Resource; readonly id: string; readonly record: AttributeMap }
  | { readonly kind: 'update'; readonly resource: Resource; readonly id: string; readonly found: Found; readonly record: AttributeMap }
  | { readonly kind: 'remove'; readonly resource: Resource; readonly id: string; readonly found: Found }
  /** Nothing is written; the item is as it was found, or still absent. */
  | { readonly kind: 'check'; readonly resource: Resource; readonly id: string; readonly found: Found | undefined };

/** The actions, by the text of their keys, and what is wrong with the writes before anything is sent. */
export interface Plan {
  readonly actions: Map<string, Action>;
  readonly refusals: Refusal[];
}

/** What a write makes of an attribute: its value before and after. */
export function change(write: Write, attribute: string): { before: AttributeValue | undefined; after: AttributeValue | undefined } {
  if (write.kind === 'check') {
    return { before: undefined, after: undefined };
  }
  const before = write.kind === 'create' ? undefined : write.found.record[attribute];
  const after = write.kind === 'remove' ? undefined : write.record[attribute];
  return before !== undefined && after !== undefined && same(before, after) ? { before: undefined, after: undefined } : { before, after };
}

/** Equality of stored values; the order of sets and members may differ, which costs a needless SET and no more. */
export function same(a: AttributeValue, b: AttributeValue): boolean {
  return valueText(a) === valueText(b);
}
