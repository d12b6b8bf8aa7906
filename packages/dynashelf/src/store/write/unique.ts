// The constraint `unique`: for each unique value there is a record that names its owner, put where the value begins and
// deleted where it ends. A value is that of an attribute, or those of several together.
import { createHash } from 'node:crypto';
import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import type { Resource } from '../../definition/resource';
import { uniqueGroups, type UniqueGroup } from '../../definition/unique-groups';
import { keyText } from '../layout/record';
import { PARTITION_KEY, SORT_KEY } from '../layout/table';
import { valueText, type AttributeMap } from '../layout/value';
import { isSame, type Change, type WritePlan } from './constraint';
import { equals, notExists } from './condition';
import { newWrite, type Violation } from './write';

/** The attribute of a uniqueness record that holds the id of the item that has the value. */
export const OWNER_ATTRIBUTE = 'owner';

/** A unique value of an item. */
export interface UniqueValue {
  /** The key of its record. Hashed, a value of any length fits, and the records spread over partitions. */
  readonly key: AttributeMap;
  /** The place of the element in its array, where the elements are compared; the first of equals. */
  readonly element?: number;
}

/** The unique values that a record has of a group, by the text of their keys; none where it lacks an attribute. */
export function uniqueValues(
  resource: Pick<Resource, 'name'>,
  group: UniqueGroup,
  record: AttributeMap | undefined,
): Map<string, UniqueValue> {
  const found = new Map<string, UniqueValue>();
  const given = group.attributes.map((attribute) => record?.[attribute]);
  if (!given.every((value) => value !== undefined)) {
    return found;
  }
  const { each, attributes } = group;
  const elements = each === undefined ? [undefined] : elementsOf(given[attributes.indexOf(each)]!);
  for (const [element, value] of elements.entries()) {
    const values = given.map((whole, index) => (attributes[index] === each ? value! : whole));
    const key = uniquenessKey(resource, group, values);
    if (!found.has(keyText(key))) {
      found.set(keyText(key), { key, ...(each !== undefined && record?.[each]?.L !== undefined && { element }) });
    }
  }
  return found;
}

function elementsOf({ L, SS, NS }: AttributeValue): readonly AttributeValue[] {
  return L ?? SS?.map((S) => ({ S })) ?? NS?.map((N) => ({ N })) ?? [];
}

function uniquenessKey(
  resource: Pick<Resource, 'name'>,
  group: UniqueGroup,
  values: readonly AttributeValue[],
): AttributeMap {
  const texts = values.map(valueText);
  const hash = createHash('sha256')
    .update(texts.length === 1 ? texts[0]! : `[${texts.join()}]`)
    .digest('base64url');
  return { [PARTITION_KEY]: { S: `${uniquenessPrefix(resource, group)}${hash}` }, [SORT_KEY]: { S: '#' } };
}

/** What the partitions of the records of a group's values begin with. */
export function uniquenessPrefix({ name }: Pick<Resource, 'name'>, { parts }: Pick<UniqueGroup, 'parts'>): string {
  return `#unique#${name}#${parts.join()}#`;
}

interface Released {
  readonly key: AttributeMap;
  readonly owner: string;
  readonly change: number;
}

/**
 * Adds the writes of the records of the values that some changes begin and end; a value that two of them begin is a
 * violation.
 */
export function unique({ writes, violations }: WritePlan, changes: readonly Change[]): void {
  const released = new Map<string, Released>();
  const acquired = new Map<string, Released & { readonly violation: Violation }>();
  for (const [index, change] of changes.entries()) {
    for (const group of uniqueGroups(change.resource)) {
      const { before, after } = valuesChanged(change, group);
      for (const [text, { key }] of before) {
        released.set(text, { key, owner: change.id, change: index });
      }
      for (const [text, { key, ...place }] of after) {
        const violation: Violation = { kind: 'duplicate', change: index, group, ...place };
        if (acquired.has(text)) {
          violations.push(violation);
        }
        acquired.set(text, { key, owner: change.id, change: index, violation });
      }
    }
  }
  for (const [text, { key, owner, change, violation }] of acquired) {
    const write = newWrite('put', key, change, () => [violation]);
    write.record[OWNER_ATTRIBUTE] = { S: owner };
    // In one transaction a value can pass from one item to another.
    const former = released.get(text)?.owner;
    write.conditions.push(former === undefined ? notExists : equals(OWNER_ATTRIBUTE, { S: former }));
    writes.set(text, write);
  }
  for (const [text, { key, owner, change }] of released) {
    if (!acquired.has(text)) {
      const write = newWrite('delete', key, change, () => []);
      write.conditions.push(equals(OWNER_ATTRIBUTE, { S: owner }));
      writes.set(text, write);
    }
  }
}

/** The values of a group that a change ends, and those that it begins. */
function valuesChanged(
  change: Change,
  group: UniqueGroup,
): { before: Map<string, UniqueValue>; after: Map<string, UniqueValue> } {
  const [from, to] = change.kind === 'check' ? [] : [change.oldImage?.record, change.newImage?.record];
  if (group.attributes.every((attribute) => isSame(from?.[attribute], to?.[attribute]))) {
    return { before: new Map(), after: new Map() };
  }
  const [before, after] = [uniqueValues(change.resource, group, from), uniqueValues(change.resource, group, to)];
  for (const text of [...before.keys()].filter((one) => after.has(one))) {
    before.delete(text);
    after.delete(text);
  }
  return { before, after };
}
