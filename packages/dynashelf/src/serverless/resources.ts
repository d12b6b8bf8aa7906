// What the stack of every app has beside its functions and its table: roles, API Gateway's own errors, access logs, and
// the user pool.

import { GATEWAY_RESPONSES, gatewayResponses } from './gateway-responses';
import type { Parameters } from './parameters';
import { assumedBy, roles } from './roles';
import { DEAD_LETTERS } from './routes';
import { socketOutputs, socketResources } from './sockets';
import { hasPublish, PLAIN_APP, type StackApp } from './stack-app';
import { topicOutputs, topicResources } from './topic';
import { userPool, userPoolConditions, userPoolOutputs } from './user-pool';

/**
 * The `resources` of a serverless.yml.
 */
export function resources(parameters: Parameters, app: StackApp = PLAIN_APP): object {
  return {
    Description: `A REST API over one DynamoDB table (${parameters.service}, stage ${parameters.stage})`,
    // A deployment of the API is a snapshot: gateway responses made after it would not be in it.
    // It waits for every method, so one method that waits for them is enough.
    extensions: { ApiGatewayMethodAny: { DependsOn: GATEWAY_RESPONSES } },
    Conditions: userPoolConditions(parameters),
    Outputs: { ...userPoolOutputs(), ...socketOutputs(parameters, app), ...topicOutputs(parameters) },
    Resources: {
      ...roles(parameters, app),
      ...deadLetters(app),
      ...deadLettersAlarm(parameters, app),
      ...socketResources(parameters, app),
      ...topicResources(parameters, app),
      ...userPool(parameters),
      ...accessLogs(),
      ...gatewayResponses(parameters),
    },
  };
}

/** What the stream has and `publish` could not read, for two weeks. The messages themselves are in the table. */
function deadLetters(app: StackApp): Record<string, object> {
  return hasPublish(app)
    ? {
        [DEAD_LETTERS]: {
          Type: 'AWS::SQS::Queue',
          Properties: { MessageRetentionPeriod: 14 * 24 * 60 * 60, SqsManagedSseEnabled: true },
        },
      }
    : {};
}

/** What is in there is missing in a feed: somebody is to know. */
function deadLettersAlarm(parameters: Parameters, { changing }: StackApp): Record<string, object> {
  const topic = String(parameters.of('alarmTopic'));
  return changing.length === 0
    ? {}
    : {
        [`${DEAD_LETTERS}Alarm`]: {
          Type: 'AWS::CloudWatch::Alarm',
          Properties: {
            AlarmName: `${parameters.service}-${parameters.stage}-changes-lost`,
            AlarmDescription:
              'Changes could not be read from the stream into the feed: docs/events.md says what to do.',
            Namespace: 'AWS/SQS',
            MetricName: 'ApproximateNumberOfMessagesVisible',
            Dimensions: [{ Name: 'QueueName', Value: { 'Fn::GetAtt': [DEAD_LETTERS, 'QueueName'] } }],
            Statistic: 'Maximum',
            Period: 300,
            EvaluationPeriods: 1,
            Threshold: 0,
            ComparisonOperator: 'GreaterThanThreshold',
            TreatMissingData: 'notBreaching',
            ...(topic !== '' && { AlarmActions: [topic] }),
          },
        },
      };
}

/**
 * API Gateway may write access logs only once the account names a role for it. The setting is one for the whole account
 * and region, hence AWS's own policy for it, and never taken back: other APIs may log by it when this stack is gone.
 */
function accessLogs(): Record<string, object> {
  const kept = { DeletionPolicy: 'Retain', UpdateReplacePolicy: 'Retain' };
  return {
    AccessLogRole: {
      Type: 'AWS::IAM::Role',
      ...kept,
      Properties: {
        AssumeRolePolicyDocument: assumedBy('apigateway.amazonaws.com'),
        ManagedPolicyArns: [
          { 'Fn::Sub': 'arn:${AWS::Partition}:iam::aws:policy/service-role/AmazonAPIGatewayPushToCloudWatchLogs' },
        ],
      },
    },
    AccessLogAccount: {
      Type: 'AWS::ApiGateway::Account',
      ...kept,
      DependsOn: ['ApiGatewayRestApi'],
      Properties: { CloudWatchRoleArn: { 'Fn::GetAtt': ['AccessLogRole', 'Arn'] } },
    },
  };
}
