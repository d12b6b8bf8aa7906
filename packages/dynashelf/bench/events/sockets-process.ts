// The other end of sockets, in a process of its own: API Gateway as this machine has it, and its clients.

import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';

import { openSockets } from '../../src/local/sockets';

/** What this process is told. */
export type ToSockets =
  | { readonly kind: 'connect'; readonly tickets: readonly string[] }
  | { readonly kind: 'answered'; readonly call: number; readonly answer: unknown };

/** What it says. */
export type FromSockets =
  | { readonly kind: 'listening'; readonly port: number }
  | { readonly kind: 'call'; readonly call: number; readonly event: string }
  | { readonly kind: 'subscribed' }
  /** When a client got a change, in milliseconds since 1970. */
  | { readonly kind: 'got'; readonly sequence: string; readonly at: number };

interface WebSocket {
  on(event: 'open' | 'error', listener: (error: Error) => void): this;
  on(event: 'message', listener: (data: Buffer) => void): this;
  send(text: string): void;
}
// eslint-disable-next-line @typescript-eslint/no-require-imports -- it has no types
const { WebSocket } = require('ws') as { WebSocket: new (url: string) => WebSocket };

const say = (message: FromSockets): void => void process.send!(message);
const calls = new Map<number, (answer: unknown) => void>();
let count = 0;

const sockets = openSockets(
  async (_name, event) =>
    new Promise((resolve) => {
      calls.set(++count, resolve);
      say({ kind: 'call', call: count, event });
    }),
  'socket',
  (line) => console.error(line),
);

const server = createServer((request, response) => {
  void buffer(request).then(async (body) => {
    const { status } = await sockets.manage(request.method!, request.url!, body);
    response.writeHead(status).end();
  });
}).on('upgrade', (request, socket, head) => sockets.upgrade(request, socket, head));
server.listen(0, '127.0.0.1', () => say({ kind: 'listening', port: (server.address() as AddressInfo).port }));

function connect(ticket: string): void {
  const { port } = server.address() as AddressInfo;
  const client = new WebSocket(`ws://127.0.0.1:${port}/sockets?ticket=${ticket}`);
  client
    .on('open', () => client.send('{"action":"subscribe","collection":"measured"}'))
    .on('error', (error) => {
      throw error;
    })
    .on('message', (data) => {
      const { action, change } = JSON.parse(data.toString()) as { action: string; change?: { sequence: string } };
      say(
        action === 'change'
          ? { kind: 'got', sequence: change!.sequence, at: performance.timeOrigin + performance.now() }
          : { kind: 'subscribed' },
      );
    });
}

process.on('message', (message: ToSockets) => {
  if (message.kind === 'answered') {
    calls.get(message.call)!(message.answer);
    calls.delete(message.call);
  } else {
    message.tickets.forEach(connect);
  }
});
