// The fan-out of a collection: each change is sent to whoever has subscribed to it, in order. docs/decisions/sockets.md
// says why nothing is missed, and what a crash sends twice.
import type { Resource } from '../definition/resource';
import { logError } from '../log';
import { openConnections, type Connections } from '../store/connections';
import type { Send } from '../store/client/send';
import { openFanOut, FAN_OUT_LEASE, type FanOutLease } from '../store/fan-out';
import { openFeed, type Feed, type StoredChange } from '../store/feed';
import type { Subscription } from '../store/layout/sockets';
import type { CursorKeys } from '../store/query/cursor';
import { openSubscriptions, type Subscriptions } from '../store/subscriptions';
import { MOST_AT_ONCE, type SocketGateway } from './socket-gateway';
import { EXPIRED, openTeller, type Teller } from './told-change';

/** What a fan-out reads and writes by. */
export interface FanOutParts {
  readonly send: Send;
  readonly tableName: string;
  readonly resources: ReadonlyMap<string, Resource>;
  /** What the places of clients are sealed with. */
  readonly cursorKeys: CursorKeys;
  readonly gateway: SocketGateway;
}

/**
 * What came of a run: `done` where nothing is left, `busy` where another is at it and will look again when it ends,
 * `more` where the time is over.
 */
export type FannedOut = 'done' | 'busy' | 'more';

/** How many changes are sent at a time, and how many messages about. */
const PAGE = 100;
const MOST_POSTS = 5_000;

/** How many subscriptions are taken over in one transaction, with two actions each. */
const MOST_TAKEN_OVER = 40;

/** Milliseconds for which those that are served count as they were read: some may have ended since. */
const FRESH = 5_000;

/** Milliseconds before the end of the time in which nothing new is begun. */
const RESERVE = 5_000;

/**
 * Sends the changes of a collection, and takes new subscriptions over, until nothing is left.
 * @param deadline when the time is over, in milliseconds since 1970
 * @throws Problem where the database fails, Error where sockets are out of reach: it is to be run again
 */
export async function fanOut(parts: FanOutParts, collection: string, deadline: number): Promise<FannedOut> {
  const { send, tableName } = parts;
  const resource = parts.resources.get(collection)!;
  const run: Run = {
    resource,
    gateway: parts.gateway,
    feed: openFeed(send, tableName, deadline),
    connections: openConnections(send, tableName, deadline),
    subscriptions: openSubscriptions(send, tableName, collection, deadline),
    teller: openTeller(resource, parts.cursorKeys),
    deadline,
  };
  const state = openFanOut(send, tableName, collection, deadline);
  const isIdle = async (): Promise<boolean> => {
    const [hasArrivals, hasServed] = await Promise.all([
      run.subscriptions.hasArrivals(),
      run.subscriptions.hasServed(),
    ]);
    return !hasArrivals && !hasServed;
  };
  for (;;) {
    if (await isIdle()) {
      return 'done';
    }
    const claimed = await state.claim(await run.feed.head(collection));
    if (claimed === undefined) {
      return 'busy';
    }
    const timer = setInterval(() => void claimed.renew().catch(() => undefined), FAN_OUT_LEASE / 3).unref();
    try {
      const lease = await serve(run, claimed);
      if (lease === undefined) {
        return 'busy';
      }
      await lease.release();
      if (Date.now() > deadline - RESERVE) {
        return 'more';
      }
      // Whoever came while the lease was held has left it to us.
      if (!(await run.subscriptions.hasArrivals()) && (await run.feed.head(collection)) <= lease.place) {
        return 'done';
      }
    } catch (error) {
      await claimed.release().catch(() => undefined);
      throw error;
    } finally {
      clearInterval(timer);
    }
  }
}

/** What a run has in its hands. */
interface Run {
  readonly resource: Resource;
  readonly gateway: SocketGateway;
  readonly feed: Feed;
  readonly connections: Connections;
  readonly subscriptions: Subscriptions;
  readonly teller: Teller;
  readonly deadline: number;
}

/** Those that are served, once there is something to send. */
interface Served {
  groups: Map<string, Subscription[]>;
  /** When they were read. Nobody but who has the lease takes any over, so that these stay all there are. */
  at: number;
}

/** Serves everyone up to the head. @returns the lease at the end; undefined where another has it by now */
async function serve(run: Run, claimed: FanOutLease): Promise<FanOutLease | undefined> {
  const { feed, resource, subscriptions } = run;
  const served: Served = { groups: new Map(), at: -Infinity };
  // Where nobody is served nobody has missed anything: those who arrive say where they begin.
  let lease = (await subscriptions.hasServed()) ? claimed : await moveTo(claimed, await feed.head(resource.name));
  while (lease !== undefined && Date.now() <= run.deadline - RESERVE) {
    if (!(await takeOver(run, lease, served))) {
      return undefined;
    }
    const { changes, isGone } = await feed.read(resource, lease.place, PAGE);
    if (changes.length === 0 && !isGone) {
      return lease;
    }
    if (served.at < Date.now() - FRESH) {
      Object.assign(served, { groups: byConnection(await subscriptions.served()), at: Date.now() });
    }
    if (isGone) {
      // What comes next is no longer kept: clients that go on from their own places are told so.
      await forEach([...served.groups], async ([connection, group]) => end(run, served, connection, group));
      lease = await moveTo(lease, await feed.head(resource.name));
      continue;
    }
    const some = changes.slice(0, Math.max(1, Math.floor(MOST_POSTS / Math.max(1, served.groups.size))));
    await forEach([...served.groups], async ([connection, group]) => {
      if (!(await sendTo(run, connection, group, some))) {
        await end(run, served, connection, group);
      }
    });
    lease = await moveTo(lease, lease.place + some.length);
  }
  return lease;
}

