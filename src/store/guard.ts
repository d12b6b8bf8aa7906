// What keeps unique values and references true: a guard record for each unique value, and on each item
// that is referred to a count of those that do.
import { createHash } from 'node:crypto';
import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import type { Resource } from '../definition/resource';
import { PARTITION_KEY, SORT_KEY } from './table';
import type { AttributeMap } from './value';

/** The attribute of a guard that holds the id of the item whose value it guards. */
export const OWNER_ATTRIBUTE = 'owner';

/** The attribute of an item that is being deleted with what refers to it: nothing new may refer to it. */
export const DELETING_ATTRIBUTE = '#deleting';

/** The key of the guard of a unique value. Hashed, a value of any length fits, and guards spread over partitions. */
export function guardKey({ name }: Pick<Resource, 'name'>, attribute: string, value: AttributeValue): AttributeMap {
  const hash = createHash('sha256').update(valueText(value)).digest('base64url');
  return { [PARTITION_KEY]: { S: `#unique#${name}#${attribute}#${hash}` }, [SORT_KEY]: { S: '#' } };
}

/** A stored value as text, the same for the same value; but the order of sets and members may differ. */
export function valueText(value: AttributeValue): string {
  // DynamoDB returns numbers in a form of its own: 1e+21 as 1000000000000000000000.
  return JSON.stringify(value, (name, inner: unknown) => (
    name === 'N' && typeof inner === 'string' ? String(Number(inner)) : inner instanceof Uint8Array ? Buffer.from(inner).toString('base64') : inner));
}

/** The attribute of an item that counts the items of a collection that refer to it. */
export function counterName(collection: string): string {
  return `in#${collection}`;
}

/** The unique attributes of a resource. */
export function uniqueAttributes({ attributes }: Pick<Resource, 'attributes'>): string[] {
  return [...attributes].filter(([, { words }]) => words.unique === true).map(([name]) => name);
}

/** The attributes of a resource that reference other items, each with the collection it references. */
export function referenceAttributes({ attributes }: Pick<Resource, 'attributes'>): [attribute: string, collection: string][] {
  return [...attributes].flatMap(([name, { words: { references } }]) => (references === undefined ? [] : [[name, references]]));
}

/** An attribute of another resource that references a resource. */
export interface Referrer {
  readonly resource: Resource;
  readonly attribute: string;
  readonly onDelete: 'restrict' | 'cascade' | 'setNull';
}

/** Who may refer to the items of a resource. */
export function referrersOf(resources: ReadonlyMap<string, Resource>, { name }: Pick<Resource, 'name'>): Referrer[] {
  return [...resources.values()].flatMap((resource) => referenceAttributes(resource)
    .filter(([, collection]) => collection === name)
    .map(([attribute]) => ({ resource, attribute, onDelete: resource.attributes.get(attribute)!.words.onDelete ?? 'restrict' })));
}
