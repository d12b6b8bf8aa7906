// What a delivery has come to, written where its owner sees it and where it waits, together.
import type { Resource } from '../../definition/resource';
import { logWarning } from '../../log';
import type { QueuedDelivery } from '../../store/layout/webhook-queue';
import type { WebhookQueues } from '../../store/webhook-queues';
import { changeItem, dequeue, postpone } from '../../store/write/webhook-queue';
import type { Write } from '../../store/write/write';
import { pauseAfter } from '../pause';
import { DELIVERY_DAYS } from './deliveries';
import type { Outcome } from './send-delivery';

const DAY = 24 * 60 * 60 * 1000;

/** Milliseconds for which a delivery is tried. */
export const TRIED_FOR = DAY;

/** Milliseconds that a receiver can ask to be left alone for. */
const LONGEST_WISH = 60 * 60 * 1000;

/** What deliveries are written by. */
export interface SettlingParts {
  readonly queues: WebhookQueues;
  /** The resource of the deliveries. */
  readonly deliveries: Resource;
}

/** What became of a delivery: `waiting` is one that comes again, `due` when that is. */
export type Settled = { readonly kind: 'delivered' | 'failed' } | { readonly kind: 'waiting'; readonly due: number };

/**
 * Writes what came of an attempt.
 * @throws Problem where the database fails: then it is sent again, under the same id
 */
export async function settleDelivery(parts: SettlingParts, queued: QueuedDelivery, outcome: Outcome): Promise<Settled> {
  const now = Date.now();
  const isOver = outcome.kind !== 'refused' || now - queued.since >= TRIED_FOR;
  const isDelivered = outcome.kind === 'delivered';
  const pause = Math.max(
    pauseAfter(queued.attempts + 1),
    Math.min(1000 * ((outcome.kind === 'refused' ? outcome.retryAfter : undefined) ?? 0), LONGEST_WISH),
  );
  const due = now + pause;
  const at = { S: timeOf(now) };
  const item = change(parts, queued, isDelivered ? 'delivered' : isOver ? 'failed' : 'pending', {
    lastFault: 'fault' in outcome ? { S: outcome.fault.slice(0, 500) } : undefined,
    lastStatus: 'status' in outcome ? { N: String(outcome.status) } : undefined,
    ...(outcome.kind !== 'unsendable' && { lastAttemptAt: at }),
    deliveredAt: isDelivered ? at : undefined,
    nextAttemptAt: isOver ? undefined : { S: timeOf(due) },
  });
  if (outcome.kind !== 'unsendable') {
    item.add['attempts'] = { N: '1' };
  }
  await together(parts, item, isOver ? dequeue(queued) : postpone(queued, due));
  if (isOver && !isDelivered) {
    logFailure(queued, outcome.fault);
  }
  return isOver ? { kind: isDelivered ? 'delivered' : 'failed' } : { kind: 'waiting', due };
}

/** Gives a delivery up that is not sent any more. */
export async function giveUp(parts: SettlingParts, queued: QueuedDelivery, fault: string): Promise<void> {
  const item = change(parts, queued, 'failed', { lastFault: { S: fault }, nextAttemptAt: undefined });
  await together(parts, item, dequeue(queued));
  logFailure(queued, fault);
}

function change(
  { deliveries }: SettlingParts,
  { delivery }: QueuedDelivery,
  status: string,
  values: Parameters<typeof changeItem>[2],
): Write {
  const expires = Math.ceil((Date.now() + DELIVERY_DAYS * DAY) / 1000);
  return changeItem(deliveries, delivery, { status: { S: status }, ...values }, expires);
}

/** The queue goes on where nobody keeps the item any more. */
async function together({ queues }: SettlingParts, item: Write, queue: Write): Promise<void> {
  if (!(await queues.write([item, queue]))) {
    await queues.write([queue]);
  }
}

function timeOf(milliseconds: number): string {
  return new Date(milliseconds).toISOString();
}

/** By it an alarm can be set. Neither URL nor body is in it. */
function logFailure({ webhook, delivery }: QueuedDelivery, fault: string): void {
  logWarning({ message: `a webhook was not delivered: ${fault}`, reason: `webhook ${webhook}, delivery ${delivery}` });
}
