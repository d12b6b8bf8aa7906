// Cold: fresh processes up to their first answer, less what Node alone takes.

import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

import type { Bundles } from './bundles';
import type { Start } from './cold-start';
import { OURS, RAW, type Contender } from './contenders';
import { eventOf } from './event';
import { medianOf } from './median';
import { KNOWN, type Operation } from './thing';

export const COLD_OPERATIONS = ['get', 'list 100', 'create'] as const satisfies readonly Operation[];
export type ColdOperation = (typeof COLD_OPERATIONS)[number];

/** Medians, in milliseconds. */
export type ColdStarts = ReadonlyMap<Contender, Readonly<Record<ColdOperation, Start>>>;

/** Starts so many processes for each operation of ours and of the raw SDK, and fewer for those of others, all in turn. */
export async function measureCold({ of, coldStart }: Bundles, tables: ReadonlyMap<Contender, string>, processes: number, otherProcesses: number): Promise<ColdStarts> {
  const contenders = [...of.keys()].filter(({ isCold }) => isCold);
  const empty: Start[] = [];
  const starts = new Map(contenders.map((contender) => [contender, COLD_OPERATIONS.map((operation) => ({ operation, all: [] as Start[] }))]));
  for (let round = 0; round < processes; round++) {
    empty.push(await start(coldStart, []));
    for (const index of COLD_OPERATIONS.keys()) {
      for (const contender of contenders.filter((one) => round < otherProcesses || one === OURS || one === RAW)) {
        const { operation, all } = starts.get(contender)![index]!;
        const { read, write } = of.get(contender)!;
        const { path } = operation === 'create' ? write : read;
        all.push(await start(coldStart, [path, JSON.stringify(eventOf(operation, KNOWN, round))], tables.get(contender)));
      }
    }
  }
  const less = (all: readonly Start[]): Start => ({ cpu: middle(all, 'cpu') - middle(empty, 'cpu'), wall: middle(all, 'wall') - middle(empty, 'wall') });
  return new Map([...starts].map(([contender, each]) => [contender, Object.fromEntries(each.map(({ operation, all }) => [operation, less(all)])) as Record<ColdOperation, Start>]));
}

async function start(coldStart: string, given: readonly string[], table = ''): Promise<Start> {
  const { stdout } = await promisify(execFile)(process.execPath, [coldStart, ...given], { env: { ...process.env, TABLE_NAME: table } });
  return JSON.parse(stdout) as Start;
}

function middle(all: readonly Start[], of: keyof Start): number {
  return medianOf(all.map((one) => one[of]));
}
