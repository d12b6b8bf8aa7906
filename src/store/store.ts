// The store of one request: items read, and written under conditions that DynamoDB itself holds.
import { randomUUID } from 'node:crypto';
import type { Resource } from '../definition/resource';
import type { Stored } from '../definition/prepare';
import { keyText, type Refusal } from './action';
import { throughTransactions } from './back-off';
import { readMany } from './batch';
import { changeBlindly, isIndependent, removeBlindly, replaceBlindly, type Expected, type Written } from './blind';
import type { RecordChanges } from './changes';
import { commit, countActions, type Commit } from './commit';
import { metered } from './cost';
import { markDeleting } from './mark';
import { furtherParts, isKept, keptKey, readOutcome } from './idempotency';
import { nextRecord, TOKEN_LENGTH, type Meaning, type Next } from './next';
import type { Preconditions } from './preconditions';
import { createReader, type Reader, type StoreOptions } from './reader';
import { recordKey, toFound, type Found } from './record';
import type { AttributeMap } from './value';

/** Records read by their keys: those of items, and of outcomes that are kept. */
export interface Lookup {
  readonly items: readonly (Found | undefined)[];
  readonly kept: AttributeMap | undefined;
}

/** The items of all resources, to be read and written. Every method throws a `Problem` where the database fails. */
export interface Store extends Reader {
  /** Reads items, and the outcome kept under a name if one is given, all in one request where they are several. */
  lookUp(keys: readonly { readonly resource: Resource; readonly id: string }[], keptName?: string): Promise<Lookup>;
  /** The outcome that a record begins. */
  readKept(name: string, record: AttributeMap): Promise<string>;
  /** The item as a write will leave it. */
  next(resource: Resource, id: string, found: Found | undefined, values: Record<string, Stored | undefined>, meaning: Meaning, counts?: Record<string, number>): Promise<Next>;
  /** Carries out writes, all or none; why they were refused, or nothing where they are done. */
  commit(request: Commit): Promise<Refusal[]>;
  /** The number of database actions that writes take, of which a transaction holds 100. */
  countActions(request: Commit): number;
  /** Whether items of a resource can be replaced and deleted without being read: by `replace` and `remove`. */
  isIndependent(resource: Resource): boolean;
  /** Writes an item whole, new or not: version 1 says it is new. What is read-only stays. */
  replace(resource: Resource, id: string, values: Record<string, Stored>, preconditions: Preconditions): Promise<Written>;
  /** Changes attributes of an item that exists and is as it is expected to be. */
  change(resource: Resource, id: string, changes: RecordChanges, expected: Expected): Promise<Written>;
  /** Deletes an item; undefined where it is done, else what stood against it. */
  remove(resource: Resource, id: string, preconditions: Preconditions): Promise<{ readonly current: Found | undefined; readonly referring: string[] } | undefined>;
  /** Marks an item as being deleted with what refers to it; false where it has changed, or an item of some collections refers to it. */
  markDeleting(resource: Resource, found: Found, restricting: readonly string[]): Promise<boolean>;
}

/** Random text of a token's length. The first 48 bits of a UUID are random, and Node makes UUIDs ahead. */
function newToken(): string {
  return Buffer.from(randomUUID().replaceAll('-', '').slice(0, TOKEN_LENGTH * 6 / 4), 'hex').toString('base64url');
}

/** Opens the store for one request. */
export function openStore(storeOptions: StoreOptions): Store {
  const { tableName: TableName, resources, deadline } = storeOptions;
  const { send: sendOnce, cost } = metered(storeOptions.send);
  const send = throughTransactions(sendOnce, deadline);
  const token = newToken();
  const options = { send, TableName, resources, token, deadline };

  async function readRecord(Key: AttributeMap): Promise<AttributeMap | undefined> {
    return (await send('GetItem', { TableName, Key, ConsistentRead: true })).Item;
  }

  return {
    ...createReader(storeOptions, { send, cost }),

    async lookUp(items, keptName) {
      const keys = [...items.map(({ resource, id }) => recordKey(resource, id)), ...(keptName === undefined ? [] : [keptKey(keptName)])];
      const [only] = keys;
      const records = only !== undefined && keys.length === 1 ? [await readRecord(only)].filter((record) => record !== undefined) : await readMany(send, TableName, keys);
      const byKey = new Map(records.map((record) => [keyText(record), record]));
      const kept = keptName === undefined ? undefined : byKey.get(keyText(keptKey(keptName)));
      return {
        items: await Promise.all(items.map(async ({ resource, id }) => {
          const record = byKey.get(keyText(recordKey(resource, id)));
          return record === undefined ? undefined : toFound(resource, record);
        })),
        kept: isKept(kept) ? kept : undefined,
      };
    },

    async readKept(name, record) {
      const further = furtherParts(name, record);
      return readOutcome([record, ...(further.length === 0 ? [] : await readMany(send, TableName, further))]);
    },

    next: (resource, id, found, values, meaning, counts) => nextRecord(resource, id, found, values, meaning, token, counts),

    commit: (request) => commit(options, request),

    countActions: (request) => countActions(resources, request),

    isIndependent,

    replace: (resource, id, values, preconditions) => replaceBlindly(options, resource, id, values, preconditions),

    change: (resource, id, changes, expected) => changeBlindly(options, resource, id, changes, expected),

    remove: (resource, id, preconditions) => removeBlindly(options, resource, id, preconditions),

    markDeleting: (resource, found, restricting) => markDeleting(options, resource, found, restricting),
  };
}
