// A plugin of Serverless: local/deployment-hooks.ts, for the commands that it is for. Plain JavaScript, as Serverless loads it.
'use strict';

module.exports = class Deployment {
  constructor(serverless, options, { log }) {
    const [command] = serverless.processedInput.commands;
    this.hooks = command === 'package' || command === 'deploy'
      ? require('tsx/cjs/api').require('./deployment-hooks.ts', __filename).deploymentHooks(serverless, options, log)
      : {};
  }
};
