// The queue of a webhook worked through: what is due is sent, several at once, those of one item one after the other.
// What is not taken comes again, later and later, for a day.
import type { Resource } from '../../definition/resource';
import { retryOnTransactionConflict } from '../../store/client/back-off';
import { withCost } from '../../store/client/cost';
import type { Send } from '../../store/client/send';
import { openFeed } from '../../store/feed';
import { recordKey, toItems } from '../../store/layout/record';
import type { QueuedDelivery } from '../../store/layout/webhook-queue';
import { openWebhookQueues, type QueueEnd, type QueueLease } from '../../store/webhook-queues';
import { changeItem } from '../../store/write/webhook-queue';
import { equals } from '../../store/write/condition';
import { pauseAfter } from '../pause';
import { PATIENCE } from './post';
import { sendDelivery, type Sender, type SendingParts } from './send-delivery';
import { giveUp, settleDelivery, TRIED_FOR, type SettlingParts } from './settle-delivery';
import { readWebhookSettings, type WebhookSettings } from './settings';
import type { Lookup } from './target';

/** What queues are worked through with. */
export interface QueueParts {
  readonly send: Send;
  readonly tableName: string;
  readonly resources: ReadonlyMap<string, Resource>;
  /** As the environment says, without them. */
  readonly settings?: WebhookSettings | undefined;
  readonly lookup?: Lookup | undefined;
}

/**
 * What came of it: `done` where nothing is left, `waiting` where what is left is due later, `more` where the time was
 * over, `idle` where nothing was due, or another is at work.
 */
export type Worked = 'done' | 'waiting' | 'more' | 'idle';

/** How many are sent to one receiver at once. */
const AT_ONCE = 8;

/** After how many failures in a row a receiver is left alone for a while. */
const MOST_FAILURES = 8;

/** Milliseconds for which the webhook counts as it was read: it may be changed, disabled or deleted meanwhile. */
const FRESH = 1_000;

/** Milliseconds before the end of the time in which nothing new is sent. */
const RESERVE = PATIENCE + 5_000;

/** A webhook as a queue is worked through for it. */
interface Webhook extends Sender {
  readonly enabled?: boolean;
  readonly order?: 'item' | 'none';
}

interface Run extends SendingParts, SettlingParts {
  /** Undefined where it is not there. */
  webhook: Webhook | undefined;
  /** When it was read, in milliseconds since 1970. */
  readAt: number;
  /** Reads the webhook as it now is. */
  readonly read: () => Promise<Webhook | undefined>;
  readonly lease: QueueLease;
  readonly deadline: number;
  /** Disables the webhook. @returns whether it still had this URL */
  readonly disable: (webhook: Webhook) => Promise<boolean>;
}

/**
 * Works the queue of a webhook through, once.
 * @param deadline when the time is over, in milliseconds since 1970
 * @throws Problem where the database fails
 */
export async function workQueue(parts: QueueParts, webhook: string, deadline: number): Promise<Worked> {
  const { send, tableName: TableName, resources, lookup, settings = readWebhookSettings() } = parts;
  const queues = openWebhookQueues(send, TableName, deadline);
  let lease = await queues.claim(webhook, Date.now(), deadline);
  if (lease === undefined) {
    return 'idle';
  }
  const of = resources.get('webhooks')!;
  const sending = retryOnTransactionConflict(withCost(send, deadline).send, deadline);
  const read: Run['read'] = async () => {
    const { Item } = await sending('GetItem', { TableName, Key: recordKey(of, webhook), ConsistentRead: true });
    const [found] = await toItems(of, Item === undefined ? [] : [Item]);
    return found as unknown as Webhook | undefined;
  };
  try {
    for (;;) {
      const run: Run = {
        queues,
        deliveries: resources.get('webhook-deliveries')!,
        resources,
        feed: openFeed(send, TableName, deadline),
        settings,
        lookup,
        webhook: undefined,
        readAt: -Infinity,
        read,
        lease,
        deadline,
        async disable({ id, url }) {
          const write = changeItem(of, id, { enabled: { BOOL: false }, goneAt: { S: new Date().toISOString() } });
          // Another receiver has not said so.
          write.conditions.push(equals('url', { S: url }));
          return queues.write([write]);
        },
      };
      const { end, came } = await pass(run);
      const next = await queues.end(lease, end);
      if (next === undefined) {
        return came;
      }
      lease = next;
    }
  } catch (error) {
    // The schedule comes again.
    await queues.end(lease, { due: Date.now() }).catch(() => undefined);
    throw error;
  }
}

