// Jest's environment for Node, which skips the rest of a test file when a mutant is killed, or when no later test of
// the file runs the mutant's line. The tests before it run: later ones may build on what they wrote.

const { TestEnvironment } = require('jest-environment-node');

module.exports = class MutantEnvironment extends TestEnvironment {
  async handleTestEvent(event) {
    const covering = globalThis.testsOfMutant;
    if (covering === undefined) {
      return; // no mutant: the first run, that of all tests
    }
    if (event.name === 'run_start') {
      this.left = new Set(covering);
    } else if (event.name === 'test_start' && (this.failed || this.left.size === 0)) {
      event.test.mode = 'skip';
    } else if (event.name === 'test_done') {
      this.left.delete(fullName(event.test));
      this.failed ||= event.test.errors.length > 0;
    }
  }
};

/** The name by which Stryker knows a test. */
function fullName(test) {
  const names = [test.name];
  for (let block = test.parent; block?.parent !== undefined; block = block.parent) {
    names.unshift(block.name);
  }
  return names.join(' ');
}
