// The message by which a delivery is asked for: a test event, or one that is sent again.
import type { Message } from '../../definition/message';
import { readNodes } from '../../values/read-schema';

const BODY = {
  webhook: { type: String, required: true, maxLength: 128 },
  delivery: { type: String, required: true, maxLength: 128 },
  // Of which change it is; none, of a test event.
  collection: { type: String, maxLength: 63 },
  sequence: { type: Number, integer: true },
} as const;

/** Sent with the write that makes the delivery pending; the function `deliver` takes it. */
export const DELIVERY_ASKED: Message<typeof BODY> = {
  name: 'webhook-delivery',
  description: 'A delivery of a webhook is to be sent.',
  attributes: readNodes(BODY),
};
