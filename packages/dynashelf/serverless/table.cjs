// The table: ${file(node_modules/dynashelf/serverless/table.cjs)}
'use strict';

const { stackAppOnce } = require('../dist/cjs/local/declarations.js');
const { fromParameters } = require('../dist/cjs/serverless/file.js');
const { tableResource } = require('../dist/cjs/serverless/table.js');

module.exports = fromParameters(async (parameters) => tableResource(parameters, await stackAppOnce()));
