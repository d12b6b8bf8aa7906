// What values are before and after they are converted for the table.
import type { Json } from './json';

/** A value as it is stored: dates as numbers or text, sets as sets, binaries as bytes. */
export type Stored =
  | null
  | boolean
  | number
  | string
  | Uint8Array
  | Set<string | number | Uint8Array>
  | Stored[]
  | { [name: string]: Stored };

/** A value in JSON, or as a default gives it: a Date, Set or Buffer is then taken as it is. */
export type Given = Json | Date | Set<unknown> | Uint8Array | Given[] | { [name: string]: Given };

/** Where a value is in its item: names of members and indexes of elements. */
export type Place = readonly (string | number)[];

/** Whether a value is an object with members, and none of those that stand for one value. */
export function isPlainObject(value: Given | undefined): value is { [name: string]: Given } {
  return (
    typeof value === 'object' &&
    value !== null &&
    !(Array.isArray(value) || value instanceof Date || value instanceof Set || value instanceof Uint8Array)
  );
}
