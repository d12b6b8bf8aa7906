// The Lambda function `socket`: what clients do on their sockets, told by API Gateway.
import { identityOf } from '../authentication/caller';
import { writeProblem } from '../http/response';
import { Problem } from '../problem';
import { openConnections, type Connections } from '../store/connections';
import type { Connection, SocketCaller } from '../store/layout/sockets';
import { EXPIRED } from '../events/told-change';
import { openTickets } from '../store/tickets';
import { asProblem, endConnection, type SocketCall, type SocketParts } from './socket-call';
import { readSocketMessage, type Ref, type SocketMessage } from './socket-message';
import { subscribe } from './socket-subscribe';

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

/** API Gateway waits 29 s for the function. */
const LONGEST = 29_000;
const MARGIN = 1_500;

/** Makes the function. */
export function socketHandler(parts: SocketParts): SocketHandler {
  return async ({ requestContext, queryStringParameters, body, isBase64Encoded }, context) => {
    const { routeKey, connectionId: id, requestId = '' } = requestContext;
    const deadline = Date.now() + Math.min(context?.getRemainingTimeInMillis?.() ?? LONGEST, LONGEST) - MARGIN;
    const connections = openConnections(parts.send, parts.config.tableName, deadline);
    const call: SocketCall = { ...parts, connections, id, requestId, deadline };
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

/** Lets a client in that has a good ticket, and not too many connections. @returns the status that it is answered */
async function connect(
  { send, config, settings, connections, gateway, id, deadline }: SocketCall,
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
async function receive(call: SocketCall, text: string): Promise<void> {
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

async function answer(call: SocketCall, connection: Connection, message: SocketMessage, ref: Ref): Promise<void> {
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

async function unsubscribe(
  { connections, id }: SocketCall,
  connection: Connection,
  subscription: string,
): Promise<void> {
  const collection = connection.subscriptions.get(subscription);
  if (collection === undefined || !(await connections.end(id, subscription, collection))) {
    throw new Problem(
      'not-found',
      'This connection has no such subscription: name one as "subscribed" has named it, once.',
    );
  }
}

/** Sends a client an answer. */
async function reply(call: SocketCall, message: object): Promise<void> {
  if ((await call.gateway.post(call.id, JSON.stringify(message))) !== 'sent') {
    await endConnection(call);
  }
}
