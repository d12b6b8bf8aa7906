// The head of a feed: the sequence of the next change, and over how many partitions those before it were spread.
import { PARTITION_KEY, SORT_KEY } from './table';
import type { AttributeMap } from './value';

/** What the partitions of heads begin with. */
export const FEED_PREFIX = '#feed#';

/** Changes in a row that are spread over the same number of partitions. */
export interface Span {
  /** The sequence of the first. */
  readonly from: number;
  readonly partitions: number;
  /** When it began, in milliseconds since 1970. */
  readonly since: number;
}

/** How far a feed is. */
export interface FeedHead {
  /** The sequence that the next change will have; 1 where there is none. */
  readonly next: number;
  /** In their order; none where the feed is empty. */
  readonly spans: readonly Span[];
  /** When the last change was appended, in milliseconds since 1970; 0 where there is none. */
  readonly time: number;
}

/** The head of a feed in which nothing is. */
export const EMPTY_HEAD: FeedHead = { next: 1, spans: [], time: 0 };

/** The key of the head. */
export function headKey(collection: string): AttributeMap {
  return { [PARTITION_KEY]: { S: `${FEED_PREFIX}${collection}` }, [SORT_KEY]: { S: 'head' } };
}

/** The record of a head. */
export function writeHead(collection: string, { next, spans, time }: FeedHead): AttributeMap {
  return {
    ...headKey(collection),
    next: { N: String(next) },
    time: { N: String(time) },
    spans: {
      L: spans.map(({ from, partitions, since }) => ({
        M: { from: { N: String(from) }, partitions: { N: String(partitions) }, since: { N: String(since) } },
      })),
    },
  };
}

/** The head of its record, if there is one. */
export function readHead(record: AttributeMap | undefined): FeedHead {
  return record === undefined
    ? EMPTY_HEAD
    : {
        next: Number(record['next']?.N ?? 1),
        time: Number(record['time']?.N ?? 0),
        spans: (record['spans']?.L ?? []).map(({ M = {} }) => ({
          from: Number(M['from']?.N),
          partitions: Number(M['partitions']?.N),
          since: Number(M['since']?.N),
        })),
      };
}

/**
 * The head when changes are appended.
 * @param count how many
 * @param partitions over how many partitions they are spread
 * @param kept for how many milliseconds changes are kept: spans of which none is left are forgotten
 */
export function advanced(
  { next, spans }: FeedHead,
  count: number,
  partitions: number,
  kept: number,
  now: number,
): FeedHead {
  const all = spans.at(-1)?.partitions === partitions ? spans : [...spans, { from: next, partitions, since: now }];
  return {
    next: next + count,
    time: now,
    spans: all.filter((_span, index) => index === all.length - 1 || all[index + 1]!.since > now - kept),
  };
}

/** The span that a sequence is in; the first where it was before all that are known. */
export function spanOf({ spans }: FeedHead, sequence: number): Span | undefined {
  return spans.findLast(({ from }) => from <= sequence) ?? spans[0];
}
