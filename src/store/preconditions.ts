// What a client requires of the item as it is (RFC 9110 §13): as a test in memory and as a DynamoDB condition.
import type { AnyItem } from '../definition/item';
import type { Placeholders } from './expression';
import { PARTITION_KEY } from './table';

/** Tags are versions here; a tag that is none matches nothing and is left out of its list. */
export interface Preconditions {
  /** If-Match: the item exists (`*`) or has one of these versions. */
  readonly match?: '*' | readonly number[];
  /** If-None-Match: the item does not exist (`*`) or has none of these versions. */
  readonly noneMatch?: '*' | readonly number[];
  /** If-Unmodified-Since: the end, exclusive, of the second that the client named; RFC 3339. */
  readonly unmodifiedBefore?: string;
}

/** Whether any precondition is set. */
export function hasPreconditions(preconditions: Preconditions): boolean {
  return Object.keys(preconditions).length > 0;
}

/** RFC 9110 §13.2.2, for a method other than GET: whether the item as it is may be written. */
export function preconditionsHold({ match, noneMatch, unmodifiedBefore }: Preconditions, current: Pick<AnyItem, 'version' | 'updatedAt'> | undefined): boolean {
  if (current === undefined) {
    // §13.1.1: no representation, so no tag matches; §13.1.4: no date, so the header is ignored.
    return match === undefined;
  }
  return (match === undefined || match === '*' || match.includes(current.version))
    && (noneMatch === undefined || (noneMatch !== '*' && !noneMatch.includes(current.version)))
    && (unmodifiedBefore === undefined || current.updatedAt < unmodifiedBefore);
}

/** The same as parts of a condition expression, all of which must hold. */
export function preconditionParts({ match, noneMatch, unmodifiedBefore }: Preconditions, { name, value }: Placeholders): string[] {
  const absent = (): string => `attribute_not_exists(${name(PARTITION_KEY)})`;
  const isOneOf = (versions: readonly number[]): string => `${name('version')} IN (${versions.map((version) => value({ N: String(version) })).join(', ')})`;
  const parts: string[] = [];
  if (match !== undefined) {
    // No item has version 0: a list in which no tag is a version is refused by DynamoDB, which returns the item.
    parts.push(match === '*' ? `attribute_exists(${name(PARTITION_KEY)})` : isOneOf(match.length === 0 ? [0] : match));
  }
  if (noneMatch === '*') {
    parts.push(absent());
  } else if (noneMatch !== undefined && noneMatch.length > 0) {
    parts.push(`(${absent()} OR NOT ${isOneOf(noneMatch)})`);
  }
  if (unmodifiedBefore !== undefined) {
    parts.push(`(${absent()} OR ${name('updatedAt')} < ${value({ S: unmodifiedBefore })})`);
  }
  return parts;
}
