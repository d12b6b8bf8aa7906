// How long what is random runs: a little in `npm test`, a night's worth in `npm run test:long`.

/** How many times as long as in `npm test`, as the environment says; jest.config.js says it for `npm run test:long`. */
const TIMES = Number(process.env.RUNS ?? 1);

if (!(TIMES > 0)) {
  throw new Error(`RUNS is "${process.env.RUNS}": set it to how many times as long as in npm test, such as 20.`);
}

/** Whether there is time for all of what `npm test` takes a sample of. */
export const IS_LONG = TIMES > 1;

/** How often something random is tried that is tried so often in `npm test`. */
export function runs(usual: number): number {
  return Math.ceil(usual * TIMES);
}
