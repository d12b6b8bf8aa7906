// What we want to reach, and whether we do.

import type { ColdOperation } from './cold';
import { FRAMEWORKS } from './contenders';
import { coldRatio, warmRatio, type Results } from './results';
import { OPERATIONS, type Operation } from './item';

export interface Outcome {
  readonly what: string;
  readonly target: string;
  readonly reached: string;
  readonly isReached: boolean;
}

/** CPU of our whole handler over the stub, of the raw SDK's. */
const CPU: Readonly<Record<Operation, number>> = {
  get: 0.5,
  'list 25': 0.45,
  'list 100': 0.4,
  create: 0.8,
  replace: 0.9,
  patch: 0.9,
  delete: 0.5,
};

/** Wall of our first answer, of that of the raw SDK's handler. */
const COLD: Readonly<Record<ColdOperation, number>> = { get: 0.6, 'list 100': 0.5, create: 0.9 };

/** CPU of our whole handler over the stub, of that of a framework's. */
const FRAMEWORK = 0.5;

/** Bytes of the archive of `read`. */
const READ_ZIP = 60_000;

/** Holds the results against all targets. */
export function holdAgainstTargets(results: Results): Outcome[] {
  return [
    ...OPERATIONS.map((operation) =>
      ratio(`CPU, ${operation}, of the raw SDK's`, warmRatio(results, 'stub', 'cpu', operation), CPU[operation]),
    ),
    ...FRAMEWORKS.flatMap((framework) =>
      OPERATIONS.map((operation) =>
        ratio(
          `CPU, ${operation}, of ${framework.name}'s`,
          warmRatio(results, 'stub', 'cpu', operation, undefined, framework),
          FRAMEWORK,
          '<',
        ),
      ),
    ),
    ...Object.entries(COLD).map(([operation, most]) =>
      ratio(
        `wall, cold, first ${operation}, of the raw SDK's`,
        coldRatio(results, 'wall', operation as ColdOperation),
        most,
      ),
    ),
    {
      what: 'archive of `read`, the samples',
      target: `≤ ${READ_ZIP / 1000} kB`,
      reached: `${(results.readZip / 1000).toFixed(1)} kB`,
      isReached: results.readZip <= READ_ZIP,
    },
  ];
}

function ratio(what: string, reached: number, target: number, comparison: '≤' | '<' = '≤'): Outcome {
  return {
    what,
    target: `${comparison} ${target.toFixed(2)}`,
    reached: reached.toFixed(2),
    isReached: comparison === '<' ? reached < target : reached <= target,
  };
}
