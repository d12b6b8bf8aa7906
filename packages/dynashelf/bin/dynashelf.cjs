#!/usr/bin/env node
'use strict';

const { existsSync } = require('node:fs');
const { join } = require('node:path');

require('../supported-node.cjs');

// In the repository of the engine its source may be newer than what is built of it.
const rebuild = join(__dirname, '../rebuild.cjs');
if (existsSync(rebuild)) require(rebuild);

require('tsx/cjs'); // resource files are TypeScript
require('../dist/cjs/local/command.js');
