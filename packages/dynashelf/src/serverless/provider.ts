// What every function and the API of an app are told: the environment, logs, tracing, keys, and what updates of the
// stack may not take away.

import type { Parameters } from './parameters';
import { ticketEnvironment } from './sockets';
import { topicEnvironment } from './topic';
import { PLAIN_APP, type StackApp } from './stack-app';
import { hasUserPool, userPoolTrust } from './user-pool';

/**
 * Members of the log's lines: by name, API Gateway's variable for it. The request id is the one that it makes, not one
 * that a client can choose.
 */
const LOGGED = {
  requestId: 'extendedRequestId',
  time: 'requestTime',
  ip: 'identity.sourceIp',
  method: 'httpMethod',
  path: 'path',
  route: 'resourcePath',
  status: 'status',
  length: 'responseLength',
  latency: 'responseLatency',
  integrationLatency: 'integrationLatency',
  error: 'error.responseType',
  trace: 'xrayTraceId',
};

/** The `provider` of a serverless.yml, as far as it is the same for every app. */
export function provider(parameters: Parameters, app: StackApp = PLAIN_APP): Record<string, unknown> {
  const isTraced = parameters.oneOf('tracing', ['off', 'on']) === 'on';
  return {
    // API Gateway gives up after 29 seconds; a function that answers later answers nobody.
    timeout: 20,
    environment: { ...environment(parameters), ...ticketEnvironment(parameters, app), ...topicEnvironment(parameters) },
    stackPolicy: STACK_POLICY,
    tracing: { apiGateway: isTraced, lambda: isTraced },
    logs: {
      restApi: {
        accessLogging: true,
        // Execution logs hold headers and bodies, credentials among them.
        executionLogging: false,
        fullExecutionData: false,
        // The plugin's own way is a function that may create and attach any role of the account.
        roleManagedExternally: true,
        format: JSON.stringify(
          Object.fromEntries(Object.entries(LOGGED).map(([name, variable]) => [name, `$context.${variable}`])),
        ),
      },
    },
    logRetentionInDays: Number(parameters.of('logDays')),
    // Against `serverless remove`, until somebody turns it off.
    deletionProtection: parameters.is('protectData'),
    apiGateway: apiGateway(parameters),
  };
}

/** Against updates that would delete what cannot be made again, or put an empty one in its place. */
const STACK_POLICY = [
  { Effect: 'Allow', Principal: '*', Action: 'Update:*', Resource: '*' },
  {
    Effect: 'Deny',
    Principal: '*',
    Action: ['Update:Replace', 'Update:Delete'],
    Resource: '*',
    Condition: { StringEquals: { ResourceType: ['AWS::DynamoDB::Table', 'AWS::Cognito::UserPool'] } },
  },
];

/** What src/config.ts reads, but the secret, which one function has a use for. */
function environment(parameters: Parameters): Record<string, unknown> {
  const trust = hasUserPool(parameters)
    ? userPoolTrust()
    : { issuer: text(parameters, 'tokenIssuer'), audience: text(parameters, 'tokenAudience') };
  return {
    TABLE_NAME: text(parameters, 'tableName'),
    CORS_ORIGINS: text(parameters, 'corsOrigins'),
    READ_LIMIT: text(parameters, 'readLimit'),
    TOKEN_ISSUER: trust.issuer,
    TOKEN_AUDIENCE: trust.audience,
    TOKEN_JWKS_URI: text(parameters, 'tokenJwksUri'),
    TOKEN_ALGORITHMS: text(parameters, 'tokenAlgorithms'),
    TOKEN_CLOCK_SKEW: text(parameters, 'tokenClockSkew'),
    TOKEN_ROLES_CLAIM: text(parameters, 'tokenRolesClaim'),
    API_KEYS: parameters.oneOf('apiKeys', ['none', 'required']) === 'required' ? 'required' : '',
    API_DESCRIPTION: text(parameters, 'description'),
  };
}

function text(parameters: Parameters, name: string): string {
  return String(parameters.of(name));
}

function apiGateway(parameters: Parameters): object {
  // Every body reaches a function as its bytes, in base64: as text, what is no UTF-8 would have been replaced.
  const always = {
    binaryMediaTypes: ['*/*'],
    ...(parameters.oneOf('defaultEndpoint', ['open', 'closed']) === 'closed' && { disableDefaultEndpoint: true }),
  };
  if (parameters.oneOf('apiKeys', ['none', 'required']) === 'none') {
    return always;
  }
  const { service, stage } = parameters;
  return {
    ...always,
    apiKeys: [
      {
        name: `${service}-${stage}`,
        description: `The first key of ${service}, stage ${stage}; others are made beside it`,
        // Where it is empty, AWS makes the key up.
        value: parameters.of('apiKeyValue'),
      },
    ],
    usagePlan: {
      throttle: { rateLimit: parameters.of('apiKeyRate'), burstLimit: parameters.of('apiKeyBurst') },
      quota: { limit: parameters.of('apiKeyQuota'), period: parameters.of('apiKeyPeriod') },
    },
  };
}
