// The table: ${file(node_modules/dynashelf/serverless/table.cjs)}
'use strict';

const { fromParameters } = require('../dist/cjs/serverless/file.js');
const { tableResource } = require('../dist/cjs/serverless/table.js');

module.exports = fromParameters(tableResource);
