// An API as a client that follows changes sees it: tickets, sockets by the protocol of docs/events.md, and the feed, on
// a log of changes that is kept in memory. It cuts, refuses and repeats as it is told.

import { createServer, type IncomingMessage } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';

/** What of the package ws is used. */
interface ServerSocket {
  on(event: 'message', listener: (data: Buffer) => void): void;
  on(event: 'close', listener: () => void): void;
  send(data: string): void;
  terminate(): void;
  close(): void;
}

const { WebSocketServer, WebSocket } = createRequire(__filename)('ws') as {
  WebSocketServer: new (options: { noServer: true }) => {
    handleUpgrade(
      request: IncomingMessage,
      socket: IncomingMessage['socket'],
      head: Buffer,
      done: (socket: ServerSocket) => void,
    ): void;
  };
  WebSocket: new (url: string) => never;
};

/** The WebSocket of a client. */
export const ClientSocket = WebSocket;

/** What happens to a message that is to be sent: the connection may break before or behind it, or it comes again. */
export type Disturbance = 'none' | 'cut before' | 'cut behind' | 'again' | 'expire';

/** The API, running. */
export interface LiveApi {
  readonly url: string;
  /** Commits changes. */
  write(...ids: string[]): void;
  /** Asked before each message is sent. */
  disturb: () => Disturbance;
  /** Whether a socket is taken. */
  takes: () => boolean;
  /** Whether there are sockets at all. */
  hasSockets: boolean;
  /** Answers any request with this status. */
  refusal: { status: number; body: unknown } | undefined;
  /** Places before this one are gone. */
  oldest: number;
  /** Whether pings are answered. */
  answersPings: boolean;
  /** What clients sent over sockets, and which requests came. */
  readonly heard: Record<string, unknown>[];
  readonly requests: string[];
  stop(): Promise<void>;
}

/** Starts one on a free port. */
export async function startLiveApi(): Promise<LiveApi> {
  const log: { sequence: number; id: string }[] = [];
  const subscriptions = new Map<ServerSocket, { at: number; id?: string }>();
  const waiting = new Set<() => void>();
  const sockets = new WebSocketServer({ noServer: true });
  let tickets = 0;

  const server = createServer((request, response) => {
    const url = new URL(request.url!, 'http://localhost');
    api.requests.push(`${request.method} ${url.pathname}`);
    const answer = (status: number, body: unknown): void =>
      void response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    if (api.refusal !== undefined) {
      return answer(api.refusal.status, api.refusal.body);
    }
    if (url.pathname === '/tickets' && api.hasSockets) {
      return answer(201, { url: `${api.url.replace('http', 'ws')}/socket?ticket=${(tickets += 1)}` });
    }
    if (url.pathname !== '/changes') {
      return answer(404, { title: 'Not Found', status: 404 });
    }
    const since = url.searchParams.get('since');
    const from = since === null ? api.oldest : since === 'now' ? log.length + 1 : Number(since.slice(1));
    if (from < api.oldest) {
      return answer(410, { title: 'Gone', status: 410 });
    }
    const page = (): void => {
      const changes = log.slice(from - 1, from + 2).map(eventOf);
      answer(200, { changes, next: `/changes?collection=books&since=p${from + changes.length}` });
    };
    if (url.searchParams.has('wait') && log.length < from) {
      waiting.add(page);
    } else {
      page();
    }
  });
  server.on('upgrade', (request, socket, head: Buffer) => {
    if (!api.takes()) {
      socket.destroy();
      return;
    }
    sockets.handleUpgrade(request, socket as IncomingMessage['socket'], head, (opened) => {
      opened.on('message', (data) => hear(opened, JSON.parse(data.toString()) as Record<string, unknown>));
      opened.on('close', () => subscriptions.delete(opened));
    });
  });

  function hear(socket: ServerSocket, message: Record<string, unknown>): void {
    api.heard.push(message);
    const { action, since, id, ref } = message as { action: string; since?: string; id?: string; ref: string };
    if (action === 'ping') {
      if (api.answersPings) {
        tell(socket, { action: 'pong' });
      }
      return;
    }
    const at = since === undefined ? log.length + 1 : Number(since.slice(1));
    if (at < api.oldest) {
      tell(socket, { action: 'problem', ref, problem: { title: 'Gone', status: 410, detail: 'It is gone.' } });
      return;
    }
    tell(socket, { action: 'subscribed', subscription: 's', ref, collection: 'books', since: `p${at}` });
    subscriptions.set(socket, { at, ...(id !== undefined && { id }) });
    fanOut();
    if (at <= log.length && id !== undefined && log.at(-1)!.id !== id && subscriptions.has(socket)) {
      tell(socket, { action: 'place', subscription: 's', since: `p${log.length + 1}` });
    }
  }

  /** @returns whether the connection still is there */
  function tell(socket: ServerSocket, message: object): boolean {
    const disturbance = api.disturb();
    if (disturbance === 'cut before') {
      subscriptions.delete(socket);
      socket.terminate();
      return false;
    }
    if (disturbance === 'expire') {
      subscriptions.delete(socket);
      socket.send(JSON.stringify({ action: 'expired' }));
      socket.close();
      return false;
    }
    socket.send(JSON.stringify(message));
    if (disturbance === 'again') {
      socket.send(JSON.stringify(message));
    }
    if (disturbance === 'cut behind') {
      subscriptions.delete(socket);
      socket.terminate();
      return false;
    }
    return true;
  }

  function fanOut(): void {
    for (const [socket, subscription] of subscriptions) {
      for (const change of log.slice(subscription.at - 1)) {
        subscription.at = change.sequence + 1;
        const isOwn = subscription.id === undefined || subscription.id === change.id;
        const message = { action: 'change', subscription: 's', change: eventOf(change), since: `p${subscription.at}` };
        if (isOwn && !tell(socket, message)) {
          break;
        }
      }
    }
  }

  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const api: LiveApi = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    write(...ids) {
      log.push(...ids.map((id, index) => ({ sequence: log.length + index + 1, id })));
      fanOut();
      for (const page of waiting) {
        page();
      }
      waiting.clear();
    },
    disturb: () => 'none',
    takes: () => true,
    hasSockets: true,
    refusal: undefined,
    oldest: 1,
    answersPings: true,
    heard: [],
    requests: [],
    stop: async () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
        for (const socket of subscriptions.keys()) {
          socket.terminate();
        }
      }),
  };
  return api;
}

function eventOf({ sequence, id }: { sequence: number; id: string }): object {
  return {
    specversion: '1.0',
    id: `books/${id}/${sequence}`,
    source: `/books/${id}`,
    type: 'books.updated',
    subject: id,
    time: '2026-11-27T00:00:00.000Z',
    sequence: String(sequence).padStart(15, '0'),
    datacontenttype: 'application/json',
    data: { id, title: `${sequence}` },
  };
}
