// What is open of a table that is being proved: plain data, which can be kept between two runs.
import type { Feeds } from './feed-findings';
import type { Finding } from './finding';

/** What is open of the records that were added: plain data, to be kept between two runs. */
export interface LedgerState {
  /** Who has each unique value: items that were seen, and the one that its guard names; by the guard's key. */
  readonly guards: Map<string, { readonly items: readonly string[]; readonly guard?: string | undefined }>;
  readonly references: Map<string, string>;
  readonly aggregates: Map<string, string>;
  readonly sums: Map<string, string>;
  readonly members: Map<string, string>;
  /** What is above each item of a tree. */
  readonly trees: Map<string, string>;
  readonly feeds: Feeds;
  readonly findings: Finding[];
}

/** The state before anything was added. */
export function emptyLedger(): LedgerState {
  const map = (): Map<string, string> => new Map();
  return {
    guards: new Map(),
    references: map(),
    aggregates: map(),
    sums: map(),
    members: map(),
    trees: map(),
    feeds: new Map(),
    findings: [],
  };
}

/** Stands between the parts of a key of the state. */
export const SEPARATOR = '\u0000';
