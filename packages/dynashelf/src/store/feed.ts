// The feed of a collection: every change that was committed, once, in one order, read from any place on.
import { setTimeout as pause } from 'node:timers/promises';
import type { Resource } from '../definition/resource';
import { withCost, type Cost } from './client/cost';
import { openBudget } from './client/budget';
import type { Send } from './client/send';
import {
  changePartition,
  changePartitions,
  partKeys,
  placeOf,
  readChange,
  sequenceText,
  type ChangeKind,
  type RecordedChange,
} from './layout/change';
import { headKey, readHead, spanOf, type FeedHead } from './layout/feed-head';
import { recordKey, toImage, type Image } from './layout/record';
import { PARTITION_KEY, SORT_KEY } from './layout/table';
import type { AttributeMap } from './layout/value';
import { readMany } from './query/batch';

/** A change as it is read. */
export interface StoredChange {
  readonly collection: string;
  /** Its place in the order of the collection, from 1, without a gap. */
  readonly sequence: number;
  readonly kind: ChangeKind;
  readonly id: string;
  /** The version that the change made; of a deletion, the one after the last. */
  readonly version: number;
  /** When it was written: RFC 3339, UTC. */
  readonly time: string;
  /** The item before and after; undefined where there was, or is, none, or where it cannot be read. */
  readonly before: Image | undefined;
  readonly after: Image | undefined;
}

/** Changes in a row. */
export interface Stretch {
  readonly changes: readonly StoredChange[];
  /** The sequence that is read next. */
  readonly next: number;
  /** Whether the first that was asked for is no longer kept; then there are no changes. */
  readonly isGone: boolean;
}

/** The feeds of a table. Every method throws a `Problem` where the database fails. */
export interface Feed {
  /** What the requests so far cost. */
  readonly cost: Readonly<Cost>;
  /** The sequence that the next change will have; 1 in an empty feed. Strongly consistent. */
  head(collection: string): Promise<number>;
  /** The same of several, in their order, by one request. */
  heads(collections: readonly string[]): Promise<number[]>;
  /** The sequence of the oldest change that is kept; that of the next one where none is. */
  oldest(resource: Resource): Promise<number>;
  /**
   * Changes from a sequence on, strongly consistent: at most `limit`, and 1 MB of each partition. By one Query for each
   * partition, unless nothing is found.
   */
  read(resource: Resource, from: number, limit: number): Promise<Stretch>;
}

/** What a process knows of heads: each was so once, and a head only grows. */
export type KnownHeads = Map<string, { readonly head: FeedHead; readonly at: number }>;

/** Milliseconds for which a process takes it that a feed is spread over as many partitions as it was. */
const FRESH = 5_000;

/** Milliseconds after which every reader sees all of a transaction. */
const SETTLED = 10_000;

/** How often what should be there is looked for. */
const MOST_LOOKS = 5;

/**
 * Opens the feeds of a table.
 * @param deadline when to stop trying, in milliseconds since 1970
 * @param known what the process knows, for one that reads again and again
 */
