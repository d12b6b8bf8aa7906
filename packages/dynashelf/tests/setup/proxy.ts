// Between the SDK and the database: tests see every request there, and can refuse, delay or lose any of them.

import {
  Agent,
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  request as sendRequest,
  type ServerResponse,
} from 'node:http';
import type { AddressInfo } from 'node:net';

/** One request that reached the proxy, with its answer once there is one. */
export interface DatabaseRequest {
  /** The operation, such as `GetItem`. */
  readonly operation: string;
  readonly input: Record<string, unknown>;
  output?: Record<string, unknown>;
}

/** An answer of the database. */
export interface DatabaseReply {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/**
 * Decides what becomes of a request: `forward()` asks the database; what is returned is answered,
 * and `'disconnect'` breaks the connection without an answer (after `forward()`: a lost response).
 */
export type Intercept = (
  request: DatabaseRequest,
  forward: () => Promise<DatabaseReply>,
) => Promise<DatabaseReply | 'disconnect'>;

/** A running proxy. */
export interface Proxy {
  /** For AWS_ENDPOINT_URL_DYNAMODB, before the code under test is imported. */
  readonly endpoint: string;
  /** Every request since the start or the last `clear()`, in order of arrival. */
  readonly requests: DatabaseRequest[];
  /** Undefined forwards everything. */
  intercept: Intercept | undefined;
  /** Forgets the requests and the intercept. */
  clear(): void;
  stop(): Promise<void>;
}

/** Starts a proxy before a database; without a target, before this run's. */
export async function startProxy(target = process.env.AWS_ENDPOINT_URL_DYNAMODB ?? ''): Promise<Proxy> {
  const agent = new Agent({ keepAlive: true });
  const server = createServer((incoming, outgoing) => {
    answer(incoming, outgoing).catch(() => incoming.socket.destroy());
  });

  async function answer(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    const body = await readBody(incoming);
    const operation = String(incoming.headers['x-amz-target'] ?? '').replace(/^.*\./, '');
    const request: DatabaseRequest = {
      operation,
      input: body === '' ? {} : (JSON.parse(body) as Record<string, unknown>),
    };
    proxy.requests.push(request);
    const forward = (): Promise<DatabaseReply> => ask(target, agent, incoming, body);
    const reply = proxy.intercept === undefined ? await forward() : await proxy.intercept(request, forward);
    if (reply === 'disconnect') {
      incoming.socket.destroy();
      return;
    }
    if (reply.body !== '') {
      request.output = JSON.parse(reply.body) as Record<string, unknown>;
    }
    // These two were about another connection.
    const { 'transfer-encoding': encoding, connection, ...headers } = reply.headers;
    outgoing
      .writeHead(reply.status, { ...headers, 'content-length': String(Buffer.byteLength(reply.body)) })
      .end(reply.body);
  }

  await new Promise<void>((resolve, reject) => {
    server.on('error', reject).listen(0, '127.0.0.1', resolve);
  });
  const proxy: Proxy = {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests: [],
    intercept: undefined,
    clear() {
      proxy.requests.length = 0;
      proxy.intercept = undefined;
    },
    async stop() {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections(); // the SDK keeps its sockets for later
      agent.destroy();
      await closed;
    },
  };
  return proxy;
}

/** An error as DynamoDB words it, such as `errorReply('ThrottlingException')`. */
export function errorReply(
  name: string,
  message = name,
  status = 400,
  more: Record<string, unknown> = {},
): DatabaseReply {
  return {
    status,
    headers: { 'content-type': 'application/x-amz-json-1.0' },
    body: JSON.stringify({ __type: `com.amazonaws.dynamodb.v20120810#${name}`, message, ...more }),
  };
}

async function ask(target: string, agent: Agent, incoming: IncomingMessage, body: string): Promise<DatabaseReply> {
  return new Promise((resolve, reject) => {
    const { connection, 'accept-encoding': compression, ...headers } = incoming.headers; // plain text, to be read here
    const outgoing = sendRequest(
      target,
      { method: incoming.method ?? 'POST', path: incoming.url ?? '/', headers, agent },
      (reply) => {
        readBody(reply).then(
          (text) => resolve({ status: reply.statusCode ?? 502, headers: reply.headers, body: text }),
          reject,
        );
      },
    );
    outgoing.on('error', reject);
    outgoing.end(body);
  });
}

async function readBody(message: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of message) {
    chunks.push(chunk as Buffer);
  }
  return Buffer.concat(chunks).toString('utf8');
}
