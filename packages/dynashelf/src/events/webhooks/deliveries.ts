// The resource `webhook-deliveries`: what was sent to whom, how often, and what came of it, for 30 days.
import type { AccessDeclaration } from '../../definition/access';
import type { Answer } from '../../definition/action';
import { defineResource } from '../../definition/define-resource';
import { conflict } from '../../definition/thrown';
import { DELIVERY_ASKED } from './redelivery';

/** Days for which deliveries are kept. */
export const DELIVERY_DAYS = 30;

/** What a delivery has come to. */
const STATUSES = ['pending', 'delivered', 'failed'] as const;

/** A webhook as a delivery asks for it. */
interface Sender {
  readonly name: string;
  readonly schema: { readonly enabled: { readonly type: BooleanConstructor } };
}

/**
 * Defines the resource.
 * @param sender the resource of the webhooks
 */
export function defineDeliveries(
  access: AccessDeclaration<'owner' | 'id', 'redeliver'> | undefined,
  sender: () => Sender,
) {
  const deliveries = defineResource({
    name: 'webhook-deliveries',
    description: `What was sent to the URLs of webhooks, and what came of it, for ${DELIVERY_DAYS} days.`,
    schema: {
      webhook: { type: String, readOnly: true, maxLength: 128, description: 'The id of the webhook.' },
      owner: { type: String, readOnly: true, maxLength: 512, description: 'The owner of the webhook.' },
      type: {
        type: String,
        readOnly: true,
        maxLength: 100,
        description: 'The type of the event.',
        examples: ['things.updated'],
      },
      event: {
        type: String,
        readOnly: true,
        maxLength: 300,
        description: 'The id of the event.',
        examples: ['things/one/7'],
      },
      collection: {
        type: String,
        readOnly: true,
        maxLength: 63,
        description: 'Whose change it is; none, of a test event.',
      },
      sequence: { type: Number, readOnly: true, integer: true, description: 'The place of the change in the feed.' },
      status: {
        type: String,
        readOnly: true,
        enum: STATUSES,
        default: 'pending',
        description: 'pending: it is tried until it is taken, for a day. failed: it was not, and can be sent again.',
      },
      attempts: { type: Number, readOnly: true, integer: true, default: 0, description: 'How often it was sent.' },
      lastAttemptAt: { type: Date, readOnly: true, description: 'When it was last sent.' },
      lastStatus: {
        type: Number,
        readOnly: true,
        integer: true,
        description: 'The status of the last answer; absent where there was none.',
      },
      lastFault: {
        type: String,
        readOnly: true,
        maxLength: 500,
        description: 'Why it was not delivered the last time.',
      },
      nextAttemptAt: {
        type: Date,
        readOnly: true,
        description: 'Before when it is not sent again, while it is pending.',
      },
      deliveredAt: { type: Date, readOnly: true, description: 'When it was taken.' },
    },
    indexes: { byWebhook: { partition: 'webhook' }, byOwner: { partition: 'owner' } },
    access: { ...access },
    actions: (action) => ({
      redeliver: action({
        description: 'Sends a delivery that has ended once more, under the same id, and answers with it.',
        async run({ item, transaction }): Promise<Answer> {
          if (item.status === 'pending') {
            throw conflict('This delivery is pending: it is sent until it is taken, for a day.');
          }
          const webhook = await transaction.read(sender(), item.webhook ?? '');
          if (webhook?.enabled !== true) {
            throw conflict(
              `The webhook of this delivery is ${webhook === undefined ? 'not there any more' : 'disabled: enable it first'}.`,
            );
          }
          const { id: delivery, collection, sequence } = item;
          await transaction.send(DELIVERY_ASKED, { webhook: webhook.id, delivery, collection, sequence });
          return transaction.update(deliveries, item.id, { status: 'pending', deliveredAt: null, nextAttemptAt: null });
        },
      }),
    }),
  });
  return deliveries;
}
