// The queue of each webhook: what is to be sent, in the order of the feeds, until it is taken or given up; and one
// record for each webhook that has something in its queue.
import { sequenceText } from './change';
import { PARTITION_KEY, SORT_KEY } from './table';
import type { AttributeMap } from './value';

/** What the partitions of queues begin with. */
export const QUEUE_PREFIX = '#deliveries#';

/** The partition of the records that say which webhooks have something in their queues. */
export const QUEUES_PARTITION = '#webhook-queues';

/** What of a queue's own record is what. */
export const QUEUE = {
  /** How often something came in: by it is seen whether something has since. */
  arrivals: 'arrivals',
  /** Not before is it worked through, in milliseconds since 1970. */
  due: 'due',
  /** How many times in a row its receiver took nothing, and until when it is left alone for that. */
  failures: 'failures',
  rest: 'rest',
  /** Who works it through, and until when at most. */
  owner: 'owner',
  until: 'until',
} as const;

/** A delivery in a queue. */
export interface QueuedDelivery {
  readonly webhook: string;
  /** The id of its item, which is the `webhook-id` too. */
  readonly delivery: string;
  /** Its place in the queue. */
  readonly place: string;
  /** Which change it is of; none, of a test event. */
  readonly collection: string | undefined;
  readonly sequence: number | undefined;
  /** The id of the item that has changed. */
  readonly item: string | undefined;
  /** How often it was sent. */
  readonly attempts: number;
  /** Not before is it sent, in milliseconds since 1970. */
  readonly due: number;
  /** Since when it is in the queue, in milliseconds since 1970. */
  readonly since: number;
}

/** The partition of a queue. */
export function queuePartition(webhook: string): string {
  return `${QUEUE_PREFIX}${webhook}`;
}

/** The place of a change: those of one collection, and so of one item, are in their order. */
export function placeOfChange(collection: string, sequence: number): string {
  return `${collection}#${sequenceText(sequence)}`;
}

/** The place of what was asked for: behind the changes, as no name begins with a tilde. */
export function placeOfAsked(delivery: string): string {
  return `~${delivery}`;
}

/** The key of a delivery in a queue. */
export function queuedKey({ webhook, place }: Pick<QueuedDelivery, 'webhook' | 'place'>): AttributeMap {
  return { [PARTITION_KEY]: { S: queuePartition(webhook) }, [SORT_KEY]: { S: place } };
}

/** The key of a queue's own record. */
export function queueKey(webhook: string): AttributeMap {
  return { [PARTITION_KEY]: { S: QUEUES_PARTITION }, [SORT_KEY]: { S: webhook } };
}

/** What the record of a queued delivery holds beside its key. */
export function queuedAttributes(queued: Omit<QueuedDelivery, 'webhook' | 'place'>): AttributeMap {
  const { delivery, collection, sequence, item, attempts, due, since } = queued;
  return {
    delivery: { S: delivery },
    ...(collection !== undefined && { collection: { S: collection } }),
    ...(sequence !== undefined && { sequence: { N: String(sequence) } }),
    ...(item !== undefined && { item: { S: item } }),
    attempts: { N: String(attempts) },
    due: { N: String(due) },
    since: { N: String(since) },
  };
}

/** The delivery of a record of a queue. */
export function readQueued(record: AttributeMap): QueuedDelivery {
  const { delivery, collection, sequence, item, attempts, due, since } = record;
  return {
    webhook: (record[PARTITION_KEY]?.S ?? '').slice(QUEUE_PREFIX.length),
    place: record[SORT_KEY]?.S ?? '',
    delivery: delivery?.S ?? '',
    collection: collection?.S,
    sequence: sequence?.N === undefined ? undefined : Number(sequence.N),
    item: item?.S,
    attempts: Number(attempts?.N ?? 0),
    due: Number(due?.N ?? 0),
    since: Number(since?.N ?? 0),
  };
}
