// Changes appended to the feed of a collection: they, the positions that they were read from, and the head of the feed
// in one transaction. So each is in the feed once, and no sequence is without one, whatever is repeated, killed between
// requests, or runs beside another.
import type { ChangesOptions, Resource } from '../definition/resource';
import { Problem } from '../problem';
import { backOff } from './client/back-off';
import { withCost } from './client/cost';
import { throttled, type CancellationReason } from './client/failure';
import type { Operations, Send } from './client/send';
import { appendedRecord, asideRecord, writeChange, type NewChange } from './layout/change';
import { advanced, EMPTY_HEAD, headKey, readHead, writeHead, type FeedHead } from './layout/feed-head';
import { PARTITION_KEY } from './layout/table';
import { sizeOf, type AttributeMap } from './layout/value';
import { MOST_ACTIONS } from '../definition/limits';
import type { KnownHeads } from './feed';

type Action = NonNullable<Operations['TransactWriteItems']['input']['TransactItems']>[number];

/** Bytes of one transaction; DynamoDB takes 4 MB. */
const MOST_BYTES = 3_500_000;

/** How often in a row a transaction is refused for what DynamoDB can take, before it counts as throttling. */
const MOST_THROTTLED = 5;

const DAY = 24 * 60 * 60 * 1000;

/** A resource that declares changes. */
export type ChangingResource = Pick<Resource, 'name'> & { readonly changes: ChangesOptions };

/** What appends changes to the feeds of a table. */
export interface Appender {
  /**
   * Appends those that are not in the feed yet, in their order, as many at once as a transaction takes.
   * @returns how many these were
   * @throws Problem where the database fails; what stood before was appended. What DynamoDB refuses for ever is thrown
   * as it says it
   */
  append(resource: ChangingResource, changes: readonly NewChange[]): Promise<number>;
  /** Keeps a record of the table's stream that cannot be read, as it came, until somebody takes it away. */
  keepAside(collection: string, position: string, record: object): Promise<void>;
}

/**
 * Opens what appends.
 * @param deadline when to stop trying, in milliseconds since 1970
 * @param known what the process knows of the heads
 */
export function openAppender(raw: Send, TableName: string, deadline: number, known: KnownHeads = new Map()): Appender {
  const { send } = withCost(raw, deadline);

  async function headOf(collection: string): Promise<FeedHead> {
    const { Item } = await send('GetItem', { TableName, Key: headKey(collection), ConsistentRead: true });
    return readHead(Item);
  }

  return {
    async append(resource, changes) {
      const { name } = resource;
      let waiting = changes.filter(
        ({ position }, index) => changes.findIndex((other) => other.position === position) === index,
      );
      let count = 0;
      let head = known.get(name)?.head ?? (waiting.length === 0 ? EMPTY_HEAD : await headOf(name));
      for (let attempt = 0, refused = 0; waiting.length > 0;) {
        const batch = batchOf(TableName, resource, head, waiting);
        try {
          await send('TransactWriteItems', { TransactItems: batch.actions });
          head = batch.head;
          known.set(name, { head, at: Date.now() });
          count += batch.owners.size;
          waiting = waiting.slice(batch.owners.size);
          [attempt, refused] = [0, 0];
          continue;
        } catch (error) {
          known.delete(name);
          const reasons = (error as { CancellationReasons?: CancellationReason[] }).CancellationReasons;
          if (reasons === undefined || reasons.some(({ Code }) => Code === 'ValidationError')) {
            throw error;
          }
          const failed = reasons.map(({ Code }) => Code === 'ConditionalCheckFailed');
          // What was read into the feed before has its place there.
          const repeats = new Set([...batch.owners].filter(([, index]) => failed[index]).map(([change]) => change));
          waiting = waiting.filter((change) => !repeats.has(change));
          if (failed.some((one) => one)) {
            const current = reasons.at(-1)?.Item;
            head = failed.at(-1) && current !== undefined ? readHead(current) : await headOf(name);
          }
          if (repeats.size > 0) {
            continue;
          }
          if (failed.includes(true) && failed.at(-1) === false) {
            throw new Error(`the feed of ${name} has changes beyond its head, which something else has written`);
          }
          if (reasons.some(({ Code = '' }) => THROTTLED.has(Code)) && ++refused === MOST_THROTTLED) {
            throw throttled();
          }
        }
        await backOff(attempt++, deadline).catch((error: unknown) => {
          throw error instanceof Problem ? throttled() : error;
        });
      }
      return count;
    },

    async keepAside(collection, position, record) {
      await send('PutItem', { TableName, Item: asideRecord(collection, position, record) });
    },
  };
}

const THROTTLED = new Set(['ThrottlingError', 'ProvisionedThroughputExceeded']);

interface Batch {
  readonly actions: Action[];
  /** The changes that are in it, each with the index of the action that notes its position. */
  readonly owners: ReadonlyMap<NewChange, number>;
  readonly head: FeedHead;
}

/** As many changes as one transaction takes, at least one; the head comes last. */
function batchOf(
  TableName: string,
  { name, changes: { days, partitions } }: ChangingResource,
  head: FeedHead,
  changes: readonly NewChange[],
): Batch {
  const now = Date.now();
  const expires = Math.ceil((now + days * DAY) / 1000);
  const put = (Item: AttributeMap): Action => ({
    Put: {
      TableName,
      Item,
      ConditionExpression: 'attribute_not_exists(#p)',
      ExpressionAttributeNames: { '#p': PARTITION_KEY },
    },
  });
  const actions: Action[] = [];
  const owners = new Map<NewChange, number>();
  let bytes = 0;
  for (const change of changes) {
    const records = writeChange(name, head.next + owners.size, partitions, change, expires);
    bytes += records.reduce((sum, M) => sum + sizeOf({ M }), 0);
    if (owners.size > 0 && (bytes > MOST_BYTES || actions.length + records.length + 2 > MOST_ACTIONS)) {
      break;
    }
    owners.set(change, actions.length);
    actions.push(put(appendedRecord(change.position, Math.floor(now / 1000))), ...records.map(put));
  }
  const then = advanced(head, owners.size, partitions, days * DAY, now);
  const isNew = head.next === EMPTY_HEAD.next;
  actions.push({
    Put: {
      TableName,
      Item: writeHead(name, then),
      ConditionExpression: isNew ? 'attribute_not_exists(#p)' : '#next = :next',
      ExpressionAttributeNames: isNew ? { '#p': PARTITION_KEY } : { '#next': 'next' },
      ...(!isNew && { ExpressionAttributeValues: { ':next': { N: String(head.next) } } }),
      ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
    },
  });
  return { actions, owners, head: then };
}
