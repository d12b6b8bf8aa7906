// The connections of sockets, and what each has subscribed to. A subscription is never there without its connection:
// what makes it is conditional on that, and what removes a connection begins with its record.
import { hash } from 'node:crypto';
import { retryOnTransactionConflict } from './client/back-off';
import { withCost } from './client/cost';
import { ifAllHold, ifHolds, type TransactItem } from './client/if-holds';
import type { Send } from './client/send';
import {
  ARRIVALS_PREFIX,
  connectionAttributes,
  connectionKey,
  expiresAt,
  readConnection,
  seatKey,
  SEATS_PREFIX,
  subscriptionAttributes,
  subscriptionKey,
  SUBSCRIPTIONS_PREFIX,
  type Connection,
  type Seat,
  type SocketCaller,
  type Subscription,
} from './layout/sockets';
import { EXPIRES_ATTRIBUTE, PARTITION_KEY, SORT_KEY } from './layout/table';
import type { AttributeMap } from './layout/value';

/** Milliseconds after which API Gateway has closed every connection (2 hours), and some for its clock. */
export const CONNECTION_LIFE = 2 * 60 * 60 * 1000 + 5 * 60 * 1000;

/** The connections of a table. Every method throws a `Problem` where the database fails. */
export interface Connections {
  /**
   * Notes a connection, in a place of its caller's that is free.
   * @param identity the caller as text; empty where it is nobody in particular, who has any number
   * @param most how many places a caller has
   * @returns none where it is noted, else those that have the places
   */
  open(id: string, caller: SocketCaller, identity: string, most: number): Promise<TakenSeat[]>;
  /** A connection as it is now; undefined where it is not there. */
  read(id: string): Promise<Connection | undefined>;
  /** Removes a connection with its subscriptions and its place. */
  forget(id: string): Promise<void>;
  /** Leaves a place, unless another connection has it by now. */
  leave(seat: TakenSeat): Promise<void>;
  /**
   * Notes that a connection has a subscription.
   * @param most how many it has at most
   * @returns whether it is noted: the connection is there, and has not as many
   */
  begin(connection: string, id: string, collection: string, most: number): Promise<boolean>;
  /** Hands a subscription to the fan-out. @returns whether it still was there */
  handOver(subscription: Subscription): Promise<boolean>;
  /** Ends a subscription. @returns whether it was there */
  end(connection: string, id: string, collection: string): Promise<boolean>;
}

/** A caller's place, and the connection that has it. */
export interface TakenSeat extends Seat {
  readonly connection: string;
}

