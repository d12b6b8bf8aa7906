// The constraint `unique`: for each unique value there is a record that names its owner, put where the value begins and
// deleted where it ends.
import { createHash } from 'node:crypto';
import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import type { Resource } from '../../definition/resource';
import { uniqueAttributes } from '../layout/layout-record';
import { keyText } from '../layout/record';
import { PARTITION_KEY, SORT_KEY } from '../layout/table';
import { valueText, type AttributeMap } from '../layout/value';
import { attributeChange, type Change, type WritePlan } from './constraint';
import { equals, notExists } from './condition';
import { newWrite } from './write';

/** The attribute of a uniqueness record that holds the id of the item that has the value. */
export const OWNER_ATTRIBUTE = 'owner';

/**
 * The key of the record of a unique value. Hashed, a value of any length fits, and the records spread over partitions.
 */
export function uniquenessKey(
  resource: Pick<Resource, 'name'>,
  attribute: string,
  value: AttributeValue,
): AttributeMap {
  const hash = createHash('sha256').update(valueText(value)).digest('base64url');
  return { [PARTITION_KEY]: { S: `${uniquenessPrefix(resource, attribute)}${hash}` }, [SORT_KEY]: { S: '#' } };
}

/** What the partitions of the records of an attribute's values begin with. */
export function uniquenessPrefix({ name }: Pick<Resource, 'name'>, attribute: string): string {
  return `#unique#${name}#${attribute}#`;
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
  const acquired = new Map<string, Released & { readonly attribute: string }>();
  for (const [index, change] of changes.entries()) {
    for (const attribute of uniqueAttributes(change.resource)) {
      const { before, after } = attributeChange(change, attribute);
      if (before !== undefined) {
        const key = uniquenessKey(change.resource, attribute, before);
        released.set(keyText(key), { key, owner: change.id, change: index });
      }
      if (after !== undefined) {
        const key = uniquenessKey(change.resource, attribute, after);
        if (acquired.has(keyText(key))) {
          violations.push({ kind: 'duplicate', change: index, attribute });
        }
        acquired.set(keyText(key), { key, owner: change.id, change: index, attribute });
      }
    }
  }
  for (const [text, { key, owner, change, attribute }] of acquired) {
    const write = newWrite('put', key, change, () => [{ kind: 'duplicate', change, attribute }]);
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
