// Sockets as API Gateway has them: upgrades requests, calls the function `socket` with its events, and serves its
// @connections to functions. Not done: frames, which API Gateway takes up to 32 kB, are not measured.

import { randomUUID } from 'node:crypto';
import { type IncomingMessage, STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';

import type { Invoke } from './invoke';

/** What of the package ws is used; its types are a package of their own. */
interface WebSocket {
  readonly readyState: number;
  readonly OPEN: number;
  send(text: string, sent?: () => void): void;
  close(code: number, reason: string): void;
  terminate(): void;
  on(event: 'message', listener: (data: Buffer, isBinary: boolean) => void): this;
  on(event: 'error' | 'close', listener: () => void): this;
}
interface WebSocketServer {
  handleUpgrade(request: IncomingMessage, socket: Duplex, head: Buffer, accepted: (socket: WebSocket) => void): void;
}
// eslint-disable-next-line @typescript-eslint/no-require-imports -- it has no types
const { WebSocketServer } = require('ws') as { WebSocketServer: new (options: object) => WebSocketServer };

/** Where clients connect. */
export const SOCKETS_PATH = '/sockets';

/** What the paths begin with by which functions reach connections. */
export const CONNECTIONS_PATH = '/@connections/';

/** The sockets of this machine. */
export interface LocalSockets {
  /** Answers a request for an upgrade, as the event `upgrade` of a server of Node's has it. */
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void;
  /** Answers a request of a function under {@link CONNECTIONS_PATH}: the status and the body. */
  manage(
    method: string,
    path: string,
    body: Buffer,
  ): Promise<{ readonly status: number; readonly body: object | undefined }>;
  /** How many connections are open. */
  readonly size: number;
  stop(): void;
}

/** What API Gateway bounds, in bytes and milliseconds. */
const MOST_MESSAGE_BYTES = 128 * 1024;
const LONGEST_IDLE = 10 * 60_000;
const LONGEST = 2 * 60 * 60_000;

/** RFC 6455 §7.4.1. */
const GOING_AWAY = 1001;

interface Open {
  readonly socket: WebSocket;
  readonly connectedAt: number;
  lastActiveAt: number;
}

/**
 * Serves sockets.
 * @param functionName the function that is called for what clients do
 * @param report is told what went wrong in the function, in lines for its developer
 * @param limits milliseconds after which a connection is closed: without a message, and in any case
 */
export function openSockets(
  invoke: Invoke,
  functionName: string,
  report: (line: string) => void,
  limits: { readonly idle: number; readonly longest: number } = { idle: LONGEST_IDLE, longest: LONGEST },
): LocalSockets {
  const server = new WebSocketServer({ noServer: true, maxPayload: MOST_MESSAGE_BYTES, clientTracking: false });
  const open = new Map<string, Open>();
  const timer = setInterval(
    () => {
      const now = Date.now();
      for (const { socket, connectedAt, lastActiveAt } of open.values()) {
        if (now - connectedAt > limits.longest || now - lastActiveAt > limits.idle) {
          socket.close(GOING_AWAY, 'Going away');
        }
      }
    },
    Math.min(1000, limits.idle),
  );
  timer.unref();

  /** Calls the function; what it answered, undefined where it failed. */
  async function call(event: SocketEvent): Promise<{ statusCode?: number } | undefined> {
    try {
      return (await invoke(functionName, JSON.stringify(event))) as { statusCode?: number };
    } catch (error) {
      report((error as Error).message);
      return undefined;
    }
  }

  async function connect(request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
    const id = `${randomUUID().replaceAll('-', '').slice(0, 14)}=`;
    const connectedAt = Date.now();
    const answer = await call(connectEvent(id, connectedAt, request));
    const status = answer?.statusCode ?? 502;
    if (socket.destroyed || status !== 200) {
      socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nconnection: close\r\ncontent-length: 0\r\n\r\n`);
      return;
    }
    server.handleUpgrade(request, socket, head, (accepted) => {
      const connection: Open = { socket: accepted, connectedAt, lastActiveAt: Date.now() };
      open.set(id, connection);
      accepted
        .on('message', (data, isBinary) => {
          connection.lastActiveAt = Date.now();
          void receive(id, connectedAt, accepted, data, isBinary);
        })
        .on('error', () => undefined)
        .on('close', () => {
          open.delete(id);
          void call(socketEvent('$disconnect', id, connectedAt));
        });
    });
  }

  async function receive(
    id: string,
    connectedAt: number,
    socket: WebSocket,
    data: Buffer,
    isBinary: boolean,
  ): Promise<void> {
    const event = socketEvent('$default', id, connectedAt);
    const answer = await call({
      ...event,
      body: data.toString(isBinary ? 'base64' : 'utf8'),
      isBase64Encoded: isBinary,
    });
    if (answer === undefined) {
      const { requestId } = event.requestContext;
      socket.send(JSON.stringify({ message: 'Internal server error', connectionId: id, requestId }));
    }
  }

  return {
    upgrade(request, socket, head) {
      void connect(request, socket, head).catch((error: unknown) => {
        report(String((error as Error).stack));
        socket.destroy();
      });
    },

    async manage(method, path, body) {
      const connection = open.get(decodeURIComponent(path.slice(CONNECTIONS_PATH.length)));
      if (connection === undefined || connection.socket.readyState !== connection.socket.OPEN) {
        return { status: 410, body: { message: 'GoneException' } };
      }
      const { socket, connectedAt, lastActiveAt } = connection;
      switch (method) {
        case 'POST':
          if (body.length > MOST_MESSAGE_BYTES) {
            return { status: 413, body: { message: 'PayloadTooLargeException' } };
          }
          connection.lastActiveAt = Date.now();
          await new Promise<void>((resolve) => socket.send(body.toString(), () => resolve()));
          return { status: 200, body: undefined };
        case 'DELETE':
          socket.close(1000, 'Connection Closed Normally');
          return { status: 204, body: undefined };
        case 'GET':
          return {
            status: 200,
            body: {
              connectedAt: new Date(connectedAt).toISOString(),
              lastActiveAt: new Date(lastActiveAt).toISOString(),
            },
          };
        default:
          return { status: 403, body: { message: 'Missing Authentication Token' } };
      }
    },

    get size() {
      return open.size;
    },

    stop() {
      clearInterval(timer);
      for (const { socket } of open.values()) {
        socket.terminate();
      }
    },
  };
}

/** An event of a WebSocket API, as far as it is the same for all its routes. */
interface SocketEvent {
  readonly requestContext: {
    readonly routeKey: string;
    readonly eventType: string;
    readonly connectionId: string;
    readonly requestId: string;
    readonly [name: string]: unknown;
  };
  readonly isBase64Encoded: boolean;
  readonly [name: string]: unknown;
}

const EVENT_TYPES = { $connect: 'CONNECT', $disconnect: 'DISCONNECT', $default: 'MESSAGE' } as const;

function socketEvent(routeKey: keyof typeof EVENT_TYPES, connectionId: string, connectedAt: number): SocketEvent {
  const requestId = randomUUID();
  return {
    requestContext: {
      routeKey,
      eventType: EVENT_TYPES[routeKey],
      connectionId,
      connectedAt,
      requestId,
      extendedRequestId: requestId,
      messageDirection: 'IN',
      stage: 'local',
      requestTimeEpoch: Date.now(),
      domainName: 'localhost',
      apiId: 'local',
      identity: { sourceIp: '127.0.0.1' },
    },
    isBase64Encoded: false,
  };
}

function connectEvent(id: string, connectedAt: number, request: IncomingMessage): SocketEvent {
  const { searchParams } = new URL(request.url ?? '/', 'http://localhost');
  const names = [...new Set(searchParams.keys())];
  const lists = Object.fromEntries(names.map((name) => [name, searchParams.getAll(name)]));
  return {
    ...socketEvent('$connect', id, connectedAt),
    headers: Object.fromEntries(Object.entries(request.headers).map(([name, value]) => [name, String(value)])),
    multiValueHeaders: request.headersDistinct,
    ...(names.length > 0 && {
      queryStringParameters: Object.fromEntries(names.map((name) => [name, lists[name]!.at(-1)])),
      multiValueQueryStringParameters: lists,
    }),
  };
}
