// Matching items of one or several partitions, merged lazily in their common order, each once.
import type { AnyItem } from '../../definition/item';
import type { Resource } from '../../definition/resource';
import type { Budget } from '../client/budget';
import type { Stretch } from './by-id';
import { matches } from './filter';
import type { QueryPlan } from './planner';
import { comparePositions, type Position } from './cursor';
import { positionOf, queryInput, within } from './query';
import { recordKey, toItems } from '../layout/record';

/** A matching item that is read and not yet taken; of one that is large, its place alone. */
interface Waiting {
  readonly item: AnyItem | undefined;
  readonly position: Position;
}

/** One partition, as far as it is read. */
interface Stream {
  readonly plan: QueryPlan;
  readonly partition: string;
  waiting: Waiting[];
  /** Everything up to here is read. */
  reached: Position | undefined;
  isBegun: boolean;
  isEnd: boolean;
}

/** Records that have been read so far, of all partitions, and those that match. */
interface Progress {
  scanned: number;
  matched: number;
}

/** Partitions that are begun at once, while nobody knows how large their records are. */
const FIRST_PARTITIONS = 8;

/**
 * The next `limit` matching items after a position; fewer where there are no more, or where the budget ends.
 * @param plans one, or several that have one order: what more than one has is given once
 * @param heads a budget for the first records of many partitions, of which their places alone are read where they are
 * large
 */
export async function readMerged(
  budget: Budget,
  heads: Budget,
  TableName: string,
  resource: Resource,
  plans: readonly QueryPlan[],
  limit: number,
  after: Position | undefined,
): Promise<Stretch> {
  const { descending } = plans[0]!;
  const streams = plans.flatMap((plan) => {
    const start = within(plan, after);
    return start === 'end'
      ? []
      : plan.partitions.map((partition): Stream => ({
          plan,
          partition,
          waiting: [],
          reached: start,
          isBegun: false,
          isEnd: false,
        }));
  });
  // What is of several plans, given already.
  const given = plans.length > 1 ? new Set<string>() : undefined;
  const progress: Progress = { scanned: 0, matched: 0 };
  const found: Stretch['found'] = [];

  async function read(stream: Stream, most: number, keysOnly: boolean): Promise<void> {
    const { plan } = stream;
    const {
      Items = [],
      LastEvaluatedKey,
      ScannedCount = 0,
    } = await (keysOnly ? heads : budget).read(
      'Query',
      queryInput(TableName, resource, plan, stream.partition, { limit: most, after: stream.reached, keysOnly }),
    );
    const matching = plan.inMemory.length === 0 ? Items : Items.filter((record) => matches(plan.inMemory, record));
    // At once: the records of a page take much more memory than its items.
    const items = keysOnly ? [] : await toItems(resource, matching);
    stream.waiting.push(
      ...matching.map((record, index) => ({ item: items[index], position: positionOf(plan, record) })),
    );
    stream.isBegun = true;
    stream.isEnd = LastEvaluatedKey === undefined;
    stream.reached = LastEvaluatedKey === undefined ? undefined : positionOf(plan, LastEvaluatedKey);
    progress.scanned += ScannedCount;
    progress.matched += matching.length;
  }

  /** Reads the next records of some partitions; false where the time was over before. */
  async function readAll(behind: readonly Stream[]): Promise<boolean> {
    const keysOnly =
      budget.spent.reads > 0 &&
      behind.some(({ isBegun }) => !isBegun) &&
      (budget.spent.bytes / budget.spent.reads) * streams.length > budget.bound.bytes;
    const most = plans.map((plan) => readSize(plan, limit - found.length, progress, behind.length, budget));
    const outcomes = await Promise.allSettled(
      behind.map((stream) => read(stream, most[plans.indexOf(stream.plan)]!, keysOnly)),
    );
    const failed = outcomes.find((outcome) => outcome.status === 'rejected');
    if (failed !== undefined && !(budget.isOver() && streams.every(({ isBegun }) => isBegun))) {
      throw failed.reason;
    }
    return failed === undefined;
  }

  while (found.length < limit) {
    const head = firstOf(streams, descending);
    // A partition that is not read beyond the head may hold a record before it.
    const behind = streams.filter((stream) => isBehind(stream, head, descending));
    if (behind.length > 0) {
      const unbegun = behind.filter(({ isBegun }) => !isBegun);
      if (unbegun.length > 0) {
        await readAll(budget.spent.reads === 0 ? unbegun.slice(0, FIRST_PARTITIONS) : unbegun);
      } else if (budget.isSpent(streams.length) || !(await readAll(behind))) {
        break;
      }
    } else if (head === undefined) {
      break;
    } else if (head.waiting[0]!.item === undefined && found.length > 0 && budget.isSpent(streams.length)) {
      return { found, next: found.at(-1)!.position };
    } else {
      const { item, position } = head.waiting.shift()!;
      const isKnown = given?.has(position.id) === true;
      const whole = isKnown ? undefined : (item ?? (await readItem(budget, TableName, resource, head.plan, position)));
      if (whole !== undefined) {
        found.push({ item: whole, position });
        given?.add(position.id);
      }
    }
  }
  for (const stream of given === undefined ? [] : streams) {
    stream.waiting = stream.waiting.filter(({ position }) => !given!.has(position.id));
  }
  return { found, next: nextPosition(streams, found, limit, descending) };
}

