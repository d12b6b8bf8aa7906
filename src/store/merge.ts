// Matching records of one or several partitions, merged lazily in their common order.
import type { Resource } from '../definition/resource';
import type { Placed } from './by-id';
import { matches } from './filter';
import type { QueryPlan } from './planner';
import { comparePositions, type Position } from './position';
import { positionOf, queryInput } from './query';
import type { Send } from './send';

/** What one page may read. */
export interface ReadBound {
  /** Requests in a row: of several partitions each has one more. */
  readonly reads: number;
  /** Bytes of records, those that do not match included; what is under way when they are reached is still read. */
  readonly bytes: number;
}

/** One partition, as far as it is read. */
interface Stream {
  readonly partition: string;
  /** Matching records that are read and not yet taken. */
  readonly waiting: Placed[];
  /** Everything up to here is read. */
  reached: Position | undefined;
  isEnd: boolean;
}

/** What has been read so far, of all partitions. */
interface Progress {
  reads: number;
  bytes: number;
  scanned: number;
  matched: number;
}

/**
 * The next `limit` matching records after a position; fewer where there are no more, or at the bound.
 * @returns `next`: up to where everything is read and given; undefined at the end of the list
 */
export async function readMerged(send: Send, TableName: string, resource: Resource, plan: QueryPlan, limit: number, after: Position | undefined, bound: ReadBound): Promise<{ found: Placed[]; next: Position | undefined }> {
  const streams = plan.partitions.map((partition): Stream => ({ partition, waiting: [], reached: after, isEnd: false }));
  const progress: Progress = { reads: 0, bytes: 0, scanned: 0, matched: 0 };
  const found: Placed[] = [];

  async function read(stream: Stream, most: number): Promise<void> {
    progress.reads++;
    const { Items = [], LastEvaluatedKey, ScannedCount = 0, ConsumedCapacity } = await send('Query', queryInput(TableName, resource, plan, stream.partition, { limit: most, after: stream.reached }));
    const matching = plan.inMemory.length === 0 ? Items : Items.filter((record) => matches(plan.inMemory, record));
    stream.waiting.push(...matching.map((record) => ({ record, position: positionOf(plan, record) })));
    stream.isEnd = LastEvaluatedKey === undefined;
    stream.reached = LastEvaluatedKey === undefined ? undefined : positionOf(plan, LastEvaluatedKey);
    progress.scanned += ScannedCount;
    progress.matched += matching.length;
    progress.bytes += bytesRead(plan, ConsumedCapacity);
  }

  while (found.length < limit) {
    const head = firstOf(streams, plan.descending);
    // A partition that is not read beyond the head may hold a record before it.
    const behind = streams.filter((stream) => isBehind(stream, head, plan.descending));
    if (behind.length === 0) {
      if (head === undefined) {
        break;
      }
      found.push(head.waiting.shift()!);
    } else if (progress.reads > 0 && (progress.reads >= bound.reads + streams.length - 1 || progress.bytes >= bound.bytes)) {
      break;
    } else {
      const most = readSize(plan, limit - found.length, progress);
      await Promise.all(behind.map((stream) => read(stream, most)));
    }
  }
  return { found, next: nextPosition(streams, found, limit, plan.descending) };
}

/** The bytes that a Query read: a unit of capacity is 4 KB strongly consistent, 8 KB eventually. */
export function bytesRead({ index }: QueryPlan, consumed: { readonly CapacityUnits?: number | undefined } | undefined): number {
  return (consumed?.CapacityUnits ?? 0) * (index === undefined ? 4096 : 8192);
}

function firstOf(streams: readonly Stream[], descending: boolean): Stream | undefined {
  const waiting = streams.filter((stream) => stream.waiting.length > 0);
  return waiting.length === 0 ? undefined
    : waiting.reduce((first, stream) => comparePositions(stream.waiting[0]!.position, first.waiting[0]!.position, descending) < 0 ? stream : first);
}

function isBehind({ waiting, reached, isEnd }: Stream, head: Stream | undefined, descending: boolean): boolean {
  return !isEnd && waiting.length === 0
    && (head === undefined || reached === undefined || comparePositions(reached, head.waiting[0]!.position, descending) < 0);
}

function nextPosition(streams: readonly Stream[], found: readonly Placed[], limit: number, descending: boolean): Position | undefined {
  const unfinished = streams.filter(({ isEnd, waiting }) => !isEnd || waiting.length > 0);
  if (unfinished.length === 0) {
    return undefined;
  }
  if (found.length === limit && unfinished.some(({ waiting }) => waiting.length > 0)) {
    return found.at(-1)!.position;
  }
  // Beyond what was given, but not beyond what any partition has been read to.
  return unfinished.filter(({ waiting }) => waiting.length === 0).map(({ reached }) => reached!)
    .reduce((least, reached) => comparePositions(reached, least, descending) < 0 ? reached : least);
}

/** Records that a first Query with a filter reads at least: the rate at which they match is not known yet. */
const FIRST_LOOK = 100;

/** Records that a Query reads at most. DynamoDB ends at 1 MB anyway, but DynamoDB Local counts only those that match. */
const MOST_RECORDS = 2_000;

/** How many records each Query is to read for `wanted` more. */
function readSize({ partitions, filters, inMemory }: QueryPlan, wanted: number, { scanned, matched }: Progress): number {
  if (filters.length === 0 && inMemory.length === 0) {
    // Reading a second small record costs no more, and spares a request for each record that is taken.
    return partitions.length > wanted ? 2 : Math.ceil(wanted / partitions.length);
  }
  const likely = scanned === 0 ? Math.max(2 * wanted, FIRST_LOOK) : matched === 0 ? Infinity : 1.2 * wanted * scanned / matched;
  return Math.ceil(Math.min(Math.max(likely, wanted), MOST_RECORDS) / partitions.length);
}
