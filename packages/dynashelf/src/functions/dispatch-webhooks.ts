// What `publish` does for webhooks once changes are in the feeds: makes their deliveries, and calls `deliver`.
import { consume, type ConsumerParts } from '../events/consumer';
import { webhookConsumer, WEBHOOKS_CONSUMER } from '../events/webhooks/dispatch';
import { logError } from '../log';
import type { Delivering } from './deliver';
import type { Publishing } from './publish';

/**
 * The part of `publish` that makes deliveries.
 * @param ring calls `deliver` for webhooks; where that fails, the schedule does within a minute
 */
export function dispatchWebhooks(
  parts: ConsumerParts,
  ring: Delivering['ring'],
): Pick<Publishing, 'consumers' | 'afterAppend'> {
  const changing = [...parts.resources.values()].filter(({ changes }) => changes !== undefined);
  return {
    consumers: changing.map(({ name }) => ({ name: WEBHOOKS_CONSUMER, collection: name })),
    afterAppend: [async (collections, deadline) => dispatch(parts, collections, ring, deadline)],
  };
}

async function dispatch(
  parts: ConsumerParts,
  collections: readonly string[],
  ring: Delivering['ring'],
  deadline: number,
): Promise<void> {
  const rung = new Set<string>();
  const note = async (webhooks: readonly string[]): Promise<void> => webhooks.forEach((one) => rung.add(one));
  for (const collection of collections) {
    try {
      await consume(parts, webhookConsumer(parts, collection, note), deadline);
    } catch (error) {
      logError({ message: `webhooks were not told of ${collection}: ${String((error as Error).message)}` });
    }
  }
  if (rung.size > 0) {
    await ring([...rung]).catch((error: unknown) =>
      logError({ message: `webhooks wait for the schedule: ${String((error as Error).message)}` }),
    );
  }
}
