// TCP ports of this machine: a free one, and whether something answers on one.

import { connect, createServer } from 'node:net';

const LOOPBACK = ['127.0.0.1', '::1'];

/** A port that nothing listens on now. */
export async function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.on('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => {
        if (address !== null && typeof address === 'object') resolve(address.port);
        else reject(new Error('No free port.'));
      });
    });
  });
}

/** Why this process could not listen on 127.0.0.1 at this port, or undefined where it could. */
export async function portRefusal(port: number): Promise<'taken' | 'forbidden' | undefined> {
  // Some systems let two processes bind one port on different addresses: then `localhost` would be the other's.
  for (const host of LOOPBACK) if (await answers(port, host)) return 'taken';
  return new Promise((resolve) => {
    const server = createServer();
    server.on('error', (error: NodeJS.ErrnoException) => resolve(error.code === 'EACCES' ? 'forbidden' : 'taken'));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(undefined)));
  });
}

/** Whether something accepts a connection. */
export async function answers(port: number, host = '127.0.0.1'): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ port, host, timeout: 1000 });
    const settle = (answer: boolean): void => {
      socket.destroy();
      resolve(answer);
    };
    socket.on('connect', () => settle(true));
    socket.on('error', () => settle(false));
    socket.on('timeout', () => settle(false));
  });
}
