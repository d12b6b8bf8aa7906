// A client subscribes on its socket: what it has missed is sent, and what comes after is left to the fan-out.
import { randomBytes } from 'node:crypto';
import { identityOf } from '../authentication/caller';
import { accessOf } from '../authorization/permission';
import { LIST_PARAMETERS } from '../definition/reserved';
import type { Resource } from '../definition/resource';
import { fanOut, type FanOutParts } from '../events/fan-out';
import { readPlace } from '../events/place';
import { openTeller } from '../events/told-change';
import { readFilters } from '../http/input/filters';
import { seenBy } from '../http/input/item';
import { partlyUnseen, refuseUnseen } from '../http/input/unseen';
import { gatherFaults, pointer, Problem } from '../problem';
import { openFeed } from '../store/feed';
import type { Connection } from '../store/layout/sockets';
import { writeFilters } from '../store/query/stored-filters';
import { didYouMean } from '../values/nearest';
import { asProblem, endConnection, type SocketCall } from './socket-call';
import { malformed, type Ref, type SocketMessage } from './socket-message';

/** How many changes a subscription may be behind when the fan-out takes it over. */
const NEAR = 3;

/** How many changes are read at a time. */
const PAGE = 100;

/**
 * Subscribes: says so, sends what the client has missed, and hands the subscription to the fan-out, which sends
 * whatever comes after.
 */
export async function subscribe(
  call: SocketCall,
  connection: Connection,
  message: Extract<SocketMessage, { action: 'subscribe' }>,
  ref: Ref,
): Promise<void> {
  const { send, config, settings, connections, gateway, id, deadline } = call;
  const { caller, ends, base } = connection;
  const resource = findResource(call, message.collection);
  const filters = readSubscriptionFilters(resource, connection, message);
  const feed = openFeed(send, config.tableName, deadline);
  const head = await feed.head(resource.name);
  let from = readSince(call, connection, resource, message.since) ?? head;
  const subscription = randomBytes(9).toString('base64url');
  const teller = openTeller(resource, config.cursorKeys);
  const missed = async (): ReturnType<typeof feed.read> => {
    const stretch = await feed.read(resource, from, PAGE);
    if (stretch.isGone) {
      throw new Problem(
        'gone',
        'What comes after this place is no longer kept: list the collection anew, and subscribe without "since" first.',
      );
    }
    return stretch;
  };
  let next = from === head ? undefined : await missed();
  if (!(await connections.begin(id, subscription, resource.name, settings.subscriptions))) {
    throw new Problem(
      'conflict',
      `This connection has ${settings.subscriptions} subscriptions, and no more are taken: end one, or connect once more.`,
    );
  }
  try {
    if (!(await catchUp())) {
      await endConnection(call);
    }
  } catch (error) {
    // The client has been told that it is subscribed: it is to come anew, and goes on from its last place.
    asProblem(call, error);
    await endConnection(call);
  }

  /** @returns whether the connection goes on */
  async function catchUp(): Promise<boolean> {
    const isSent = async (text: string): Promise<boolean> => (await gateway.post(id, text)) === 'sent';
    const since = teller.place(caller, from);
    const subscribed = { action: 'subscribed', ref, subscription, collection: resource.name, since };
    if (!(await isSent(JSON.stringify(subscribed)))) {
      return false;
    }
    const subscriber = { id: subscription, caller, base, filters };
    const end = Math.min(deadline, ends ?? Infinity);
    for (; next !== undefined; next = (await feed.head(resource.name)) - from > NEAR ? await missed() : undefined) {
      let isPlaceTold = true;
      for (const change of next.changes) {
        const text = teller.tell(subscriber, change);
        if (Date.now() > end || (text !== undefined && !(await isSent(text)))) {
          return false;
        }
        isPlaceTold = text !== undefined;
      }
      from = next.next;
      // Else one for whom there is little among much would begin far behind each time it comes, and never get here.
      const place = { action: 'place', subscription, since: teller.place(caller, from) };
      if (!isPlaceTold && !(await isSent(JSON.stringify(place)))) {
        return false;
      }
    }
    const isHandedOver = await connections.handOver({
      ...{ caller, ends, base, filters, from },
      ...{ connection: id, id: subscription, collection: resource.name },
    });
    if (isHandedOver) {
      const parts: FanOutParts = { ...call, tableName: config.tableName, cursorKeys: config.cursorKeys };
      // Where it fails now, the schedule of the function `publish` comes to it.
      await fanOut(parts, resource.name, deadline).catch((error: unknown) => asProblem(call, error));
    }
    return true;
  }
}

/** @throws Problem `malformed-request` where there is no such collection, or its changes are not kept */
function findResource({ resources }: SocketCall, collection: string): Resource {
  const resource = resources.get(collection);
  if (resource?.changes === undefined) {
    const known = [...resources.values()].filter(({ changes }) => changes !== undefined).map(({ name }) => name);
    throw malformed([
      {
        detail: `"${collection}" is no collection whose changes are told: name one of ${known.join(', ')}.${didYouMean(collection, known)}`,
        pointer: '#/collection',
      },
    ]);
  }
  return resource;
}

/**
 * The filters as text, read as those of a list are.
 * @throws Problem `unauthenticated` or `forbidden` where the caller may not list; `malformed-request`
 */
function readSubscriptionFilters(
  resource: Resource,
  { caller }: Connection,
  { filter }: Extract<SocketMessage, { action: 'subscribe' }>,
): string {
  const permission = accessOf(caller).require(resource, 'list');
  const faults = gatherFaults();
  const filters = readFilters(seenBy(permission, resource), filter, LIST_PARAMETERS, faults);
  refuseUnseen(partlyUnseen(permission, filters), new Map(filter), faults);
  if (faults.count > 0) {
    const named = gatherFaults();
    named.addAll(faults, (fault) =>
      'parameter' in fault ? { detail: fault.detail, pointer: pointer('filter', fault.parameter) } : fault,
    );
    throw malformed(named);
  }
  return writeFilters(filters);
}

/** The sequence of a place; undefined where the client wants what comes from now on. */
function readSince(
  { config }: SocketCall,
  { caller }: Connection,
  { name }: Resource,
  since: string | undefined,
): number | undefined {
  if (since === undefined || since === 'now') {
    return undefined;
  }
  try {
    return readPlace(config.cursorKeys, identityOf(caller), since, [name])[name];
  } catch (error) {
    throw error instanceof Problem
      ? malformed([
          {
            detail: `Is no place in ${name} that was given to this caller: send "since" as a message or the feed had it, or leave it out.`,
            pointer: '#/since',
          },
        ])
      : error;
  }
}
