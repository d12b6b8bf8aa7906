// What each function of an app is told besides the name of its file: its role, its part of the environment, and what
// calls it.

import { LOCAL_STAGE, type Parameters } from './parameters';
import { functionResource, roleName } from './roles';
import { events, ROUTES, type FunctionName } from './routes';
import { sendingEnvironment, socketEnvironment } from './sockets';
import { DELIVER, hasPublish, hasWebhooks, PLAIN_APP, PUBLISH, SOCKET, type StackApp } from './stack-app';
import { ASKED, DELIVER_TIMEOUT, webhookEnvironment } from './webhooks';

/** Where the renderer of the docs page lies in an app. */
export const RENDERER_FILE = 'node_modules/dynashelf/dist/rapidoc.js';

const MORE: Readonly<Record<FunctionName, (parameters: Parameters, app: StackApp) => object>> = {
  // Lists give cursors; nothing else has a use for the secret.
  read: (parameters) => ({
    description: 'GET and HEAD under a collection',
    environment: { CURSOR_KEY: parameters.of('cursorKey') },
  }),
  write: (parameters, app) => ({
    description: 'Everything that changes something',
    environment: webhookEnvironment(parameters, app),
  }),
  // After the issuer had its time, and before API Gateway gives up.
  authorize: () => ({ description: 'Verifies the token of a request', timeout: 10 }),
  describe: () => ({
    description: 'The service document, the API description, its docs, health, and OPTIONS, 404 and 405 everywhere',
    // Sent as it is: beside the code, not in it.
    package: { patterns: [RENDERER_FILE] },
  }),
};

/** Characters of a function's description that Lambda takes. */
const LONGEST_DESCRIPTION = 256;

/**
 * The definition of a function of serverless.yml, but for its handler.
 */
export function functionDefinition(
  name: string,
  parameters: Parameters,
  app: StackApp = PLAIN_APP,
): Record<string, unknown> {
  if (name === PUBLISH) {
    return { ...publishing(parameters, app), events: events(name, parameters, app) };
  }
  if (name === SOCKET) {
    return {
      role: { 'Fn::GetAtt': [roleName(SOCKET), 'Arn'] },
      description: 'What clients do on their sockets',
      // As long as API Gateway waits for it.
      timeout: 29,
      environment: socketEnvironment(parameters, app),
      events: [],
    };
  }
  if (name === DELIVER) {
    return {
      role: { 'Fn::GetAtt': [roleName(DELIVER), 'Arn'] },
      description: 'Sends changes to webhooks',
      timeout: DELIVER_TIMEOUT,
      environment: webhookEnvironment(parameters, app),
      events: [{ schedule: { rate: ['rate(1 minute)'], enabled: true } }],
    };
  }
  const own = app.declarations.find((declaration) => declaration.name === name);
  return {
    role: { 'Fn::GetAtt': [roleName(name), 'Arn'] },
    ...(own === undefined
      ? MORE[name as FunctionName](parameters, app)
      : {
          description: own.description.slice(0, LONGEST_DESCRIPTION),
          // Nobody waits for it, and the more it handles in one call the fewer there are.
          ...(own.subscribes !== undefined && { timeout: 900 }),
        }),
    events: events(name, parameters, app),
  };
}

/** `publish`: who takes messages, and who is told of changes. */
function publishing(parameters: Parameters, app: StackApp): Record<string, unknown> {
  const { declarations } = app;
  const { stage } = parameters;
  const takers = declarations.flatMap(({ name, message }) => (message === undefined ? [] : [[message, name] as const]));
  if (hasWebhooks(app)) {
    takers.push([ASKED, DELIVER]);
  }
  const subscribers = declarations.flatMap(({ name, subscribes }) =>
    subscribes === undefined ? [] : [[`${name}/${subscribes}`, name] as const],
  );
  return {
    role: { 'Fn::GetAtt': [roleName(PUBLISH), 'Arn'] },
    description: 'Tells those who are to know what was committed: the feed, subscribers, who takes messages',
    // It waits for them, and one that it does not see end is called again: as long as any can take.
    timeout: 900,
    environment: {
      ...(takers.length > 0 && { MESSAGE_HANDLERS: namesOf(takers, stage) }),
      ...(subscribers.length > 0 && { SUBSCRIBERS: namesOf(subscribers, stage) }),
      ...sendingEnvironment(parameters, app),
    },
  };
}

/** Pairs with the names of Lambda functions, which CloudFormation knows; at `npm start` an entry's own will do. */
function namesOf(pairs: readonly (readonly [key: string, entry: string])[], stage: string): unknown {
  const isLocal = stage === LOCAL_STAGE;
  const text = pairs.map(([key, entry]) => `${key}=${isLocal ? entry : `\${${functionResource(entry)}}`}`).join(',');
  return isLocal ? text : { 'Fn::Sub': text };
}

/** The definitions of all functions, by name. */
export function functionDefinitions(parameters: Parameters, app: StackApp): Record<string, Record<string, unknown>> {
  const names = [
    ...Object.keys(ROUTES),
    ...(hasPublish(app) ? [PUBLISH] : []),
    ...[SOCKET, DELIVER].filter((name) => app.names.includes(name)),
    ...app.declarations.map(({ name }) => name),
  ];
  return Object.fromEntries(names.map((name) => [name, functionDefinition(name, parameters, app)]));
}
