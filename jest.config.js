// How the tests run: TypeScript through ts-jest without type checks (`npm run types` does those), one database for all.

/** @type {import('jest').Config} */
module.exports = {
  testEnvironment: 'node',
  roots: ['<rootDir>/tests'],
  testMatch: ['**/*.test.ts'],
  transform: { '\\.ts$': 'ts-jest' }, // tsconfig.json's isolatedModules makes it transpile only
  globalSetup: './tests/setup/global.ts',
  globalTeardown: './tests/setup/global-teardown.ts',
  setupFiles: ['./tests/setup/environment.ts'],
  maxWorkers: 2,
  testTimeout: 30_000,
};
