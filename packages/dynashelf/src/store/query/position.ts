// Where a list goes on: the sort key and id of a record, whether that record still is there or not.
import { compareBytes } from '../layout/sortable';

export interface Position {
  /** The sort key in the base table or in the index that is read; it ends with the id. */
  readonly key: string;
  readonly id: string;
}

/** No id has this character. */
const SEPARATOR = '\u0001';

/** A position as text: no longer than its key, or by one character. */
export function writePosition({ key, id }: Position): string {
  return key === id ? id : `${id}${SEPARATOR}${key.slice(0, key.length - id.length)}`;
}

export function readPosition(text: string): Position {
  const end = text.indexOf(SEPARATOR);
  const id = end < 0 ? text : text.slice(0, end);
  return { id, key: end < 0 ? id : `${text.slice(end + 1)}${id}` };
}

/** The order of two positions in a list: negative where `a` comes first. */
export function comparePositions(a: Position, b: Position, descending: boolean): number {
  return descending ? compareBytes(b.key, a.key) : compareBytes(a.key, b.key);
}
