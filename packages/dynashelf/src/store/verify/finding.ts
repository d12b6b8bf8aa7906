// What is wrong with a table: each invariant that does not hold, where, and which constraint has to be made anew.

/** The kinds of what can be wrong, each with what it means. */
export const FINDING_KINDS = {
  constraint: 'constraints that do not hold yet, so that writes which rely on them are refused',
  record: 'records that belong to nothing that is declared',
  item: 'items that are not as their schema says',
  computed: 'computed attributes that do not follow from the others, and rules that do not hold',
  keys: 'items that lists by an index would not find where they belong',
  guard: 'unique values whose guards are missing, left over or of another item',
  reference: 'references to items that do not exist',
  count: 'numbers of references that are not true',
  aggregate: 'counts and sums that are not true',
  checksum: 'checksums of transactional indexes that are not true',
  tree: 'items that are above themselves',
  feed: 'feeds of changes with a gap',
  mark: 'deletions that were begun and not finished',
} as const;

/** What a finding is about. */
export type FindingKind = keyof typeof FINDING_KINDS;

/** One invariant that does not hold. */
export interface Finding {
  readonly kind: FindingKind;
  /** The item, as its path without the first slash; or the key of a record that is none. */
  readonly at: string;
  /** What is wrong: a sentence. */
  readonly detail: string;
  /**
   * What was seen there, where the sentence does not say it: what is wrong is seen the same by a second pass, and what
   * others were writing is not.
   */
  readonly seen?: string | undefined;
  /** What is made anew to mend it; undefined where a person has to decide. */
  readonly remedy?: Remedy | undefined;
}

/**
 * What is made anew: by the migration constraints of a resource, the keys of its items, and what deletions have left;
 * and what is computed of one item.
 */
export type Remedy =
  | { readonly kind: 'constraints'; readonly collection: string; readonly constraints: readonly string[] }
  | { readonly kind: 'keys'; readonly collection: string }
  | { readonly kind: 'deletions' }
  | { readonly kind: 'computed'; readonly collection: string; readonly id: string };
