// One request and its answer over node:https, on connections that are kept.
import * as http from 'node:http';
import * as https from 'node:https';
import { ANSWER_TOO_LONG } from '../failure';

/** An answer as it came. */
export interface HttpsReply {
  readonly status: number;
  /** By name in lower case. */
  readonly headers: http.IncomingHttpHeaders;
  readonly body: Buffer;
}

/** The terms of one exchange. */
export interface Terms {
  /** Milliseconds for the whole answer to arrive. */
  readonly timeout: number;
  /** Whether the request must not be lost on a connection that may be closed already: nobody sends it again. */
  readonly isOnce?: boolean;
  /** Bytes of the longest answer that is read. */
  readonly mostBytes?: number | undefined;
}

/** An answer of any status; rejects with what broke the connection, which `code` tells, or a TimeoutError. */
export type Exchange = (headers: Record<string, string>, body: string, terms: Terms) => Promise<HttpsReply>;

/** Milliseconds for a connection to be made. */
const CONNECT_TIMEOUT = 1_000;

/**
 * Milliseconds after which an idle connection may have been closed at the other end, as those of a frozen function are.
 */
const STALE = 10_000;

/** What the SDK calls a TimeoutError: the connection broke, and nobody knows what became of the request. */
const BROKEN = new Set(['ECONNRESET', 'ECONNREFUSED', 'EPIPE', 'ETIMEDOUT']);

/**
 * Opens connections to an endpoint, kept between requests.
 * @param connectTimeout milliseconds for a connection to be made
 */
export function openExchange(endpoint: URL, connectTimeout = CONNECT_TIMEOUT): Exchange {
  const { Agent, request } = endpoint.protocol === 'https:' ? https : http;
  const agent = new Agent({ keepAlive: true, maxSockets: 50 });
  const options = {
    agent,
    method: 'POST',
    host: endpoint.hostname.replace(/^\[|\]$/g, ''),
    port: endpoint.port,
    path: endpoint.pathname,
  };
  /** When each idle connection was used last, in milliseconds since 1970. */
  const idleSince = new WeakMap<object, number>();
  agent.on('free', (socket: object) => idleSince.set(socket, Date.now()));
  return (headers, body, { timeout, isOnce = false, mostBytes = Infinity }) =>
    new Promise((resolve, reject) => {
      if (isOnce) {
        closeIdle(agent, (socket) => Date.now() - (idleSince.get(socket) ?? 0) > STALE);
      }
      let connecting: NodeJS.Timeout | undefined;
      const answering = setTimeout(
        () => outgoing.destroy(timeoutError(`DynamoDB did not answer within ${timeout} ms.`)),
        timeout,
      );
      const end = (): void => {
        clearTimeout(connecting);
        clearTimeout(answering);
      };
      const fail = (error: Error): void => {
        end();
        reject(named(error, outgoing.reusedSocket ? agent : undefined));
      };
      const outgoing = request({ ...options, headers }, (incoming) => {
        if (Number(incoming.headers['content-length'] ?? 0) > mostBytes) {
          fail(Object.assign(new Error(`The answer has more than ${mostBytes} bytes.`), { name: ANSWER_TOO_LONG }));
          incoming.on('error', () => undefined);
          outgoing.destroy();
          return;
        }
        const chunks: Buffer[] = [];
        incoming
          .on('data', (chunk: Buffer) => chunks.push(chunk))
          .on('error', fail)
          .on('end', () => {
            end();
            resolve({
              status: incoming.statusCode ?? 0,
              headers: incoming.headers,
              body: chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks),
            });
          });
      });
      outgoing
        .on('error', fail)
        .on('socket', (socket) => {
          // From here, not from the start: a request may wait for one of the 50 connections.
          if (socket.connecting) {
            connecting = setTimeout(
              () => outgoing.destroy(timeoutError(`No connection to DynamoDB within ${connectTimeout} ms.`)),
              connectTimeout,
            );
            socket.once('connect', () => clearTimeout(connecting));
          }
        })
        .end(body);
    });
}

/** The error with the SDK's name for it. */
function named(error: Error & { code?: string }, reusing: http.Agent | undefined): Error {
  if (!BROKEN.has(error.code ?? '')) {
    return error;
  }
  if (reusing === undefined || error.code === 'ETIMEDOUT') {
    return Object.assign(error, { name: 'TimeoutError' });
  }
  // While the function was frozen DynamoDB closed the connection, and the other idle ones no doubt.
  closeIdle(reusing, () => true);
  return Object.assign(error, { name: 'TimeoutError', isStale: true });
}

function closeIdle(agent: http.Agent, isClosed: (socket: object) => boolean): void {
  for (const socket of Object.values(agent.freeSockets).flat()) {
    if (socket !== undefined && isClosed(socket)) {
      socket.destroy();
    }
  }
}

function timeoutError(message: string): Error {
  return Object.assign(new Error(message), { name: 'TimeoutError', code: 'ETIMEDOUT' });
}
