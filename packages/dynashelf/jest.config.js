// How the engine's tests run: its source through ts-jest without type checks (`npm run types` does those), one database
// for all. Resource files of the app find the source behind the name `dynashelf`, so that both speak of the same.

const source = (path) => `<rootDir>/src/${path}`;

const project = {
  rootDir: __dirname,
  testEnvironment: 'node',
  roots: ['<rootDir>/tests'],
  testMatch: ['**/*.test.ts'],
  // jose is ES modules alone, which jest does not require.
  transform: { '\\.ts$|jose/.+\\.js$': '<rootDir>/tests/setup/transform.cjs' },
  transformIgnorePatterns: ['/node_modules/(?!jose/)'],
  moduleNameMapper: {
    '^dynashelf$': source('index.ts'),
    '^dynashelf/lambda$': source('lambda.ts'),
    '^dynashelf/testing$': source('testing/index.ts'),
    '^recheck$': '<rootDir>/tests/setup/recheck.cjs',
  },
  modulePathIgnorePatterns: ['<rootDir>/dist', '<rootDir>/\\.dist-'],
  globalSetup: source('testing/global.ts'),
  globalTeardown: source('testing/global-teardown.ts'),
  setupFiles: [source('testing/environment.ts'), '<rootDir>/tests/setup/no-app.cjs'],
};

/** What the way to DynamoDB can break, once more on the way that is deployed: `#connect` of package.json. */
const onTheWire = [
  'changes',
  'conditional',
  'failures',
  'feed',
  'feed-histories',
  'function*',
  'histories',
  'items',
  'lost-answers',
  'outbox',
  'patch',
  'races',
  'requests',
  'transport',
  'unknown-outcomes',
];

/** What converts items and records, once more through Dynamoose's models: `#conversion` of package.json. */
const throughModels = ['conversion', 'feed', 'items', 'lists*', 'patch*', 'transactions'];

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
    {
      ...project,
      displayName: 'dynamoose',
      globals: { transport: 'sdk', models: 'dynamoose' },
      testMatch: throughModels.map((name) => `**/api/${name}.test.ts`),
      testEnvironmentOptions: { customExportConditions: ['node', 'node-addons', 'dynamoose'] },
    },
  ],
};
