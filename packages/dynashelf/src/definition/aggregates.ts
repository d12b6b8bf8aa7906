// Counts and sums: what an item adds to those of an item that it refers to.
import type { AnyItem } from './item';
import { type aggregateOf } from '../values/node';

/** Which items are counted, or, where there is `of`, of which a number is added up. */
export type Aggregate = NonNullable<ReturnType<typeof aggregateOf>>;

/** What an item adds, and to which. */
export interface Share {
  readonly id: string;
  /** 1, or the number that is summed, as it is written. */
  readonly number: string;
}

/** What an item adds; undefined where it refers to none, or does not count. */
export function shareOf({ attribute, where, of }: Aggregate, item: AnyItem | undefined): Share | undefined {
  const id = item?.[attribute] as string | undefined;
  return item === undefined || id === undefined || (where !== undefined && !where(item))
    ? undefined
    : { id, number: of === undefined ? '1' : String((item[of] as number | undefined) ?? 0) };
}
