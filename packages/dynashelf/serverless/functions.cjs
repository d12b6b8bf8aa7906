// What of a function is not its handler: ${file(node_modules/dynashelf/serverless/functions.cjs):read.events}
'use strict';

const { fromParameters } = require('../dist/cjs/serverless/file.js');
const { functionDefinition } = require('../dist/cjs/serverless/functions.js');
const { ROUTES } = require('../dist/cjs/serverless/routes.js');

module.exports = fromParameters((parameters) =>
  Object.fromEntries(Object.keys(ROUTES).map((name) => [name, functionDefinition(name, parameters)])),
);
