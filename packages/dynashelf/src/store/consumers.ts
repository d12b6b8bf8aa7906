// The places of consumers: who claims one is at work until its lease ends, and moves it on under the condition that it
// still has the lease. So of several at once one moves it, and nobody has to notice one that was killed.
import { randomUUID } from 'node:crypto';
import { retryOnTransactionConflict } from './client/back-off';
import { withCost } from './client/cost';
import { isConditionFailure } from './client/failure';
import type { Send } from './client/send';
import {
  asideAttributes,
  asideKey,
  CONSUMER,
  CONSUMERS_PARTITION,
  consumerKey,
  readConsumer,
  type AsideChange,
  type ConsumerName,
  type ConsumerRecord,
} from './layout/consumer';
import { PARTITION_KEY } from './layout/table';
import type { AttributeMap } from './layout/value';
import { atMost, equals, notExists } from './write/condition';
import { commit } from './write/commit';
import { leaseBehind, stepWrite, writeUnder, type Lease, type Step } from './write/consumed';
import { newWrite, sendAlone, type Write } from './write/write';

/** Milliseconds of a lease: how long nobody goes on where somebody was killed. It is renewed while it is needed. */
export const LEASE = 60_000;

/** What became of a write under a lease: where it was refused, how the consumer is. */
export type Moved = { readonly lease: Lease } | { readonly current: ConsumerRecord | undefined };

/** The consumers of a table. Every method throws a `Problem` where the database fails. */
export interface Consumers {
  /** How far a consumer is, strongly consistent; undefined where it has not begun. */
  find(name: ConsumerName): Promise<ConsumerRecord | undefined>;
  /** All that have begun. */
  all(): Promise<ConsumerRecord[]>;
  /** Lets a consumer begin at a place, unless it has begun. @returns how far it is */
  begin(name: ConsumerName, place: number): Promise<ConsumerRecord>;
  /** Takes the lease of a consumer that is as it was found; undefined where somebody else has. */
  claim(found: ConsumerRecord, now: number): Promise<Lease | undefined>;
  /** Makes the lease last longer, where it still is one. */
  renew(lease: Lease): Promise<void>;
  /** Moves on. */
  move(lease: Lease, step: Step): Promise<Moved>;
  /** Moves on from a change that is not handled, and keeps a record of it. */
  putAside(lease: Lease, step: Step, change: AsideChange): Promise<Moved>;
  /** Ends the lease, and says how often what is next was begun, and when it is due. */
  release(lease: Lease, attempts: number, due: number): Promise<Moved>;
}

/** Opens the consumers of a table. @param deadline when to stop trying, in milliseconds since 1970 */
export function openConsumers(raw: Send, TableName: string, deadline: number): Consumers {
  const send = retryOnTransactionConflict(withCost(raw, deadline).send, deadline);

  /** @returns undefined where it is done, else the record that refused it */
  async function refusalOf(write: Write): Promise<{ readonly current: AttributeMap | undefined } | undefined> {
    try {
      await sendAlone(send, write, TableName);
      return undefined;
    } catch (error) {
      if (isConditionFailure(error)) {
        return { current: error.Item };
      }
      throw error;
    }
  }

  async function moved(write: Write, behind: Lease): Promise<Moved> {
    const refusal = await refusalOf(write);
    if (refusal === undefined) {
      return { lease: behind };
    }
    return { current: refusal.current && readConsumer(refusal.current) };
  }

  return {
    async find(name) {
      const { Item } = await send('GetItem', { TableName, Key: consumerKey(name), ConsistentRead: true });
      return Item && readConsumer(Item);
    },

    async all() {
      const found: ConsumerRecord[] = [];
      let ExclusiveStartKey: AttributeMap | undefined;
      do {
        const { Items = [], LastEvaluatedKey } = await send('Query', {
          TableName,
          KeyConditionExpression: '#pk = :pk',
          ExpressionAttributeNames: { '#pk': PARTITION_KEY },
          ExpressionAttributeValues: { ':pk': { S: CONSUMERS_PARTITION } },
          ConsistentRead: true,
          ...(ExclusiveStartKey !== undefined && { ExclusiveStartKey }),
        });
        found.push(...Items.map(readConsumer));
        ExclusiveStartKey = LastEvaluatedKey;
      } while (ExclusiveStartKey !== undefined);
      return found;
    },

    async begin(name, place) {
      const write = newWrite('put', consumerKey(name), -1, () => []);
      write.conditions.push(notExists);
      write.record[CONSUMER.place] = { N: String(place) };
      const refusal = await refusalOf(write);
      return readConsumer(refusal?.current ?? { ...write.record, ...write.key });
    },

    async claim(found, now) {
      const lease: Lease = { ...found, owner: randomUUID(), until: now + LEASE, attempts: found.attempts + 1 };
      const write = newWrite('update', consumerKey(found), -1, () => []);
      Object.assign(write.set, {
        [CONSUMER.owner]: { S: lease.owner },
        [CONSUMER.until]: { N: String(lease.until) },
        [CONSUMER.attempts]: { N: String(lease.attempts) },
      } satisfies AttributeMap);
      write.conditions.push(
        equals(CONSUMER.place, { N: String(found.place) }),
        atMost(CONSUMER.until, now),
        atMost(CONSUMER.due, now),
      );
      const refusal = await refusalOf(write);
      // An attempt whose answer was lost has taken it.
      return refusal === undefined || refusal.current?.[CONSUMER.owner]?.S === lease.owner ? lease : undefined;
    },

    async renew(lease) {
      const write = newWrite('update', consumerKey(lease), -1, () => []);
      write.set[CONSUMER.until] = { N: String(Date.now() + LEASE) };
      write.conditions.push(equals(CONSUMER.owner, { S: lease.owner }));
      await refusalOf(write);
    },

    async move(lease, step) {
      const until = Date.now() + LEASE;
      return moved(stepWrite(lease, step, until), leaseBehind(lease, step, until));
    },

    async putAside(lease, step, change) {
      const until = Date.now() + LEASE;
      const record = newWrite('put', asideKey(change), -1, () => []);
      Object.assign(record.record, asideAttributes(change));
      const context = { send, TableName, token: '', deadline };
      const [violation] = await commit(context, [stepWrite(lease, step, until), record]);
      return violation?.kind === 'not-held'
        ? { current: violation.current && readConsumer(violation.current) }
        : { lease: leaseBehind(lease, step, until) };
    },

    async release(lease, attempts, due) {
      const write = writeUnder(lease);
      write.remove.push(CONSUMER.until, CONSUMER.owner);
      Object.assign(write.set, {
        [CONSUMER.attempts]: { N: String(attempts) },
        [CONSUMER.due]: { N: String(due) },
      } satisfies AttributeMap);
      return moved(write, { ...lease, until: 0, attempts, due });
    },
  };
}
