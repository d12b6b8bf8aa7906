// What the parameters `topic` and `bus` make of the stack.

import { bundling } from '../../../src/serverless/bundling';
import { functionDefinition } from '../../../src/serverless/functions';
import { parameters, type Parameters } from '../../../src/serverless/parameters';
import { provider } from '../../../src/serverless/provider';
import { resources } from '../../../src/serverless/resources';
import { PLAIN_APP, type StackApp } from '../../../src/serverless/stack-app';

const APP = { ...PLAIN_APP, changing: ['notes'] };
const ARN = 'arn:aws:sns:eu-central-1:123456789012:everything.fifo';

const given = (set: Record<string, unknown>, stage = 'dev'): Parameters => parameters({ service: 'app', stage }, set);

interface Stack {
  readonly Resources: Record<string, { Type: string; Properties: Record<string, unknown> }>;
  readonly Outputs: Record<string, unknown>;
}
const stackOf = (set: Record<string, unknown>, app: StackApp = APP): Stack => resources(given(set), app) as Stack;
const rightsOf = (stack: Stack): { Action: string | string[]; Resource: unknown }[] =>
  (
    stack.Resources['PublishRole']!.Properties['Policies'] as [
      { PolicyDocument: { Statement: { Action: string | string[]; Resource: unknown }[] } },
    ]
  )[0].PolicyDocument.Statement;
const environmentOf = (set: Record<string, unknown>, stage?: string): Record<string, unknown> =>
  provider(given(set, stage), APP)['environment'] as Record<string, unknown>;

test('without them there is neither, and no code for them', () => {
  const stack = stackOf({});
  expect(Object.values(stack.Resources).filter(({ Type }) => Type === 'AWS::SNS::Topic')).toEqual([]);
  expect(rightsOf(stack).filter(({ Action }) => /sns|events:/.test(String(Action)))).toEqual([]);
  expect(environmentOf({})).not.toHaveProperty('TOPIC_ARN');
  expect(bundling(given({})).define).toEqual({ 'globalThis.bundleLacks.publications': 'true' });
});

test('standard and fifo make a topic, to which publish alone may publish', () => {
  const stack = stackOf({ topic: 'standard' });
  expect(stack.Resources['ChangesTopic']).toEqual({
    Type: 'AWS::SNS::Topic',
    Properties: { TopicName: 'app-dev-changes' },
  });
  expect(stack.Outputs).toHaveProperty('ChangesTopicArn', { Value: { Ref: 'ChangesTopic' } });
  expect(rightsOf(stack)).toContainEqual({ Effect: 'Allow', Action: 'sns:Publish', Resource: { Ref: 'ChangesTopic' } });
  expect(environmentOf({ topic: 'standard' })).toHaveProperty('TOPIC_ARN', { Ref: 'ChangesTopic' });
  expect(stackOf({ topic: 'fifo', protectData: true }).Resources['ChangesTopic']!.Properties).toEqual({
    TopicName: 'app-dev-changes.fifo',
    FifoTopic: true,
    FifoThroughputScope: 'MessageGroup',
    KmsMasterKeyId: 'alias/aws/sns',
  });
  expect(bundling(given({ topic: 'fifo' })).define).toEqual({});
});

test('one that is there is published to by its ARN, and not made', () => {
  const stack = stackOf({ topic: ARN });
  expect(stack.Resources).not.toHaveProperty('ChangesTopic');
  expect(rightsOf(stack)).toContainEqual({ Effect: 'Allow', Action: 'sns:Publish', Resource: ARN });
  expect(environmentOf({ topic: ARN })).toHaveProperty('TOPIC_ARN', ARN);
});

test('a bus is put to by its name or its ARN', () => {
  expect(rightsOf(stackOf({ bus: 'main' }))).toContainEqual({
    Effect: 'Allow',
    Action: 'events:PutEvents',
    Resource: { 'Fn::Sub': 'arn:${AWS::Partition}:events:${AWS::Region}:${AWS::AccountId}:event-bus/main' },
  });
  const arn = 'arn:aws:events:eu-west-1:123456789012:event-bus/main';
  expect(rightsOf(stackOf({ bus: arn }))).toContainEqual({
    Effect: 'Allow',
    Action: 'events:PutEvents',
    Resource: arn,
  });
  expect(environmentOf({ bus: 'main' })).toMatchObject({ EVENT_BUS: 'main' });
});

test('publish keeps its places, and is called each minute for what has failed', () => {
  expect(JSON.stringify(rightsOf(stackOf({ bus: 'main' })))).toContain('#consumers');
  expect(JSON.stringify(functionDefinition('publish', given({ bus: 'main' }), APP))).toContain('rate(1 minute)');
});

test('at npm start the topic has an ARN, though nothing makes it', () => {
  expect(environmentOf({ topic: 'fifo' }, 'local')).toHaveProperty(
    'TOPIC_ARN',
    'arn:aws:sns:us-east-1:000000000000:app-local-changes.fifo',
  );
});

test.each([
  [{ topic: 'yes' }, 'The parameter topic is "yes"'],
  [{ topic: 'arn:aws:sqs:eu-central-1:123456789012:queue' }, 'to the ARN of a topic of SNS'],
  [{ bus: 'a b' }, 'The parameter bus is "a b"'],
])('%j is refused with a sentence', (set, sentence) => {
  expect(() => stackOf(set)).toThrow(sentence);
});

test('a topic without changes is refused', () => {
  expect(() => stackOf({ topic: 'standard' }, PLAIN_APP)).toThrow('no resource file declares changes');
});
