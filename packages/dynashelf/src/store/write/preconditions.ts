// The revision of an item, and what a client requires of it (RFC 9110 §13): as a test in memory and as conditions of a
// write.
import { BIRTH_ATTRIBUTE, DELETING_ATTRIBUTE } from '../layout/table';
import type { AttributeMap } from '../layout/value';
import { absent, all, either, equals, exists, notExists, type Condition } from './condition';

/** What names one state of an item, and no other state that its path ever has. */
export interface Revision {
  /** The item's version, 1 or more. */
  readonly version: number;
  /**
   * The mark of the item's birth; undefined for an item whose id was made here, since no other item ever has that id.
   */
  readonly birth: string | undefined;
  /** Whether the item is being deleted with what refers to it. */
  readonly isDeleting: boolean;
}

/** What stands behind the version of an item that is being deleted: its representation then says so. */
const DELETING_SUFFIX = '.deleting';

/**
 * The revision of a record as text: `7`; `7-k3f9a2Xy` for an item under an id that its client chose, which another item
 * can have had before; `7.deleting` while the item is being deleted.
 */
export function revisionOf(record: AttributeMap): string {
  const birth = record[BIRTH_ATTRIBUTE]?.S;
  const version = record['version']?.N ?? '';
  return `${version}${birth === undefined ? '' : `-${birth}`}${record[DELETING_ATTRIBUTE] === undefined ? '' : DELETING_SUFFIX}`;
}

/** A text as the revision that it names; undefined where it names none. */
export function readRevision(text: string): Revision | undefined {
  const [, version, birth, suffix] = /^([1-9][0-9]{0,14})(?:-([A-Za-z0-9_-]{8}))?(\.deleting)?$/.exec(text) ?? [];
  return version === undefined ? undefined : { version: Number(version), birth, isDeleting: suffix !== undefined };
}

/** Tags are revisions here; a tag that is none matches nothing and is left out of its list. */
export interface Preconditions {
  /** If-Match: the item exists (`*`) or has one of these revisions. */
  readonly match?: '*' | readonly Revision[];
  /** If-None-Match: the item does not exist (`*`) or has none of these revisions. */
  readonly noneMatch?: '*' | readonly Revision[];
  /** If-Unmodified-Since: the second that the client named, RFC 3339; an item written in it counts as changed. */
  readonly unmodifiedSince?: string;
}

/** Whether any precondition is set. */
export function hasPreconditions(preconditions: Preconditions): boolean {
  return Object.keys(preconditions).length > 0;
}

/** Whether the preconditions are true of one revision alone, so that a write under them can never take effect twice. */
export function isPinned({ match }: Preconditions): boolean {
  return match !== undefined && match !== '*' && match.length <= 1;
}

/** RFC 9110 §13.2.2, for a method other than GET: whether the record as it is may be written. */
export function preconditionsHold(
  { match, noneMatch, unmodifiedSince }: Preconditions,
  record: AttributeMap | undefined,
): boolean {
  if (record === undefined) {
    // §13.1.1: no representation, so no tag matches; §13.1.4: no date, so the header is ignored.
    return match === undefined;
  }
  return (
    (match === undefined || match === '*' || isAmong(match, record)) &&
    (noneMatch === undefined || (noneMatch !== '*' && !isAmong(noneMatch, record))) &&
    (unmodifiedSince === undefined || (record['updatedAt']?.S ?? '') < unmodifiedSince)
  );
}

/** The same as conditions of a write, all of which must hold. */
export function preconditionConditions({ match, noneMatch, unmodifiedSince }: Preconditions): Condition[] {
  return [
    ...(match === undefined ? [] : [match === '*' ? exists : isOneOf(match)]),
    ...(noneMatch === undefined
      ? []
      : noneMatch === '*'
        ? [notExists]
        : noneMatch.length === 0
          ? []
          : [either(notExists, not(isOneOf(noneMatch)))]),
    ...(unmodifiedSince === undefined ? [] : [either(notExists, isBefore('updatedAt', unmodifiedSince))]),
  ];
}

function isAmong(revisions: readonly Revision[], record: AttributeMap): boolean {
  return revisions.some(
    ({ version, birth, isDeleting }) =>
      record['version']?.N === String(version) &&
      record[BIRTH_ATTRIBUTE]?.S === birth &&
      (record[DELETING_ATTRIBUTE] !== undefined) === isDeleting,
  );
}

/**
 * The record has one of some revisions. Those of one birth are compared together, since DynamoDB bounds the number of
 * operators.
 */
function isOneOf(revisions: readonly Revision[]): Condition {
  const births = new Map<string, Revision[]>();
  // A write refuses an item that is being deleted, whatever its tag.
  for (const revision of revisions.filter(({ isDeleting }) => !isDeleting)) {
    const birth = revision.birth ?? '';
    births.set(birth, [...(births.get(birth) ?? []), revision]);
  }
  // No item has version 0: a list in which no tag is a revision is refused by DynamoDB, which returns the item.
  return births.size === 0
    ? equals('version', { N: '0' })
    : either(
        ...[...births].map(([birth, same]) =>
          all(
            isIn(
              'version',
              same.map(({ version }) => version),
            ),
            birth === '' ? absent(BIRTH_ATTRIBUTE) : equals(BIRTH_ATTRIBUTE, { S: birth }),
          ),
        ),
      );
}

function isIn(attribute: string, numbers: readonly number[]): Condition {
  return {
    expression: ({ name, value }) =>
      `${name(attribute)} IN (${numbers.map((number) => value({ N: String(number) })).join(', ')})`,
    holds: (record) => record?.[attribute]?.N !== undefined && numbers.includes(Number(record[attribute].N)),
  };
}

function isBefore(attribute: string, text: string): Condition {
  return {
    expression: ({ name, value }) => `${name(attribute)} < ${value({ S: text })}`,
    holds: (record) => record?.[attribute]?.S !== undefined && record[attribute].S < text,
  };
}

function not(condition: Condition): Condition {
  return {
    expression: (placeholders) => `NOT ${condition.expression(placeholders)}`,
    holds: (record) => !condition.holds(record),
  };
}
