// The tests of an example look for its resources in the working directory, as where it is an app by itself. Whatever
// becomes of them, the next tests of the same process are where they were.
'use strict';

const { join } = require('node:path');

const { TestEnvironment } = require('jest-environment-node');

module.exports = class InItsFolder extends TestEnvironment {
  async setup() {
    await super.setup();
    this.before = process.cwd();
    process.chdir(join(__dirname, 'toolshare'));
  }

  async teardown() {
    process.chdir(this.before);
    await super.teardown();
  }
};
