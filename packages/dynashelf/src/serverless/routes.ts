// Which function API Gateway calls for which requests. The routes are generic: they do not grow with the resources. A
// named method goes before ANY, and ANY leads to `describe`, whose code answers OPTIONS (CORS preflights among it), or
// says 404 or 405.

import { isUnguarded } from '../definition/function';
import { OUTBOX_PREFIX } from '../store/layout/outbox';
import { PARTITION_KEY } from '../store/layout/table';
import type { Parameters } from './parameters';
import { isPublished } from './topic';
import { hasFollowers, hasMessages, hasWebhooks, PLAIN_APP, PUBLISH, type StackApp } from './stack-app';

/** The functions of an app that the engine has. */
export type FunctionName = 'read' | 'write' | 'authorize' | 'describe';

/** What of API Gateway calls one function. */
export interface Route {
  readonly method: 'get' | 'head' | 'post' | 'put' | 'patch' | 'delete' | 'options' | 'any';
  readonly path: string;
  /** Whose credentials are asked for: those of requests on data, those of requests for the description, or nobody's. */
  readonly guard: 'data' | 'description' | 'none';
}

const COLLECTION = '/{collection}';
const ITEM = '/{collection}/{id}';
const MEMBER = '/{collection}/{id}/{member}';
const TRANSACTIONS = '/transactions';
const DOCUMENTS = ['/', '/openapi.json', '/docs', '/docs/rapidoc.js'] as const;

const data = (method: Route['method'], ...paths: readonly string[]): Route[] =>
  paths.map((path) => ({ method, path, guard: 'data' }));

function documentRoutes(path: string): Route[] {
  return [
    { method: 'get', path, guard: 'description' },
    // A preflight has no credentials, whoever may see the document
    // (https://fetch.spec.whatwg.org/#cors-protocol-and-credentials).
    { method: 'options', path, guard: 'none' },
    { method: 'any', path, guard: 'description' },
  ];
}

/** The routes of each function. */
export const ROUTES: Readonly<Record<FunctionName, readonly Route[]>> = {
  read: [...data('get', COLLECTION, ITEM, MEMBER), ...data('head', COLLECTION, ITEM, MEMBER)],
  write: [
    // To an item there is no POST, but to an action of the collection, whose path looks alike.
    ...data('post', COLLECTION, ITEM, MEMBER, TRANSACTIONS),
    ...data('put', ITEM),
    ...data('patch', ITEM),
    ...data('delete', ITEM),
  ],
  // API Gateway asks it before it calls `read` or `write`.
  authorize: [],
  describe: [
    ...DOCUMENTS.flatMap(documentRoutes),
    { method: 'get', path: '/health', guard: 'none' },
    ...['/health', TRANSACTIONS, COLLECTION, ITEM, MEMBER, `${MEMBER}/{rest+}`].map((path): Route => ({
      method: 'any',
      path,
      guard: 'none',
    })),
  ],
};

/** The routes of every function, by name: those of an app's own have a route, and the rest of its path is described. */
export function routesOf({
  declarations,
  changing,
}: Pick<StackApp, 'declarations' | 'changing'>): Readonly<Record<string, readonly Route[]>> {
  const routed = declarations.flatMap(({ name, route, access }) =>
    route === undefined ? [] : [{ name, path: route.path, method: route.method.toLowerCase(), access }],
  );
  const own = routed.map(({ name, path, method, access }) => {
    const guard = isUnguarded({ access }) ? ('none' as const) : ('data' as const);
    const methods = (method === 'get' ? ['get', 'head'] : [method]) as Route['method'][];
    return [name, methods.map((one): Route => ({ method: one, path, guard }))] as const;
  });
  const paths = [...new Set(routed.map(({ path }) => path))];
  return {
    ...ROUTES,
    describe: [
      ...ROUTES.describe,
      ...(changing.length > 0 ? documentRoutes('/asyncapi.json') : []),
      ...paths.map((path): Route => ({ method: 'any', path, guard: 'none' })),
    ],
    ...Object.fromEntries(own),
  };
}

/** The authorizer of an event: the function `authorize`, and whether its answers are kept. */
type Authorizer = {
  readonly name: FunctionName;
  readonly type: 'request';
  readonly resultTtlInSeconds: number;
  readonly identitySource?: string;
};

