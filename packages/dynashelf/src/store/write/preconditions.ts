// What a client requires of the item as it is (RFC 9110 §13): as a test in memory and as conditions of a write.
import type { Revision } from '../layout/revision';
import { BIRTH_ATTRIBUTE, DELETING_ATTRIBUTE } from '../layout/table';
import type { AttributeMap } from '../layout/value';
import { absent, all, either, equals, exists, notExists, type Condition } from './condition';

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
