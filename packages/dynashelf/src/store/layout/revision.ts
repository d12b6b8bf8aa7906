// The revision of an item: what names one state of it, and no other state that its path ever has.
import { BIRTH_ATTRIBUTE, DELETING_ATTRIBUTE } from './table';
import type { AttributeMap } from './value';

/** A revision that a client names. */
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
