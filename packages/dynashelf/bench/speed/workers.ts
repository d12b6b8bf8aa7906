// The processes that measure warm, one for each contender, asked one at a time.

import { fork, type ChildProcess } from 'node:child_process';

import type { Bundles } from './bundles';
import type { Contender } from './contenders';
import type { Assignment, Cost, Order, Report } from './worker';

/**
 * The same for all: the compiler begins sooner with what is called often, which spares minutes of warming up; and a
 * process that waits for its turn does not tidy its memory, which throws away the code compiled for objects that are
 * not there at that moment. Lambda's do not wait, they are frozen.
 */
const FLAGS = ['--interrupt-budget=4000', '--no-memory-reducer'];

export interface Workers {
  /** @throws Error naming the contender that failed */
  ask(contender: Contender, order: Order): Promise<Cost>;
  end(): void;
}

/** Starts a process for each contender, with a table of its own. */
export async function startWorkers({ of, worker }: Bundles, tables: ReadonlyMap<Contender, string>): Promise<Workers> {
  const processes = new Map<Contender, ChildProcess>();
  // Not politely: OneTable takes SIGTERM to itself and goes on.
  const end = (): void => processes.forEach((child) => child.kill('SIGKILL'));
  const hear = async (contender: Contender): Promise<Cost> => {
    const child = processes.get(contender)!;
    const report = await new Promise<Report>((resolve, reject) => {
      const ended = (code: number | null): void =>
        reject(new Error(`${contender.name} ended by itself (exit code ${code}).`));
      child.once('exit', ended).once('message', (message: Report) => {
        child.off('exit', ended);
        resolve(message);
      });
    });
    if (report.failure !== undefined) {
      throw new Error(`${contender.name}: ${report.failure}`);
    }
    return report.cost;
  };
  try {
    for (const [contender, { warm }] of of) {
      const table = tables.get(contender)!;
      const assignment: Assignment = { kind: contender.kind, paths: warm.map(({ path }) => path), table };
      processes.set(
        contender,
        fork(worker, [JSON.stringify(assignment)], { execArgv: FLAGS, env: { ...process.env, TABLE_NAME: table } }),
      );
      await hear(contender);
    }
  } catch (error) {
    end();
    throw error;
  }
  return {
    async ask(contender, order) {
      const heard = hear(contender);
      processes.get(contender)!.send(order);
      return heard;
    },
    end,
  };
}
