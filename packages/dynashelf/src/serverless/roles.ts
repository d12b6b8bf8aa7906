// The right of each function to data and to its own log, and nothing further.

import { HEALTH_PARTITION } from '../store/layout/table';
import type { Parameters } from './parameters';
import type { FunctionName } from './routes';
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

const STATEMENTS: Readonly<Record<FunctionName, readonly Statement[]>> = {
  read: [onTable('GetItem', 'BatchGetItem', 'Query'), QUERY_INDEXES],
  // A transaction is authorised by the actions it is made of. A deletion that cascades queries what refers to the item.
  write: [
    onTable('GetItem', 'BatchGetItem', 'Query', 'PutItem', 'UpdateItem', 'DeleteItem', 'ConditionCheckItem'),
    QUERY_INDEXES,
  ],
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

/** The resource that is the role of a function. */
export function roleName(name: FunctionName): string {
  return `${capitalized(name)}Role`;
}

/** The roles of the functions, by the names of their resources. */
export function roles(parameters: Parameters): Record<string, object> {
  // X-Ray has no resources to name, so a policy of our own would have a wildcard; this one is AWS's.
  const tracing =
    parameters.oneOf('tracing', ['off', 'on']) === 'on'
      ? [{ 'Fn::Sub': 'arn:${AWS::Partition}:iam::aws:policy/AWSXRayDaemonWriteAccess' }]
      : [];
  return Object.fromEntries(
    (Object.keys(STATEMENTS) as FunctionName[]).map((name) => [
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
                  ...STATEMENTS[name],
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
