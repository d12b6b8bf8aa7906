// The port of `npm start`: serves this machine's own names alone, changes nothing for pages of origins that are not let
// in, and holds requests until they can be answered.

import { createServer, type IncomingMessage, type Server, type ServerResponse, STATUS_CODES } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

import type { ApiGateway } from './api-gateway';
import { type Answer, problemAnswer, statusAnswer } from './gateway-answer';
import { receive } from './gateway-event';
import { takeSockets, type Upgrade } from './upgrade';

/** The port, with what is behind it. Requests are held from the beginning on. */
export interface Gateway {
  readonly port: number;
  /** Holds requests from now on; resolves when those under way are answered, or take too long. */
  hold(): Promise<void>;
  /** Answers by this from now on, what was held first. */
  open(gateway: ApiGateway): void;
  /** Answers everything with this sentence from now on. */
  refuse(sentence: string): void;
  /** Serves what is no request for the API beside it from now on, also while those are held. */
  serveBeside(beside: Beside): void;
  stop(): Promise<void>;
}

/** What the port serves beside the API: what functions ask AWS for, and sockets. */
export interface Beside {
  /** Answers what is no request for the API; undefined for what is one. */
  answer(
    method: string,
    path: string,
    header: (name: string) => string | undefined,
    body: Buffer,
  ): Promise<Answer> | Answer | undefined;
  readonly upgrade: Upgrade;
}

/** One byte more than API Gateway takes tells enough. */
const MOST_BODY_BYTES = 10 * 1024 * 1024 + 1;

const DRAIN_MS = 2000;
const LOOPBACK = ['localhost', '127.0.0.1', '[::1]'];
const SAFE = ['GET', 'HEAD', 'OPTIONS'];

/**
 * Listens on a port of this machine, or on a free one for 0.
 * @param origins the origins that are let in, `*` for all; undefined for those of this machine
 * @throws Error of Node, such as EADDRINUSE
 */
export async function startGateway(port: number, origins: readonly string[] | undefined): Promise<Gateway> {
  let behind: ApiGateway | string | undefined;
  let beside: Beside | undefined;
  const waiting = new Set<() => void>();
  const underWay = new Set<Promise<Answer>>();
  const decide = (decided: ApiGateway | string): void => {
    behind = decided;
    for (const proceed of waiting) {
      proceed();
    }
    waiting.clear();
  };

  async function answer(request: IncomingMessage): Promise<Answer | undefined> {
    const reply = refusalOf(request, address.port, origins) ?? (await behindAll(request));
    return reply !== undefined && isForeign(request, address.port, origins) ? closedToPages(reply) : reply;
  }

  async function behindAll(request: IncomingMessage): Promise<Answer | undefined> {
    const body = await bodyOf(request);
    const { method = '', url = '/', headers } = request;
    const aside = beside?.answer(method, url.split('?', 1)[0]!, (name) => headers[name]?.toString(), body);
    if (aside !== undefined) {
      return aside;
    }
    const received = receive(request, body);
    while (behind === undefined) {
      await new Promise<void>((resolve) => waiting.add(resolve));
    }
    if (request.socket.destroyed) {
      return undefined;
    } // nobody waits for it any more
    if (typeof behind === 'string') {
      return problemAnswer('internal', behind.replaceAll('\n', ' '));
    }
    const answered = behind(received);
    underWay.add(answered);
    return answered.finally(() => underWay.delete(answered));
  }

  const listener = (request: IncomingMessage, response: ServerResponse): void =>
    void answer(request)
      .then((reply) => (reply === undefined ? void response.destroy() : write(response, reply)))
      .catch(() => response.destroy()); // the client went away, or a header cannot be written
  const upgrade: Upgrade = (request, socket, head) => {
    // A page may open sockets to any address: unlike other requests, its browser asks nobody before.
    const isRefused =
      refusalOf(request, address.port, origins) !== undefined || isForeign(request, address.port, origins);
    if (isRefused || beside === undefined) {
      socket.end(
        `HTTP/1.1 ${isRefused ? '403 Forbidden' : '426 Upgrade Required'}\r\nconnection: close\r\ncontent-length: 0\r\n\r\n`,
      );
      return;
    }
    beside.upgrade(request, socket, head);
  };
  const servers = [await listen(listener, port, '127.0.0.1')];
  const address = servers[0]!.address() as AddressInfo;
  try {
    servers.push(await listen(listener, address.port, '::1'));
  } catch (error) {
    // Not every system has that address.
    if ((error as NodeJS.ErrnoException).code === 'EADDRINUSE') {
      throw error;
    }
  }

  servers.forEach((server) => takeSockets(server, upgrade));
  return {
    port: address.port,
    serveBeside(served) {
      beside = served;
    },
    async hold() {
      behind = undefined;
      await Promise.race([Promise.allSettled(underWay), sleep(DRAIN_MS, undefined, { ref: false })]);
    },
    open: decide,
    refuse: decide,
    async stop() {
      await Promise.all(
        servers.map(
          (server) =>
            new Promise((resolve) => {
              server.close(resolve);
              server.closeAllConnections();
            }),
        ),
      );
    },
  };
}

