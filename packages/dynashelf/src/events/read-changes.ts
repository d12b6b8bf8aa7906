// Changes of several collections as one caller may see them, from a place on: each collection in its order, and
// together by the time of the writes.
import { setTimeout as pause } from 'node:timers/promises';
import type { CallerAccess } from '../authorization/permission';
import type { Resource } from '../definition/resource';
import { Problem } from '../problem';
import type { Feed, StoredChange } from '../store/feed';
import { countFitting } from '../store/query/answer-size';
import { presentChange, type CloudEvent } from './cloud-event';
import type { Place } from './place';

/** What of the feeds is read. */
export interface ChangesRequest {
  readonly resources: readonly Resource[];
  readonly place: Place;
  /** How many events, 1 to 100. */
  readonly limit: number;
  /** How often each feed is read at most. */
  readonly rounds: number;
  /** When to stop, in milliseconds since 1970. */
  readonly deadline: number;
}

/** Some events, and the place behind them. */
export interface ChangesPage {
  readonly events: readonly CloudEvent[];
  readonly place: Place;
}

/** A change that is passed, and what the caller sees of it. */
interface Step {
  readonly change: StoredChange;
  readonly event: CloudEvent | undefined;
}

/** Partitions that are read at once: each may give 1 MB. */
const AT_ONCE = 16;

/** Milliseconds that a round of reading may take. */
const ROUND = 1_000;

/**
 * Reads until there are `limit` events, the feeds are at their ends, or a bound is reached. Where the caller sees every
 * change, each feed is read once.
 * @throws Problem `gone` where the place is no longer kept in one of the feeds
 */
export async function readChanges(
  feed: Feed,
  access: CallerAccess,
  { resources, place, limit, rounds, deadline }: ChangesRequest,
): Promise<ChangesPage> {
  const steps: Step[] = [];
  const next: Record<string, number> = { ...place };
  let events: CloudEvent[] = [];
  let unread = resources;
  for (let round = 0; round < rounds && unread.length > 0 && Date.now() + ROUND < deadline; round++) {
    const wanted = limit - events.length;
    const stretches = await readEach(feed, unread, next, wanted);
    const merged = merge(stretches, (change, index) => presentChange(access, unread[index]!, change), wanted);
    for (const step of merged) {
      next[step.change.collection] = step.change.sequence + 1;
    }
    steps.push(...merged);
    events = eventsOf(steps);
    if (events.length >= limit || countFitting(events) < events.length) {
      break;
    }
    // What is not full has come to an end, as far as this reader can tell; where nothing was seen, it looks once more.
    unread = unread.filter((_resource, index) => stretches[index]!.length >= (events.length === 0 ? 1 : wanted));
  }
  const fitting = countFitting(events);
  const last = fitting < events.length ? steps.findIndex(({ event }) => event === events[fitting]) : steps.length;
  return {
    events: events.slice(0, fitting),
    place: steps
      .slice(0, last)
      .reduce<Place>((sum, { change }) => ({ ...sum, [change.collection]: change.sequence + 1 }), place),
  };
}

/** Milliseconds between two looks: less than one a second. */
const EVERY = 1_100;

/**
 * Waits until there is something behind a place, or the time is over. Each look is one request, which reads the heads.
 * @param until milliseconds since 1970
 * @returns whether there is
 */
export async function awaitChanges(feed: Feed, place: Place, until: number): Promise<boolean> {
  const names = Object.keys(place);
  for (let left = until - Date.now(); left > 0; left = until - Date.now()) {
    await pause(Math.min(left, EVERY));
    const heads = await feed.heads(names);
    if (heads.some((head, index) => head !== place[names[index]!])) {
      return true;
    }
  }
  return false;
}

/** Reads each feed, not too many partitions of them at once. */
async function readEach(
  feed: Feed,
  resources: readonly Resource[],
  next: Place,
  limit: number,
): Promise<(readonly StoredChange[])[]> {
  const found: (readonly StoredChange[])[] = [];
  for (let begun = 0; begun < resources.length;) {
    let partitions = 0;
    const here = resources.slice(begun).filter((resource, index) => {
      partitions += resource.changes?.partitions ?? 1;
      return index === 0 || partitions <= AT_ONCE;
    });
    begun += here.length;
    found.push(
      ...(await Promise.all(
        here.map(async (resource) => {
          const { changes, isGone } = await feed.read(resource, next[resource.name]!, limit);
          if (isGone) {
            throw gone(resource);
          }
          return changes;
        }),
      )),
    );
  }
  return found;
}

/** The problem that a place is no longer kept. */
export function gone({ name }: Pick<Resource, 'name'>): Problem {
  return new Problem(
    'gone',
    `The changes of ${name} are no longer kept from this place on: begin with since=now, read the list anew, then go on from there.`,
  );
}

/** The changes of all, those of each in their order, the earlier before the later, until some of them are seen. */
function merge(
  stretches: readonly (readonly StoredChange[])[],
  see: (change: StoredChange, index: number) => CloudEvent | undefined,
  wanted: number,
): Step[] {
  const places = stretches.map(() => 0);
  const steps: Step[] = [];
  for (let count = 0; count < wanted;) {
    const heads = stretches.map((changes, index) => changes[places[index]!]);
    const first = heads.reduce<number>(
      (least, head, index) => (head !== undefined && (least < 0 || head.time < heads[least]!.time) ? index : least),
      -1,
    );
    if (first < 0) {
      break;
    }
    const change = heads[first]!;
    const event = see(change, first);
    places[first]!++;
    count += event === undefined ? 0 : 1;
    steps.push({ change, event });
  }
  return steps;
}

function eventsOf(steps: readonly Step[]): CloudEvent[] {
  return steps.map(({ event }) => event).filter((event) => event !== undefined);
}
