// Consumers: whoever is to know of each change of a collection, in order, from a place of its own. One at a time is at
// work for each, under a lease; what fails comes again later, and is put aside in the end, so that the others go on.
import { logError, redact } from '../log';
import type { Resource } from '../definition/resource';
import { openConsumers, LEASE, type Consumers, type Moved } from '../store/consumers';
import { openFeed, type Feed, type StoredChange } from '../store/feed';
import type { Send } from '../store/client/send';
import type { ConsumerRecord } from '../store/layout/consumer';
import { consumed, leaseBehind, stepWrite, type Lease, type Step } from '../store/write/consumed';
import type { Constraint } from '../store/write/constraint';

/** Who handles the changes of a collection. */
export interface Consumer {
  /** Its name in the table, without a slash: another name begins anew. */
  readonly name: string;
  readonly collection: string;
  /** How many changes are handled at a time. */
  readonly most: number;
  /** Whether a change is one for it; all are, without it. Others cost neither a call nor a write. */
  concerns?(change: StoredChange): boolean;
  /**
   * Handles changes, in order. May be called again with the same: what has its effect once is committed with `besides`.
   * @returns `committed` where `besides` was
   */
  handle(changes: readonly StoredChange[], handling: Handling): Promise<'committed' | void>;
}

/** How changes are handled. */
export interface Handling {
  /** 1 the first time, one more each further time. */
  readonly attempt: number;
  /** That these changes are handled, for the transaction of what follows from them. */
  readonly besides: Constraint;
  /** When the time is over, in milliseconds since 1970. */
  readonly deadline: number;
}

/** What a consumer reads and writes by. */
export interface ConsumerParts {
  readonly send: Send;
  readonly tableName: string;
  readonly resources: ReadonlyMap<string, Resource>;
}

/**
 * What came of a run: `done` where nothing is left, `busy` where another is at work, `waiting` where what failed is not
 * due yet, `failed` where something did, `more` where the time was over.
 */
export type Consumed = 'done' | 'busy' | 'waiting' | 'failed' | 'more';

/** How often a change is begun before it is put aside: over about two hours. */
export const MOST_ATTEMPTS = 8;

const MINUTE = 60_000;

/** How many changes are read at a time. */
const PAGE = 100;

/** Milliseconds before the end of the time in which nothing new is begun. */
const RESERVE = 2_000;

/** Milliseconds until a change that failed is due again: a minute, then twice as long, to an hour. */
export function pauseAfter(attempt: number): number {
  return Math.min(MINUTE * 2 ** (attempt - 1), 60 * MINUTE);
}

/**
 * Handles the changes that are behind a consumer's place, up to the end of its feed.
 * @param deadline when the time is over, in milliseconds since 1970
 * @throws Problem where the database fails
 */
export async function consume(parts: ConsumerParts, consumer: Consumer, deadline: number): Promise<Consumed> {
  const { send, tableName } = parts;
  const run: Run = {
    consumer,
    resource: parts.resources.get(consumer.collection)!,
    consumers: openConsumers(send, tableName, deadline),
    feed: openFeed(send, tableName, deadline),
    deadline,
  };
  let found =
    (await run.consumers.find(consumer)) ??
    (await run.consumers.begin(consumer, await run.feed.head(consumer.collection)));
  for (;;) {
    const now = Date.now();
    if (found.until > now || found.due > now) {
      return found.until > now ? 'busy' : 'waiting';
    }
    // After a lease has ended this is the look that a ring relies on which found it held.
    const head = await run.feed.head(consumer.collection);
    if (found.place >= head && found.again.length === 0) {
      return 'done';
    }
    const lease = await run.consumers.claim(found, now);
    if (lease === undefined) {
      return 'busy';
    }
    const came = await keepingLease(run, lease, async () => goOn(run, lease, head));
    if (typeof came === 'string') {
      return came;
    }
    found = came;
  }
}

/** What a run has in its hands. */
interface Run {
  readonly consumer: Consumer;
  readonly resource: Resource;
  readonly consumers: Consumers;
  readonly feed: Feed;
  readonly deadline: number;
}

/** Renews the lease while something goes on under it. */
async function keepingLease<T>({ consumers }: Run, lease: Lease, go: () => Promise<T>): Promise<T> {
  const timer = setInterval(() => void consumers.renew(lease).catch(() => undefined), LEASE / 3);
  timer.unref();
  try {
    return await go();
  } finally {
    clearInterval(timer);
  }
}

/** Changes to be handled together, and what is done when they are. */
interface Task {
  /** None, where those that are read are none for the consumer. */
  readonly changes: readonly StoredChange[];
  readonly step: Step;
}

/**
 * Handles what is to be handled once more, then what is next, up to the head.
 * @returns how the consumer is when its lease is given back, or why it went no further
 */
