// Warm: every contender and operation in turn, round after round, so that what disturbs the machine disturbs all.

import type { Contender } from './contenders';
import type { Workers } from './workers';
import { medianOf } from './median';
import { OPERATIONS, type Operation } from './item';
import type { Cost, Way } from './worker';

/** Medians of one call. */
export type Costs = ReadonlyMap<Contender, Readonly<Record<Operation, Cost>>>;

export interface RoundOptions {
  readonly rounds: number;
  /** Before it is measured, for each contender and operation: calls, and the milliseconds of CPU that they may take. */
  readonly warmUp: { readonly calls: number; readonly milliseconds: number };
  /** Milliseconds of CPU in each round, about. */
  readonly batch: number;
}

const MOST_CALLS = 400;
const WARM_UPS = 3;

/** Measures all operations of all contenders. */
export async function measureRounds(
  workers: Workers,
  contenders: readonly Contender[],
  way: Way,
  { rounds, warmUp, batch }: RoundOptions,
): Promise<Costs> {
  const measured = new Map(
    contenders.map((contender) => [
      contender,
      OPERATIONS.map((operation) => ({ operation, calls: 0, costs: [] as Cost[] })),
    ]),
  );
  await Promise.all(
    halves(contenders).map(async (half) => {
      for (const contender of half) {
        // In turn, since the operations share much of their code, and what is compiled for one is compiled again for
        // the next.
        for (let turn = 0; turn < WARM_UPS; turn++) {
          for (const one of measured.get(contender)!) {
            const { cpu } = await workers.ask(contender, {
              order: 'warm',
              way,
              operation: one.operation,
              calls: warmUp.calls / WARM_UPS,
              milliseconds: warmUp.milliseconds / WARM_UPS,
            });
            one.calls = Math.min(Math.max(Math.round((batch * 1000) / cpu), 2), MOST_CALLS);
          }
        }
      }
    }),
  );
  for (let round = 0; round < rounds; round++) {
    for (const index of OPERATIONS.keys()) {
      for (const contender of turned(contenders, round)) {
        const { operation, calls, costs } = measured.get(contender)![index]!;
        costs.push(await workers.ask(contender, { order: 'measure', way, operation, calls }));
      }
    }
  }
  return new Map(
    [...measured].map(([contender, all]) => [
      contender,
      Object.fromEntries(
        all.map(({ operation, costs }) => [
          operation,
          { cpu: medianOf(costs.map(({ cpu }) => cpu)), wall: medianOf(costs.map(({ wall }) => wall)) },
        ]),
      ) as Record<Operation, Cost>,
    ]),
  );
}

/** Two, since a warm-up needs no quiet machine, and even a small one has two cores. */
function halves<T>(all: readonly T[]): T[][] {
  return [all.filter((_, index) => index % 2 === 0), all.filter((_, index) => index % 2 === 1)];
}

/** Beginning with another one each time. */
function turned<T>(all: readonly T[], by: number): T[] {
  const start = by % all.length;
  return [...all.slice(start), ...all.slice(0, start)];
}
