// An HTTP server in DynamoDB's place that answers as a test says, and notes what arrives, byte for byte.

import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';

/** One request as it arrived. */
export interface Arrival {
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  /** The number of its connection, from 0. */
  readonly connection: number;
}

/** An answer; `cut` breaks the connection after so many bytes of it. */
export interface Answered {
  readonly status?: number;
  readonly headers?: Record<string, string>;
  readonly body?: string;
  readonly cut?: number;
}

/** What becomes of a request; the number says how many came before it since the last `expect`. */
export type Script = (arrival: Arrival, number: number) => Answered | 'disconnect' | 'silence';

export interface WireServer {
  readonly endpoint: string;
  /** Since the last `expect`. */
  readonly arrivals: Arrival[];
  /** Sets what the next requests meet. */
  expect(script: Script): void;
  stop(): Promise<void>;
}

export async function startWireServer(): Promise<WireServer> {
  const connections = new Map<Socket, number>();
  let script: Script = () => ({});
  const server = createServer((incoming, outgoing) => {
    const chunks: Buffer[] = [];
    incoming
      .on('data', (chunk: Buffer) => chunks.push(chunk))
      .on('end', () => {
        const { socket } = incoming;
        if (!connections.has(socket)) {
          connections.set(socket, connections.size);
        }
        const arrival = {
          headers: incoming.headers,
          body: Buffer.concat(chunks).toString('utf8'),
          connection: connections.get(socket)!,
        };
        const answered = script(arrival, wire.arrivals.push(arrival) - 1);
        if (answered === 'silence') {
          return;
        }
        if (answered === 'disconnect') {
          socket.destroy();
          return;
        }
        const { status = 200, headers = {}, body = '{}', cut } = answered;
        const bytes = Buffer.from(body);
        outgoing.writeHead(status, {
          'content-type': 'application/x-amz-json-1.0',
          'content-length': String(bytes.length),
          ...headers,
        });
        if (cut === undefined) {
          outgoing.end(bytes);
        } else {
          outgoing.write(bytes.subarray(0, cut), () => socket.destroy());
        }
      });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const wire: WireServer = {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    arrivals: [],
    expect(next) {
      wire.arrivals.length = 0;
      script = next;
    },
    async stop() {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
    },
  };
  return wire;
}
