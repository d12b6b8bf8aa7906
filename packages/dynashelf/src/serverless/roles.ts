// The right of each function to data and to its own log, and nothing further.

import type { FunctionDeclaration } from '../definition/function';
import { APPENDED_PREFIX, CHANGES_PREFIX, UNREADABLE_PARTITION } from '../store/layout/change';
import { FEED_PREFIX } from '../store/layout/feed-head';
import { outboxPartitions, UNDELIVERED_PARTITION } from '../store/layout/outbox';
import { CONSUMERS_PARTITION } from '../store/layout/consumer';
import {
  ARRIVALS_PREFIX,
  CONNECTIONS_PARTITION,
  SEATS_PREFIX,
  SUBSCRIPTIONS_PREFIX,
  TICKETS_PARTITION,
} from '../store/layout/sockets';
import { HEALTH_PARTITION } from '../store/layout/table';
import type { Parameters } from './parameters';
import { DEAD_LETTERS, type FunctionName } from './routes';
import {
  DELIVER,
  hasPublish,
  hasSockets,
  hasWebhooks,
  PLAIN_APP,
  PUBLISH,
  SOCKET,
  SOCKET_API,
  type StackApp,
} from './stack-app';
import { isPublished, topicStatements } from './topic';
import { callsItself, DELIVER_RIGHTS, DISPATCH_RIGHTS } from './webhooks';
import { INDEX_NAMES } from './table';

interface Statement {
  readonly Effect: 'Allow';
  readonly Action: string | readonly string[];
  readonly Resource: unknown;
  readonly Condition?: object;
}

const TABLE = { 'Fn::GetAtt': ['Table', 'Arn'] };

const onTable = (...actions: readonly string[]): Statement => ({
  Effect: 'Allow',
  Action: actions.map((action) => `dynamodb:${action}`),
  Resource: TABLE,
});

const QUERY_INDEXES: Statement = {
  Effect: 'Allow',
  Action: 'dynamodb:Query',
  Resource: INDEX_NAMES.map((name) => ({ 'Fn::Sub': `\${Table.Arn}/index/${name}` })),
};

const READING: readonly Statement[] = [onTable('GetItem', 'BatchGetItem', 'Query'), QUERY_INDEXES];

/**
 * A transaction is authorised by the actions it is made of. A deletion that cascades queries what refers to the item.
 */
const WRITING: readonly Statement[] = [
  onTable('GetItem', 'BatchGetItem', 'Query', 'PutItem', 'UpdateItem', 'DeleteItem', 'ConditionCheckItem'),
  QUERY_INDEXES,
];

const STATEMENTS: Readonly<Record<FunctionName, readonly Statement[]>> = {
  read: READING,
  write: WRITING,
  authorize: [],
  // The health check reads a partition that never holds a record. ForAllValues is true of a request that names no key
  // at all, so a second condition wants one.
  describe: [
    {
      ...onTable('GetItem'),
      Condition: {
        'ForAllValues:StringEquals': { 'dynamodb:LeadingKeys': [HEALTH_PARTITION] },
        Null: { 'dynamodb:LeadingKeys': 'false' },
      },
    },
  ],
};

/** What a function of the app's own may by what it declares: docs/decisions/functions.md says why not less. */
function statementsOf({ reads, writes, subscribes }: FunctionDeclaration): readonly Statement[] {
  return writes.length > 0
    ? WRITING
    : [...(reads.length > 0 ? READING : []), ...(subscribes === undefined ? [] : handling(subscribes))];
}

/** What a subscriber needs that writes nothing of the app's: to read the feed, and to keep its place. */
function handling(collection: string): Statement[] {
  return [
    inPartitions(['GetItem', 'BatchGetItem', 'Query'], feedPartitions([collection])),
    inPartitions(['GetItem', 'PutItem', 'UpdateItem'], [CONSUMERS_PARTITION]),
    inPartitions(['PutItem'], [UNDELIVERED_PARTITION]),
  ];
}

/** Requests that name partitions, and these alone; a star stands for any text. */
function inPartitions(actions: readonly string[], partitions: readonly string[]): Statement {
  return {
    ...onTable(...actions),
    Condition: {
      'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': partitions },
      // ForAllValues is true of a request that names no key at all.
      Null: { 'dynamodb:LeadingKeys': 'false' },
    },
  };
}

/** The feeds of collections. */
function feedPartitions(changing: readonly string[]): string[] {
  return changing.flatMap((name) => [
    `${CHANGES_PREFIX}${name}`,
    `${CHANGES_PREFIX}${name}#*`,
    `${FEED_PREFIX}${name}`,
  ]);
}

/** What sends on sockets has to do with connections and subscriptions: of items it reads what the feed has. */
function sendingStatements({ stage }: Parameters, { changing }: StackApp): Statement[] {
  return [
    inPartitions(
      ['GetItem', 'Query', 'PutItem', 'UpdateItem', 'DeleteItem', 'ConditionCheckItem'],
      [
        CONNECTIONS_PARTITION,
        `${SEATS_PREFIX}*`,
        CONSUMERS_PARTITION,
        ...changing.flatMap((name) => [`${ARRIVALS_PREFIX}${name}`, `${SUBSCRIPTIONS_PREFIX}${name}`]),
      ],
    ),
    {
      Effect: 'Allow',
      Action: 'execute-api:ManageConnections',
      Resource: {
        'Fn::Sub': `arn:\${AWS::Partition}:execute-api:\${AWS::Region}:\${AWS::AccountId}:\${${SOCKET_API}}/${stage}/*/@connections/*`,
      },
    },
  ];
}

