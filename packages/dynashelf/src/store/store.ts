// The store of one request: items read, and written under conditions that DynamoDB itself holds.
import { randomUUID } from 'node:crypto';
import { refuseLacked } from '../definition/features';
import { MOST_ACTIONS } from '../definition/limits';
import type { Resource } from '../definition/resource';
import { SYSTEM, type Caller } from '../values/caller';
import type { StoredValue } from '../values/stored';
import { retryOnTransactionConflict } from './client/back-off';
import { readMany } from './query/batch';
import { readPartition, type PartitionRead } from './query/partition';
import { withCost } from './client/cost';
import { openBudget } from './client/budget';
import { createReader, MOST_BYTES, type Reader, type StoreOptions } from './reader';
import type { SlottedIndex } from './layout/index-keys';
import { keyText, recordKey, toImage, type Image } from './layout/record';
import { TOKEN_LENGTH } from './layout/table';
import type { AttributeMap } from './layout/value';
import type { Change, WritePlan, PlanOptions } from './write/constraint';
import { commit } from './write/commit';
import { openHeldConstraints } from './write/held-constraints';
import { furtherParts, isInForce, outcomeKey, readResponse } from './write/idempotency';
import { newImage, type NewImage, type Values } from './write/new-image';
import { planChanges } from './write/plan';
import type { Preconditions } from './write/preconditions';
import type { RecordChanges } from './write/record-changes';
import {
  changeAlone,
  createAlone,
  deleteAlone,
  isIndependent,
  replaceAlone,
  type Expected,
  type SingleOutcome,
} from './write/single';
import type { Violation, Write } from './write/write';

/** Records read by their keys: those of items, and that of an outcome which is in force. */
export interface Lookup {
  readonly images: readonly (Image | undefined)[];
  readonly outcome: AttributeMap | undefined;
}

/** The items of all resources, to be read and written. Every method throws a `Problem` where the database fails. */
export interface Store extends Reader {
  /** How many actions a transaction holds. */
  readonly transactionSize: number;
  /** Who asks for what is written. @throws Problem `unauthenticated` where that is nobody whose credentials are good */
  readonly caller: () => Caller;
  /** Whether who asks for what is written may see an attribute of an item. */
  readonly maySee: NonNullable<StoreOptions['maySee']>;
  /**
   * Reads items, and the outcome of a name if one is given, in one request where they are few or small. @throws Problem
   * `too-large` where they have more than 4 MB together
   */
  lookUp(keys: readonly { readonly resource: Resource; readonly id: string }[], outcomeName?: string): Promise<Lookup>;
  /** The response of the outcome that a record begins. */
  readResponse(name: string, record: AttributeMap): Promise<string>;
  /**
   * Reads a partition of a transactional index whole, exactly as it is.
   * @param value the value of the index's partition, as `distinct` makes it a text
   * @throws Problem `too-large` for more than a transaction lists; `unavailable` where the index does not catch up, or
   * its items are not all counted in yet
   */
  readPartition(resource: Resource, index: SlottedIndex, value: string): Promise<PartitionRead>;
  /** The item as a write will leave it. */
  newImage(
    resource: Resource,
    id: string,
    oldImage: Image | undefined,
    values: Values,
    counts?: ReadonlyMap<string, string>,
  ): Promise<NewImage>;
  /** The writes that changes take. */
  plan(changes: readonly Change[], options?: PlanOptions): WritePlan;
  /** Carries out a plan, all of it or nothing; why not, or nothing where it is done. */
  commit(plan: WritePlan): Promise<Violation[]>;
  /** @throws Problem `unavailable` where references to the items of a resource are not all counted */
  requireDeletable(resource: Resource): Promise<void>;
  /** Carries out writes that are no changes of items as clients see them, all or none. */
  carryOut(writes: readonly Write[]): Promise<Violation[]>;
  /** All that stands in the way of a plan now, read and not written. */
  findViolations(plan: WritePlan): Promise<Violation[]>;
  /**
   * Whether items of a resource can be made, replaced and deleted without others being known: by the methods that
   * follow.
   */
  isIndependent(resource: Resource): boolean;
  /** Makes an item under an id that was made here. @throws Problem `invalid` for a value that no index can hold */
  create(resource: Resource, id: string, values: Record<string, StoredValue>): Promise<Image>;
  /** Writes an item whole, new or not: version 1 says it is new. What is read-only stays. */
  replace(
    resource: Resource,
    id: string,
    values: Record<string, StoredValue>,
    preconditions: Preconditions,
  ): Promise<SingleOutcome>;
  /** Changes attributes of an item that exists and is as it is expected to be. */
  change(resource: Resource, id: string, changes: RecordChanges, expected: Expected): Promise<SingleOutcome>;
  /** Deletes an item; undefined where it is done, else what stood against it. */
  delete(resource: Resource, id: string, preconditions: Preconditions): ReturnType<typeof deleteAlone>;
}

