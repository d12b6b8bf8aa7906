// What an app that has webhooks deploys for them: the function that sends, least rights, and the secret of two.

import { functionDefinition, functionDefinitions } from '../../../src/serverless/functions';
import { parameters } from '../../../src/serverless/parameters';
import { resources } from '../../../src/serverless/resources';
import type { StackApp } from '../../../src/serverless/stack-app';
import { webhookMistakes } from '../../../src/local/webhook-mistakes';
import { hooked } from '../../setup/hooked';

const APP: StackApp = { declarations: [], changing: ['notes'], names: ['read', 'write', 'publish', 'deliver'] };
const WITHOUT: StackApp = { ...APP, names: ['read', 'write', 'publish'] };
const known = parameters({ service: 'app', stage: 'dev' }, {});

type Statements = {
  Action: string | string[];
  Condition?: Record<string, Record<string, string[]>>;
  Resource: unknown;
}[];

const statementsOf = (role: string, app = APP): Statements =>
  (
    resources(known, app) as {
      Resources: Record<string, { Properties: { Policies: { PolicyDocument: { Statement: Statements } }[] } }>;
    }
  ).Resources[role]!.Properties.Policies[0]!.PolicyDocument.Statement;

/** The partitions in which a role may do something. */
const partitionsOf = (role: string, action: string): string[] =>
  statementsOf(role)
    .filter(({ Action }) => [Action].flat().includes(`dynamodb:${action}`))
    .flatMap(({ Condition }) => Condition!['ForAllValues:StringLike']!['dynamodb:LeadingKeys']!);

test('deliver is called each minute, and by publish, which makes the deliveries', () => {
  const { deliver, publish } = functionDefinitions(known, APP);
  expect(deliver).toMatchObject({ timeout: 120, events: [{ schedule: { rate: ['rate(1 minute)'], enabled: true } }] });
  expect(publish).toMatchObject({
    environment: { MESSAGE_HANDLERS: { 'Fn::Sub': 'webhook-delivery=${DeliverLambdaFunction}' } },
  });
  const events = JSON.stringify(publish!['events']);
  expect(events).toContain('"prefix":"#outbox#"');
  expect(events).toContain('rate(1 minute)');
});

test('deliver and write alone are told what secrets are made of, and only where there are webhooks', () => {
  const told = (app: StackApp): string[] =>
    Object.entries(functionDefinitions(known, app)).flatMap(([name, { environment = {} }]) =>
      Object.hasOwn(environment as object, 'WEBHOOK_KEY') ? [name] : [],
    );
  expect(told(APP)).toEqual(['write', 'deliver']);
  expect(told(WITHOUT)).toEqual([]);
  expect(functionDefinition('deliver', known, APP)['environment']).toEqual({
    WEBHOOK_KEY: '{{resolve:ssm:/app/dev/webhook-key}}',
    WEBHOOK_PORTS: '',
  });
});

test('targets on the sending machine are allowed at npm start alone', () => {
  const local = parameters({ service: 'app', stage: 'local' }, {}, { WEBHOOK_KEY: 'x' });
  expect(functionDefinition('deliver', local, APP)['environment']).toMatchObject({
    WEBHOOK_TARGETS: 'local',
    WEBHOOK_KEY: 'x',
  });
});

test('deliver may work queues through, read feeds, and change webhooks and deliveries, and nothing else', () => {
  expect(partitionsOf('DeliverRole', 'PutItem')).toEqual(['#deliveries#*', '#webhook-queues']);
  expect(partitionsOf('DeliverRole', 'UpdateItem')).toEqual([
    '#deliveries#*',
    '#webhook-queues',
    'webhooks',
    'webhook-deliveries',
  ]);
  expect(partitionsOf('DeliverRole', 'DeleteItem')).toEqual(['#deliveries#*', '#webhook-queues']);
  expect(partitionsOf('DeliverRole', 'Query')).toEqual([
    '#changes#notes',
    '#changes#notes#*',
    '#feed#notes',
    '#deliveries#*',
    '#webhook-queues',
  ]);
  expect(statementsOf('DeliverRole').filter(({ Action }) => Action === 'lambda:InvokeFunction')).toEqual([
    {
      Effect: 'Allow',
      Action: 'lambda:InvokeFunction',
      Resource: { 'Fn::Sub': 'arn:${AWS::Partition}:lambda:${AWS::Region}:${AWS::AccountId}:function:app-dev-deliver' },
    },
  ]);
  expect(partitionsOf('PublishRole', 'PutItem')).toEqual(
    expect.arrayContaining(['webhook-deliveries', '#deliveries#*', '#webhook-queues', '#consumers']),
  );
  expect(partitionsOf('PublishRole', 'Query')).toContain('webhooks');
});

test('an app without webhooks has none of it', () => {
  const text = JSON.stringify([functionDefinitions(known, WITHOUT), resources(known, WITHOUT)]);
  expect(['DeliverRole', 'webhook', 'WEBHOOK'].filter((word) => text.includes(word))).toEqual([]);
});

test('what serverless.yml lacks is a sentence', () => {
  const all = [...hooked.values()];
  expect(webhookMistakes(all, ['publish'])).toEqual([expect.stringContaining('npx dynashelf add function deliver')]);
  expect(webhookMistakes([], ['deliver'])).toEqual([expect.stringContaining('lists no webhooks')]);
  expect(webhookMistakes(all, ['deliver'], '/nowhere')).toEqual([expect.stringContaining(':write.environment}')]);
  expect(webhookMistakes([], [])).toEqual([]);
});
