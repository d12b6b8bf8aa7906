// `custom.bundling:` of a serverless.yml: ${file(node_modules/dynashelf/serverless/bundling.cjs)}
'use strict';

const { bundling } = require('../dist/cjs/serverless/bundling.js');
const { fromParameters } = require('../dist/cjs/serverless/file.js');

module.exports = fromParameters(bundling);
