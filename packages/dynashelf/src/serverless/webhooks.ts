// What webhooks have of the stack: the function that sends, what it and `write` are told, and what `publish` may for
// them.

import { DELIVERY_ASKED } from '../events/webhooks/redelivery';
import { QUEUE_PREFIX, QUEUES_PARTITION } from '../store/layout/webhook-queue';
import { LOCAL_STAGE, type Parameters } from './parameters';
import { DELIVER, hasWebhooks, type StackApp } from './stack-app';

/** The message by which a delivery is asked for, which `deliver` takes. */
export const ASKED = DELIVERY_ASKED.name;

/** Seconds of one call of `deliver`: those of its leases, too. */
export const DELIVER_TIMEOUT = 120;

/** What makes and shows the secrets of webhooks is told. */
export function webhookEnvironment(parameters: Parameters, app: StackApp): Record<string, unknown> {
  return hasWebhooks(app)
    ? {
        WEBHOOK_KEY: parameters.of('webhookKey'),
        WEBHOOK_PORTS: String(parameters.of('webhookPorts')),
        ...(parameters.stage === LOCAL_STAGE && { WEBHOOK_TARGETS: 'local' }),
      }
    : {};
}

/** Actions in partitions: of `deliver`, and of `publish` for webhooks. */
type Rights = readonly (readonly [actions: readonly string[], partitions: readonly string[]])[];

const QUEUES = [`${QUEUE_PREFIX}*`, QUEUES_PARTITION];

/** What `deliver` may besides reading the feeds. */
export const DELIVER_RIGHTS: Rights = [
  [['GetItem', 'Query', 'PutItem', 'UpdateItem', 'DeleteItem'], QUEUES],
  [['GetItem', 'UpdateItem'], ['webhooks']],
  [['UpdateItem'], ['webhook-deliveries']],
];

/** What `publish` may to make deliveries. */
export const DISPATCH_RIGHTS: Rights = [
  [['Query'], ['webhooks']],
  [['PutItem'], ['webhook-deliveries']],
  [['PutItem', 'UpdateItem'], QUEUES],
];

/** That `deliver` calls itself: by its name, as its role cannot wait for it. */
export function callsItself({ service, stage }: Parameters): {
  readonly Effect: 'Allow';
  readonly Action: string;
  readonly Resource: object;
} {
  return {
    Effect: 'Allow',
    Action: 'lambda:InvokeFunction',
    Resource: {
      'Fn::Sub': `arn:\${AWS::Partition}:lambda:\${AWS::Region}:\${AWS::AccountId}:function:${service}-${stage}-${DELIVER}`,
    },
  };
}