/** An event of a function, as serverless.yml has it. */
export interface HttpEvent {
  readonly http: {
    readonly method: string;
    readonly path: string;
    readonly authorizer?: Authorizer;
    readonly private?: true;
  };
}

/** The event of a schedule. */
export interface ScheduleEvent {
  readonly schedule: { readonly rate: readonly string[]; readonly enabled: true };
}

/** The event of the table's stream: what is sent is a new record of the outbox. */
export interface StreamEvent {
  readonly stream: object;
}

/** The resource that keeps what `publish` could not even read of the stream. */
export const DEAD_LETTERS = 'PublishDeadLetters';

/** A day: as long as the stream keeps what it has. */
const DAY = 86_400;

/** What calls `publish`: the stream at once, and a schedule for what the stream has missed or somebody not taken. */
function publishEvents(parameters: Parameters, app: StackApp): (StreamEvent | ScheduleEvent)[] {
  // What is to go into the feed is tried again as long as it can be, and each call of `publish` waits for the database
  // as long as it may; one that does not end at all is given up before what lies behind it is too old.
  const isKept = app.changing.length > 0;
  const isFollowed = hasFollowers(app) || (isKept && isPublished(parameters));
  const rate = isFollowed ? ['rate(1 minute)'] : hasMessages(app) ? ['rate(5 minutes)'] : undefined;
  const stream = {
    type: 'dynamodb',
    arn: { 'Fn::GetAtt': ['Table', 'StreamArn'] },
    batchSize: isKept ? 100 : 10,
    startingPosition: 'TRIM_HORIZON',
    functionResponseType: 'ReportBatchItemFailures',
    maximumRetryAttempts: isKept ? 30 : 5,
    maximumRecordAgeInSeconds: isKept ? DAY : 3600,
    bisectBatchOnFunctionError: true,
    destinations: { onFailure: { arn: { 'Fn::GetAtt': [DEAD_LETTERS, 'Arn'] }, type: 'sqs' } },
    filterPatterns: [
      ...(hasMessages(app) || hasWebhooks(app)
        ? [{ eventName: ['INSERT'], dynamodb: inPartition({ prefix: OUTBOX_PREFIX }) }]
        : []),
      // A collection is one partition, or several whose names go on behind a #.
      ...(isKept ? [{ dynamodb: inPartition(...app.changing.flatMap((name) => [name, { prefix: `${name}#` }])) }] : []),
    ],
  };
  return [{ stream }, ...(rate === undefined ? [] : [{ schedule: { rate, enabled: true as const } }])];
}

/** A filter of the stream: records whose partition is one of these, in the words of EventBridge. */
function inPartition(...partitions: readonly (string | { readonly prefix: string })[]): object {
  return { Keys: { [PARTITION_KEY]: { S: partitions } } };
}

/** The events of a function. */
export function events(
  name: string,
  parameters: Parameters,
  app: StackApp = PLAIN_APP,
): (HttpEvent | ScheduleEvent | StreamEvent)[] {
  if (name === PUBLISH) {
    return publishEvents(parameters, app);
  }
  const { declarations } = app;
  const schedule = declarations.find((declaration) => declaration.name === name)?.schedule;
  return [
    ...httpEvents(routesOf(app)[name] ?? [], parameters),
    ...(schedule === undefined ? [] : [{ schedule: { rate: [schedule], enabled: true as const } }]),
  ];
}

function httpEvents(routes: readonly Route[], parameters: Parameters): HttpEvent[] {
  const authorizer = authorizerOf(parameters);
  const hasKeys = parameters.oneOf('apiKeys', ['none', 'required']) === 'required';
  const isPrivate = parameters.oneOf('description', ['public', 'private']) === 'private';
  return routes.map(({ method, path, guard }) => ({
    http: {
      method,
      path,
      ...((guard === 'data' || (guard === 'description' && isPrivate)) && {
        authorizer,
        ...(hasKeys && { private: true as const }),
      }),
    },
  }));
}

function authorizerOf(parameters: Parameters): Authorizer {
  return parameters.oneOf('tokens', ['optional', 'required']) === 'required'
    ? {
        name: 'authorize',
        type: 'request',
        resultTtlInSeconds: 300,
        identitySource: 'method.request.header.Authorization',
      }
    : // Without caching nothing identifies a request but the whole of it.
      { name: 'authorize', type: 'request', resultTtlInSeconds: 0 };
}
