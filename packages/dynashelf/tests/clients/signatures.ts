// `npm run test:clients -- signatures`: what webhooks are signed with, verified by Standard Webhooks' own library for
// Python, out of PyPI. In JavaScript `npm test` verifies it.

import { isDeepStrictEqual } from 'node:util';

import { makeSecret, signedHeaders } from '../../src/events/webhooks/secret';
import { environmentOf, execute, programs, python } from './generators';

const STANDARD_WEBHOOKS = '1.1.0';

/** What it is called where it is chosen. */
export const SIGNATURES = `signatures, Python (standardwebhooks ${STANDARD_WEBHOOKS})`;

/** What the check needs that is not there; undefined where nothing is missing. */
export const missingForSignatures = python;

/**
 * Verifies deliveries by a program.
 * @param folder one of its own
 * @throws Error with what it says otherwise than it should
 */
export function verifySignatures(folder: string): void {
  const webhook = { id: 'one', createdAt: '2026-11-27T00:00:00.000Z' };
  const [before, now] = [makeSecret('a key', webhook, 1), makeSecret('a key', webhook, 2)];
  const event = { specversion: '1.0', type: 'things.updated', data: { text: 'Ünïcödé €' } };
  const body = JSON.stringify(event);
  const headers = signedHeaders('msg', Date.now(), body, [now, before]);
  const deliveries = [
    { secret: now, body, headers },
    { secret: before, body, headers },
    { secret: makeSecret('another key', webhook, 2), body, headers },
    { secret: now, body: `${body} `, headers },
    { secret: now, body, headers: { ...headers, 'webhook-id': 'other' } },
    { secret: now, body, headers: signedHeaders('msg', Date.now() - 600_000, body, [now]) },
  ];
  const interpreter = environmentOf(folder, [`standardwebhooks==${STANDARD_WEBHOOKS}`]);
  const printed = execute(interpreter, [programs('verify_webhook.py')], folder, {
    DELIVERIES: JSON.stringify(deliveries),
  });
  const refused = 'WebhookVerificationError';
  const expected = [event, event, refused, refused, refused, refused];
  if (!isDeepStrictEqual(JSON.parse(printed), expected)) {
    throw new Error(`it says ${printed.trim()}, and not ${JSON.stringify(expected)}`);
  }
}
