// The Lambda function `deliver`: sends what is in the queues of webhooks. `publish` calls it for those in which
// something has come, a schedule for what is due again, and a message for what somebody has asked for.
import { connect } from '#connect';
import { readConfig } from '../config';
import type { Resource } from '../definition/resource';
import { DELIVERY_ASKED } from '../events/webhooks/redelivery';
import type { WebhookSettings } from '../events/webhooks/settings';
import type { Lookup } from '../events/webhooks/target';
import { workQueue, type QueueParts, type Worked } from '../events/webhooks/work-queue';
import { logError } from '../log';
import type { Send } from '../store/client/send';
import { openWebhookQueues, type AskedDelivery } from '../store/webhook-queues';
import type { MessageEvent } from './delivery';
import { connectLambda, type InvokeFunction } from './invoke';

/** What `deliver` is called with by `publish`, and by itself. */
export interface DeliverEvent {
  /** The ids of webhooks that have something in their queues. */
  readonly webhooks: readonly string[];
}

/** What came of the queues, by webhook. */
export type Delivered = Readonly<Record<string, Worked | 'failed'>>;

/** The function, as Lambda calls it. */
export type Deliverer = (event: unknown, context?: { getRemainingTimeInMillis?(): number }) => Promise<Delivered>;

/** What `deliver` reaches; what is not given is as the environment says. */
export interface Delivering {
  readonly tableName: string;
  readonly send: Send;
  readonly settings: WebhookSettings;
  readonly lookup: Lookup;
  /** Calls `deliver` again, for webhooks whose turn it is, without waiting. */
  readonly ring: (webhooks: readonly string[]) => Promise<void>;
}

/** How many queues one call works through, all at once: none of their receivers delays another. */
const MOST_QUEUES = 20;

/** Milliseconds that a call has where nobody says how many: Lambda's most. */
const LONGEST = 900_000;
const MARGIN = 1_000;

/** Rings a function for webhooks, in calls of so many as one works through. */
export function ringerOf(invoke: InvokeFunction, name: string): Delivering['ring'] {
  return async (webhooks) => {
    for (let start = 0; start < webhooks.length; start += MOST_QUEUES) {
      await invoke(
        name,
        { webhooks: webhooks.slice(start, start + MOST_QUEUES) } satisfies DeliverEvent,
        'asynchronously',
      );
    }
  };
}

/** Makes `deliver`. */
export function deliverer(
  { resources }: { readonly resources: ReadonlyMap<string, Resource> },
  given: Partial<Delivering> = {},
): Deliverer {
  const { tableName = readConfig(process.env).tableName, send = connect(), settings, lookup } = given;
  const parts: QueueParts = { send, tableName, resources, settings, lookup };
  // Not before it is wanted: nobody has a Lambda in tests.
  const ring: Delivering['ring'] = async (webhooks) => {
    const call = given.ring ?? ringerOf(connectLambda(), process.env['AWS_LAMBDA_FUNCTION_NAME'] || 'deliver');
    // The schedule does it otherwise, within a minute.
    await call(webhooks).catch((error: unknown) =>
      logError({ message: `webhooks wait for the schedule: ${String((error as Error).message)}` }),
    );
  };

  async function work(webhooks: readonly string[], deadline: number): Promise<Delivered> {
    const came = await Promise.all(
      webhooks.map(async (webhook): Promise<readonly [string, Worked | 'failed']> => [
        webhook,
        await workQueue(parts, webhook, deadline).catch((error: unknown) => {
          logError({
            message: `a webhook's queue was not worked through: ${String((error as Error).message)}`,
            reason: `webhook ${webhook}`,
            stack: (error as Error).stack,
          });
          return 'failed' as const;
        }),
      ]),
    );
    const unfinished = came.filter(([, one]) => one === 'more').map(([webhook]) => webhook);
    if (unfinished.length > 0) {
      await ring(unfinished);
    }
    return Object.fromEntries(came);
  }

  return async (event, context) => {
    const deadline = Date.now() + (context?.getRemainingTimeInMillis?.() ?? LONGEST) - MARGIN;
    const { webhooks, message, body } = (event ?? {}) as Partial<DeliverEvent & MessageEvent>;
    const queues = openWebhookQueues(send, tableName, deadline);
    if (message === DELIVERY_ASKED.name) {
      const asked = body as unknown as AskedDelivery;
      await queues.ask(asked, Date.now());
      // Whoever delivers the message waits for its end, and not for that of the receiver.
      await ring([asked.webhook]);
      return {};
    }
    if (webhooks !== undefined) {
      return work(webhooks, deadline);
    }
    const due = await queues.due(Date.now());
    if (due.length > MOST_QUEUES) {
      await ring(due);
      return {};
    }
    return work(due, deadline);
  };
}
