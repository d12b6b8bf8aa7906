// How the tests run: the app's, with a database of their own in memory; and those of the packages in this repository.
const { existsSync } = require('node:fs');

// The app's tests use the engine as it is built.
const rebuild = './packages/dynashelf/rebuild.cjs';
if (existsSync(rebuild)) require(rebuild);

const app = { ...require('dynashelf/testing/jest'), displayName: 'app', roots: ['<rootDir>/tests'] };
const engine = './packages/dynashelf/jest.config.js';

/** @type {import('jest').Config} */
module.exports = {
  projects: [app, ...(existsSync(engine) ? require(engine).projects : [])],
  maxWorkers: 2,
  testTimeout: 30_000,
};