async function moveTo(lease: FanOutLease, place: number): Promise<FanOutLease | undefined> {
  return place === lease.place ? lease : lease.advance(place);
}

/**
 * Takes over those who have been handed over, having sent what lies between their places and the fan-out's.
 * @returns whether the lease still is ours
 */
async function takeOver(run: Run, lease: FanOutLease, served: Served): Promise<boolean> {
  const arrived = await run.subscriptions.arrivals();
  const ready: Subscription[] = [];
  await forEach([...byConnection(arrived)], async ([connection, group]) => {
    for (const subscription of group) {
      if (!(await catchUp(run, subscription, lease.place))) {
        await end(run, served, connection, group);
        return;
      }
      ready.push(subscription);
    }
  });
  // Together, as each transaction looks at the lease, and two at once would be in each other's way.
  for (let first = 0; first < ready.length; first += MOST_TAKEN_OVER) {
    const part = ready.slice(first, first + MOST_TAKEN_OVER);
    const isDone = await run.subscriptions.takeOver(part, lease.condition);
    // Else one of them has ended meanwhile, or the lease has.
    for (const one of part) {
      if (isDone || (await run.subscriptions.takeOver([one], lease.condition))) {
        // Where they have not been read yet, it will be among them.
        if (served.at > 0) {
          served.groups.set(one.connection, [...(served.groups.get(one.connection) ?? []), one]);
        }
      } else if (!(await lease.renew())) {
        return false;
      }
    }
  }
  return true;
}

/** Sends a subscription what lies before a place. @returns whether its connection goes on */
async function catchUp(run: Run, subscription: Subscription, place: number): Promise<boolean> {
  let { from } = subscription;
  while (from < place) {
    const { changes, next, isGone } = await run.feed.read(run.resource, from, Math.min(PAGE, place - from));
    if (isGone || changes.length === 0 || !(await sendTo(run, subscription.connection, [subscription], changes))) {
      return false;
    }
    from = next;
  }
  return true;
}

/**
 * Sends changes, in order, to the subscriptions of one connection. Where one cannot be sent, none after it is.
 * @returns whether the connection goes on
 */
async function sendTo(
  { gateway, teller }: Run,
  connection: string,
  group: readonly Subscription[],
  changes: readonly StoredChange[],
): Promise<boolean> {
  for (const change of changes) {
    for (const subscription of group) {
      if ((subscription.ends ?? Infinity) <= Date.now()) {
        await gateway.post(connection, EXPIRED);
        return false;
      }
      const text = change.sequence < subscription.from ? undefined : tell(teller, subscription, change);
      if (text instanceof Error || (text !== undefined && (await gateway.post(connection, text)) !== 'sent')) {
        return false;
      }
    }
  }
  return true;
}

/** The message of a change, or why there is none to be made: that is its subscriber's trouble alone. */
function tell(teller: Teller, subscription: Subscription, change: StoredChange): string | undefined | Error {
  try {
    return teller.tell(subscription, change);
  } catch (error) {
    const { message, stack } = error as Error;
    logError({ message: `a change cannot be told to a subscriber: ${message}`, stack });
    return error as Error;
  }
}

/**
 * Ends a connection: its client goes on from its own place. It is closed first: what has been forgotten would get
 * nothing any more, and not know it.
 */
async function end(
  { gateway, connections, subscriptions }: Run,
  served: Served,
  connection: string,
  group: readonly Subscription[],
): Promise<void> {
  await gateway.close(connection);
  await connections.forget(connection);
  // Those whose connection was forgotten before by somebody who did not come to its end.
  await subscriptions.remove(group);
  served.groups.delete(connection);
}

function byConnection(all: readonly Subscription[]): Map<string, Subscription[]> {
  const groups = new Map<string, Subscription[]>();
  for (const one of all) {
    const group = groups.get(one.connection);
    if (group === undefined) {
      groups.set(one.connection, [one]);
    } else {
      group.push(one);
    }
  }
  return groups;
}

/** Does something with each of many, some at a time. */
async function forEach<T>(all: readonly T[], go: (one: T) => Promise<void>): Promise<void> {
  const waiting = all.values();
  const failures: unknown[] = [];
  await Promise.all(
    Array.from({ length: Math.min(MOST_AT_ONCE, all.length) }, async () => {
      for (const one of waiting) {
        try {
          await go(one);
        } catch (error) {
          failures.push(error);
          return;
        }
      }
    }),
  );
  if (failures.length > 0) {
    throw failures[0];
  }
}
