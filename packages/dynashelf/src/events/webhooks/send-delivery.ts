// One delivery sent once: its body made as whoever named the URL may see the change now, signed, posted.
import { accessOf } from '../../authorization/permission';
import type { Resource } from '../../definition/resource';
import type { Feed } from '../../store/feed';
import type { QueuedDelivery } from '../../store/layout/webhook-queue';
import { presentChange, type CloudEvent } from '../cloud-event';
import { post } from './post';
import { readRights } from './rights';
import { signedHeaders } from './secret';
import type { WebhookSettings } from './settings';
import { signingSecrets, type SecretState } from './signing-secrets';
import type { Lookup } from './target';

/** A webhook as deliveries need it. */
export interface Sender extends SecretState {
  readonly url: string;
  readonly rights?: string | undefined;
}

/** What deliveries are sent by. */
export interface SendingParts {
  readonly resources: ReadonlyMap<string, Resource>;
  readonly feed: Feed;
  readonly settings: WebhookSettings;
  readonly lookup?: Lookup | undefined;
}

/** What came of it. */
export type Outcome =
  | { readonly kind: 'delivered'; readonly status: number }
  /** To be tried again. */
  | {
      readonly kind: 'refused';
      readonly fault: string;
      readonly status?: number;
      /** Seconds that the receiver asks for. */
      readonly retryAfter?: number | undefined;
    }
  /** The receiver wants no more. */
  | { readonly kind: 'gone'; readonly status: number; readonly fault: string }
  /** There is nothing that could be sent. */
  | { readonly kind: 'unsendable'; readonly fault: string };

/** CloudEvents HTTP protocol binding §3.2. */
const MEDIA_TYPE = 'application/cloudevents+json; charset=utf-8';

/** @throws Problem where the database fails */
export async function sendDelivery(parts: SendingParts, webhook: Sender, queued: QueuedDelivery): Promise<Outcome> {
  const event = await eventOf(parts, webhook, queued);
  if (typeof event === 'string') {
    return { kind: 'unsendable', fault: event };
  }
  const { keys, rules } = parts.settings;
  const now = Date.now();
  const secrets = signingSecrets(webhook, keys, now);
  if (secrets.length === 0) {
    return { kind: 'refused', fault: 'its secret was made by a key that is gone: rotate the secret' };
  }
  const body = JSON.stringify(event);
  const headers = {
    ...signedHeaders(queued.delivery, now, body, secrets),
    'content-type': MEDIA_TYPE,
    'user-agent': 'Dynashelf-Webhooks',
  };
  return outcomeOf(await post(webhook.url, headers, body, { rules, lookup: parts.lookup }));
}

function outcomeOf(posted: Awaited<ReturnType<typeof post>>): Outcome {
  if ('fault' in posted) {
    return { kind: 'refused', fault: posted.fault };
  }
  const { status, retryAfter } = posted;
  if (status >= 200 && status < 300) {
    return { kind: 'delivered', status };
  }
  const fault =
    status >= 300 && status < 400
      ? `the receiver answered ${status}, and redirects are not followed`
      : `the receiver answered ${status}`;
  return status === 410 ? { kind: 'gone', status, fault } : { kind: 'refused', status, fault, retryAfter };
}

/** The event that is sent, or why there is none. */
async function eventOf(
  { resources, feed }: SendingParts,
  webhook: Sender,
  { collection, sequence, delivery }: QueuedDelivery,
): Promise<CloudEvent | string> {
  if (collection === undefined || sequence === undefined) {
    return testEvent(webhook.id, delivery);
  }
  const resource = resources.get(collection);
  if (resource?.changes === undefined) {
    return `there are no changes of ${collection} any more`;
  }
  const {
    changes: [change],
  } = await feed.read(resource, sequence, 1);
  return change?.sequence !== sequence
    ? 'the change is no longer kept'
    : (presentChange(accessOf(readRights(webhook.rights)), resource, change) ??
        'whoever named the URL may not see the item any more');
}

function testEvent(webhook: string, delivery: string): CloudEvent {
  return {
    specversion: '1.0',
    id: `webhooks/${webhook}/test/${delivery}`,
    source: `/webhooks/${webhook}`,
    type: 'webhooks.test',
    subject: webhook,
    time: new Date().toISOString(),
    datacontenttype: 'application/json',
    data: { webhook },
  } as unknown as CloudEvent;
}
