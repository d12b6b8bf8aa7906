// API Gateway's WebSocket API as the function `socket` sees it, in the process of a test: it calls the function with
// its events, and is its @connections. It fails as it is told.

import { connect } from '#connect';
import { readConfig } from '../../src/config';
import type { Resource } from '../../src/definition/resource';
import { fanOut, type FanOutParts } from '../../src/events/fan-out';
import type { SocketGateway } from '../../src/events/socket-gateway';
import { socketHandler, type SocketEvent } from '../../src/functions/socket';
import type { SocketParts } from '../../src/functions/socket-call';
import type { SocketSettings } from '../../src/events/socket-settings';
import type { SocketCaller } from '../../src/store/layout/sockets';
import { openTickets } from '../../src/store/tickets';
import { tableName } from '../../src/testing/table';
import type { Caller } from '../../src/values/caller';
import type { JsonObject } from '../../src/values/json';

/** A client's end of a connection. */
export interface Socket {
  readonly id: string;
  /** What has come, parsed. */
  readonly messages: JsonObject[];
  isOpen: boolean;
  /** Sends a message, and waits until the function has done with it. */
  say(message: unknown): Promise<void>;
  /** Closes it, and tells the function. */
  close(): Promise<void>;
  /** Breaks it: nobody is told. */
  cut(): void;
}

/** What becomes of a message to a client. */
export type Mishap = 'failed' | 'failed after' | undefined;

/** Sockets of a test. */
export interface SocketWorld {
  readonly gateway: SocketGateway;
  readonly parts: SocketParts;
  /** Connects with a ticket; the status where it is refused. */
  connect(ticket: string): Promise<Socket | number>;
  /** Connects as a caller. */
  connectAs(caller: Caller, more?: Partial<SocketCaller>): Promise<Socket>;
  ticket(caller: Caller, more?: Partial<SocketCaller>): Promise<string>;
  /** Runs the fan-out of a collection, as `publish` does. */
  fanOut(collection: string, by?: Partial<FanOutParts>, milliseconds?: number): ReturnType<typeof fanOut>;
  /** A client's end of a new connection, and the function by other ways to the database and to sockets. */
  by(more: Partial<SocketParts>): Pick<SocketWorld, 'connect' | 'connectAs'>;
  /** Asked before each message is sent. */
  mishap: ((socket: Socket, message: JsonObject) => Mishap | Promise<Mishap>) | undefined;
  readonly sockets: ReadonlyMap<string, Socket>;
  /** How many messages were sent. */
  posts: number;
}

const SETTINGS: SocketSettings = {
  endpoint: 'http://localhost',
  subscriptions: 5,
  connections: 4,
  messageBytes: 4_096,
};

/** A caller with a token. */
export function bearer(subject: string, ...roles: string[]): Caller {
  return { kind: 'token', subject, roles, claims: { sub: subject } };
}

/** Opens sockets of resources. */
export function openSocketWorld(
  resources: ReadonlyMap<string, Resource>,
  settings: Partial<SocketSettings> = {},
): SocketWorld {
  const sockets = new Map<string, Socket>();
  let count = 0;
  const gateway: SocketGateway = {
    async post(connection, text) {
      world.posts++;
      const socket = sockets.get(connection);
      const message = JSON.parse(text) as JsonObject;
      const mishap = socket && (await world.mishap?.(socket, message));
      if (socket?.isOpen !== true) {
        return 'gone';
      }
      if (mishap !== 'failed') {
        socket.messages.push(message);
      }
      return mishap === undefined ? 'sent' : 'failed';
    },
    async close(connection) {
      const socket = sockets.get(connection);
      if (socket !== undefined) {
        socket.isOpen = false;
      }
      return true;
    },
    isOpen: async (connection) => sockets.get(connection)?.isOpen === true,
  };
  const parts: SocketParts = {
    resources,
    config: readConfig(process.env),
    settings: { ...SETTINGS, ...settings },
    send: connect(),
    gateway,
  };
  const event = (routeKey: string, connectionId: string, more: Partial<SocketEvent> = {}): SocketEvent => ({
    requestContext: { routeKey, connectionId, requestId: `request-${connectionId}` },
    ...more,
  });

  function clientsBy(more: Partial<SocketParts>): Pick<SocketWorld, 'connect' | 'connectAs'> {
    const handler = socketHandler({ ...parts, ...more });
    const clients: Pick<SocketWorld, 'connect' | 'connectAs'> = {
      async connect(ticket) {
        const id = `connection-${count++}=`;
        const { statusCode } = await handler(event('$connect', id, { queryStringParameters: { ticket } }));
        if (statusCode !== 200) {
          return statusCode;
        }
        const socket: Socket = {
          id,
          messages: [],
          isOpen: true,
          async say(message) {
            const body = typeof message === 'string' ? message : JSON.stringify(message);
            await handler(event('$default', id, { body }));
          },
          async close() {
            socket.isOpen = false;
            await handler(event('$disconnect', id));
          },
          cut() {
            socket.isOpen = false;
          },
        };
        sockets.set(id, socket);
        return socket;
      },

      async connectAs(caller, more) {
        const socket = await clients.connect(await world.ticket(caller, more));
        if (typeof socket === 'number') {
          throw new Error(`The connection was refused with ${socket}.`);
        }
        return socket;
      },
    };
    return clients;
  }

  const world: SocketWorld = {
    ...clientsBy({}),
    by: clientsBy,
    gateway,
    parts,
    mishap: undefined,
    sockets,
    posts: 0,

    async ticket(caller, more = {}) {
      const tickets = openTickets(connect(), tableName(), Date.now() + 30_000);
      return (await tickets.issue({ caller, ends: undefined, base: '', ...more })).ticket;
    },

    async fanOut(collection, by = {}, milliseconds = 60_000) {
      const { config, send } = parts;
      const fanning = { resources, send, gateway, tableName: config.tableName, cursorKeys: config.cursorKeys, ...by };
      return fanOut(fanning, collection, Date.now() + milliseconds);
    },
  };
  return world;
}
