// The store of one request: items read and written, each write one conditional request to DynamoDB.
import { randomBytes } from 'node:crypto';
import type { AnyItem } from '../definition/item';
import type { Resource } from '../definition/resource';
import type { Stored } from '../definition/prepare';
import { Problem } from '../problem';
import { metered, type Cost } from './cost';
import { isConditionFailure } from './failure';
import { preconditionParts, type Preconditions } from './preconditions';
import { placeholders } from './expression';
import { readPage, type Page, type PageRequest } from './page';
import { newRecord, recordKey, toFound, type Found } from './record';
import type { Send } from './send';
import { HEALTH_PARTITION, PARTITION_KEY, SORT_KEY, WRITTEN_ATTRIBUTE } from './table';
import { setAll } from './update';
import { encode, type AttributeMap } from './value';

/** What became of a conditional write: the item as it now is, or what stood against it. */
export type Written = { readonly item: AnyItem } | { readonly item?: undefined; readonly current: Found | undefined };

/** The items of all resources. Every method throws a `Problem` where the database fails. */
export interface Store {
  /** What the requests so far cost. */
  readonly cost: Readonly<Cost>;
  /** Reads one item, strongly consistent. */
  read(resource: Resource, id: string): Promise<Found | undefined>;
  /** Reads one page of items, newest id first, strongly consistent. */
  page(resource: Resource, request: PageRequest): Promise<Page>;
  /** Writes a new item with version 1. */
  create(resource: Resource, id: string, values: Record<string, Stored>): Promise<AnyItem>;
  /** Writes an item whole, new or not: version 1 says it is new. What is read-only stays. */
  replace(resource: Resource, id: string, values: Record<string, Stored>, preconditions: Preconditions): Promise<Written>;
  /** Writes some attributes of an item as it was found; one that is undefined is removed. */
  update(resource: Resource, found: Found, changes: Record<string, Stored | undefined>): Promise<Written>;
  /** Deletes an item; undefined where it is done, else what stood against it. */
  remove(resource: Resource, id: string, preconditions: Preconditions): Promise<{ readonly current: Found | undefined } | undefined>;
  /** Reads a record that never exists, to see whether the table can be reached. */
  ping(): Promise<void>;
}

export interface StoreOptions {
  readonly send: Send;
  readonly tableName: string;
}

/** Opens the store for one request. */
export function openStore({ send: sendUnmetered, tableName: TableName }: StoreOptions): Store {
  const { send, cost } = metered(sendUnmetered);
  const token = randomBytes(9).toString('base64url');

  /** Runs a conditional write; the record that stood against it, if any, comes without a further read. */
  async function attempt(resource: Resource, write: () => Promise<AttributeMap>): Promise<Written> {
    try {
      return await toFound(resource, await write());
    } catch (error) {
      if (!isConditionFailure(error)) {
        throw error;
      }
      const current = error.Item === undefined ? undefined : await toFound(resource, error.Item);
      return isOwn(error.Item) ? { item: current!.item } : { current };
    }
  }

  /** Whether this request wrote the record itself, an earlier attempt having lost its response. */
  function isOwn(record: AttributeMap | undefined): boolean {
    return record?.[WRITTEN_ATTRIBUTE]?.S === token;
  }

  async function update(resource: Resource, id: string, build: (expressions: ReturnType<typeof placeholders>) => { set: string[]; remove: string[]; conditions: string[] }): Promise<Written> {
    const expressions = placeholders();
    const { name, value } = expressions;
    const { set, remove, conditions } = build(expressions);
    const written = value({ S: token });
    set.push(
      `${name('updatedAt')} = ${value({ S: new Date().toISOString() })}`,
      `${name(WRITTEN_ATTRIBUTE)} = ${written}`,
    );
    conditions.push(`(attribute_not_exists(${name(PARTITION_KEY)}) OR ${name(WRITTEN_ATTRIBUTE)} <> ${written})`);
    return attempt(resource, async () => {
      const { Attributes } = await send('UpdateItem', {
        TableName,
        Key: recordKey(resource, id),
        UpdateExpression: `SET ${set.join(', ')}${remove.length > 0 ? ` REMOVE ${remove.join(', ')}` : ''}`,
        ConditionExpression: conditions.join(' AND '),
        ...expressions.attributes(),
        ReturnValues: 'ALL_NEW',
        ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
      });
      return Attributes!;
    });
  }

  return {
    cost,

    async read(resource, id) {
      const { Item } = await send('GetItem', { TableName, Key: recordKey(resource, id), ConsistentRead: true });
      return Item === undefined ? undefined : toFound(resource, Item);
    },

    page: (resource, request) => readPage(send, TableName, resource, request),

    async create(resource, id, values) {
      const record = { ...encode(values), ...newRecord(resource, id, token) };
      const { item } = await attempt(resource, async () => {
        await send('PutItem', {
          TableName,
          Item: record,
          ConditionExpression: `attribute_not_exists(${PARTITION_KEY})`,
          ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
        });
        return record;
      });
      if (item === undefined) {
        throw new Problem('conflict', `An item with the id "${id}" exists already: send the request again.`);
      }
      return item;
    },

    replace: (resource, id, values, preconditions) => update(resource, id, (expressions) => {
      const { name, value } = expressions;
      const { set, remove } = setAll(resource, values, expressions);
      set.push(
        `${name('version')} = if_not_exists(${name('version')}, ${value({ N: '0' })}) + ${value({ N: '1' })}`,
        `${name('createdAt')} = if_not_exists(${name('createdAt')}, ${value({ S: new Date().toISOString() })})`,
      );
      return { set, remove, conditions: preconditionParts(preconditions, expressions) };
    }),

    update: (resource, { item, record }, changes) => update(resource, item.id, ({ name, value }) => {
      const encoded = encode(changes);
      const set = Object.entries(encoded).map(([attribute, stored]) => `${name(attribute)} = ${value(stored)}`);
      const remove = Object.keys(changes).filter((attribute) => encoded[attribute] === undefined && record[attribute] !== undefined).map(name);
      set.push(`${name('version')} = ${value({ N: String(item.version + 1) })}`);
      return { set, remove, conditions: [`${name('version')} = ${value({ N: String(item.version) })}`] };
    }),

    async remove(resource, id, preconditions) {
      const expressions = placeholders();
      const conditions = [`attribute_exists(${expressions.name(PARTITION_KEY)})`, ...preconditionParts(preconditions, expressions)];
      try {
        await send('DeleteItem', {
          TableName,
          Key: recordKey(resource, id),
          ConditionExpression: conditions.join(' AND '),
          ...expressions.attributes(),
          ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
        });
        return undefined;
      } catch (error) {
        if (!isConditionFailure(error)) {
          throw error;
        }
        // Gone on a second attempt: the first one, whose response was lost, may have done it, and it is what was asked for.
        if (error.Item === undefined && (error.$metadata?.attempts ?? 1) > 1) {
          return undefined;
        }
        return { current: error.Item === undefined ? undefined : await toFound(resource, error.Item) };
      }
    },

    async ping() {
      await send('GetItem', { TableName, Key: { [PARTITION_KEY]: { S: HEALTH_PARTITION }, [SORT_KEY]: { S: HEALTH_PARTITION } } });
    },
  };
}