export function openFeed(raw: Send, TableName: string, deadline: number, known: KnownHeads = new Map()): Feed {
  const { send, cost } = withCost(raw, deadline);
  const bound = { reads: Infinity, bytes: Infinity, deadline };

  async function record(Key: AttributeMap): Promise<AttributeMap | undefined> {
    return (await send('GetItem', { TableName, Key, ConsistentRead: true })).Item;
  }

  function note(collection: string, head: FeedHead): FeedHead {
    known.set(collection, { head, at: Date.now() });
    return head;
  }

  async function look(collection: string): Promise<FeedHead> {
    return note(collection, readHead(await record(headKey(collection))));
  }

  /** The records of one partition from a sequence on. */
  async function query(partition: string, from: number, Limit: number): Promise<AttributeMap[]> {
    const { Items = [] } = await send('Query', {
      TableName,
      ConsistentRead: true,
      KeyConditionExpression: '#p = :p AND #s >= :s',
      ExpressionAttributeNames: { '#p': PARTITION_KEY, '#s': SORT_KEY },
      ExpressionAttributeValues: { ':p': { S: partition }, ':s': { S: sequenceText(from) } },
      Limit,
    });
    return Items;
  }

  /** The records of changes without a gap, from a sequence on: those of each change together. */
  async function inARow(
    collection: string,
    from: number,
    limit: number,
    partitions: number,
  ): Promise<AttributeMap[][]> {
    const found = await Promise.all(
      changePartitions(collection, partitions).map(async (partition) =>
        query(partition, from, Math.ceil(limit / partitions)),
      ),
    );
    const bySequence = new Map<number, AttributeMap[]>();
    for (const one of found.flat()) {
      const { sequence } = placeOf(one);
      bySequence.set(sequence, [...(bySequence.get(sequence) ?? []), one]);
    }
    const row: AttributeMap[][] = [];
    for (let sequence = from; row.length < limit; sequence++) {
      const records = await whole(bySequence.get(sequence) ?? [], row.length === 0);
      if (records === undefined) {
        break;
      }
      row.push(records);
    }
    return row;
  }

  /**
   * All records of a change, of which a Query has found some: it may end between two, see half of a transaction, or
   * what DynamoDB has left of a change whose time is over.
   * @param isNext whether the others are read
   * @returns undefined where one is not there
   */
  async function whole(found: readonly AttributeMap[], isNext: boolean): Promise<AttributeMap[] | undefined> {
    const [first] = found;
    if (first === undefined || placeOf(first).part !== 0) {
      return undefined;
    }
    const parts = new Set(found.map((one) => placeOf(one).part));
    const missing = partKeys(first).filter((key) => !parts.has(placeOf(key).part));
    const others = missing.length > 0 && isNext ? await readMany(openBudget(send, bound), TableName, missing) : [];
    return others.length < missing.length ? undefined : [...found, ...others];
  }

  async function isKept(collection: string, head: FeedHead, sequence: number): Promise<boolean> {
    const partition = changePartition(collection, sequence, spanOf(head, sequence)!.partitions);
    const found = await record({ [PARTITION_KEY]: { S: partition }, [SORT_KEY]: { S: sequenceText(sequence) } });
    return found !== undefined && !isOver(readChange([found], () => ({})));
  }

  return {
    cost,

    head: async (collection) => (await look(collection)).next,

    async heads(collections) {
      if (collections.length === 1) {
        return [(await look(collections[0]!)).next];
      }
      const records = await readMany(openBudget(send, bound), TableName, collections.map(headKey));
      const byKey = new Map(records.map((one) => [one[PARTITION_KEY]!.S!, one]));
      return collections.map((name) => note(name, readHead(byKey.get(headKey(name)[PARTITION_KEY]!.S!))).next);
    },

    async oldest({ name }) {
      const head = await look(name);
      for (const { from, partitions } of head.spans) {
        const firsts = await Promise.all(
          changePartitions(name, partitions).map(async (partition) => query(partition, from, 1)),
        );
        const first = Math.min(...firsts.flat().map((one) => placeOf(one).sequence));
        if (first < head.next && spanOf(head, first)!.from === from) {
          return (await isKept(name, head, first))
            ? first
            : firstOf(first, head.next, (one) => isKept(name, head, one));
        }
      }
      return head.next;
    },

    async read(resource, from, limit) {
      const { name, changes } = resource;
      const nothing: Stretch = { changes: [], next: from, isGone: false };
      let head = known.get(name)?.head;
      // Whether what is looked for was there for long when the Query began that did not find it.
      let isSettled = head !== undefined && from < head.next && hasSettled(head);
      for (let looks = 1; ; looks++) {
        const partitions = (head && spanOf(head, from)?.partitions) ?? changes?.partitions ?? 1;
        const row = await inARow(name, from, limit, partitions);
        if (row.length > 0) {
          return toStretch(resource, row, from);
        }
        const { at = 0, head: last } = known.get(name) ?? {};
        if (last?.next === from && at > Date.now() - FRESH) {
          return nothing;
        }
        head = await look(name);
        if (from >= head.next) {
          return { ...nothing, isGone: from > head.next };
        }
        // It is there, or was: in other partitions, written since the Query, or not visible yet, as a Query may see
        // half of a transaction.
        const isThere = spanOf(head, from)!.partitions === partitions;
        if (isThere && (isSettled || looks >= MOST_LOOKS)) {
          return { ...nothing, isGone: true };
        }
        isSettled = hasSettled(head);
        if (isThere && !isSettled) {
          await pause(25 * 2 ** looks);
        }
      }
    },
  };

  async function toStretch(resource: Resource, row: readonly AttributeMap[][], from: number): Promise<Stretch> {
    const recorded = row.map((records) => readChange(records, (id) => recordKey(resource, id)));
    if (isOver(recorded[0]!)) {
      return { changes: [], next: from, isGone: true };
    }
    const next = from + row.length;
    const last = known.get(resource.name);
    if (last !== undefined && last.head.next < next) {
      known.set(resource.name, { ...last, head: { ...last.head, next } });
    }
    return { changes: await Promise.all(recorded.map((one) => toChange(resource, one))), next, isGone: false };
  }
}

/** Whether every reader sees all that is before a head. */
function hasSettled({ time }: FeedHead): boolean {
  return time < Date.now() - SETTLED;
}

/** Whether the time of a change is over: DynamoDB deletes it later. */
function isOver({ expires }: RecordedChange): boolean {
  return expires <= Date.now() / 1000;
}

/** The first of numbers in a row of which something is true, where it stays true from then on; `end` where of none. */
async function firstOf(start: number, end: number, isTrue: (number: number) => Promise<boolean>): Promise<number> {
  let [low, high] = [start, end];
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    if (await isTrue(middle)) {
      high = middle;
    } else {
      low = middle + 1;
    }
  }
  return low;
}

/** What cannot be read says so, and stops nobody. */
async function toChange(
  resource: Resource,
  { sequence, kind, id, version, time, before, after }: RecordedChange,
): Promise<StoredChange> {
  const change = { collection: resource.name, sequence, id, version, time };
  const unreadable = { ...change, kind: 'unreadable' as const, before: undefined, after: undefined };
  if (kind === 'unreadable') {
    return unreadable;
  }
  try {
    return {
      ...change,
      kind,
      before: before && (await toImage(resource, before)),
      after: after && (await toImage(resource, after)),
    };
  } catch {
    return unreadable;
  }
}
