// One request and its answer over node:https, on connections that are kept.
import * as http from 'node:http';
import * as https from 'node:https';

export interface Reply {
  readonly status: number;
  /** By name in lower case. */
  readonly headers: http.IncomingHttpHeaders;
  readonly body: Buffer;
}

/** An answer of any status; rejects with what broke the connection, which `code` tells, or a TimeoutError. */
export type Exchange = (headers: Record<string, string>, body: string) => Promise<Reply>;

/** Milliseconds for a connection to be made, and for the whole answer to arrive. API Gateway gives up after 29 s: three attempts have to end well before. */
const CONNECT_TIMEOUT = 1_000;
const TIMEOUT = 4_000;

/** What the SDK calls a TimeoutError: the connection broke, and nobody knows what became of the request. */
const BROKEN = new Set(['ECONNRESET', 'ECONNREFUSED', 'EPIPE', 'ETIMEDOUT']);

export function openExchange(endpoint: URL, connectTimeout = CONNECT_TIMEOUT, timeout = TIMEOUT): Exchange {
  const { Agent, request } = endpoint.protocol === 'https:' ? https : http;
  const agent = new Agent({ keepAlive: true, maxSockets: 50 });
  const options = { agent, method: 'POST', host: endpoint.hostname.replace(/^\[|\]$/g, ''), port: endpoint.port, path: endpoint.pathname };
  return (headers, body) => new Promise((resolve, reject) => {
    let connecting: NodeJS.Timeout | undefined;
    const answering = setTimeout(() => outgoing.destroy(timeoutError(`DynamoDB did not answer within ${timeout} ms.`)), timeout);
    const end = (): void => {
      clearTimeout(connecting);
      clearTimeout(answering);
    };
    const fail = (error: Error): void => {
      end();
      reject(named(error, outgoing.reusedSocket ? agent : undefined));
    };
    const outgoing = request({ ...options, headers }, (incoming) => {
      const chunks: Buffer[] = [];
      incoming.on('data', (chunk: Buffer) => chunks.push(chunk)).on('error', fail).on('end', () => {
        end();
        resolve({ status: incoming.statusCode ?? 0, headers: incoming.headers, body: chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks) });
      });
    });
    outgoing.on('error', fail).on('socket', (socket) => {
      // From here, not from the start: a request may wait for one of the 50 connections.
      if (socket.connecting) {
        connecting = setTimeout(() => outgoing.destroy(timeoutError(`No connection to DynamoDB within ${connectTimeout} ms.`)), connectTimeout);
        socket.once('connect', () => clearTimeout(connecting));
      }
    }).end(body);
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
  for (const socket of Object.values(reusing.freeSockets).flat()) {
    socket?.destroy();
  }
  return Object.assign(error, { name: 'TimeoutError', isStale: true });
}

function timeoutError(message: string): Error {
  return Object.assign(new Error(message), { name: 'TimeoutError', code: 'ETIMEDOUT' });
}
