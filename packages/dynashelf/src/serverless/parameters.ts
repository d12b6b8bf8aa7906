// The parameters of a deployment: what a serverless.yml may set under `params:`, or `--param` on the command line, and
// what each is without that. docs/deploy.md says what each does.

/** A service and its stage, as Serverless names them. */
export interface DeploymentTarget {
  readonly service: string;
  readonly stage: string;
}

/** The stage of `npm start`, which sets these variables for itself. No other stage reads a developer's environment. */
export const LOCAL_STAGE = 'local';

/** What every parameter is where nobody sets it. Whatever is not among these is no parameter. */
export function defaultParameters({ service, stage }: DeploymentTarget): Record<string, string | number | boolean> {
  return {
    tableName: `${service}-${stage}`,
    // Read by CloudFormation while it deploys, so packaging needs neither network nor credentials.
    // Several keys are separated by commas: the first signs, each is accepted.
    cursorKey: `{{resolve:ssm:/${service}/${stage}/cursor-key}}`,
    // The same of what the secrets of webhooks are made of: one stays while a webhook's secret is made of it.
    webhookKey: `{{resolve:ssm:/${service}/${stage}/webhook-key}}`,
    // The ports of https that webhooks may lead to; 443 and 8443 without it.
    webhookPorts: '',
    // Whose tokens are trusted: of no issuer, unless it is said, or the user pool is made.
    tokenIssuer: '',
    // The audience, or client id, of the API; several are separated by commas.
    tokenAudience: '',
    // Each of these has a default in src/config.ts.
    tokenJwksUri: '',
    tokenAlgorithms: '',
    tokenClockSkew: '',
    tokenRolesClaim: '',
    // 'own' makes a Cognito user pool in the stack and trusts its tokens, and no others.
    userPool: 'none',
    userPoolProtection: 'INACTIVE',
    // 'required': every request on data needs a token, also where a rule says `public`; API Gateway then
    // keeps the authorizer's answers. 'optional': the authorizer is asked each time.
    tokens: 'optional',
    // 'required': every request on data needs an API key of the usage plan, which these four bound.
    apiKeys: 'none',
    apiKeyRate: 50,
    apiKeyBurst: 100,
    apiKeyQuota: 100_000,
    apiKeyPeriod: 'DAY',
    // Empty: AWS makes the key up.
    apiKeyValue: '',
    // 'private': what the API says of itself (/, /openapi.json, /docs) needs credentials too.
    description: 'public',
    // '*', or origins separated by commas.
    corsOrigins: '*',
    // Requests to DynamoDB that one page of a list may read.
    readLimit: 10,
    // The docs page as clients see it, without the host: /docs behind a custom domain of its own.
    docsPath: `/${stage}/docs`,
    // Where clients connect sockets, behind a domain of their own; where AWS puts the API without it.
    socketUrl: '',
    // Where functions reach connections, should it be elsewhere than where AWS puts the API.
    socketConnections: '',
    // How many subscriptions a connection has at most, how many connections a caller, bytes of a client's message.
    socketSubscriptions: 20,
    socketsPerCaller: 20,
    socketMessageBytes: 16_384,
    // How many messages clients may send in a second, all together.
    socketRate: 500,
    socketBurst: 1_000,
    // 'closed': the API has a domain of its own, and is not served under the address that AWS gives it.
    defaultEndpoint: 'open',
    logDays: 30,
    // The SNS topic, by its ARN, that is told of alarms.
    alarmTopic: '',
    // 'on': AWS X-Ray traces requests.
    tracing: 'off',
    protectData: false,
    tableDeletion: 'Delete',
    nodeTarget: 'node24',
    minify: true,
    // `npm run build` makes the maps of what is deployed; deployed, they would only weigh.
    sourcemap: false,
    // Where changes are published: 'standard' or 'fifo', a topic that the stack makes; the ARN of one that is there.
    topic: 'none',
    // The name or the ARN of a bus of EventBridge, on which changes are put.
    bus: '',
    // How the store reaches DynamoDB: `wire`, without the AWS SDK, or `sdk`.
    transport: 'wire',
    // What converts items and records: code `compiled` from the schema, or the models of `dynamoose`.
    models: 'compiled',
    // On the command line alone: what this deployment may take away of what is deployed
    // (src/local/deployment-losses.ts).
    drop: '',
  };
}

/** What they are at `npm start`, by the environment that it gives to Serverless. */
export function localParameters(environment: NodeJS.ProcessEnv): Record<string, string | number | boolean> {
  const {
    TABLE_NAME = '',
    CURSOR_KEY = '',
    CORS_ORIGINS = '*',
    READ_LIMIT = 10,
    TOKEN_ISSUER = '',
    TOKEN_AUDIENCE = '',
    TOKEN_JWKS_URI = '',
    TOKEN_ALGORITHMS = '',
  } = environment;
  const {
    TOKEN_CLOCK_SKEW = '',
    TOKEN_ROLES_CLAIM = '',
    API_KEYS = 'none',
    API_KEY = '',
    API_DESCRIPTION = 'public',
    MODELS = 'compiled',
    WEBHOOK_KEY = '',
    SOCKET_URL = '',
    SOCKET_CONNECTIONS = '',
  } = environment;
  return {
    tableName: TABLE_NAME,
    cursorKey: CURSOR_KEY,
    webhookKey: WEBHOOK_KEY,
    corsOrigins: CORS_ORIGINS,
    readLimit: READ_LIMIT,
    tokenIssuer: TOKEN_ISSUER,
    tokenAudience: TOKEN_AUDIENCE,
    tokenJwksUri: TOKEN_JWKS_URI,
    tokenAlgorithms: TOKEN_ALGORITHMS,
    tokenClockSkew: TOKEN_CLOCK_SKEW,
    tokenRolesClaim: TOKEN_ROLES_CLAIM,
    apiKeys: API_KEYS,
    apiKeyValue: API_KEY,
    description: API_DESCRIPTION,
    docsPath: '/docs',
    socketUrl: SOCKET_URL,
    socketConnections: SOCKET_CONNECTIONS,
    nodeTarget: 'node20',
    minify: false,
    sourcemap: 'linked',
    // With the AWS SDK, which knows a developer's profiles.
    transport: 'sdk',
    models: MODELS,
  };
}

/** Every parameter with its value. */
export interface Parameters extends DeploymentTarget {
  readonly of: (name: string) => string | number | boolean;
  /** Whether it is `true`, also as the command line has it. */
  readonly is: (name: string) => boolean;
  /** One of the words that a parameter may be. */
  readonly oneOf: <W extends string>(name: string, words: readonly W[]) => W;
}

/** @param given what is set of them */
export function parameters(
  place: DeploymentTarget,
  given: Readonly<Record<string, unknown>>,
  environment: NodeJS.ProcessEnv = {},
): Parameters {
  const set = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined && value !== null));
  // What an app sets under `default` is for what it deploys: `npm start` has a table, a secret and an issuer of its
  // own.
  const all = {
    ...defaultParameters(place),
    ...set,
    ...(place.stage === LOCAL_STAGE && localParameters(environment)),
  } as Record<string, string | number | boolean>;
  const of = (name: string): string | number | boolean => all[name]!;
  return {
    ...place,
    of,
    is: (name) => String(of(name)) === 'true',
    oneOf(name, words) {
      const value = String(of(name));
      const found = words.find((word) => word === value);
      if (found === undefined) {
        throw new Error(
          `The parameter ${name} is "${value}": set it to ${words.map((word) => `"${word}"`).join(' or ')}.`,
        );
      }
      return found;
    },
  };
}
