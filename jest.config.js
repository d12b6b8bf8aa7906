// How the tests run: TypeScript through ts-jest without type checks (`npm run types` does those), one database for all.

const project = {
  testEnvironment: 'node',
  roots: ['<rootDir>/tests'],
  testMatch: ['**/*.test.ts'],
  transform: { '\\.ts$': 'ts-jest' }, // tsconfig.json's isolatedModules makes it transpile only
  globalSetup: './tests/setup/global.ts',
  globalTeardown: './tests/setup/global-teardown.ts',
  setupFiles: ['./tests/setup/environment.ts'],
};

/** What the way to DynamoDB can break, once more on the way that is deployed: `#connect` of package.json. */
const onTheWire = ['conditional', 'failures', 'histories', 'items', 'patch', 'races', 'requests', 'transport', 'unknown-outcomes'];

/** @type {import('jest').Config} */
module.exports = {
  projects: [
    { ...project, displayName: 'sdk', globals: { transport: 'sdk' } },
    {
      ...project,
      displayName: 'wire',
      globals: { transport: 'wire' },
      testMatch: onTheWire.map((name) => `**/api/${name}.test.ts`),
      testEnvironmentOptions: { customExportConditions: ['node', 'node-addons', 'wire'] },
    },
  ],
  maxWorkers: 2,
  testTimeout: 30_000,
};
