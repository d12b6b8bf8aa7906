// The consumer that makes a delivery of each change for each webhook that wants it: in one transaction with its place,
// and under an id that follows from the two, so that each is made once whatever happens.
import { createHash } from 'node:crypto';
import { v7 as uuidv7 } from 'uuid';
import { accessOf } from '../../authorization/permission';
import { MOST_ACTIONS } from '../../definition/limits';
import type { Resource } from '../../definition/resource';
import { openStore, type Store } from '../../store/store';
import { withCost } from '../../store/client/cost';
import type { StoredChange } from '../../store/feed';
import { EXPIRES_ATTRIBUTE } from '../../store/layout/table';
import { basePartitions, keyText, toItems } from '../../store/layout/record';
import { placeOfChange, type QueuedDelivery } from '../../store/layout/webhook-queue';
import { readWhole } from '../../store/migrate/whole';
import type { Change, Constraint } from '../../store/write/constraint';
import { enqueue, noteArrival } from '../../store/write/webhook-queue';
import { presentChange } from '../cloud-event';
import type { Consumer, ConsumerParts } from '../consumer';
import { DELIVERY_DAYS } from './deliveries';
import { readRights } from './rights';
import { wants } from './wanted-types';

/** The name of the consumer of each collection. */
export const WEBHOOKS_CONSUMER = 'webhooks';

/** A webhook as changes are compared with it. */
interface Subscriber {
  readonly id: string;
  readonly createdAt: string;
  readonly types: readonly string[];
  readonly enabled?: boolean;
  readonly owner?: string;
  readonly rights?: string;
}

/** A delivery to be made. */
interface Wanted {
  readonly id: string;
  readonly webhook: Subscriber;
  readonly type: string;
  readonly event: string;
  readonly change: StoredChange;
}

/** How many changes are handled at a time: two webhooks for each are one transaction. */
const AT_A_TIME = 10;

/** Actions of one transaction: a delivery, its place in the queue, and the queue's record for each webhook. */
const MOST_TOGETHER = Math.floor((MOST_ACTIONS - 1) / 3);

/**
 * The consumer of a collection.
 * @param ring tells whoever sends that these webhooks have something in their queues; it may be lost
 */
export function webhookConsumer(
  parts: ConsumerParts,
  collection: string,
  ring: (webhooks: readonly string[]) => Promise<void>,
): Consumer {
  const { send, tableName, resources } = parts;
  const resource = resources.get(collection)!;
  return {
    name: WEBHOOKS_CONSUMER,
    collection,
    most: AT_A_TIME,
    async handle(changes, { besides, deadline }) {
      const wanted = findWanted(resource, changes, await readSubscribers(parts, deadline));
      if (wanted.length === 0) {
        return undefined;
      }
      const store = openStore({ send, tableName, readLimit: 1, resources, deadline });
      let rest = wanted;
      for (; rest.length > MOST_TOGETHER; rest = rest.slice(MOST_TOGETHER)) {
        await make(store, parts, rest.slice(0, MOST_TOGETHER));
      }
      await make(store, parts, rest, besides);
      await ring([...new Set(wanted.map(({ webhook }) => webhook.id))]);
      return 'committed';
    },
  };
}

/** The webhooks that are enabled, as they are now. */
async function readSubscribers({ send, tableName, resources }: ConsumerParts, deadline: number): Promise<Subscriber[]> {
  const webhooks = resources.get('webhooks')!;
  const found: Subscriber[] = [];
  for await (const records of readWhole(withCost(send, deadline).send, tableName, basePartitions(webhooks))) {
    found.push(...((await toItems(webhooks, records)) as unknown as Subscriber[]));
  }
  return found.filter(({ enabled }) => enabled === true);
}

function findWanted(
  resource: Resource,
  changes: readonly StoredChange[],
  subscribers: readonly Subscriber[],
): Wanted[] {
  const concerned = subscribers
    .filter(({ types }) => types.some((type) => type === '*' || type.startsWith(`${resource.name}.`)))
    .map((webhook) => ({ webhook, access: accessOf(readRights(webhook.rights)) }));
  return changes.flatMap((change) =>
    concerned.flatMap(({ webhook, access }): Wanted[] => {
      const event = presentChange(access, resource, change);
      return event !== undefined && wants(webhook.types, event.type)
        ? [{ id: deliveryId(webhook, change), webhook, type: event.type, event: event.id, change }]
        : [];
    }),
  );
}

/** An id that grows with time (RFC 9562, version 7), the same for the same change and webhook. */
function deliveryId({ id, createdAt }: Subscriber, { collection, sequence, time }: StoredChange): string {
  const random = createHash('sha256')
    .update(JSON.stringify([id, createdAt, collection, sequence]))
    .digest();
  const msecs = Date.parse(time);
  return uuidv7({ random: random.subarray(0, 16), msecs: Number.isNaN(msecs) ? 0 : msecs });
}

/** Makes deliveries, but those that are there already. */
async function make(
  store: Store,
  { resources }: ConsumerParts,
  wanted: readonly Wanted[],
  besides?: Constraint,
): Promise<void> {
  const deliveries = resources.get('webhook-deliveries')!;
  const now = Date.now();
  const changes = await Promise.all(wanted.map(async (one) => deliveryOf(store, deliveries, one, now)));
  const plan = store.plan(changes);
  wanted.forEach(({ id, webhook, change }, index) => {
    const queued: QueuedDelivery = {
      webhook: webhook.id,
      delivery: id,
      place: placeOfChange(change.collection, change.sequence),
      collection: change.collection,
      sequence: change.sequence,
      item: change.id,
      attempts: 0,
      due: 0,
      since: now,
    };
    const there = { kind: 'changed', change: index, current: undefined } as const;
    for (const write of [{ ...enqueue(queued), onConditionFailed: () => [there] }, noteArrival(webhook.id)]) {
      plan.writes.set(keyText(write.key), write);
    }
  });
  besides?.(plan, changes);
  const violations = await store.commit(plan);
  const thereAlready = new Set(violations.flatMap((one) => (one.kind === 'changed' ? [one.change] : [])));
  if (thereAlready.size > 0) {
    await make(
      store,
      { resources } as ConsumerParts,
      wanted.filter((_one, index) => !thereAlready.has(index)),
      besides,
    );
  } else if (violations.length > 0) {
    throw new Error('another is at work for this consumer by now');
  }
}

async function deliveryOf(store: Store, deliveries: Resource, wanted: Wanted, now: number): Promise<Change> {
  const { id, webhook, type, event, change } = wanted;
  const values = {
    webhook: webhook.id,
    ...(webhook.owner !== undefined && { owner: webhook.owner }),
    type,
    event,
    collection: change.collection,
    sequence: change.sequence,
    status: 'pending',
    attempts: 0,
  };
  const image = await store.newImage(deliveries, id, undefined, { mode: 'replace', values });
  const expires = Math.ceil(now / 1000 + DELIVERY_DAYS * 24 * 60 * 60);
  return {
    kind: 'create',
    resource: deliveries,
    id,
    newImage: { ...image, record: { ...image.record, [EXPIRES_ATTRIBUTE]: { N: String(expires) } } },
  };
}