/** Opens the connections of a table. @param deadline when to stop trying, in milliseconds since 1970 */
export function openConnections(raw: Send, TableName: string, deadline: number): Connections {
  const send = retryOnTransactionConflict(withCost(raw, deadline).send, deadline);

  const transact = async (items: readonly TransactItem[]): Promise<boolean> => ifAllHold(send, items, deadline);
  const remove = (Key: AttributeMap): TransactItem => ({ Delete: { TableName, Key } });

  return {
    async open(id, caller, identity, most) {
      const expires = expiresAt(Date.now() + CONNECTION_LIFE);
      const put = (seat: Seat | undefined): TransactItem => ({
        Put: {
          TableName,
          Item: {
            ...connectionKey(id),
            ...connectionAttributes({ ...caller, id, seat, subscriptions: new Map() }),
            ...expires,
          },
        },
      });
      if (identity === '') {
        await send('PutItem', put(undefined).Put!);
        return [];
      }
      const holder = hash('sha256', identity, 'base64url').slice(0, 32);
      const now = Math.floor(Date.now() / 1000);
      const taken = await seats(holder, now);
      const free = Array.from({ length: most }, (_, number) => number).filter((number) => !taken.has(number));
      // Those who race for places begin at different ones.
      const first = Math.floor(Math.random() * free.length);
      for (const number of [...free.slice(first), ...free.slice(0, first)]) {
        const seat = { holder, number };
        const isTaken = await transact([
          {
            Put: {
              TableName,
              Item: { ...seatKey(seat), connection: { S: id }, ...expires },
              ConditionExpression: 'attribute_not_exists(#pk) OR #expires < :now',
              ExpressionAttributeNames: { '#pk': PARTITION_KEY, '#expires': EXPIRES_ATTRIBUTE },
              ExpressionAttributeValues: { ':now': { N: String(now) } },
            },
          },
          put(seat),
        ]);
        if (isTaken) {
          return [];
        }
      }
      return [...(await seats(holder, now)).values()];
    },

    async read(id) {
      const { Item } = await send('GetItem', { TableName, Key: connectionKey(id), ConsistentRead: true });
      return Item && readConnection(Item);
    },

    async forget(id) {
      const { Attributes } = await send('DeleteItem', { TableName, Key: connectionKey(id), ReturnValues: 'ALL_OLD' });
      if (Attributes === undefined) {
        return;
      }
      const { seat, subscriptions } = readConnection(Attributes);
      const keys = [...subscriptions].flatMap(([subscription, collection]) =>
        [ARRIVALS_PREFIX, SUBSCRIPTIONS_PREFIX].map((prefix) =>
          subscriptionKey(prefix as typeof ARRIVALS_PREFIX, { collection, connection: id, id: subscription }),
        ),
      );
      await Promise.all([
        ...keys.map(async (Key) => send('DeleteItem', { TableName, Key })),
        ...(seat === undefined ? [] : [leave({ ...seat, connection: id })]),
      ]);
    },

    leave,

    async begin(connection, id, collection, most) {
      return ifHolds(async () =>
        send('UpdateItem', {
          TableName,
          Key: connectionKey(connection),
          UpdateExpression: 'SET #subscriptions.#id = :collection',
          // It has it already where the answer to the first attempt was lost.
          ConditionExpression: 'size(#subscriptions) < :most OR attribute_exists(#subscriptions.#id)',
          ExpressionAttributeNames: { '#subscriptions': 'subscriptions', '#id': id },
          ExpressionAttributeValues: { ':collection': { S: collection }, ':most': { N: String(most) } },
        }),
      );
    },

    async handOver(subscription) {
      const { connection, id } = subscription;
      return transact([
        {
          ConditionCheck: {
            TableName,
            Key: connectionKey(connection),
            ConditionExpression: 'attribute_exists(#subscriptions.#id)',
            ExpressionAttributeNames: { '#subscriptions': 'subscriptions', '#id': id },
          },
        },
        {
          Put: {
            TableName,
            Item: {
              ...subscriptionKey(ARRIVALS_PREFIX, subscription),
              ...subscriptionAttributes(subscription),
              ...expiresAt(Date.now() + CONNECTION_LIFE),
            },
          },
        },
      ]);
    },

    async end(connection, id, collection) {
      const subscription = { connection, id, collection };
      return transact([
        {
          Update: {
            TableName,
            Key: connectionKey(connection),
            UpdateExpression: 'REMOVE #subscriptions.#id',
            ConditionExpression: 'attribute_exists(#subscriptions.#id)',
            ExpressionAttributeNames: { '#subscriptions': 'subscriptions', '#id': id },
          },
        },
        remove(subscriptionKey(ARRIVALS_PREFIX, subscription)),
        remove(subscriptionKey(SUBSCRIPTIONS_PREFIX, subscription)),
      ]);
    },
  };

  /** Those of a caller's places that are taken, by their numbers. */
  async function seats(holder: string, now: number): Promise<Map<number, TakenSeat>> {
    const { Items = [] } = await send('Query', {
      TableName,
      KeyConditionExpression: '#pk = :pk',
      FilterExpression: '#expires >= :now',
      ExpressionAttributeNames: { '#pk': PARTITION_KEY, '#expires': EXPIRES_ATTRIBUTE },
      ExpressionAttributeValues: { ':pk': { S: `${SEATS_PREFIX}${holder}` }, ':now': { N: String(now) } },
      ConsistentRead: true,
    });
    return new Map(
      Items.map((item) => {
        const number = Number(item[SORT_KEY]?.S);
        return [number, { holder, number, connection: item['connection']?.S ?? '' }];
      }),
    );
  }

  async function leave({ connection, ...seat }: TakenSeat): Promise<void> {
    await ifHolds(async () =>
      send('DeleteItem', {
        TableName,
        Key: seatKey(seat),
        ConditionExpression: '#connection = :id',
        ExpressionAttributeNames: { '#connection': 'connection' },
        ExpressionAttributeValues: { ':id': { S: connection } },
      }),
    );
  }
}
