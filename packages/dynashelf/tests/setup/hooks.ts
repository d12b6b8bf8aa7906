// Webhooks as they are deployed, without Lambda: changes go by the stream into the feed, to the queues, and out.

import { connect } from '#connect';

import { beginConsumers } from '../../src/events/behind';
import { deliverer, type Delivered, type Deliverer } from '../../src/functions/deliver';
import { dispatchWebhooks } from '../../src/functions/dispatch-webhooks';
import { publisher } from '../../src/functions/publish';
import type { Send } from '../../src/store/client/send';
import { tableName } from '../../src/testing/table';
import { hooked, lookup } from './hooked';
import { openPump, type Pump } from './stream';

/** What of it a test does, step by step. */
export interface Hooks {
  /** Appends what is new to the feeds, and sends what was asked for: one at a time, as Lambda reads a shard. */
  append(): Promise<void>;
  /** Makes the deliveries of what is in the feeds. @returns the webhooks that were rung for */
  dispatch(send?: Send): Promise<string[]>;
  /** Both. */
  publish(): Promise<string[]>;
  /** Works through what is due, as the schedule has it. */
  deliver(send?: Send): Promise<Delivered>;
  /** All of it. */
  run(): Promise<Delivered>;
}

/** Opens what drives the webhooks of a table. */
export async function openHooks(): Promise<Hooks> {
  const pump: Pump = await openPump();
  await beginConsumers(
    { send: connect(), tableName: tableName(), deadline: Date.now() + 60_000 },
    dispatchWebhooks({ send: connect(), tableName: tableName(), resources: hooked }, async () => undefined).consumers,
  );
  const deliverBy = (send: Send): Deliverer => {
    const deliver = deliverer(
      { resources: hooked },
      { send, lookup, ring: async (webhooks) => rungFor.push(...webhooks) as unknown as void },
    );
    return async (event) => {
      const came = await deliver(event);
      const next = rungFor.splice(0);
      return next.length === 0 ? came : { ...came, ...(await deliver({ webhooks: next })) };
    };
  };
  const rungFor: string[] = [];
  const take = async (_name: string, event: object): Promise<void> => {
    await deliverBy(connect())(event);
  };
  const hooks: Hooks = {
    async append() {
      const handlers = new Map([['webhook-delivery', 'deliver']]);
      await pump(publisher({ send: connect(), tableName: tableName(), resources: hooked, invoke: take, handlers }));
    },
    async dispatch(send = connect()) {
      const rung: string[] = [];
      const parts = { send, tableName: tableName(), resources: hooked };
      const { afterAppend } = dispatchWebhooks(parts, async (webhooks) => void rung.push(...webhooks));
      await afterAppend[0]!(['notes', 'letters'], Date.now() + 60_000);
      return rung;
    },
    async publish() {
      await hooks.append();
      return hooks.dispatch();
    },
    deliver: async (send = connect()) => deliverBy(send)({}),
    async run() {
      await hooks.publish();
      return hooks.deliver();
    },
  };
  return hooks;
}
