// The plugin of Serverless: what a deployment checks and keeps, and what `dynashelf start` needs of it.
'use strict';

const Offline = require('../dist/cjs/local/offline-plugin.cjs');
const Deployment = require('../dist/cjs/local/serverless-plugin.cjs');

module.exports = class Dynashelf {
  constructor(serverless, options, utilities) {
    const hooks = [new Deployment(serverless, options, utilities).hooks, new Offline(serverless).hooks];
    this.hooks = Object.assign({}, ...hooks);
  }
};
