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

/** The gaps of all feeds. */
export function feedFindings(feeds: Feeds): Finding[] {
  return [...feeds].flatMap(([collection, { next, oldest, sequences }]) => {
    const there = new Set(sequences.filter((sequence) => sequence >= oldest));
    const end = next ?? Math.max(0, ...there) + 1;
    const missing = oldest === NONE ? 0 : end - oldest - there.size;
    return missing === 0
      ? []
      : [
          {
            kind: 'feed' as const,
            at: collection,
            detail: `Of the changes ${oldest} to ${end - 1} ${Math.abs(missing)} are ${missing > 0 ? 'missing' : 'too many'}.`,
          },
        ];
  });
}
