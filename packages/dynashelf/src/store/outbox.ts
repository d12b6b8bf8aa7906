// The outbox: messages that were committed and are to be delivered. Whoever delivers one claims it first, and removes
// it when that is done; one that was claimed and not removed is due again later.
import { withCost } from './client/cost';
import { isConditionFailure } from './client/failure';
import type { Send } from './client/send';
import {
  outboxAttributes,
  outboxKey,
  outboxPartitions,
  readOutboxRecord,
  undeliveredKey,
  type OutboxRecord,
  type UnreadableRecord,
} from './layout/outbox';
import { PARTITION_KEY } from './layout/table';
import type { AttributeMap } from './layout/value';

/** The messages of a table that are to be delivered. Every method throws a `Problem` where the database fails. */
export interface Outbox {
  /** Those that are due, oldest first in each partition, read as they are asked for. */
  due(now: number): AsyncIterable<OutboxRecord | UnreadableRecord>;
  /**
   * Takes a message for one attempt, until which no other is due.
   * @param until milliseconds since 1970
   * @returns whether it was there, and due: of several who claim it at once one does
   */
  claim(record: OutboxRecord, now: number, until: number): Promise<boolean>;
  /** Removes a message that was delivered. */
  remove(record: OutboxRecord): Promise<void>;
  /**
   * Puts a message aside that is not to be tried again; it stays in the table, with why and when.
   * @returns whether it was there: of several who do so at once one does
   */
  putAside(record: OutboxRecord | UnreadableRecord, reason: string): Promise<boolean>;
}

/** Opens the outbox of a table. @param deadline when to stop trying, in milliseconds since 1970 */
export function openOutbox(raw: Send, TableName: string, deadline: number): Outbox {
  const { send } = withCost(raw, deadline);
  return {
    async *due(now) {
      for (const partition of outboxPartitions()) {
        let ExclusiveStartKey: AttributeMap | undefined;
        do {
          const { Items = [], LastEvaluatedKey } = await send('Query', {
            TableName,
            KeyConditionExpression: '#pk = :pk',
            FilterExpression: '#due <= :now',
            ExpressionAttributeNames: { '#pk': PARTITION_KEY, '#due': 'due' },
            ExpressionAttributeValues: { ':pk': { S: partition }, ':now': { N: String(now) } },
            ConsistentRead: true,
            Limit: 100,
            ...(ExclusiveStartKey !== undefined && { ExclusiveStartKey }),
          });
          for (const item of Items) {
            const record = readOutboxRecord(item);
            if (record !== undefined) {
              yield record;
            }
          }
          ExclusiveStartKey = LastEvaluatedKey;
        } while (ExclusiveStartKey !== undefined);
      }
    },

    async claim({ key, attempts }, now, until) {
      try {
        await send('UpdateItem', {
          TableName,
          Key: outboxKey(key),
          UpdateExpression: 'SET #due = :until, #attempts = :next',
          ConditionExpression: '#attempts = :attempts AND #due <= :now',
          ExpressionAttributeNames: { '#due': 'due', '#attempts': 'attempts' },
          ExpressionAttributeValues: {
            ':until': { N: String(until) },
            ':next': { N: String(attempts + 1) },
            ':attempts': { N: String(attempts) },
            ':now': { N: String(now) },
          },
        });
        return true;
      } catch (error) {
        if (isConditionFailure(error)) {
          return false;
        }
        throw error;
      }
    },

    async remove({ key }) {
      await send('DeleteItem', { TableName, Key: outboxKey(key) });
    },

    async putAside(record, reason) {
      const { key } = record;
      const attributes = {
        ...('record' in record ? record.record : outboxAttributes(record)),
        reason: { S: reason },
        at: { S: new Date().toISOString() },
      };
      try {
        await send('TransactWriteItems', {
          TransactItems: [
            { Put: { TableName, Item: { ...attributes, ...undeliveredKey(key) } } },
            {
              Delete: {
                TableName,
                Key: outboxKey(key),
                ConditionExpression: 'attribute_exists(#pk)',
                ExpressionAttributeNames: { '#pk': PARTITION_KEY },
              },
            },
          ],
        });
        return true;
      } catch (error) {
        // It is gone, or another is at it. Were it neither, it would still be due.
        if ((error as { CancellationReasons?: unknown }).CancellationReasons !== undefined) {
          return false;
        }
        throw error;
      }
    },
  };
}
