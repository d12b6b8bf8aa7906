// The tests of one room, as jest.config.js runs them, with the database of run.ts.

const { projects } = require('../jest.config.js');

const { tests, transport } = JSON.parse(process.env.MUTANTS_ROOM);
const project = projects.find(({ displayName }) => displayName === transport);

/** @type {import('jest').Config} */
module.exports = {
  ...project,
  testEnvironment: require.resolve('./environment.cjs'),
  testMatch: tests.map((test) => `<rootDir>/tests/${test}.test.ts`),
  // The database runs already.
  globalSetup: undefined,
  globalTeardown: undefined,
  // A mutant that waits for nothing is found sooner.
  testTimeout: 10_000,
};
