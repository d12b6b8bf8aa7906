// What of a function is not its handler: ${file(node_modules/dynashelf/serverless/functions.cjs):read.events}
'use strict';

const { stackAppOnce } = require('../dist/cjs/local/declarations.js');
const { fromParameters } = require('../dist/cjs/serverless/file.js');
const { functionDefinitions } = require('../dist/cjs/serverless/functions.js');

module.exports = fromParameters(async (parameters) => functionDefinitions(parameters, await stackAppOnce()));
