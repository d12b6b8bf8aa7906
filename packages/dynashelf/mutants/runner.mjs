// Stryker's runner of jest, which runs of each mutant the test files alone that reach it, the quickest first, until one
// fails. Stryker's own loads every file for every mutant, and picks tests by name, which breaks those that build on
// earlier tests of their file.

import { readFileSync, writeFileSync } from 'node:fs';

import { declareFactoryPlugin, PluginKind } from '@stryker-mutator/api/plugin';
import { strykerPlugins as jestPlugins, strykerValidationSchema } from '@stryker-mutator/jest-runner';

export { strykerValidationSchema };
export const strykerPlugins = [declareFactoryPlugin(PluginKind.TestRunner, 'jest-by-file', createRunner)];

/** In the sandbox: one process runs all tests, and the others have to know it too. */
const FILES = '.test-files.json';

createRunner.inject = ['$injector'];
function createRunner(injector) {
  const runner = injector.injectFunction(jestPlugins[0].factory);
  const { jestTestAdapter } = runner;
  let testFiles;
  runner.jestTestAdapter = {
    run: (settings) =>
      jestTestAdapter.run(testFiles === undefined ? settings : { ...settings, testFiles, testNamePattern: undefined }),
  };
  let files;
  return {
    init: () => runner.init(),
    capabilities: () => runner.capabilities(),
    async dryRun(options) {
      const result = await runner.dryRun(options);
      writeFileSync(FILES, JSON.stringify(testsByFile(result.tests ?? [])));
      return result;
    },
    async mutantRun(options) {
      files ??= JSON.parse(readFileSync(FILES, 'utf8'));
      const covering = new Set(options.testFilter);
      let nrOfTests = 0;
      let result;
      for (const { path, tests } of files) {
        const testFilter = tests.filter((test) => covering.has(test));
        if (testFilter.length === 0) {
          continue;
        }
        testFiles = [path];
        globalThis.testsOfMutant = testFilter;
        result = await runner.mutantRun({ ...options, testFilter });
        nrOfTests += result.nrOfTests ?? 0;
        if (result.status !== 'survived') {
          break;
        }
      }
      return 'nrOfTests' in result ? { ...result, nrOfTests } : result;
    },
  };
}

/** The test files, the quickest first. */
function testsByFile(tests) {
  const files = new Map();
  for (const { id, fileName, timeSpentMs } of tests) {
    const file = files.get(fileName) ?? { path: fileName, tests: [], time: 0 };
    files.set(fileName, file);
    file.tests.push(id);
    file.time += timeSpentMs;
  }
  return [...files.values()].sort((one, other) => one.time - other.time);
}
