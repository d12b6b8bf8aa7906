// What was put aside: messages that no function took, and changes that a consumer did not handle. Each stays until it
// is sent again.
import { backOff } from './client/back-off';
import type { CancellationReason } from './client/failure';
import type { Operations, Send } from './client/send';
import { CONSUMER, consumerKey, readAside, type AsideChange } from './layout/consumer';
import { outboxKey, UNDELIVERED_PARTITION } from './layout/outbox';
import { PARTITION_KEY, SORT_KEY } from './layout/table';
import type { AttributeMap } from './layout/value';

/** A message that was put aside. */
export interface AsideMessage {
  readonly key: string;
  /** Its kind; empty where its record cannot be read. */
  readonly message: string;
  /** How often its delivery was begun. */
  readonly attempts: number;
  /** Why it was put aside. */
  readonly reason: string;
  /** When: RFC 3339, UTC. */
  readonly at: string;
}

/** What was put aside, and its record. */
export interface Aside {
  /** Names it: the key of a message; consumer, collection and sequence of a change. */
  readonly name: string;
  readonly message?: AsideMessage;
  readonly change?: AsideChange;
  readonly record: AttributeMap;
}

/** What was put aside in a table, for a command: every method throws the database's own error where it fails. */
export interface PutAside {
  /** All of it: messages in the order in which they were sent, changes by consumer and sequence. */
  list(): AsyncIterable<Aside>;
  /**
   * Sends it again: a message is in the outbox anew, and due; a change is handled before what is next.
   * @returns whether it was there: of several who do so at once one does. A change also has to have its consumer still
   */
  sendAgain(aside: Aside): Promise<boolean>;
}

/** Opens what was put aside. @param deadline when to stop trying, in milliseconds since 1970 */
export function openPutAside(raw: Send, TableName: string, deadline: number): PutAside {
  const send: Send = async (operation, input, options) => raw(operation, input, { ...options, deadline });

  async function sendTogether(
    TransactItems: Operations['TransactWriteItems']['input']['TransactItems'],
  ): Promise<boolean> {
    for (let attempt = 0; ; attempt++) {
      try {
        await send('TransactWriteItems', { TransactItems });
        return true;
      } catch (error) {
        const reasons = (error as { CancellationReasons?: CancellationReason[] }).CancellationReasons;
        if (reasons === undefined) {
          throw error;
        }
        if (reasons.some(({ Code }) => Code === 'ConditionalCheckFailed')) {
          return false;
        }
        await backOff(attempt, deadline);
      }
    }
  }

  return {
    async *list() {
      let ExclusiveStartKey: AttributeMap | undefined;
      do {
        const { Items = [], LastEvaluatedKey } = await send('Query', {
          TableName,
          KeyConditionExpression: '#pk = :pk',
          ExpressionAttributeNames: { '#pk': PARTITION_KEY },
          ExpressionAttributeValues: { ':pk': { S: UNDELIVERED_PARTITION } },
          ConsistentRead: true,
          ...(ExclusiveStartKey !== undefined && { ExclusiveStartKey }),
        });
        yield* Items.map(readRecord);
        ExclusiveStartKey = LastEvaluatedKey;
      } while (ExclusiveStartKey !== undefined);
    },

    async sendAgain({ change, record }) {
      const { [PARTITION_KEY]: partition, [SORT_KEY]: key, ...attributes } = record;
      const removed = {
        Delete: {
          TableName,
          Key: { [PARTITION_KEY]: partition!, [SORT_KEY]: key! },
          ConditionExpression: 'attribute_exists(#pk)',
          ExpressionAttributeNames: { '#pk': PARTITION_KEY },
        },
      };
      if (change === undefined) {
        const { reason: _reason, at: _at, ...message } = attributes;
        const Item = { ...message, ...outboxKey(key!.S!), attempts: { N: '0' }, due: { N: '0' } };
        return sendTogether([removed, { Put: { TableName, Item } }]);
      }
      return sendTogether([
        removed,
        {
          Update: {
            TableName,
            Key: consumerKey(change.consumer),
            UpdateExpression: 'ADD #again :again',
            ConditionExpression: 'attribute_exists(#pk)',
            ExpressionAttributeNames: { '#again': CONSUMER.again, '#pk': PARTITION_KEY },
            ExpressionAttributeValues: { ':again': { SS: [String(change.sequence)] } },
          },
        },
      ]);
    },
  };
}

function readRecord(record: AttributeMap): Aside {
  const change = readAside(record);
  const { [SORT_KEY]: key, message, attempts, reason, at } = record;
  const name = key?.S ?? '';
  return change === undefined
    ? {
        name,
        record,
        message: {
          key: name,
          message: message?.S ?? '',
          attempts: Number(attempts?.N ?? 0),
          reason: reason?.S ?? '',
          at: at?.S ?? '',
        },
      }
    : { name, record, change };
}