/** `socket` takes tickets, reads the feed, and sends. */
function socketStatements(parameters: Parameters, app: StackApp): Statement[] {
  return [
    inPartitions(['DeleteItem'], [TICKETS_PARTITION]),
    inPartitions(['GetItem', 'BatchGetItem', 'Query'], feedPartitions(app.changing)),
    ...sendingStatements(parameters, app),
  ];
}

/** `deliver` reads the feed, and works queues through. */
function deliverStatements(parameters: Parameters, app: StackApp): Statement[] {
  return [
    inPartitions(['GetItem', 'BatchGetItem', 'Query'], feedPartitions(app.changing)),
    ...DELIVER_RIGHTS.map(([actions, partitions]) => inPartitions(actions, partitions)),
    callsItself(parameters),
  ];
}

/**
 * `publish` reads the stream, moves records of the outbox, and calls the functions that take messages; it appends to
 * the feeds, and sends on sockets.
 */
function publishStatements(parameters: Parameters, app: StackApp): Statement[] {
  const stream = { 'Fn::GetAtt': ['Table', 'StreamArn'] };
  const takers = [
    ...app.declarations.filter(({ message, subscribes }) => (message ?? subscribes) !== undefined),
    ...(hasWebhooks(app) ? [{ name: DELIVER }] : []),
  ];
  return [
    {
      Effect: 'Allow',
      Action: ['dynamodb:DescribeStream', 'dynamodb:GetRecords', 'dynamodb:GetShardIterator'],
      Resource: stream,
    },
    // Its schedule looks into the outbox of every app.
    inPartitions(['Query', 'UpdateItem', 'DeleteItem', 'PutItem'], [...outboxPartitions(), UNDELIVERED_PARTITION]),
    ...(app.changing.length === 0
      ? []
      : [
          inPartitions(
            ['GetItem', 'BatchGetItem', 'Query', 'PutItem'],
            [...feedPartitions(app.changing), `${APPENDED_PREFIX}*`, UNREADABLE_PARTITION],
          ),
        ]),
    ...topicStatements(parameters),
    ...(isPublished(parameters) ||
    hasWebhooks(app) ||
    app.declarations.some(({ subscribes }) => subscribes !== undefined)
      ? [inPartitions(['GetItem', 'BatchGetItem', 'Query', 'PutItem', 'UpdateItem'], [CONSUMERS_PARTITION])]
      : []),
    ...(hasSockets(app) ? sendingStatements(parameters, app) : []),
    ...(hasWebhooks(app) ? DISPATCH_RIGHTS.map(([actions, partitions]) => inPartitions(actions, partitions)) : []),
    ...(takers.length === 0
      ? []
      : [
          {
            Effect: 'Allow' as const,
            Action: 'lambda:InvokeFunction',
            Resource: takers.map(({ name }) => ({ 'Fn::GetAtt': [functionResource(name), 'Arn'] })),
          },
        ]),
    { Effect: 'Allow', Action: 'sqs:SendMessage', Resource: { 'Fn::GetAtt': [DEAD_LETTERS, 'Arn'] } },
  ];
}

/** The resource that is a function. */
export function functionResource(name: string): string {
  return `${capitalized(name)}LambdaFunction`;
}

/** The resource that is the role of a function. */
export function roleName(name: string): string {
  return `${capitalized(name)}Role`;
}

/** The roles of the functions, those of the app's own among them, by the names of their resources. */
export function roles(parameters: Parameters, app: StackApp = PLAIN_APP): Record<string, object> {
  // X-Ray has no resources to name, so a policy of our own would have a wildcard; this one is AWS's.
  const tracing =
    parameters.oneOf('tracing', ['off', 'on']) === 'on'
      ? [{ 'Fn::Sub': 'arn:${AWS::Partition}:iam::aws:policy/AWSXRayDaemonWriteAccess' }]
      : [];
  const all: Readonly<Record<string, readonly Statement[]>> = {
    ...STATEMENTS,
    ...(hasPublish(app) && { [PUBLISH]: publishStatements(parameters, app) }),
    ...(app.names.includes(DELIVER) && { [DELIVER]: hasWebhooks(app) ? deliverStatements(parameters, app) : [] }),
    ...(app.names.includes(SOCKET) && { [SOCKET]: hasSockets(app) ? socketStatements(parameters, app) : [] }),
    ...Object.fromEntries(app.declarations.map((declaration) => [declaration.name, statementsOf(declaration)])),
  };
  return Object.fromEntries(
    Object.entries(all).map(([name, statements]) => [
      roleName(name),
      {
        Type: 'AWS::IAM::Role',
        Properties: {
          AssumeRolePolicyDocument: assumedBy('lambda.amazonaws.com'),
          ManagedPolicyArns: tracing,
          Policies: [
            {
              PolicyName: name,
              PolicyDocument: {
                Version: '2012-10-17',
                Statement: [
                  ...statements,
                  {
                    Effect: 'Allow',
                    Action: ['logs:CreateLogStream', 'logs:PutLogEvents'],
                    Resource: { 'Fn::GetAtt': [`${capitalized(name)}LogGroup`, 'Arn'] },
                  },
                ],
              },
            },
          ],
        },
      },
    ]),
  );
}

/** Who may take a role. */
export function assumedBy(service: string): object {
  return {
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Principal: { Service: service }, Action: 'sts:AssumeRole' }],
  };
}

function capitalized(name: string): string {
  return `${name[0]!.toUpperCase()}${name.slice(1)}`;
}
