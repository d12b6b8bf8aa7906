// Notices the death of whatever started this process, however it died.

import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

const INTERVAL_MS = 500;

/** Calls back once, soon after the parent, or the npm behind the shell that npm puts between, has gone. */
export function onParentDeath(callback: () => void): void {
  const parent = process.ppid;
  // `npm start` runs us in a shell: that one survives a killed npm, and waits for us.
  const starter = process.env.npm_lifecycle_event === undefined ? undefined : shellParent(parent);
  const timer = setInterval(() => {
    if (process.ppid === parent && (starter === undefined || isParent(starter, parent))) {
      return;
    }
    clearInterval(timer);
    callback();
  }, INTERVAL_MS);
  timer.unref();
}

function isParent(pid: number, child: number): boolean {
  if (process.platform === 'linux') {
    return processOf(child)?.parent === pid;
  }
  try {
    process.kill(pid, 0); // cheaper than ps every time
    return true;
  } catch {
    return false;
  }
}

function shellParent(pid: number): number | undefined {
  const found = processOf(pid);
  return found !== undefined && /^-?(ba|da|z|k)?sh$/.test(found.name) ? found.parent : undefined;
}

function processOf(pid: number): { name: string; parent: number } | undefined {
  try {
    if (process.platform === 'linux') {
      // proc_pid_stat(5): pid (name) state parent …
      const stat = /^\d+ \((.*)\) \S (\d+)/s.exec(readFileSync(`/proc/${pid}/stat`, 'utf8'));
      return stat ? { name: stat[1] ?? '', parent: Number(stat[2]) } : undefined;
    }
    if (process.platform === 'win32') {
      return undefined;
    }
    const [parent = '', name = ''] = execFileSync('ps', ['-o', 'ppid=,comm=', '-p', String(pid)], { encoding: 'utf8' })
      .trim()
      .split(/\s+/);
    return { name: name.replace(/^.*\//, ''), parent: Number(parent) };
  } catch {
    return undefined;
  }
}
