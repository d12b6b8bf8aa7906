// Runs one command and never lets it outlive the process that started this one: it is stopped, with everything that
// it started, as soon as the channel to the starter closes, which the kernel does however the starter ends, SIGKILL
// included. Plain JavaScript, because it must be up in milliseconds.
'use strict';

const { spawn, spawnSync } = require('node:child_process');

const windows = process.platform === 'win32';
const [graceMs, command, ...args] = process.argv.slice(2);

// A process group of its own: Ctrl-C in the terminal reaches the starter alone, and stopping reaches the whole tree.
const child = spawn(command, args, { stdio: ['ignore', 'inherit', 'inherit'], detached: !windows, windowsHide: true });
let stopping = false;

// For the case that this process is the one that is killed.
if (child.pid !== undefined) process.send(child.pid, () => undefined);

child.on('error', (error) => {
  process.stderr.write(`${error.message}\n`);
  process.exit(127);
});

child.on('exit', (code, signal) => {
  signalTree('SIGKILL'); // what the command left behind
  process.exit(code ?? (signal === 'SIGTERM' ? 143 : 137));
});

process.on('message', stop).on('disconnect', stop).on('SIGTERM', stop).on('SIGINT', stop).on('SIGHUP', stop);

function stop() {
  if (stopping) return;
  stopping = true;
  signalTree('SIGTERM');
  setTimeout(() => signalTree('SIGKILL'), Number(graceMs));
}

function signalTree(signal) {
  if (child.pid === undefined) return;
  if (windows) {
    spawnSync('taskkill', ['/pid', String(child.pid), '/t', '/f'], { windowsHide: true });
    return;
  }
  try {
    process.kill(-child.pid, signal);
  } catch {
    // No process of the group is left.
  }
}
