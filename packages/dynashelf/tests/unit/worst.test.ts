// Some of the worst requests that there are, each in a process with the heap that it may have; `npm run bench:worst`
// sends them all.

import { CASES } from '../../bench/worst/cases';
import { faultOf, startRunner, type Runner } from '../../bench/worst/run';

let runner: Runner;

beforeAll(async () => {
  runner = await startRunner();
});

afterAll(async () => runner.stop());

test.each(CASES.filter(({ isQuick }) => isQuick).map((one) => [one.name, one] as const))(
  '%s: is answered within bounds of memory, CPU, time and bytes',
  async (_name, one) => {
    expect(faultOf(one, await runner.run(one))).toBeUndefined();
  },
);
