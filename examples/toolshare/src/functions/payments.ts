// What the payment provider tells: bookings that are paid. It signs by Standard Webhooks.
import { problem } from 'dynashelf';
import { defineFunction } from 'dynashelf/lambda';
import { Webhook } from 'standardwebhooks';
import { resources } from '../resources/index';

interface Payment {
  readonly type: string;
  readonly data: { readonly booking: string; readonly payment: string };
}

export const handler = defineFunction(
  { resources },
  {
    route: 'POST /payments/webhook',
    description: 'Takes what the payment provider tells: notes a booking as paid.',
    access: 'public',
    body: 'raw',
    writes: ['bookings'],
    async run({ request, body, api }) {
      const { type, data } = verified(body, request.headers);
      if (type === 'payment.succeeded') {
        const idempotencyKey = request.headers['webhook-id'];
        await api.bookings.act(data.booking, 'pay', { payment: data.payment }, { idempotencyKey });
      }
      return { status: 204 };
    },
  },
);

function verified(body: Uint8Array, headers: Readonly<Record<string, string | undefined>>): Payment {
  try {
    const webhook = new Webhook(process.env['WEBHOOK_SECRET'] ?? '');
    return webhook.verify(Buffer.from(body), headers as Record<string, string>) as Payment;
  } catch {
    throw problem('forbidden', 'The signature is not good: sign the body as it is sent, with the secret of this API.');
  }
}
