// The tests of an example look for its resources in the working directory, as where it is an app by itself.
'use strict';

const { join } = require('node:path');

const before = process.cwd();
process.chdir(join(__dirname, 'toolshare'));
afterAll(() => process.chdir(before));
