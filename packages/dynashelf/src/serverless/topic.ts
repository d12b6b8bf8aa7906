// Where changes are published besides the feed: a topic of SNS, made in the stack or given by its ARN, and a bus of
// EventBridge, given by its name or ARN. Each by its parameter.

import { LOCAL_STAGE, type Parameters } from './parameters';
import type { StackApp } from './stack-app';

/** The resource that is the topic, where the stack makes it. */
const TOPIC = 'ChangesTopic';

/** What the parameter `topic` says: no topic, one that the stack makes, or the ARN of one that is there. */
type Topic = { readonly is: 'none' } | { readonly is: 'own'; readonly isFifo: boolean } | { readonly arn: string };

const TOPIC_ARN = /^arn:aws[a-z-]*:sns:[a-z0-9-]+:[0-9]{12}:[A-Za-z0-9_-]{1,256}(\.fifo)?$/;
const BUS_ARN = /^arn:aws[a-z-]*:events:[a-z0-9-]+:[0-9]{12}:event-bus\/[A-Za-z0-9._/-]{1,256}$/;
const BUS_NAME = /^[A-Za-z0-9._/-]{1,256}$/;

/** @throws Error for what is neither of them */
function topicOf(parameters: Parameters): Topic {
  const value = String(parameters.of('topic'));
  if (TOPIC_ARN.test(value)) {
    return { arn: value };
  }
  if (value === 'none') {
    return { is: 'none' };
  }
  if (value !== 'standard' && value !== 'fifo') {
    throw new Error(
      `The parameter topic is "${value}": set it to "none", to "standard" or "fifo" for a topic in the stack, or to the ARN of a topic of SNS.`,
    );
  }
  return { is: 'own', isFifo: value === 'fifo' };
}

/** @throws Error for what is neither a name nor an ARN */
function busOf(parameters: Parameters): string {
  const value = String(parameters.of('bus'));
  if (value !== '' && !BUS_NAME.test(value) && !BUS_ARN.test(value)) {
    throw new Error(`The parameter bus is "${value}": set it to the name or the ARN of a bus of EventBridge.`);
  }
  return value;
}

/** Whether changes are published at all. */
export function isPublished(parameters: Parameters): boolean {
  const topic = topicOf(parameters);
  return 'arn' in topic || topic.is === 'own' || busOf(parameters) !== '';
}

/** What the functions are told that publish changes, and that describe where they go. */
export function topicEnvironment(parameters: Parameters): Record<string, unknown> {
  const topic = topicOf(parameters);
  const bus = busOf(parameters);
  return {
    ...('arn' in topic
      ? { TOPIC_ARN: topic.arn }
      : topic.is === 'own' && {
          TOPIC_ARN:
            parameters.stage === LOCAL_STAGE
              ? `arn:aws:sns:us-east-1:000000000000:${topicName(parameters, topic.isFifo)}`
              : { Ref: TOPIC },
        }),
    ...(bus !== '' && { EVENT_BUS: bus }),
  };
}

/**
 * The topic, where the stack makes one.
 * @throws Error where changes are to be published, and none are kept
 */
export function topicResources(
  parameters: Parameters,
  { changing }: Pick<StackApp, 'changing'>,
): Record<string, object> {
  if (isPublished(parameters) && changing.length === 0) {
    throw new Error(
      'The parameter topic or bus says where changes are published, and no resource file declares changes: add changes: true to one, or remove the parameter.',
    );
  }
  return ownTopic(parameters);
}

function ownTopic(parameters: Parameters): Record<string, object> {
  const topic = topicOf(parameters);
  return 'arn' in topic || topic.is === 'none'
    ? {}
    : {
        [TOPIC]: {
          Type: 'AWS::SNS::Topic',
          Properties: {
            // CloudFormation gives no name of its own the end that a FIFO topic has to have.
            TopicName: topicName(parameters, topic.isFifo),
            ...(topic.isFifo && { FifoTopic: true, FifoThroughputScope: 'MessageGroup' }),
            ...(parameters.is('protectData') && { KmsMasterKeyId: 'alias/aws/sns' }),
          },
        },
      };
}

/** Whoever subscribes needs the ARN. */
export function topicOutputs(parameters: Parameters): Record<string, object> {
  return Object.keys(ownTopic(parameters)).length > 0 ? { ChangesTopicArn: { Value: { Ref: TOPIC } } } : {};
}

/** The rights of `publish` to publish. */
export function topicStatements(
  parameters: Parameters,
): { readonly Effect: 'Allow'; readonly Action: string; readonly Resource: unknown }[] {
  const { TOPIC_ARN: topic, EVENT_BUS: bus } = topicEnvironment(parameters) as {
    TOPIC_ARN?: unknown;
    EVENT_BUS?: string;
  };
  return [
    ...(topic === undefined ? [] : [{ Effect: 'Allow' as const, Action: 'sns:Publish', Resource: topic }]),
    ...(bus === undefined
      ? []
      : [
          {
            Effect: 'Allow' as const,
            Action: 'events:PutEvents',
            Resource: BUS_ARN.test(bus)
              ? bus
              : { 'Fn::Sub': `arn:\${AWS::Partition}:events:\${AWS::Region}:\${AWS::AccountId}:event-bus/${bus}` },
          },
        ]),
  ];
}

function topicName({ service, stage }: Parameters, isFifo: boolean): string {
  return `${service}-${stage}-changes${isFifo ? '.fifo' : ''}`;
}
