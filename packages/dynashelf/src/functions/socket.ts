// The Lambda function `socket`: what clients do on their sockets, told by API Gateway.
import { randomBytes } from 'node:crypto';
import { identityOf } from '../authentication/caller';
import { accessOf } from '../authorization/permission';
import type { Config } from '../config';
import type { Resource } from '../definition/resource';
import { fanOut, type FanOutParts } from '../events/fan-out';
import { readPlace } from '../events/place';
import type { SocketGateway } from '../events/socket-gateway';
import { EXPIRED, openTeller } from '../events/told-change';
import { LIST_PARAMETERS } from '../definition/reserved';
import { readFilters } from '../http/input/filters';
import { seenBy } from '../http/input/item';
import { partlyUnseen, refuseUnseen } from '../http/input/unseen';
import { writeProblem } from '../http/response';
import { logError } from '../log';
import { gatherFaults, pointer, Problem } from '../problem';
import { openConnections, type Connections } from '../store/connections';
import { openFeed } from '../store/feed';
import type { Send } from '../store/client/send';
import type { Connection, SocketCaller } from '../store/layout/sockets';
import { writeFilters } from '../store/query/stored-filters';
import { openTickets } from '../store/tickets';
import { didYouMean } from '../values/nearest';
import type { SocketSettings } from '../events/socket-settings';
import { malformed, readSocketMessage, type Ref, type SocketMessage } from './socket-message';

/** What of an event of a WebSocket API is read. */
export interface SocketEvent {
  readonly requestContext: { readonly routeKey: string; readonly connectionId: string; readonly requestId?: string };
  readonly queryStringParameters?: { readonly [name: string]: string | undefined } | null;
  readonly body?: string | null;
  readonly isBase64Encoded?: boolean;
}

/** A Lambda function behind a WebSocket API. */
export type SocketHandler = (
  event: SocketEvent,
  context?: { getRemainingTimeInMillis?(): number },
) => Promise<{ readonly statusCode: number }>;

/** What the function serves, and by what. */
export interface SocketParts {
  readonly resources: ReadonlyMap<string, Resource>;
  readonly config: Pick<Config, 'tableName' | 'cursorKeys'>;
  readonly settings: SocketSettings;
  readonly send: Send;
  readonly gateway: SocketGateway;
}

/** API Gateway waits 29 s for the function. */
const LONGEST = 29_000;
const MARGIN = 1_500;

/** How many changes a subscription may be behind when the fan-out takes it over. */
const NEAR = 3;

/** How many changes are read at a time. */
const PAGE = 100;

/** Makes the function. */
export function socketHandler(parts: SocketParts): SocketHandler {
  return async ({ requestContext, queryStringParameters, body, isBase64Encoded }, context) => {
    const { routeKey, connectionId: id, requestId = '' } = requestContext;
    const deadline = Date.now() + Math.min(context?.getRemainingTimeInMillis?.() ?? LONGEST, LONGEST) - MARGIN;
    const connections = openConnections(parts.send, parts.config.tableName, deadline);
    const call: Call = { ...parts, connections, id, requestId, deadline };
    try {
      switch (routeKey) {
        case '$connect':
          return { statusCode: await connect(call, queryStringParameters?.['ticket'] ?? '') };
        case '$disconnect':
          await connections.forget(id);
          return { statusCode: 200 };
        default:
          await receive(call, isBase64Encoded === true ? Buffer.from(body ?? '', 'base64').toString() : (body ?? ''));
          return { statusCode: 200 };
      }
    } catch (error) {
      return { statusCode: asProblem(call, error).status };
    }
  };
}

/** One call of the function. */
interface Call extends SocketParts {
  readonly connections: Connections;
  /** Of the connection. */
  readonly id: string;
  readonly requestId: string;
  /** When the time is over, in milliseconds since 1970. */
  readonly deadline: number;
}