/** The item at a place, if it is still there and matches. */
async function readItem(
  budget: Budget,
  TableName: string,
  resource: Resource,
  { filters, inMemory }: QueryPlan,
  { id }: Position,
): Promise<AnyItem | undefined> {
  const { Item } = await budget.read('GetItem', { TableName, Key: recordKey(resource, id), ConsistentRead: true });
  return Item !== undefined && matches([...filters, ...inMemory], Item)
    ? (await toItems(resource, [Item]))[0]
    : undefined;
}

function firstOf(streams: readonly Stream[], descending: boolean): Stream | undefined {
  const waiting = streams.filter((stream) => stream.waiting.length > 0);
  return waiting.length === 0
    ? undefined
    : waiting.reduce((first, stream) =>
        comparePositions(stream.waiting[0]!.position, first.waiting[0]!.position, descending) < 0 ? stream : first,
      );
}

function isBehind({ waiting, reached, isEnd }: Stream, head: Stream | undefined, descending: boolean): boolean {
  return (
    !isEnd &&
    waiting.length === 0 &&
    (head === undefined ||
      reached === undefined ||
      comparePositions(reached, head.waiting[0]!.position, descending) < 0)
  );
}

function nextPosition(
  streams: readonly Stream[],
  found: Stretch['found'],
  limit: number,
  descending: boolean,
): Position | undefined {
  const unfinished = streams.filter(({ isEnd, waiting }) => !isEnd || waiting.length > 0);
  if (unfinished.length === 0) {
    return undefined;
  }
  if (found.length === limit && unfinished.some(({ waiting }) => waiting.length > 0)) {
    return found.at(-1)!.position;
  }
  // Beyond what was given, but not beyond what any partition has been read to.
  return unfinished
    .filter(({ waiting }) => waiting.length === 0)
    .map(({ reached }) => reached!)
    .reduce((least, reached) => (comparePositions(reached, least, descending) < 0 ? reached : least));
}

/** Records that a first Query with a filter reads at least: the rate at which they match is not known yet. */
const FIRST_LOOK = 100;

/**
 * Records that a Query reads at most. DynamoDB ends at 1 MB anyway, but DynamoDB Local counts only those that match.
 */
const MOST_RECORDS = 2_000;

/** How many records each Query is to read for `wanted` more. */
function readSize(
  plan: QueryPlan,
  wanted: number,
  progress: Progress,
  partitions: number,
  { spent, bound }: Budget,
): number {
  const size = likelySize(plan, wanted, progress);
  // As many as the budget has left, at the size of those before.
  const fitting =
    progress.scanned === 0 || spent.bytes === 0
      ? Infinity
      : Math.floor((bound.bytes - spent.bytes) / (spent.bytes / progress.scanned) / partitions);
  return Math.max(1, Math.min(size, fitting));
}

function likelySize(
  { partitions, filters, inMemory }: QueryPlan,
  wanted: number,
  { scanned, matched }: Progress,
): number {
  if (filters.length === 0 && inMemory.length === 0) {
    // Reading a second small record costs no more, and spares a request for each record that is taken.
    return partitions.length > wanted ? 2 : Math.ceil(wanted / partitions.length);
  }
  const likely =
    scanned === 0 ? Math.max(2 * wanted, FIRST_LOOK) : matched === 0 ? Infinity : (1.2 * wanted * scanned) / matched;
  return Math.ceil(Math.min(Math.max(likely, wanted), MOST_RECORDS) / partitions.length);
}
