// How far the fan-out of a collection to sockets is, and who is at it: one at a time, under a lease that ends by
// itself. Nothing relies on its being one: what two send, clients drop; the place moves under a condition.
import { randomUUID } from 'node:crypto';
import { withCost } from './client/cost';
import { ifHolds, type TransactItem } from './client/if-holds';
import type { Send } from './client/send';
import { CONSUMERS_PARTITION } from './layout/consumer';
import { PARTITION_KEY, SORT_KEY } from './layout/table';
import type { AttributeMap } from './layout/value';
import { retryOnTransactionConflict } from './client/back-off';

/** Milliseconds after which a lease ends that nobody renews. */
export const FAN_OUT_LEASE = 15_000;

/** The lease of a fan-out. */
export interface FanOutLease {
  /** The sequence of the first change that is not sent to everyone yet. */
  readonly place: number;
  /** That the lease and the place are still so, for a transaction. */
  readonly condition: TransactItem;
  /** Moves the place, and renews the lease. @returns the lease from now on; undefined where another has it */
  advance(place: number): Promise<FanOutLease | undefined>;
  /** Renews the lease. */
  renew(): Promise<boolean>;
  /** Gives it back. */
  release(): Promise<void>;
}

/** The fan-out of a collection. */
export interface FanOutState {
  /**
   * Takes the lease.
   * @param beginning the place where there is none yet
   * @returns undefined where another has it
   */
  claim(beginning: number): Promise<FanOutLease | undefined>;
}

/** Opens the state of the fan-out of a collection. @param deadline when to stop trying, in milliseconds since 1970 */
export function openFanOut(raw: Send, TableName: string, collection: string, deadline: number): FanOutState {
  // A transaction that takes a subscription over looks at this record.
  const send = retryOnTransactionConflict(withCost(raw, deadline).send, deadline);
  const Key: AttributeMap = { [PARTITION_KEY]: { S: CONSUMERS_PARTITION }, [SORT_KEY]: { S: `sockets/${collection}` } };
  const names = { '#owner': 'owner', '#until': 'until', '#place': 'place' };
  const until = (): { N: string } => ({ N: String(Date.now() + FAN_OUT_LEASE) });

  function lease(owner: string, place: number): FanOutLease {
    const ExpressionAttributeNames = { '#owner': 'owner', '#place': 'place' };
    const isHeld = '#owner = :owner AND #place = :place';
    const held = { ':owner': { S: owner }, ':place': { N: String(place) } };
    return {
      place,
      condition: {
        ConditionCheck: {
          TableName,
          Key,
          ConditionExpression: isHeld,
          ExpressionAttributeNames,
          ExpressionAttributeValues: held,
        },
      },
      async advance(next) {
        const isDone = await ifHolds(async () =>
          send('UpdateItem', {
            TableName,
            Key,
            UpdateExpression: 'SET #place = :next, #until = :until',
            // It is there already where the answer to the first attempt was lost.
            ConditionExpression: '#owner = :owner AND #place IN (:place, :next)',
            ExpressionAttributeNames: names,
            ExpressionAttributeValues: { ...held, ':next': { N: String(next) }, ':until': until() },
          }),
        );
        return isDone ? lease(owner, next) : undefined;
      },
      renew: async () =>
        ifHolds(async () =>
          send('UpdateItem', {
            TableName,
            Key,
            UpdateExpression: 'SET #until = :until',
            ConditionExpression: '#owner = :owner',
            ExpressionAttributeNames: { '#owner': 'owner', '#until': 'until' },
            ExpressionAttributeValues: { ':owner': { S: owner }, ':until': until() },
          }),
        ),
      async release() {
        await ifHolds(async () =>
          send('UpdateItem', {
            TableName,
            Key,
            UpdateExpression: 'REMOVE #owner, #until',
            ConditionExpression: '#owner = :owner',
            ExpressionAttributeNames: { '#owner': 'owner', '#until': 'until' },
            ExpressionAttributeValues: { ':owner': { S: owner } },
          }),
        );
      },
    };
  }

  return {
    async claim(beginning) {
      const owner = randomUUID();
      let place = beginning;
      const isDone = await ifHolds(async () => {
        const { Attributes } = await send('UpdateItem', {
          TableName,
          Key,
          UpdateExpression: 'SET #owner = :owner, #until = :until, #place = if_not_exists(#place, :beginning)',
          // It has this owner already where the answer to the first attempt was lost.
          ConditionExpression: 'attribute_not_exists(#until) OR #until < :now OR #owner = :owner',
          ExpressionAttributeNames: names,
          ExpressionAttributeValues: {
            ':owner': { S: owner },
            ':until': until(),
            ':beginning': { N: String(beginning) },
            ':now': { N: String(Date.now()) },
          },
          ReturnValues: 'ALL_NEW',
        });
        place = Number(Attributes?.['place']?.N);
      });
      return isDone ? lease(owner, place) : undefined;
    },
  };
}
