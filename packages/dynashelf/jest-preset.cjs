// How the tests of an app run: `module.exports = { preset: 'dynashelf/testing' }` would be looked for as a file, so an
// app spreads this one.
'use strict';

require('./supported-node.cjs');

module.exports = {
  testEnvironment: 'node',
  // tsconfig.json's isolatedModules makes it transpile only: `npm run types` checks. jose is ES modules alone, which
  // jest does not require.
  transform: {
    '\\.ts$': 'ts-jest',
    'jose/.+\\.js$': [
      'ts-jest',
      { tsconfig: { allowJs: true, isolatedModules: true, module: 'CommonJS', target: 'ES2023' } },
    ],
  },
  transformIgnorePatterns: ['/node_modules/(?!jose/)', '/dynashelf/dist/'],
  globalSetup: require.resolve('./dist/cjs/testing/global.js'),
  globalTeardown: require.resolve('./dist/cjs/testing/global-teardown.js'),
  setupFiles: [require.resolve('./dist/cjs/testing/environment.js')],
};