/** Why a request is not for the API, if it is not. */
function refusalOf(request: IncomingMessage, port: number, origins: readonly string[] | undefined): Answer | undefined {
  const [host, ...others] = request.headersDistinct.host ?? [];
  // RFC 9112 §3.2
  if (host === undefined || others.length > 0) {
    return problemAnswer('malformed-request', 'A request has one Host header: send it once.');
  }
  // A page can give a name of its own the address of this machine, and would then be of the same origin.
  if (!LOOPBACK.some((name) => isHost(host, name, port))) {
    return statusAnswer(421, `The API of this machine is not served as "${host}": ask http://localhost:${port}.`);
  }
  if (SAFE.includes(request.method ?? '') || !isForeign(request, port, origins)) {
    return undefined;
  }
  return problemAnswer(
    'forbidden',
    `A page of ${request.headers.origin} may change nothing here: to let it, start with CORS_ORIGINS=${origins?.map((origin) => `${origin},`).join('') ?? ''}${request.headers.origin}.`,
  );
}

function isHost(host: string, name: string, port: number): boolean {
  return host.toLowerCase() === `${name}:${port}` || (port === 80 && host.toLowerCase() === name);
}

/** Whether a page of an origin that is not let in sends it. */
function isForeign(
  { headers: { origin } }: IncomingMessage,
  port: number,
  origins: readonly string[] | undefined,
): boolean {
  if (origin === undefined || origins?.includes('*') === true || origins?.includes(origin) === true) {
    return false;
  }
  const { protocol, host, hostname } = URL.canParse(origin)
    ? new URL(origin)
    : { protocol: '', host: '', hostname: '' };
  const isOwn = protocol === 'http:' && LOOPBACK.some((name) => isHost(host, name, port));
  return !isOwn && (origins !== undefined || !LOOPBACK.includes(hostname));
}

/** An answer that no page of another origin may read. */
function closedToPages(answer: Answer): Answer {
  return {
    ...answer,
    headers: Object.fromEntries(Object.entries(answer.headers).filter(([name]) => !name.startsWith('access-control-'))),
  };
}

async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of request as AsyncIterable<Buffer>) {
    if (size < MOST_BODY_BYTES) {
      parts.push(part);
    }
    size += part.length;
  }
  return Buffer.concat(parts);
}

function write(response: ServerResponse, { status, headers, body }: Answer): void {
  for (const [name, value] of Object.entries(headers)) {
    response.setHeader(name, value);
  }
  // Node leaves the body of an answer to HEAD out; RFC 9110 §8.6 for the others.
  if (body.length > 0 && status !== 204 && status !== 304) {
    response.setHeader('content-length', body.length);
  }
  response.writeHead(status).end(status === 204 || status === 304 ? undefined : body);
}

async function listen(
  listener: (request: IncomingMessage, response: ServerResponse) => void,
  port: number,
  host: string,
): Promise<Server> {
  const server = createServer({ requireHostHeader: false }, listener);
  server.on('clientError', (error: NodeJS.ErrnoException, socket) => {
    const { status, headers, body } =
      error.code === 'HPE_HEADER_OVERFLOW'
        ? statusAnswer(431, 'The headers are too large together: send fewer, or shorter ones.')
        : problemAnswer('malformed-request', 'This is not a request of HTTP: compare it with RFC 9112.');
    const lines = Object.entries({ ...headers, 'content-length': body.length, connection: 'close' }).map(
      ([name, value]) => `${name}: ${String(value)}\r\n`,
    );
    if (socket.writable) {
      socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n${lines.join('')}\r\n${body.toString()}`);
    } else {
      socket.destroy();
    }
  });
  return new Promise((resolve, reject) => server.once('error', reject).listen(port, host, () => resolve(server)));
}
