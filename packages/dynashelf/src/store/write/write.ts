// One write of one record with its conditions, and how it is sent: alone, or as a part of a transaction.
import type { TransactWriteItem } from '@aws-sdk/client-dynamodb';
import type { UniqueGroup } from '../../definition/unique-groups';
import { Problem } from '../../problem';
import { placeholders } from '../client/expression';
import { unknownOutcome } from '../client/failure';
import type { Operations, Send } from '../client/send';
import type { AttributeMap } from '../layout/value';
import type { Condition } from './condition';

/** What is done to one record. DynamoDB takes one action on each record in a transaction. */
export interface Write {
  kind: 'put' | 'update' | 'delete' | 'check';
  readonly key: AttributeMap;
  /** The record that is put, without its key. */
  readonly record: AttributeMap;
  /**
   * What an update sets, sets where there is nothing yet, removes, and adds to numbers (absent counts as 0) or sets.
   */
  readonly set: AttributeMap;
  readonly setIfAbsent: AttributeMap;
  readonly remove: string[];
  readonly add: AttributeMap;
  /** What an update takes out of sets. */
  readonly takeOut: AttributeMap;
  /** All of them must hold. */
  readonly conditions: Condition[];
  /** The first of the changes that it belongs to, by its place in the plan. */
  readonly cause: number;
  /** The record as it was found: its version, and the token of its last writer. */
  basis?: { readonly version: number; readonly lastWriter: string | undefined };
  /** What it means that a condition does not hold, given the record as it is. */
  onConditionFailed: (current: AttributeMap | undefined) => Violation[];
}

/** Why a set of writes is not carried out. `change` is the place of the change that it concerns. */
export type Violation =
  /** The item is not as it was found; this is how it is. */
  | { readonly kind: 'changed'; readonly change: number; readonly current: AttributeMap | undefined }
  /** The item is being deleted, or a deletion under way will change it. */
  | { readonly kind: 'deleting'; readonly change: number }
  /** Another item has the unique value; of elements, that of the one at this place of the array. */
  | { readonly kind: 'duplicate'; readonly change: number; readonly group: UniqueGroup; readonly element?: number }
  /** The item that is referred to does not exist, or is being deleted. */
  | { readonly kind: 'dangling'; readonly change: number; readonly attribute: string; readonly collection: string }
  /** Items of some collections refer to the item that was to be deleted. */
  | { readonly kind: 'referred'; readonly change: number; readonly collections: string[] }
  /** A partition of an index that was listed has other items by now. */
  | { readonly kind: 'partition-changed' }
  /** The lease, or the place, of a consumer is another's by now; this is how it is. */
  | { readonly kind: 'not-held'; readonly current: AttributeMap | undefined }
  /** A request of the same idempotency key has its outcome recorded. */
  | { readonly kind: 'recorded'; readonly record: AttributeMap };

/** A write of a record that does nothing yet. */
export function newWrite(
  kind: Write['kind'],
  key: AttributeMap,
  cause: number,
  onConditionFailed: Write['onConditionFailed'],
): Write {
  return {
    kind,
    key,
    record: {},
    set: {},
    setIfAbsent: {},
    remove: [],
    add: {},
    takeOut: {},
    conditions: [],
    cause,
    onConditionFailed,
  };
}

/** How a write is sent. */
export interface SendOptions {
  /** Whether the answer to an update holds the record as it then is. */
  readonly returnNew?: boolean;
  /** Whether an attempt that may have taken effect is the last one, since a second could take effect too. */
  readonly once?: boolean;
}

/**
 * Sends the write as a request of its own. A check alone has none.
 * @returns the record as an update leaves it, where that is asked for
 */
export async function sendAlone(
  send: Send,
  write: Write,
  TableName: string,
  { returnNew = false, once = false }: SendOptions = {},
): Promise<AttributeMap | undefined> {
  const { Put, Update, Delete } = toTransactItem(write, TableName);
  if (Put !== undefined) {
    await send('PutItem', Put as Operations['PutItem']['input'], { once });
  } else if (Update !== undefined) {
    const { Attributes } = await send(
      'UpdateItem',
      { ...(Update as Operations['UpdateItem']['input']), ...(returnNew && { ReturnValues: 'ALL_NEW' }) },
      { once },
    );
    return Attributes;
  } else {
    await send('DeleteItem', Delete as Operations['DeleteItem']['input'], { once });
  }
  return undefined;
}

/**
 * Reads the record of a write that may have been carried out.
 * @throws Problem `unavailable` where it cannot be read either: whatever is in the way, it is no refusal of the write
 */
export async function readBack(send: Send, { key: Key }: Write, TableName: string): Promise<AttributeMap | undefined> {
  const { Item } = await send('GetItem', { TableName, Key, ConsistentRead: true }).catch((error: unknown) => {
    throw error instanceof Problem ? unknownOutcome() : error;
  });
  return Item;
}

/** The write as a part of a transaction. */
export function toTransactItem(
  { kind, key, record, set, setIfAbsent, remove, add, takeOut, conditions }: Write,
  TableName: string,
): TransactWriteItem {
  const expressions = placeholders();
  const { name, value } = expressions;
  const condition = conditions.map(({ expression }) => expression(expressions)).join(' AND ');
  const base = { TableName, ReturnValuesOnConditionCheckFailure: 'ALL_OLD' } as const;
  const conditional = { ...base, ...(condition !== '' && { ConditionExpression: condition }) };
  switch (kind) {
    case 'put':
      return { Put: { ...conditional, Item: { ...record, ...key }, ...expressions.attributes() } };
    case 'delete':
      return { Delete: { ...conditional, Key: key, ...expressions.attributes() } };
    case 'check':
      return { ConditionCheck: { ...base, ConditionExpression: condition, Key: key, ...expressions.attributes() } };
    case 'update': {
      const clause = (word: string, parts: string[]): string[] =>
        parts.length === 0 ? [] : [`${word} ${parts.join(', ')}`];
      const UpdateExpression = [
        ...clause('SET', [
          ...Object.entries(set).map(([attribute, stored]) => `${name(attribute)} = ${value(stored)}`),
          ...Object.entries(setIfAbsent).map(
            ([attribute, stored]) => `${name(attribute)} = if_not_exists(${name(attribute)}, ${value(stored)})`,
          ),
        ]),
        ...clause('REMOVE', remove.map(name)),
        ...clause(
          'ADD',
          Object.entries(add).map(([attribute, stored]) => `${name(attribute)} ${value(stored)}`),
        ),
        ...clause(
          'DELETE',
          Object.entries(takeOut).map(([attribute, stored]) => `${name(attribute)} ${value(stored)}`),
        ),
      ].join(' ');
      return { Update: { ...conditional, Key: key, UpdateExpression, ...expressions.attributes() } };
    }
  }
}
