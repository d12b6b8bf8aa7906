// A plugin of Serverless: deployment-hooks.ts and packaging.ts, for the commands that they are for. Plain JavaScript,
// as Serverless loads it.
'use strict';

module.exports = class Deployment {
  constructor(serverless, options, { log }) {
    const [command] = serverless.processedInput.commands;
    if (command !== 'package' && command !== 'deploy') return;
    const { packageFunctions } = require('./packaging.js');
    this.hooks = {
      ...require('./deployment-hooks.js').deploymentHooks(serverless, options, log),
      'before:package:createDeploymentArtifacts': () => packageFunctions(serverless),
    };
  }
};
