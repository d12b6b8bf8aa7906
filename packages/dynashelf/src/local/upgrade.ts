// Requests for an upgrade at a server of Node's: those for a WebSocket are handed over, all others served as if nothing
// had been asked for (RFC 9110 §7.8). Node hands over every one, that of a client for HTTP/2 too.

import type { IncomingMessage, Server } from 'node:http';
import type { Duplex } from 'node:stream';

/** Takes a connection that is to be a socket. */
export type Upgrade = (request: IncomingMessage, socket: Duplex, head: Buffer) => void;

/** Hands requests for WebSockets over. */
export function takeSockets(server: Server, take: Upgrade): void {
  server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    if (request.headers.upgrade?.toLowerCase() === 'websocket') {
      // Node listens no longer: a client that breaks off would end the program.
      socket.on('error', () => undefined);
      take(request, socket, head);
    } else {
      // Read once more from its first byte, without what asks for the upgrade.
      socket.unshift(Buffer.concat([Buffer.from(withoutUpgrade(request), 'latin1'), head]));
      server.emit('connection', socket);
    }
  });
}

const ASKING = ['upgrade', 'connection', 'http2-settings'];

function withoutUpgrade({ method, url, httpVersion, rawHeaders }: IncomingMessage): string {
  const lines = rawHeaders.flatMap((name, index) =>
    index % 2 === 1 || ASKING.includes(name.toLowerCase()) ? [] : [`${name}: ${rawHeaders[index + 1]}\r\n`],
  );
  return `${method} ${url} HTTP/${httpVersion}\r\n${lines.join('')}\r\n`;
}