/** Random text of a token's length. The first 48 bits of a UUID are random, and Node makes UUIDs ahead. */
function newToken(): string {
  return Buffer.from(
    randomUUID()
      .replaceAll('-', '')
      .slice(0, (TOKEN_LENGTH * 6) / 4),
    'hex',
  ).toString('base64url');
}

/** What opens the store for each request of a function; the function then knows which constraints hold. */
export function storeOpener(tableName: string, resources: StoreOptions['resources']): (options: StoreOptions) => Store {
  const constraints = openHeldConstraints(tableName, resources);
  return (options) => openStore({ ...options, constraints });
}

/** Opens the store for one request. */
export function openStore(storeOptions: StoreOptions): Store {
  const { tableName: TableName, resources, deadline } = storeOptions;
  const { send: sendOnce, cost } = withCost(storeOptions.send, deadline);
  const send = retryOnTransactionConflict(sendOnce, deadline);
  const context = { send, TableName, resources, token: newToken(), deadline };

  const bound = { reads: Infinity, bytes: MOST_BYTES, deadline };

  async function readRecord(Key: AttributeMap): Promise<AttributeMap | undefined> {
    return (await send('GetItem', { TableName, Key, ConsistentRead: true })).Item;
  }

  async function readRecords(keys: readonly AttributeMap[]): Promise<AttributeMap[]> {
    const [only] = keys;
    return only !== undefined && keys.length === 1
      ? [await readRecord(only)].filter((record) => record !== undefined)
      : readMany(openBudget(send, bound), TableName, keys);
  }

  const noteFormer = async (): Promise<void> => storeOptions.constraints?.noteFormer(send);

  // Not by a spread, which makes of so many members a slow object, once for each request.
  return Object.assign(createReader(storeOptions, { send, cost }), {
    transactionSize: storeOptions.transactionSize ?? MOST_ACTIONS,
    caller: storeOptions.caller ?? (() => SYSTEM),
    maySee: storeOptions.maySee ?? (() => true),

    async lookUp(items, outcomeName) {
      const keys = [
        ...items.map(({ resource, id }) => recordKey(resource, id)),
        ...(outcomeName === undefined ? [] : [outcomeKey(outcomeName)]),
      ];
      const byKey = new Map((await readRecords(keys)).map((record) => [keyText(record), record]));
      const outcome = outcomeName === undefined ? undefined : byKey.get(keyText(outcomeKey(outcomeName)));
      return {
        images: await Promise.all(
          items.map(async ({ resource, id }) => {
            const record = byKey.get(keyText(recordKey(resource, id)));
            return record === undefined ? undefined : toImage(resource, record);
          }),
        ),
        outcome: outcome !== undefined && isInForce(outcome) ? outcome : undefined,
      };
    },

    async readResponse(name, record) {
      const further = furtherParts(name, record);
      return readResponse([
        record,
        ...(further.length === 0
          ? []
          : await readMany(openBudget(send, { ...bound, bytes: Infinity }), TableName, further)),
      ]);
    },

    async readPartition(resource, index, value) {
      await storeOptions.constraints?.requireListable(resource, index, send);
      return globalThis.bundleLacks?.transactionalIndexes
        ? refuseLacked('transactionalIndexes')
        : readPartition(send, TableName, resource, index, value, deadline);
    },

    newImage: (resource, id, oldImage, values, counts) =>
      newImage(resource, id, oldImage, values, context.token, counts),

    plan: (changes, options) => planChanges(resources, changes, options),

    async commit({ changes, writes }) {
      await storeOptions.constraints?.requireFor(changes, send);
      return commit(context, [...writes.values()]);
    },

    requireDeletable: async (resource) => storeOptions.constraints?.requireForDeletion(resource, send),

    carryOut: (writes) => commit(context, writes),

    async findViolations({ changes, writes }) {
      const byKey = new Map(
        changes.map(({ resource, id, oldImage }) => [keyText(recordKey(resource, id)), oldImage?.record]),
      );
      const unread = [...writes]
        .filter(([key, { conditions }]) => !byKey.has(key) && conditions.length > 0)
        .map(([, { key }]) => key);
      for (const record of unread.length === 0 ? [] : await readRecords(unread)) {
        byKey.set(keyText(record), record);
      }
      return [...writes].flatMap(([key, { conditions, onConditionFailed }]) => {
        const record = byKey.get(key);
        return conditions.every(({ holds }) => holds(record)) ? [] : onConditionFailed(record);
      });
    },

    isIndependent,

    async create(resource, id, values) {
      await noteFormer();
      return createAlone(context, resource, id, values);
    },

    async replace(resource, id, values, preconditions) {
      await noteFormer();
      return replaceAlone(context, resource, id, values, preconditions);
    },

    async change(resource, id, changes, expected) {
      await noteFormer();
      return changeAlone(context, resource, id, changes, expected);
    },

    async delete(resource, id, preconditions) {
      await noteFormer();
      await storeOptions.constraints?.requireForDeletion(resource, send);
      return deleteAlone(context, resource, id, preconditions);
    },
  } satisfies Omit<Store, keyof Reader>);
}
