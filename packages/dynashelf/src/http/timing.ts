// `Server-Timing` (W3C): the stations of a request with their milliseconds, and what it cost where its caller may know.
import { hidesNothing, type Permission } from '../definition/access';
import type { Resource } from '../definition/resource';
import type { Result } from '../operations/result';
import type { Cost } from '../store/client/cost';
import type { PartResponseOptions, ResponseOptions } from './input/input';
import type { Request } from './request';

/** A stopwatch: each station ends where the next one begins. */
export interface Timing {
  /** The stations that are passed, with their milliseconds. */
  readonly stations: readonly (readonly [name: string, milliseconds: number])[];
  end(station: string): void;
  /** Milliseconds since the beginning. */
  total(): number;
}

/** Starts the clock of a request: each station ends where the next one begins. */
export function startTiming(): Timing {
  const stations: [string, number][] = [];
  const start = performance.now();
  let last = start;
  return {
    stations,
    end(station) {
      const now = performance.now();
      stations.push([station, now - last]);
      last = now;
    },
    total: () => performance.now() - start,
  };
}

/** The stations of a request with their milliseconds, and what the database did (W3C Server Timing). */
export function serverTiming({ stations, total }: Timing, cost: Cost | undefined): string {
  const timings = [...stations, ['total', total()] as const].map(
    ([name, milliseconds]) => `${name};dur=${milliseconds.toFixed(1)}`,
  );
  if (cost !== undefined && cost.reads + cost.writes > 0) {
    timings.push(`store;dur=${cost.milliseconds.toFixed(1)};desc="${describeCost(cost)}"`);
  }
  return timings.join(', ');
}

/** Such as `1 read, 0.5 RCU` or `1 read, 1 RCU, 2 writes, 4 WCU`. */
function describeCost({ reads, writes, readUnits, writeUnits }: Cost): string {
  return [
    ...(reads > 0 ? [count(reads, 'read'), `${readUnits} RCU`] : []),
    ...(writes > 0 ? [count(writes, 'write'), `${writeUnits} WCU`] : []),
  ].join(', ');
}

function count(number: number, thing: string): string {
  return `${number} ${thing}${number === 1 ? '' : 's'}`;
}

/**
 * Whether all that a request can have read or written is shown to its caller. The cost grows with the items read, and
 * so tells how large those are that the caller may not see.
 */
export function isCostShown(
  resources: ReadonlyMap<string, Resource>,
  { method }: Pick<Request, 'method'>,
  responseOptions: ResponseOptions | PartResponseOptions,
  result: Result,
): boolean {
  // A write reads and counts what the item refers to, and may go through the index of others; an action may read
  // anything.
  const isOfOwn =
    'permission' in responseOptions &&
    hidesNothing(responseOptions.permission) &&
    ((result.kind === 'found' && method !== 'POST' && result.expanded === undefined) ||
      (result.kind === 'page' && result.expanded === undefined && !result.readsOthers));
  return (
    isOfOwn ||
    [...resources.values()].every((resource) =>
      ['read', 'list'].every((operation) => seesAll(responseOptions.access.permission(resource, operation))),
    )
  );
}

function seesAll(permission: Permission): boolean {
  return permission.grant === 'all' && hidesNothing(permission);
}
