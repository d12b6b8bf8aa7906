// Writes of one item in one request, without reading it first: where a write need not know the item.
import { hasDerived } from '../definition/derive';
import { isReadOnly } from '../definition/node';
import type { Stored } from '../definition/prepare';
import type { Resource } from '../definition/resource';
import { atMostReferring, equals, exists } from './action';
import type { RecordChanges } from './changes';
import type { CommitOptions } from './commit';
import { placeholders, type Placeholders } from './expression';
import { isConditionFailure, mayBeDone, unknownOutcome } from './failure';
import { referenceAttributes, referrersOf, uniqueAttributes } from './guard';
import { indexKeyNames, indexKeys } from './index-keys';
import { preconditionParts, type Preconditions } from './preconditions';
import { recordKey, referring, toFound, type Found } from './record';
import { PARTITION_KEY, WRITTEN_ATTRIBUTE } from './table';
import { setAll, setSome, type Update } from './update';
import { encode, encodeValue } from './value';

/** What became of a conditional write: the item as it now is, or what stood against it. */
export type Written = { readonly written: Found } | { readonly written?: undefined; readonly current: Found | undefined };

/** Whether an item can be replaced or deleted without knowing what it is: nothing else depends on its attributes. */
export function isIndependent(resource: Resource): boolean {
  const indexed = Object.values(resource.indexes).flatMap(({ partition, sort }) => [partition ?? [], sort ?? []].flat());
  return uniqueAttributes(resource).length === 0
    && referenceAttributes(resource).length === 0
    && !hasDerived(resource)
    // PUT keeps what is read-only, so an index key of it is not known either.
    && !indexed.some((name) => isReadOnly(resource.attributes.get(name)!));
}

/** Makes an item what a request says, whether it exists or not: version 1 says it is new. What is read-only stays. */
export async function replaceBlindly(options: CommitOptions, resource: Resource, id: string, values: Record<string, Stored>, preconditions: Preconditions): Promise<Written> {
  const expressions = placeholders();
  const { name, value } = expressions;
  const { set, remove } = setAll(resource, values, expressions);
  const keys = indexKeys(resource, id, encode(values));
  const updated = setSome(Object.fromEntries(indexKeyNames(resource).map((key) => [key, keys[key]])), expressions);
  const now = value({ S: new Date().toISOString() });
  return updateBlindly(options, resource, id, expressions, {
    set: [
      ...set,
      ...updated.set,
      `${name('version')} = if_not_exists(${name('version')}, ${value({ N: '0' })}) + ${value({ N: '1' })}`,
      `${name('createdAt')} = if_not_exists(${name('createdAt')}, ${now})`,
      `${name('updatedAt')} = ${now}`,
    ],
    remove: [...remove, ...updated.remove],
    conditions: preconditionParts(preconditions, expressions),
  });
}

/** What an item must be for a change of it to be made. */
export interface Expected {
  /** Attributes that it has. */
  readonly present: readonly string[];
  /** The values of some. */
  readonly equal: Readonly<Record<string, Stored>>;
  readonly preconditions: Preconditions;
}

/** Changes an item that exists. */
export async function changeBlindly(options: CommitOptions, resource: Resource, id: string, changes: RecordChanges, { present, equal, preconditions }: Expected): Promise<Written> {
  const expressions = placeholders();
  const { name, value } = expressions;
  const { set, remove } = setSome(changes, expressions);
  return updateBlindly(options, resource, id, expressions, {
    set: [
      ...set,
      `${name('version')} = ${name('version')} + ${value({ N: '1' })}`,
      `${name('updatedAt')} = ${value({ S: new Date().toISOString() })}`,
    ],
    remove,
    conditions: [
      exists(expressions),
      ...preconditionParts(preconditions, expressions),
      ...present.map((attribute) => `attribute_exists(${name(attribute)})`),
      ...Object.entries(equal).map(([attribute, one]) => equals(attribute, encodeValue(one))(expressions)),
    ],
  });
}

/** Updates a record under conditions, and once: a repeat of the request whose response was lost is refused by what it wrote. */
async function updateBlindly({ send, TableName, token }: CommitOptions, resource: Resource, id: string, expressions: Placeholders, update: Update & { readonly conditions: readonly string[] }): Promise<Written> {
  const { name, value } = expressions;
  const written = value({ S: token });
  const set = [...update.set, `${name(WRITTEN_ATTRIBUTE)} = ${written}`];
  const conditions = [
    ...update.conditions,
    // Where the response was lost and the request is sent again, it must not count twice.
    `(attribute_not_exists(${name(PARTITION_KEY)}) OR NOT contains(${name(WRITTEN_ATTRIBUTE)}, ${written}))`,
  ];
  try {
    const { Attributes } = await send('UpdateItem', {
      TableName,
      Key: recordKey(resource, id),
      UpdateExpression: `SET ${set.join(', ')}${update.remove.length > 0 ? ` REMOVE ${update.remove.join(', ')}` : ''}`,
      ConditionExpression: conditions.join(' AND '),
      ...expressions.attributes(),
      ReturnValues: 'ALL_NEW',
      ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
    });
    return { written: await toFound(resource, Attributes!) };
  } catch (error) {
    const current = await refusedBy(resource, error);
    if (current?.record[WRITTEN_ATTRIBUTE]?.S?.startsWith(token) === true) {
      return { written: current };
    }
    // Done perhaps by an attempt whose response was lost, and others have written since.
    if (mayBeDone(error)) {
      throw unknownOutcome();
    }
    return { current };
  }
}

/** Deletes an item; undefined where it is done, else what stood against it. */
export async function removeBlindly({ send, TableName, resources }: CommitOptions, resource: Resource, id: string, preconditions: Preconditions): Promise<{ readonly current: Found | undefined; readonly referring: string[] } | undefined> {
  const expressions = placeholders();
  const counters = [...new Set(referrersOf(resources, resource).map((referrer) => referrer.resource.name))];
  const conditions = [
    exists(expressions),
    ...preconditionParts(preconditions, expressions),
    ...counters.map((collection) => atMostReferring(collection)(expressions)),
  ];
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
    const current = await refusedBy(resource, error);
    // Gone on a second attempt: the first one, whose response was lost, may have done it, and it is what was asked for.
    if (mayBeDone(error)) {
      if (current === undefined) {
        return undefined;
      }
      throw unknownOutcome();
    }
    return { current, referring: current === undefined ? [] : referring(current, counters) };
  }
}

/** The item that stood against a conditional write, which came without a further read. */
async function refusedBy(resource: Resource, error: unknown): Promise<Found | undefined> {
  if (!isConditionFailure(error)) {
    throw error;
  }
  return error.Item === undefined ? undefined : toFound(resource, error.Item);
}
