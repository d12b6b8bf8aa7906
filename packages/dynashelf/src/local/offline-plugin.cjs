// A plugin of Serverless for `npm start`: serverless-offline runs the functions, and HTTP is left to
// src/local/gateway.ts in the process that began this one. That process is told what is served, and when the source has
// changed.
'use strict';

const { request } = require('node:http');

const { buildWatched } = require('./watched-build.js');

module.exports = class Offline {
  constructor(serverless) {
    const socketPath = process.env.LOCAL_START;
    if (!socketPath) {
      const refuse = () => {
        throw new serverless.classes.Error('serverless-offline runs as a part of npm start: run that.');
      };
      this.hooks = { 'before:offline:start': refuse, 'before:offline:start:init': refuse };
      return;
    }
    const tell = (event, body) => post(socketPath, event, body);
    let service;
    this.hooks = {
      async 'before:offline:start:init'() {
        service = takeHttp(serverless.service);
        const { custom, functions } = serverless.service;
        // A folder of its own, which `serverless package` does not clear away.
        const folder = process.env.LOCAL_BUILD;
        custom['serverless-offline'] = { ...custom['serverless-offline'], location: folder };
        const handlers = Object.values(functions).flatMap(({ handler }) => handler ?? []);
        await buildWatched(serverless.serviceDir, folder, handlers, custom.bundling, {
          building: () => tell('building'),
          built: (mistakes) => tell('built', { entry: 'src', mistakes }),
          changed: () => serverless.pluginManager.spawn('offline:functionsUpdated'),
        });
      },
      'after:offline:start:init': () => tell('ready', service),
      'before:offline:functionsUpdated:cleanup': () => tell('replacing'),
      'after:offline:functionsUpdated:cleanup': () => tell('changed'),
    };
  }
};

/** The kinds of events that src/local/start.ts serves. */
const TAKEN = ['http', 'schedule', 'stream', 'websocket'];

/**
 * Each function's routes, schedules and streams, taken from it, so that serverless-offline serves none of them; and
 * what API Gateway would be told.
 */
function takeHttp({ functions, provider, resources }) {
  const taken = Object.entries(functions).map(([key, definition]) => {
    const { name, events = [] } = definition;
    definition.events = events.filter((event) => !TAKEN.some((kind) => event[kind] !== undefined));
    return [
      key,
      {
        name,
        routes: events.flatMap(({ http }) =>
          http === undefined ? [] : [typeof http === 'string' ? routeOf(http) : http],
        ),
        schedules: events.flatMap(({ schedule }) => schedule?.rate ?? schedule ?? []),
        streams: events.flatMap(({ stream }) => (stream?.type === 'dynamodb' ? [stream] : [])),
      },
    ];
  });
  const { binaryMediaTypes = [] } = provider.apiGateway ?? {};
  const responses = Object.values(resources?.Resources ?? {}).filter(
    ({ Type }) => Type === 'AWS::ApiGateway::GatewayResponse',
  );
  return {
    functions: Object.fromEntries(taken),
    binaryMediaTypes,
    publishedTo: [provider.environment?.TOPIC_ARN, provider.environment?.EVENT_BUS].filter(Boolean),
    responses: responses.map(({ Properties }) => Properties),
  };
}

/** A route in one line, such as `GET /books`. */
function routeOf(line) {
  const [method, path] = line.split(' ');
  return { method, path };
}

function post(socketPath, event, body) {
  return new Promise((resolve, reject) => {
    request({ socketPath, path: `/${event}`, method: 'POST' }, (response) => response.resume().on('end', resolve))
      .on('error', reject)
      .end(JSON.stringify(body ?? null));
  });
}
