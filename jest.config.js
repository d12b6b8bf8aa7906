// How the tests run: the app's, with a database of their own in memory; and those of the packages in this repository.
const { existsSync } = require('node:fs');
const { join } = require('node:path');

// The app's tests use the engine as it is built.
const rebuild = './packages/dynashelf/rebuild.cjs';
if (existsSync(rebuild)) require(rebuild);

const app = { ...require('dynashelf/testing/jest'), displayName: 'app', roots: ['<rootDir>/tests'] };
const toolshare = join(__dirname, 'examples/toolshare');
const example = {
  ...require('dynashelf/testing/jest'),
  displayName: 'toolshare',
  rootDir: toolshare,
  roots: ['<rootDir>/tests'],
  testEnvironment: '<rootDir>/../in-its-folder.cjs',
};
const engine = './packages/dynashelf/jest.config.js';
const sequencer = './packages/dynashelf/tests/setup/slowest-first.cjs';

// A night's worth of what is random, and the time for it.
if (process.env.npm_lifecycle_event === 'test:long') process.env.RUNS ??= '50';

/** @type {import('jest').Config} */
module.exports = {
  projects: [app, ...(existsSync(toolshare) ? [example] : []), ...(existsSync(engine) ? require(engine).projects : [])],
  maxWorkers: 2,
  ...(existsSync(sequencer) && { testSequencer: `<rootDir>/${sequencer}` }),
  // Of a busy machine: it is there to tell a test that waits for ever.
  testTimeout: 300_000 * Math.max(1, Number(process.env.RUNS ?? 1)),
};