/** Goes through the queue from its beginning. */
async function pass(run: Run): Promise<{ readonly end: QueueEnd; readonly came: Worked }> {
  const { lease, deadline, queues } = run;
  /** By item: whether what was before it has ended. */
  const lines = new Map<string, Promise<boolean>>();
  const underWay = new Set<Promise<void>>();
  let [failures, next, isOver] = [0, Infinity, false];
  let hasTaken = false;
  let failure: { readonly error: unknown } | undefined;

  async function one(queued: QueuedDelivery): Promise<boolean> {
    const settled = await handle(run, queued);
    if (settled.kind === 'waiting') {
      failures++;
      next = Math.min(next, settled.due);
      return false;
    }
    if (settled.kind === 'delivered') {
      [failures, hasTaken] = [0, true];
    }
    return true;
  }

  const isLeftAlone = (): boolean => failures >= MOST_FAILURES;

  walk: for await (const portion of queues.waiting(lease.webhook)) {
    for (const queued of portion) {
      isOver = Date.now() > deadline - RESERVE;
      if (isOver || isLeftAlone() || failure !== undefined) {
        break walk;
      }
      if (run.readAt < Date.now() - FRESH) {
        Object.assign(run, { webhook: await run.read(), readAt: Date.now() });
      }
      const line = lineOf(run, queued);
      if (line !== undefined && (await lines.get(line)) === false) {
        continue;
      }
      if (queued.due > Date.now() && !isPointless(run, queued)) {
        next = Math.min(next, queued.due);
        lines.set(line ?? '', Promise.resolve(false));
        continue;
      }
      const ended = one(queued).catch((error: unknown) => {
        failure ??= { error };
        return false;
      });
      if (line !== undefined) {
        lines.set(line, ended);
      }
      const task: Promise<void> = ended.then(() => void underWay.delete(task));
      underWay.add(task);
      if (underWay.size >= AT_ONCE) {
        await Promise.race(underWay);
      }
    }
  }
  await Promise.all(underWay);
  if (failure !== undefined) {
    throw failure.error;
  }
  if (isLeftAlone()) {
    const inARow = hasTaken ? 1 : lease.failures + 1;
    return { end: { rest: Date.now() + pauseAfter(inARow), failures: inARow }, came: 'waiting' };
  }
  return isOver
    ? { end: { due: Date.now() }, came: 'more' }
    : next === Infinity
      ? { end: 'empty', came: 'done' }
      : { end: { due: next }, came: 'waiting' };
}

/** What has to end before the next of its kind is sent; nothing, of what was asked for, or where order is given up. */
function lineOf({ webhook }: Run, { collection, item }: QueuedDelivery): string | undefined {
  return webhook?.order === 'none' || item === undefined ? undefined : `${collection}/${item}`;
}

/** Whether a delivery would not be sent, whenever it is due. */
function isPointless({ webhook, lease }: Run, { attempts, since }: QueuedDelivery): boolean {
  const isTooOld = Date.now() - since >= TRIED_FOR && (attempts > 0 || lease.failures > 0);
  return webhook?.enabled !== true || isTooOld;
}

async function handle(run: Run, queued: QueuedDelivery): ReturnType<typeof settleDelivery> {
  const { webhook } = run;
  if (webhook === undefined || isPointless(run, queued)) {
    await giveUp(
      run,
      queued,
      webhook === undefined
        ? 'the webhook was deleted'
        : webhook.enabled !== true
          ? 'the webhook is disabled'
          : 'its receiver took nothing for a day',
    );
    return { kind: 'failed' };
  }
  const outcome = await sendDelivery(run, webhook, queued);
  if (outcome.kind === 'gone') {
    const isDisabled = await run.disable(webhook);
    run.readAt = -Infinity;
    // Another receiver has not said so, and is to get it.
    return settleDelivery(run, queued, isDisabled ? outcome : { ...outcome, kind: 'refused' });
  }
  return settleDelivery(run, queued, outcome);
}
