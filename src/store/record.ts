// How an item lies in the table: its key, the system's attributes, the schema's.
import type { AnyItem } from '../definition/item';
import type { Resource } from '../definition/resource';
import { PARTITION_KEY, SORT_KEY, WRITTEN_ATTRIBUTE } from './table';
import { decode, type AttributeMap } from './value';

/** A record that was read, and the item that a client sees of it. */
export interface Found {
  readonly item: AnyItem;
  readonly record: AttributeMap;
}

/** The key of an item's record. */
export function recordKey(resource: Pick<Resource, 'name'>, id: string): AttributeMap {
  return { [PARTITION_KEY]: { S: resource.name }, [SORT_KEY]: { S: id } };
}

/** The system's attributes of a new record. */
export function newRecord(resource: Pick<Resource, 'name'>, id: string, token: string): AttributeMap {
  const now = { S: new Date().toISOString() };
  return { ...recordKey(resource, id), version: { N: '1' }, createdAt: now, updatedAt: now, [WRITTEN_ATTRIBUTE]: { S: token } };
}

/** The item of a record: `id` first, then the attributes as declared, then the system's. */
export async function toFound(resource: Resource, record: AttributeMap): Promise<Found> {
  const item: AnyItem = {
    id: record[SORT_KEY]?.S ?? '',
    ...await decode(resource.attributes, record),
    version: Number(record['version']?.N),
    createdAt: record['createdAt']?.S ?? '',
    updatedAt: record['updatedAt']?.S ?? '',
  };
  return { item, record };
}
