// How the tests run: TypeScript through ts-jest without type checks (`npm run types` does those), one database for all.

const project = {
  testEnvironment: 'node',
  roots: ['<rootDir>/tests'],
  testMatch: ['**/*.test.ts'],
  // tsconfig.json's isolatedModules makes it transpile only. jose is ES modules alone, which jest does not require.
  transform: { '\\.ts$': 'ts-jest', 'jose/.+\\.js$': ['ts-jest', { tsconfig: { allowJs: true, isolatedModules: true, module: 'CommonJS', target: 'ES2023' } }] },
  transformIgnorePatterns: ['/node_modules/(?!jose/)'],
  globalSetup: './tests/setup/global.ts',
  globalTeardown: './tests/setup/global-teardown.ts',
  setupFiles: ['./tests/setup/environment.ts'],
};

/** What the way to DynamoDB can break, once more on the way that is deployed: `#connect` of package.json. */
const onTheWire = ['conditional', 'failures', 'histories', 'items', 'lost-answers', 'patch', 'races', 'requests', 'transport', 'unknown-outcomes'];

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
