// npm run bench:worst: the worst requests that there are, each in a process with the heap that it may have, and what
// they take.
// With a word, those alone whose names have it. It fails where one is answered otherwise than it should, or takes more
// than it may.

import { CASES, GROUPS, type Case } from './worst/cases';
import { HEAP, faultOf, startRunner, type Outcome } from './worst/run';

async function main(): Promise<void> {
  const only = process.argv[2];
  const cases = CASES.filter(({ name }) => only === undefined || name.includes(only));
  const runner = await startRunner();
  const outcomes = new Map<Case, Outcome>();
  console.log(
    `| request | status | CPU s | wall s | MB | sent MB | read MB |\n| --- | --- | --- | --- | --- | --- | --- |`,
  );
  for (const one of cases) {
    const outcome = await runner.run(one);
    outcomes.set(one, outcome);
    console.log(
      `| ${one.name} | ${'died' in outcome ? outcome.died : numbers(outcome)} | ${megabytes(outcome.read)} |`,
    );
  }
  await runner.stop();
  console.log(
    `\nThe worst of each kind, none with more than ${HEAP} MB of heap:\n\n| kind | requests | CPU s | MB | sent MB | read MB |\n| --- | --- | --- | --- | --- | --- |`,
  );
  for (const [name, all] of Object.entries(GROUPS)) {
    const measured = all.flatMap((one) => outcomes.get(one) ?? []);
    const most = (of: (outcome: Exclude<Outcome, { died: string }>) => number): number =>
      Math.max(...measured.map((outcome) => ('died' in outcome ? Infinity : of(outcome))));
    if (measured.length > 0) {
      console.log(
        `| ${name} | ${measured.length} | ${most(({ cpu }) => cpu).toFixed(1)} | ${most((one) => one.megabytes).toFixed(0)} | ${megabytes(most(({ sent }) => sent))} | ${megabytes(most(({ read }) => read))} |`,
      );
    }
  }
  const faults = cases.flatMap((one) => faultOf(one, outcomes.get(one)!) ?? []);
  faults.forEach((fault) => console.error(fault));
  process.exitCode = faults.length > 0 ? 1 : 0;
}

function numbers({ status, cpu, seconds, megabytes: more, sent }: Exclude<Outcome, { died: string }>): string {
  return [status, cpu.toFixed(1), seconds.toFixed(1), more.toFixed(0), megabytes(sent)].join(' | ');
}

function megabytes(bytes: number): string {
  return (bytes / 1e6).toFixed(1);
}

void main();
