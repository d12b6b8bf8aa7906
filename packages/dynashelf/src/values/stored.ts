// What values are before and after they are converted for the table.
import type { Json } from './json';

/** A value as it is stored: dates as numbers or text, sets as sets, binaries as bytes. */
export type StoredValue =
  | null
  | boolean
  | number
  | string
  | Uint8Array
  | Set<string | number | Uint8Array>
  | StoredValue[]
  | { [name: string]: StoredValue };

/** A value in JSON, or as a default gives it: a Date, Set or Buffer is then taken as it is. */
export type InputValue = Json | Date | Set<unknown> | Uint8Array | InputValue[] | { [name: string]: InputValue };

/** Where a value is in its item: names of members and indexes of elements. */
export type ValuePath = readonly (string | number)[];

/** Whether a value is an object with members, and none of those that stand for one value. */
export function isPlainObject(value: InputValue | undefined): value is { [name: string]: InputValue } {
  return (
    typeof value === 'object' &&
    value !== null &&
    !(Array.isArray(value) || value instanceof Date || value instanceof Set || value instanceof Uint8Array)
  );
}
