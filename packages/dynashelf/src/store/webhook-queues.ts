// The queues of webhooks: who works one through has its lease, so that of several at once one does, and its record goes
// when the queue is empty and nothing has come in meanwhile.
import { randomUUID } from 'node:crypto';
import { retryOnTransactionConflict } from './client/back-off';
import { withCost } from './client/cost';
import { isConditionFailure } from './client/failure';
import type { Send } from './client/send';
import { SORT_KEY } from './layout/table';
import type { AttributeMap } from './layout/value';
import {
  placeOfAsked,
  QUEUE,
  queueKey,
  queuePartition,
  QUEUES_PARTITION,
  readQueued,
  type QueuedDelivery,
} from './layout/webhook-queue';
import { readWhole } from './migrate/whole';
import { atMost, equals, exists } from './write/condition';
import { commit } from './write/commit';
import { enqueue, noteArrival } from './write/webhook-queue';
import { newWrite, sendAlone, type Write } from './write/write';

/** A queue that somebody works through. */
export interface QueueLease {
  readonly webhook: string;
  readonly owner: string;
  readonly arrivals: number;
  readonly failures: number;
}

/** How a queue is left: empty, due again at a time, or with a receiver that takes nothing left alone until a time. */
export type QueueEnd = 'empty' | { readonly due: number } | { readonly rest: number; readonly failures: number };

/** A delivery that somebody asks for: of a change, or a test event. */
export interface AskedDelivery {
  readonly webhook: string;
  readonly delivery: string;
  readonly collection?: string | undefined;
  readonly sequence?: number | undefined;
}

/** The queues of a table. Every method throws a `Problem` where the database fails. */
export interface WebhookQueues {
  /** The webhooks whose queues are due. */
  due(now: number): Promise<string[]>;
  /** Puts in a delivery that was asked for, unless it is there. */
  ask(asked: AskedDelivery, now: number): Promise<void>;
  /** Takes the lease of a queue that is due; undefined where another has it, or it is empty, or not due. */
  claim(webhook: string, now: number, until: number): Promise<QueueLease | undefined>;
  /** What is in a queue, in its order. */
  waiting(webhook: string): AsyncIterable<readonly QueuedDelivery[]>;
  /** Carries out writes together. @returns whether all were as they had been found */
  write(writes: readonly Write[]): Promise<boolean>;
  /**
   * Ends a lease. Where something came in meanwhile it goes on, unless the receiver is left alone.
   * @returns the lease that goes on
   */
  end(lease: QueueLease, then: QueueEnd): Promise<QueueLease | undefined>;
}

/** Opens the queues of a table. @param deadline when to stop trying, in milliseconds since 1970 */
export function openWebhookQueues(raw: Send, TableName: string, deadline: number): WebhookQueues {
  const single = withCost(raw, deadline).send;
  const send = retryOnTransactionConflict(single, deadline);
  const context = { send: single, TableName, token: '', deadline, resources: new Map<never, never>() };

  /** @returns the record that refused it */
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

  async function read(webhook: string): Promise<AttributeMap | undefined> {
    return (await send('GetItem', { TableName, Key: queueKey(webhook), ConsistentRead: true })).Item;
  }

  return {
    async due(now) {
      const found: string[] = [];
      for await (const records of readWhole(send, TableName, [QUEUES_PARTITION])) {
        found.push(...records.filter((record) => isDue(record, now)).map((record) => record[SORT_KEY]!.S!));
      }
      return found;
    },

    async ask({ webhook, delivery, collection, sequence }, now) {
      const queued = { webhook, delivery, place: placeOfAsked(delivery), attempts: 0, due: 0, since: now };
      // It waits for nothing, and nothing for it.
      await commit(context, [
        enqueue({ ...queued, collection, sequence, item: undefined }),
        noteArrival(webhook, true),
      ]);
    },

    async claim(webhook, now, until) {
      const found = await read(webhook);
      if (found === undefined || !isDue(found, now)) {
        return undefined;
      }
      const owner = randomUUID();
      const write = newWrite('update', queueKey(webhook), -1, () => []);
      Object.assign(write.set, { [QUEUE.owner]: { S: owner }, [QUEUE.until]: { N: String(until) } });
      write.conditions.push(exists, atMost(QUEUE.until, now), atMost(QUEUE.due, now), atMost(QUEUE.rest, now));
      const refusal = await refusalOf(write);
      // An attempt whose answer was lost has taken it.
      if (refusal !== undefined && refusal.current?.[QUEUE.owner]?.S !== owner) {
        return undefined;
      }
      return leaseOf(webhook, owner, found);
    },

    async *waiting(webhook) {
      for await (const records of readWhole(send, TableName, [queuePartition(webhook)])) {
        yield records.map(readQueued);
      }
    },

    write: async (writes) => (await commit(context, writes)).length === 0,

    async end(lease, then) {
      const { webhook, owner } = lease;
      const write = newWrite(then === 'empty' ? 'delete' : 'update', queueKey(webhook), -1, () => []);
      write.conditions.push(equals(QUEUE.owner, { S: owner }));
      const isLeftAlone = then !== 'empty' && 'rest' in then;
      if (!isLeftAlone) {
        write.conditions.push(equals(QUEUE.arrivals, { N: String(lease.arrivals) }));
      }
      if (then !== 'empty') {
        write.remove.push(QUEUE.owner, QUEUE.until, ...(isLeftAlone ? [] : [QUEUE.rest, QUEUE.failures]));
        const numbers = isLeftAlone
          ? { [QUEUE.due]: 0, [QUEUE.rest]: then.rest, [QUEUE.failures]: then.failures }
          : { [QUEUE.due]: then.due };
        for (const [name, number] of Object.entries(numbers)) {
          write.set[name] = { N: String(number) };
        }
      }
      const refusal = await refusalOf(write);
      return refusal?.current?.[QUEUE.owner]?.S === owner ? leaseOf(webhook, owner, refusal.current) : undefined;
    },
  };
}

function isDue(record: AttributeMap, now: number): boolean {
  return [QUEUE.due, QUEUE.until, QUEUE.rest].every((name) => Number(record[name]?.N ?? 0) <= now);
}

function leaseOf(webhook: string, owner: string, record: AttributeMap): QueueLease {
  return {
    webhook,
    owner,
    arrivals: Number(record[QUEUE.arrivals]?.N ?? 0),
    failures: Number(record[QUEUE.failures]?.N ?? 0),
  };
}
