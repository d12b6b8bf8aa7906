// The right of each function to data and to its own log, and nothing further.

import type { FunctionDeclaration } from '../definition/function';
import { outboxPartitions, UNDELIVERED_PARTITION } from '../store/layout/outbox';
import { CHANGES_PREFIX } from '../store/layout/change';
import { CONSUMERS_PARTITION } from '../store/layout/consumer';
import { FEED_PREFIX } from '../store/layout/feed-head';
import { HEALTH_PARTITION } from '../store/layout/table';
import type { Parameters } from './parameters';
import { DEAD_LETTERS, hasMessages, PUBLISH, type FunctionName } from './routes';
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
    inPartitions(
      ['GetItem', 'BatchGetItem', 'Query'],
      [`${CHANGES_PREFIX}${collection}`, `${CHANGES_PREFIX}${collection}#*`, `${FEED_PREFIX}${collection}`],
    ),
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

/** `publish` reads the stream, moves records of the outbox, and calls the functions that take messages. */
function publishStatements(declarations: readonly FunctionDeclaration[]): Statement[] {
  const stream = { 'Fn::GetAtt': ['Table', 'StreamArn'] };
  const takers = declarations.filter(({ message, subscribes }) => (message ?? subscribes) !== undefined);
  return [
    {
      Effect: 'Allow',
      Action: ['dynamodb:DescribeStream', 'dynamodb:GetRecords', 'dynamodb:GetShardIterator'],
      Resource: stream,
    },
    {
      ...onTable('Query', 'UpdateItem', 'DeleteItem', 'PutItem'),
      Condition: {
        'ForAllValues:StringEquals': { 'dynamodb:LeadingKeys': [...outboxPartitions(), UNDELIVERED_PARTITION] },
        Null: { 'dynamodb:LeadingKeys': 'false' },
      },
    },
    {
      Effect: 'Allow',
      Action: 'lambda:InvokeFunction',
      Resource: takers.map(({ name }) => ({ 'Fn::GetAtt': [functionResource(name), 'Arn'] })),
    },
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
export function roles(
  parameters: Parameters,
  declarations: readonly FunctionDeclaration[] = [],
): Record<string, object> {
  // X-Ray has no resources to name, so a policy of our own would have a wildcard; this one is AWS's.
  const tracing =
    parameters.oneOf('tracing', ['off', 'on']) === 'on'
      ? [{ 'Fn::Sub': 'arn:${AWS::Partition}:iam::aws:policy/AWSXRayDaemonWriteAccess' }]
      : [];
  const all: Readonly<Record<string, readonly Statement[]>> = {
    ...STATEMENTS,
    ...(hasMessages(declarations) && { [PUBLISH]: publishStatements(declarations) }),
    ...Object.fromEntries(declarations.map((declaration) => [declaration.name, statementsOf(declaration)])),
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
