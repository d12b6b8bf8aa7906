// Whether the feeds of changes have gaps. Older changes go when their time is over, in no order; of those of the last
// day, which every feed keeps, none may be missing.
import { CHANGES_PREFIX, placeOf } from '../layout/change';
import { PARTITION_KEY } from '../layout/table';
import type { AttributeMap } from '../layout/value';
import type { Finding } from './finding';

/** What is known of each feed, by collection. */
export type Feeds = Map<string, { next?: number; oldest: number; readonly sequences: number[] }>;

/** Milliseconds for which every feed keeps a change, less an hour in which DynamoDB's clock may differ. */
const KEPT = 23 * 60 * 60 * 1000;

/** More than any sequence; plain JSON has no infinity. */
const NONE = Number.MAX_SAFE_INTEGER;

/** Adds a record of a feed: a change, or its head. */
export function addToFeed(feeds: Feeds, record: AttributeMap): void {
  const partition = record[PARTITION_KEY]!.S!;
  const collection = partition.split('#')[2]!;
  const feed = feeds.get(collection) ?? { oldest: NONE, sequences: [] };
  feeds.set(collection, feed);
  if (!partition.startsWith(CHANGES_PREFIX)) {
    feed.next = Number(record['next']?.N);
    return;
  }
  const { sequence, part } = placeOf(record);
  if (part === 0) {
    feed.sequences.push(sequence);
    if (Date.parse(record['time']?.S ?? '') > Date.now() - KEPT) {
      feed.oldest = Math.min(feed.oldest, sequence);
    }
  }
}

/** The gaps of all feeds, each by its place, so that a second pass of a feed that goes on finds the same. */
export function feedFindings(feeds: Feeds): Finding[] {
  return [...feeds].flatMap(([at, { next = 0, oldest, sequences }]) => {
    const there = [...new Set(sequences)].filter((sequence) => sequence >= oldest).sort((a, b) => a - b);
    const last = there.at(-1);
    if (last === undefined) {
      return [];
    }
    const ends = last < next ? [...there, next] : there;
    const gaps = ends.flatMap((sequence, index) => {
      const before = ends[index - 1] ?? sequence - 1;
      return sequence - before > 1 ? [`The changes ${before + 1} to ${sequence - 1} are missing.`] : [];
    });
    const details =
      last >= next
        ? [
            ...gaps,
            next === 0 ? 'Its head is missing.' : `It has a change ${last}, and its head says that ${next} comes next.`,
          ]
        : gaps;
    return details.map((detail): Finding => ({ kind: 'feed', at, detail }));
  });
}
