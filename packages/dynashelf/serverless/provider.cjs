// `provider:` of a serverless.yml, as far as it is the same for every app:
// ${file(node_modules/dynashelf/serverless/provider.cjs):environment}
'use strict';

const { stackAppOnce } = require('../dist/cjs/local/declarations.js');
const { fromParameters } = require('../dist/cjs/serverless/file.js');
const { provider } = require('../dist/cjs/serverless/provider.js');

module.exports = fromParameters(async (parameters) => provider(parameters, await stackAppOnce()));
