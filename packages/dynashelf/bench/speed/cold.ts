// Cold: fresh processes up to their first answer, less what Node alone takes.

import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

import type { Bundles } from './bundles';
import type { Start } from './cold-start';
import type { Contender } from './contenders';
import { eventOf } from './event';
import { medianOf } from './median';
import { KNOWN, type Operation } from './item';

export const COLD_OPERATIONS = ['get', 'list 100', 'create'] as const satisfies readonly Operation[];
export type ColdOperation = (typeof COLD_OPERATIONS)[number];

/** Medians, in milliseconds. */
export type ColdStarts = ReadonlyMap<Contender, Readonly<Record<ColdOperation, Start>>>;

/**
 * Two processes of one contender run at a time: even a small machine has two cores, and what they share is the same for
 * all.
 */
const AT_ONCE = 2;

/** Starts so many processes for each operation of each contender, all in turn. */
export async function measureCold(
  { of, coldStart }: Bundles,
  tables: ReadonlyMap<Contender, string>,
  processes: number,
): Promise<ColdStarts> {
  const contenders = [...of.keys()].filter(({ isCold }) => isCold);
  const empty: Start[] = [];
  const starts = new Map(
    contenders.map((contender) => [contender, COLD_OPERATIONS.map((operation) => ({ operation, all: [] as Start[] }))]),
  );
  for (let round = 0; round < processes; round += AT_ONCE) {
    empty.push(...(await atOnce(() => start(coldStart, []))));
    for (const index of COLD_OPERATIONS.keys()) {
      for (const contender of contenders) {
        const { operation, all } = starts.get(contender)![index]!;
        const { read, write } = of.get(contender)!;
        const { path } = operation === 'create' ? write : read;
        all.push(
          ...(await atOnce((one) =>
            start(coldStart, [path, JSON.stringify(eventOf(operation, KNOWN, round + one))], tables.get(contender)),
          )),
        );
      }
    }
  }
  const less = (all: readonly Start[]): Start => ({
    cpu: middle(all, 'cpu') - middle(empty, 'cpu'),
    wall: middle(all, 'wall') - middle(empty, 'wall'),
  });
  return new Map(
    [...starts].map(([contender, each]) => [
      contender,
      Object.fromEntries(each.map(({ operation, all }) => [operation, less(all)])) as Record<ColdOperation, Start>,
    ]),
  );
}

async function atOnce(run: (one: number) => Promise<Start>): Promise<Start[]> {
  return Promise.all(Array.from({ length: AT_ONCE }, async (_, one) => run(one)));
}

async function start(coldStart: string, given: readonly string[], table = ''): Promise<Start> {
  const { stdout } = await promisify(execFile)(process.execPath, [coldStart, ...given], {
    env: { ...process.env, TABLE_NAME: table },
  });
  return JSON.parse(stdout) as Start;
}

function middle(all: readonly Start[], of: keyof Start): number {
  return medianOf(all.map((one) => one[of]));
}
