#!/usr/bin/env node
'use strict';

require('tsx/cjs'); // resource files are TypeScript
require('../dist/cjs/local/command.js');
