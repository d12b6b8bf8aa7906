// Child processes that cannot become orphans: each runs under guard.cjs, tied to this process by a channel.

import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { join } from 'node:path';
import type { Readable } from 'node:stream';

/** A running command. */
export interface GuardedProcess {
  readonly output: Readable;
  readonly errors: Readable;
  /** The exit code, once it has ended. */
  readonly ended: Promise<number>;
  /** Stops it and whatever it started; resolves when all of it is gone. */
  stop(): Promise<void>;
}

/**
 * Runs a command that stops when told to, or when this process ends in whatever way: politely, then after `graceMs`
 * not.
 */
export function runGuarded(
  command: string,
  args: readonly string[],
  environment: NodeJS.ProcessEnv,
  graceMs: number,
): GuardedProcess {
  const guard = spawn(process.execPath, [join(__dirname, 'guard.cjs'), String(graceMs), command, ...args], {
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    env: environment,
    // Its own process group, so that Ctrl-C does not reach it before this process has said good-bye.
    detached: process.platform !== 'win32',
    windowsHide: true,
  }) as ChildProcessByStdio<null, Readable, Readable>;
  let commandId: number | undefined;
  guard.on('message', (id) => (commandId = Number(id)));
  const ended = new Promise<number>((resolve) => {
    guard.on('error', () => resolve(127));
    guard.on('exit', (_code, signal) => {
      if (signal !== null && commandId !== undefined) {
        killGroup(commandId);
      }
    });
    guard.on('close', (code) => resolve(code ?? 137));
  });
  return {
    output: guard.stdout,
    errors: guard.stderr,
    ended,
    async stop() {
      // Not disconnect(): after that, Node does not emit `close`.
      if (guard.connected) {
        guard.send('stop', () => undefined);
      }
      await ended;
    },
  };
}

// The guard was killed, so it could not do this.
function killGroup(leader: number): void {
  try {
    process.kill(process.platform === 'win32' ? leader : -leader, 'SIGKILL');
  } catch {
    // It is gone already.
  }
}