async function goOn(run: Run, claimed: Lease, head: number): Promise<ConsumerRecord | Consumed> {
  let lease = claimed;
  // What was begun and did not end can be the fault of one of several: then each is handled by itself.
  let most = claimed.attempts > 1 ? 1 : run.consumer.most;
  for (;;) {
    const tasks = await readTasks(run, lease, head, most);
    for (const task of tasks) {
      if (Date.now() > run.deadline - RESERVE) {
        await run.consumers.release(lease, lease.attempts - 1, 0);
        return 'more';
      }
      const came = await perform(run, lease, task);
      if (came === 'one by one') {
        most = 1;
        break;
      }
      if (typeof came === 'string' || came.until === 0) {
        return came;
      }
      lease = came;
    }
    if (tasks.length === 0) {
      // What the head says is there is not to be seen yet.
      await run.consumers.release(lease, lease.attempts - 1, 0);
      return 'more';
    }
  }
}

/** What is to be done next, of one request for changes. */
async function readTasks(run: Run, lease: Lease, head: number, most: number): Promise<Task[]> {
  const { consumer, feed, resource } = run;
  const [again] = lease.again;
  if (again !== undefined) {
    const { changes } = await feed.read(resource, again, 1);
    const isLast = lease.again.length === 1 && lease.place >= head;
    const found = changes.filter(({ sequence }) => sequence === again);
    if (found.length === 0) {
      logError({
        message: `a change is to be handled once more, and is no longer kept`,
        reason: nameOf(consumer, again),
      });
    }
    return [{ changes: found, step: { to: lease.place, again, isLast } }];
  }
  const { changes, next, isGone } = await feed.read(resource, lease.place, PAGE);
  if (isGone) {
    const to = Math.max(await feed.oldest(resource), lease.place + 1);
    logError({
      message: `${to - lease.place} changes are no longer kept that a consumer has not handled: it goes on behind them`,
      reason: nameOf(consumer, lease.place),
    });
    return [{ changes: [], step: { to, isLast: to >= head } }];
  }
  const concerning = changes.filter((change) => consumer.concerns?.(change) ?? true);
  const starts = Array.from({ length: Math.max(1, Math.ceil(concerning.length / most)) }, (_, index) => index * most);
  return next <= lease.place
    ? []
    : starts.map((start) => {
        const to = concerning[start + most]?.sequence ?? next;
        return { changes: concerning.slice(start, start + most), step: { to, isLast: to >= head } };
      });
}

/** @returns the lease behind it; `one by one` where one of several failed */
async function perform(run: Run, lease: Lease, task: Task): Promise<Lease | 'one by one' | Consumed> {
  const { consumer, consumers, deadline } = run;
  const { changes, step } = task;
  if (changes.length > 0) {
    if (lease.attempts > MOST_ATTEMPTS) {
      return putAside(run, lease, task, 'it did not end: it was killed, or had no time or memory left');
    }
    try {
      const besides: Constraint = (plan, all) => consumed(stepWrite(lease, step, Date.now() + LEASE))(plan, all);
      const came = await consumer.handle(changes, { attempt: lease.attempts, besides, deadline });
      if (came === 'committed') {
        return leaseBehind(lease, step, Date.now() + LEASE);
      }
    } catch (error) {
      return changes.length > 1 ? 'one by one' : fail(run, lease, task, error);
    }
  }
  return settled(lease, step, await consumers.move(lease, step)) ?? 'busy';
}

async function fail(run: Run, lease: Lease, task: Task, error: unknown): Promise<Lease | Consumed> {
  const { message: said } = error instanceof Error ? error : new Error(String(error));
  if (task.step.again !== undefined || lease.attempts >= MOST_ATTEMPTS) {
    return putAside(run, lease, task, redact(said));
  }
  const { attempts } = lease;
  const moved = await run.consumers.release(lease, attempts, Date.now() + pauseAfter(attempts));
  if ('lease' in moved) {
    logError({
      message: `a change was not handled: ${redact(said)}`,
      reason: `${nameOf(run.consumer, task.changes[0]!.sequence)}, attempt ${attempts}`,
    });
    return 'failed';
  }
  // It may have been committed, and the answer lost.
  return settled(lease, task.step, moved) ?? 'busy';
}

async function putAside(run: Run, lease: Lease, { changes, step }: Task, reason: string): Promise<Lease | Consumed> {
  const { consumer, consumers } = run;
  const [{ sequence, id }] = changes as [StoredChange];
  const { attempts } = lease;
  const at = new Date().toISOString();
  const behind = settled(
    lease,
    step,
    await consumers.putAside(lease, step, { consumer, sequence, item: id, attempts, reason, at }),
  );
  if (behind !== undefined) {
    logError({
      message: `a change was put aside: ${reason}`,
      reason: `${nameOf(consumer, sequence)}, attempt ${attempts}`,
    });
  }
  return behind ?? 'busy';
}

/** The lease behind a step, where that is done and the lease is held still; an answer can have been lost. */
function settled(lease: Lease, step: Step, moved: Moved): Lease | undefined {
  if ('lease' in moved) {
    return moved.lease;
  }
  const { current } = moved;
  const isDone =
    current !== undefined &&
    (step.again === undefined ? current.place >= step.to : !current.again.includes(step.again));
  return isDone && (step.isLast || current.owner === lease.owner) ? leaseBehind(lease, step, current.until) : undefined;
}

function nameOf({ name, collection }: Consumer, sequence: number): string {
  return `${name}, ${collection} ${sequence}`;
}
