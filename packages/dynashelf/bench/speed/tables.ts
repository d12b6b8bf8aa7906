// What was measured as tables in Markdown, for the terminal and the page alike.

import { COLD_OPERATIONS } from './cold';
import { CONTENDERS, FRAMEWORKS, OURS, RAW, type Contender } from './contenders';
import { coldRatio, warmRatio, type Results } from './results';
import { holdAgainstTargets } from './targets';
import { OPERATIONS } from './item';
import type { Cost, Way } from './worker';

type Cells = readonly (string | number)[];

/**
 * One line for each contender, one column for each operation: what a call costs of the raw SDK's, whose microseconds
 * come first.
 */
export function warmTable(results: Results, way: Way, of: keyof Cost): string {
  const costs = results.warm[way];
  const micro = ({ name }: Contender, contender: Contender): Cells => [
    `${name}, µs`,
    ...OPERATIONS.map((operation) => Math.round(costs.get(contender)![operation][of])),
  ];
  const others = CONTENDERS.filter((contender) => contender !== RAW);
  return table(
    ['', ...OPERATIONS],
    [
      micro(RAW, RAW),
      micro(OURS, OURS),
      ...others.map((contender) => [
        contender.name,
        ...OPERATIONS.map((operation) => warmRatio(results, way, of, operation, contender).toFixed(2)),
      ]),
    ],
  );
}

/** Our whole request as a part of theirs. */
export function frameworkTable(results: Results): string {
  const lines = FRAMEWORKS.flatMap((framework) =>
    (['stub', 'database'] as const).flatMap((way) => (['cpu', 'wall'] as const).map((of) => ({ framework, way, of }))),
  );
  return table(
    ['', ...OPERATIONS],
    lines.map(({ framework, way, of }) => [
      `of ${framework.name}, ${of === 'cpu' ? 'CPU' : 'wall'}, ${way === 'stub' ? 'stub' : 'DynamoDB Local'}`,
      ...OPERATIONS.map((operation) => warmRatio(results, way, of, operation, OURS, framework).toFixed(2)),
    ]),
  );
}

/** Milliseconds up to the first answer, and what of the raw SDK's handler that is. */
export function coldTable(results: Results): string {
  const cells = (contender: Contender): Cells =>
    COLD_OPERATIONS.flatMap((operation) =>
      (['wall', 'cpu'] as const).map(
        (of) =>
          `${Math.round(results.cold.get(contender)![operation][of])} (${coldRatio(results, of, operation, contender).toFixed(2)})`,
      ),
    );
  return table(
    ['', ...COLD_OPERATIONS.flatMap((operation) => [`${operation}, wall`, `${operation}, CPU`])],
    [...results.cold.keys()].map((contender) => [contender.name, ...cells(contender)]),
  );
}

/** Kilobytes of the functions. */
export function sizeTable({ cold, bundles }: Results): string {
  const kB = (bytes: number): number => Math.round(bytes / 1000);
  return table(
    ['', 'bundle, reads', 'zip, reads', 'bundle, writes', 'zip, writes'],
    [...cold.keys()].map((contender) => {
      const { read, write } = bundles.get(contender)!;
      return [contender.name, kB(read.size), kB(read.zipSize), kB(write.size), kB(write.zipSize)];
    }),
  );
}

/** Each target, and what was reached. */
export function targetTable(results: Results): string {
  return table(
    ['', 'target', 'measured', ''],
    holdAgainstTargets(results).map(({ what, target, reached, isReached }) => [
      what,
      target,
      reached,
      isReached ? 'reached' : '**missed**',
    ]),
  );
}

function table(head: Cells, lines: readonly Cells[]): string {
  const rule = head.map((_, index) => (index === 0 ? '---' : '---:'));
  return [head, rule, ...lines].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}