/** Lets a client in that has a good ticket, and not too many connections. @returns the status that it is answered */
async function connect(
  { send, config, settings, connections, gateway, id, deadline }: Call,
  ticket: string,
): Promise<number> {
  const caller = ticket === '' ? undefined : await openTickets(send, config.tableName, deadline).take(ticket);
  if (caller === undefined || hasEnded(caller)) {
    return 401;
  }
  const open = async (): ReturnType<Connections['open']> =>
    connections.open(id, caller, identityOf(caller.caller), settings.connections);
  const taken = await open();
  if (taken.length === 0) {
    return 200;
  }
  // Not of every connection that is lost API Gateway says so.
  const lost = await Promise.all(taken.map(async (seat) => ((await gateway.isOpen(seat.connection)) ? [] : [seat])));
  for (const seat of lost.flat()) {
    await connections.forget(seat.connection);
    await connections.leave(seat);
  }
  return lost.flat().length > 0 && (await open()).length === 0 ? 200 : 429;
}

function hasEnded({ ends = Infinity }: SocketCaller): boolean {
  return ends <= Date.now();
}

/** Answers a message. */
async function receive(call: Call, text: string): Promise<void> {
  const { connections, settings, id } = call;
  const connection = await connections.read(id);
  if (connection === undefined) {
    // What was forgotten is told nothing any more, so that it has to come anew.
    await endConnection(call);
    return;
  }
  if (hasEnded(connection)) {
    await call.gateway.post(id, EXPIRED);
    await endConnection(call);
    return;
  }
  let ref: Ref;
  try {
    const message = readSocketMessage(text, settings.messageBytes, (found) => (ref = found));
    await answer(call, connection, message, ref);
  } catch (error) {
    const request = { id: call.requestId, base: connection.base };
    await reply(call, { action: 'problem', ref, problem: writeProblem(request, asProblem(call, error)).body });
  }
}

async function answer(call: Call, connection: Connection, message: SocketMessage, ref: Ref): Promise<void> {
  switch (message.action) {
    case 'ping':
      await reply(call, { action: 'pong', ref });
      return;
    case 'unsubscribe':
      await unsubscribe(call, connection, message.subscription);
      await reply(call, { action: 'unsubscribed', ref, subscription: message.subscription });
      return;
    case 'subscribe':
      await subscribe(call, connection, message, ref);
  }
}

async function unsubscribe({ connections, id }: Call, connection: Connection, subscription: string): Promise<void> {
  const collection = connection.subscriptions.get(subscription);
  if (collection === undefined || !(await connections.end(id, subscription, collection))) {
    throw new Problem(
      'not-found',
      'This connection has no such subscription: name one as "subscribed" has named it, once.',
    );
  }
}

/**
 * Subscribes: says so, sends what the client has missed, and hands the subscription to the fan-out, which sends
 * whatever comes after.
 */
async function subscribe(
  call: Call,
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
    for (; next !== undefined; next = (await feed.head(resource.name)) - from > NEAR ? await missed() : undefined) {
      for (const change of next.changes) {
        const text = teller.tell(subscriber, change);
        if (Date.now() > deadline || (text !== undefined && !(await isSent(text)))) {
          return false;
        }
      }
      from = next.next;
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
function findResource({ resources }: Call, collection: string): Resource {
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
  { config }: Call,
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

/** Closes a connection, and forgets it. */
async function endConnection({ gateway, connections, id }: Call): Promise<void> {
  await gateway.close(id);
  await connections.forget(id);
}

/** Sends a client an answer. */
async function reply(call: Call, message: object): Promise<void> {
  if ((await call.gateway.post(call.id, JSON.stringify(message))) !== 'sent') {
    await endConnection(call);
  }
}

function asProblem({ requestId }: Call, error: unknown): Problem {
  if (error instanceof Problem) {
    return error;
  }
  const { message, stack } = error as Error;
  logError({ message, requestId, path: 'socket', stack });
  return new Problem(
    'internal',
    'Something is wrong on the server, and it has been logged: report the request id if it stays.',
  );
}
