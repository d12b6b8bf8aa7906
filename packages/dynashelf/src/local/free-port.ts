// TCP ports of this machine: a free one, and whether something answers on one.

import { connect, createServer, type NetConnectOpts } from 'node:net';

const LOOPBACK = ['127.0.0.1', '::1'];

/** A port that nothing listens on now. */
export async function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.on('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => {
        if (address !== null && typeof address === 'object') {
          resolve(address.port);
        } else {
          reject(new Error('No free port.'));
        }
      });
    });
  });
}

/**
 * Whether something answers at this port of this machine, by whichever address: some systems let two processes share
 * it.
 */
export async function isTaken(port: number): Promise<boolean> {
  return (await Promise.all(LOOPBACK.map((host) => answers(port, host)))).some((one) => one);
}

/** Whether something accepts a connection. */
export async function answers(port: number, host = '127.0.0.1'): Promise<boolean> {
  return answersAt({ port, host });
}

/** Whether something accepts a connection at an address, or at the path of a socket. */
export async function answersAt(target: NetConnectOpts): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ ...target, timeout: 1000 });
    const settle = (answer: boolean): void => {
      socket.destroy();
      resolve(answer);
    };
    socket.on('connect', () => settle(true));
    socket.on('error', () => settle(false));
    socket.on('timeout', () => settle(false));
  });
}
