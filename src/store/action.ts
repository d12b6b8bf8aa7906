// One action of a transaction on one record, and how it is sent: alone or with others.
import type { AttributeValue, TransactWriteItem } from '@aws-sdk/client-dynamodb';
import { placeholders, type Placeholders } from './expression';
import { counterName } from './guard';
import type { Operations, Send } from './send';
import { PARTITION_KEY, SORT_KEY } from './table';
import type { AttributeMap } from './value';

/** What is done to one record. DynamoDB takes one action on each record in a transaction. */
export interface Action {
  kind: 'put' | 'update' | 'delete' | 'check';
  readonly key: AttributeMap;
  /** The record that is put, without its key. */
  readonly record: AttributeMap;
  /** What an update sets and removes, and adds to numbers. */
  readonly set: AttributeMap;
  readonly remove: string[];
  readonly add: Map<string, number>;
  /** All of them must hold. */
  readonly conditions: Condition[];
  /** The record as it was found: its version, and the token of its last writer. */
  basis?: { readonly version: number; readonly lastWriter: string | undefined };
  /** What it means that they did not, given the record as it is. */
  explain: Explain;
}

export type Condition = (placeholders: Placeholders) => string;
export type Explain = (current: AttributeMap | undefined) => Refusal[];

/** Why a write was refused. */
export type Refusal =
  /** The item is not as it was found; this is how it is. */
  | { readonly kind: 'changed'; readonly write: number; readonly current: AttributeMap | undefined }
  /** Another item has the unique value. */
  | { readonly kind: 'taken'; readonly write: number; readonly attribute: string }
  /** The item that is referred to does not exist, or is being deleted. */
  | { readonly kind: 'missing'; readonly write: number; readonly attribute: string; readonly collection: string }
  /** Items of a collection refer to the item that was to be deleted. */
  | { readonly kind: 'referred'; readonly write: number; readonly collections: string[] }
  /** A reference or unique value from before its declaration: there is no item to count it on, no guard to give back. */
  | { readonly kind: 'orphan'; readonly key: string }
  /** A request of the same idempotency key has its outcome recorded. */
  | { readonly kind: 'kept'; readonly record: AttributeMap };

/** An action on a record that does nothing yet. */
export function newAction(kind: Action['kind'], key: AttributeMap, explain: Explain): Action {
  return { kind, key, record: {}, set: {}, remove: [], add: new Map(), conditions: [], explain };
}

/** A key as text, equal for equal keys. */
export function keyText(key: AttributeMap): string {
  return JSON.stringify([key[PARTITION_KEY]?.S, key[SORT_KEY]?.S]);
}

export function exists({ name }: Placeholders): string {
  return `attribute_exists(${name(PARTITION_KEY)})`;
}

export function notExists({ name }: Placeholders): string {
  return `attribute_not_exists(${name(PARTITION_KEY)})`;
}

/** The condition that an attribute has a value. */
export function equals(attribute: string, stored: AttributeValue): Condition {
  return ({ name, value }) => `${name(attribute)} = ${value(stored)}`;
}

/** The condition that an attribute has no value. */
export function absent(attribute: string): Condition {
  return ({ name }) => `attribute_not_exists(${name(attribute)})`;
}

/** The condition that at most some items of a collection refer to the item. */
export function atMostReferring(collection: string, most = 0): Condition {
  return ({ name, value }) => `(attribute_not_exists(${name(counterName(collection))}) OR ${name(counterName(collection))} <= ${value({ N: String(most) })})`;
}

/** Sends the action as a request of its own. A check alone has none. */
export async function sendAlone(send: Send, action: Action, TableName: string): Promise<void> {
  const { Put, Update, Delete } = toTransactItem(action, TableName);
  if (Put !== undefined) {
    await send('PutItem', Put as Operations['PutItem']['input']);
  } else if (Update !== undefined) {
    await send('UpdateItem', Update as Operations['UpdateItem']['input']);
  } else {
    await send('DeleteItem', Delete as Operations['DeleteItem']['input']);
  }
}

/** The action as a part of a transaction. */
export function toTransactItem({ kind, key, record, set, remove, add, conditions }: Action, TableName: string): TransactWriteItem {
  const expressions = placeholders();
  const { name, value } = expressions;
  const condition = conditions.map((write) => write(expressions)).join(' AND ');
  const base = { TableName, ReturnValuesOnConditionCheckFailure: 'ALL_OLD' } as const;
  const conditional = { ...base, ...(condition !== '' && { ConditionExpression: condition }) };
  switch (kind) {
    case 'put': return { Put: { ...conditional, Item: { ...record, ...key }, ...expressions.attributes() } };
    case 'delete': return { Delete: { ...conditional, Key: key, ...expressions.attributes() } };
    case 'check': return { ConditionCheck: { ...base, ConditionExpression: condition, Key: key, ...expressions.attributes() } };
    case 'update': {
      const sets = Object.entries(set).map(([attribute, stored]) => `${name(attribute)} = ${value(stored)}`);
      const adds = [...add].map(([attribute, number]) => `${name(attribute)} ${value({ N: String(number) })}`);
      const UpdateExpression = [
        ...(sets.length > 0 ? [`SET ${sets.join(', ')}`] : []),
        ...(remove.length > 0 ? [`REMOVE ${remove.map(name).join(', ')}`] : []),
        ...(adds.length > 0 ? [`ADD ${adds.join(', ')}`] : []),
      ].join(' ');
      return { Update: { ...conditional, Key: key, UpdateExpression, ...expressions.attributes() } };
    }
  }
}
