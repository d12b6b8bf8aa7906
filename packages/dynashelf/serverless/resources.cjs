// One of the `resources:` of a serverless.yml: ${file(node_modules/dynashelf/serverless/resources.cjs)}
'use strict';

const { stackAppOnce } = require('../dist/cjs/local/declarations.js');
const { fromParameters } = require('../dist/cjs/serverless/file.js');
const { resources } = require('../dist/cjs/serverless/resources.js');

module.exports = fromParameters(async (parameters) => resources(parameters, await stackAppOnce()));
