// The reading half of the store of one request: all that the functions `read` and `describe` have of it.
import type { AnyItem } from '../definition/item';
import type { Caller } from '../values/caller';
import type { Resource } from '../definition/resource';
import { readItems, type ItemKey } from './query/batch';
import { withCost, type Cost } from './client/cost';
import { openBudget } from './client/budget';
import { countMatching } from './query/count';
import { readPage, type Page, type PageRequest } from './query/page';
import type { ReadPlan } from './query/planner';
import { recordKey, toImage, type Image } from './layout/record';
import type { Send } from './client/send';
import { HEALTH_PARTITION, PARTITION_KEY, SORT_KEY } from './layout/table';
import type { HeldConstraints } from './write/held-constraints';

/** The items of all resources, to be read. Every method throws a `Problem` where the database fails. */
export interface Reader {
  /** What the requests so far cost. */
  readonly cost: Readonly<Cost>;
  /** When to stop trying, in milliseconds since 1970. */
  readonly deadline: number;
  /** All resources, whose items may depend on one another. */
  readonly resources: ReadonlyMap<string, Resource>;
  /** Reads one item, strongly consistent. */
  read(resource: Resource, id: string): Promise<Image | undefined>;
  /** Reads one page of a list: strongly consistent, but for one over an index. */
  page(resource: Resource, request: PageRequest): Promise<Page>;
  /** Counts the items of a list, whatever their pages; undefined where one request may not read so much. */
  count(resource: Resource, plan: ReadPlan): Promise<number | undefined>;
  /**
   * Reads the items of references, strongly consistent, in their order; undefined where there is none. Those from which
   * on one request would read too much are left out.
   */
  readMany(references: readonly ItemKey[]): Promise<(AnyItem | undefined)[]>;
  /** Reads a record that never exists, to see whether the table can be reached. */
  ping(): Promise<void>;
}

/** What a store is opened with. */
export interface StoreOptions {
  readonly send: Send;
  readonly tableName: string;
  readonly resources: ReadonlyMap<string, Resource>;
  readonly deadline: number;
  /** How many requests one page may read; 10 without it. */
  readonly readLimit?: number;
  /** How many actions a transaction holds; DynamoDB's own limit without it. */
  readonly transactionSize?: number;
  /** Who asks; a function of the app's own without it. */
  readonly caller?: () => Caller;
  /** Whether who asks may see an attribute of an item; of every item all without it. */
  readonly maySee?: (resource: Resource, item: AnyItem, attribute: string) => boolean;
  /** Which constraints hold of all items; without it, all that are declared do. */
  readonly constraints?: HeldConstraints;
}

/** Bytes of records that one page, what it refers to, or a transaction may read. */
export const MOST_BYTES = 4 * 1024 * 1024;

/** Opens the store for one request that only reads. */
export function openReader(options: StoreOptions): Reader {
  return createReader(options, withCost(options.send, options.deadline));
}

/** A reader whose requests go through a `send` that is metered already. */
export function createReader(
  { tableName: TableName, resources, deadline, readLimit = 10 }: StoreOptions,
  { send, cost }: ReturnType<typeof withCost>,
): Reader {
  const bound = { reads: readLimit, bytes: MOST_BYTES, deadline };
  return {
    cost,
    deadline,
    resources,

    async read(resource, id) {
      const { Item } = await send('GetItem', { TableName, Key: recordKey(resource, id), ConsistentRead: true });
      return Item === undefined ? undefined : toImage(resource, Item);
    },

    page: (resource, request) => readPage(send, TableName, resource, request, bound),

    count: (resource, plan) => countMatching(openBudget(send, bound), TableName, resource, plan),

    readMany: (references) => readItems(openBudget(send, { ...bound, reads: Infinity }), TableName, references),

    async ping() {
      await send('GetItem', {
        TableName,
        Key: { [PARTITION_KEY]: { S: HEALTH_PARTITION }, [SORT_KEY]: { S: HEALTH_PARTITION } },
      });
    },
  };
}
