// How Stryker runs for one room, which run.ts names in the environment.

const { name, mutate } = JSON.parse(process.env.MUTANTS_ROOM);
const report = `packages/dynashelf/mutants/reports/${name.replaceAll('/', '-')}`;

/** @type {import('@stryker-mutator/api/core').PartialStrykerOptions} */
export default {
  mutate: mutate.map((file) => `packages/dynashelf/src/${file}.ts`),
  plugins: ['./runner.mjs', './sentences.mjs'].map((plugin) => new URL(plugin, import.meta.url).pathname),
  testRunner: 'jest-by-file',
  jest: { configFile: 'packages/dynashelf/mutants/jest.config.cjs', enableFindRelatedTests: false },
  coverageAnalysis: 'perTest',
  // A static mutant is one of a line that runs once, when its file is loaded: every test would have to run for it.
  ignoreStatic: true,
  ignorers: ['sentences'],
  incremental: true,
  incrementalFile: `${report}.json`,
  reporters: ['clear-text', 'html', 'progress-append-only'],
  htmlReporter: { fileName: `${report}.html` },
  clearTextReporter: { allowColor: false, logTests: false, reportTests: false, reportScoreTable: true },
  concurrency: Number(process.env.MUTANTS_CONCURRENCY ?? 1),
  tempDirName: '.mutants',
  ignorePatterns: [
    '.dynamodb',
    '.serverless',
    '.build',
    'dist',
    'coverage',
    '/packages/create-dynashelf',
    '/packages/dynashelf/bench',
    '/packages/dynashelf/mutants/reports',
  ],
  disableTypeChecks: true,
  timeoutMS: 10_000,
  timeoutFactor: 3,
  thresholds: { high: 95, low: 85, break: 85 },
  warnings: { slow: false },
  checkers: [],
  allowEmpty: false,
};
