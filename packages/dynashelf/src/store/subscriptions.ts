// The subscriptions of a collection, as its fan-out has them: those that were handed over and wait to be taken over,
// and those that it serves.
import { retryOnTransactionConflict } from './client/back-off';
import { withCost } from './client/cost';
import { ifAllHold, type TransactItem } from './client/if-holds';
import type { Send } from './client/send';
import {
  ARRIVALS_PREFIX,
  expiresAt,
  readSubscription,
  subscriptionAttributes,
  subscriptionKey,
  SUBSCRIPTIONS_PREFIX,
  type Subscription,
} from './layout/sockets';
import { CONNECTION_LIFE } from './connections';
import { PARTITION_KEY } from './layout/table';
import type { AttributeMap } from './layout/value';

/** The subscriptions of a collection. Every method throws a `Problem` where the database fails. */
export interface Subscriptions {
  /** Whether any waits to be taken over. */
  hasArrivals(): Promise<boolean>;
  /** Whether any is served. */
  hasServed(): Promise<boolean>;
  /** Those that wait to be taken over. */
  arrivals(): Promise<Subscription[]>;
  /** Those that are served, exactly as it is. */
  served(): Promise<Subscription[]>;
  /**
   * Takes some over, 49 at most, in one transaction with a condition.
   * @returns whether it was done: all still wait, and the condition holds
   */
  takeOver(subscriptions: readonly Subscription[], condition: TransactItem): Promise<boolean>;
  /** Removes some, whether their connections are there or not. */
  remove(subscriptions: readonly Subscription[]): Promise<void>;
}

/** Opens the subscriptions of a collection. @param deadline when to stop trying, in milliseconds since 1970 */
export function openSubscriptions(raw: Send, TableName: string, collection: string, deadline: number): Subscriptions {
  // Another transaction may be at the same subscription.
  const send = retryOnTransactionConflict(withCost(raw, deadline).send, deadline);

  async function* read(prefix: string, Limit?: number): AsyncGenerator<Subscription> {
    let ExclusiveStartKey: AttributeMap | undefined;
    do {
      const { Items = [], LastEvaluatedKey } = await send('Query', {
        TableName,
        KeyConditionExpression: '#pk = :pk',
        ExpressionAttributeNames: { '#pk': PARTITION_KEY },
        ExpressionAttributeValues: { ':pk': { S: `${prefix}${collection}` } },
        // One that was taken over elsewhere a moment ago is to be seen.
        ConsistentRead: true,
        ...(Limit !== undefined && { Limit }),
        ...(ExclusiveStartKey !== undefined && { ExclusiveStartKey }),
      });
      yield* Items.map((item) => readSubscription(collection, item));
      ExclusiveStartKey = LastEvaluatedKey;
    } while (ExclusiveStartKey !== undefined);
  }

  async function all(prefix: string): Promise<Subscription[]> {
    const found: Subscription[] = [];
    for await (const subscription of read(prefix)) {
      found.push(subscription);
    }
    return found;
  }

  async function hasSome(prefix: string): Promise<boolean> {
    return (await read(prefix, 1).next()).done !== true;
  }

  return {
    hasArrivals: async () => hasSome(ARRIVALS_PREFIX),

    hasServed: async () => hasSome(SUBSCRIPTIONS_PREFIX),

    arrivals: async () => all(ARRIVALS_PREFIX),

    served: async () => all(SUBSCRIPTIONS_PREFIX),

    async takeOver(subscriptions, condition) {
      const expires = expiresAt(Date.now() + CONNECTION_LIFE);
      const moves = subscriptions.flatMap((subscription): TransactItem[] => [
        {
          Delete: {
            TableName,
            Key: subscriptionKey(ARRIVALS_PREFIX, subscription),
            ConditionExpression: 'attribute_exists(#pk)',
            ExpressionAttributeNames: { '#pk': PARTITION_KEY },
          },
        },
        {
          Put: {
            TableName,
            Item: {
              ...subscriptionKey(SUBSCRIPTIONS_PREFIX, subscription),
              ...subscriptionAttributes(subscription),
              ...expires,
            },
          },
        },
      ]);
      return ifAllHold(send, [condition, ...moves], deadline);
    },

    async remove(subscriptions) {
      await Promise.all(
        subscriptions.flatMap((subscription) =>
          ([ARRIVALS_PREFIX, SUBSCRIPTIONS_PREFIX] as const).map(async (prefix) =>
            send('DeleteItem', { TableName, Key: subscriptionKey(prefix, subscription) }),
          ),
        ),
      );
    },
  };
}
