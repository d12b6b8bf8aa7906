// How an item lies in the table: its key, the system's attributes, the schema's.
import type { AnyItem } from '../../definition/item';
import type { JsonObject } from '../../values/json';
import type { Resource } from '../../definition/resource';
import { DELETING_ATTRIBUTE, PARTITION_KEY, SORT_KEY } from './table';
import { decode, decodeAll } from '#conversion';
import type { AttributeMap } from './value';

/** A record, and the item that a client sees of it. */
export interface Image {
  readonly item: AnyItem;
  readonly record: AttributeMap;
}

/** The key of an item's record. */
export function recordKey(resource: Pick<Resource, 'name' | 'shards'>, id: string): AttributeMap {
  const { name, shards } = resource;
  return {
    [PARTITION_KEY]: { S: shards === 1 ? name : shardPartition(name, shards, hash(id) % shards) },
    [SORT_KEY]: { S: id },
  };
}

/** The key of a record as text, equal for equal keys. */
export function keyText(record: AttributeMap): string {
  return JSON.stringify([record[PARTITION_KEY]?.S, record[SORT_KEY]?.S]);
}

/** The partitions of the base table that hold a resource's items. */
export function basePartitions({ name, shards }: Pick<Resource, 'name' | 'shards'>): string[] {
  return shards === 1 ? [name] : Array.from({ length: shards }, (_, shard) => shardPartition(name, shards, shard));
}

/** With the number of shards in it, so that a partition never holds what another number put there. */
function shardPartition(name: string, shards: number, shard: number): string {
  return `${name}#${shard}/${shards}`;
}

/** 32 bits that depend on every character: FNV-1a, mixed at the end, so that ids that differ little are spread too. */
function hash(text: string): number {
  let bits = 0x811c9dc5;
  for (let index = 0; index < text.length; index++) {
    bits = Math.imul(bits ^ text.charCodeAt(index), 0x01000193);
  }
  bits = Math.imul(bits ^ (bits >>> 16), 0x85ebca6b);
  bits = Math.imul(bits ^ (bits >>> 13), 0xc2b2ae35);
  return (bits ^ (bits >>> 16)) >>> 0;
}

/** The image of a record. */
export async function toImage(resource: Resource, record: AttributeMap): Promise<Image> {
  return { item: finishItem(record, await decode(resource.attributes, record, beginItem(record))), record };
}

/** The items of records. */
export async function toItems(resource: Resource, records: readonly AttributeMap[]): Promise<AnyItem[]> {
  const items = await decodeAll(resource.attributes, records, beginItem);
  return items.map((item, index) => finishItem(records[index]!, item));
}

/** What the item of a record begins with, before the attributes as declared. */
function beginItem(record: AttributeMap): JsonObject {
  return { id: record[SORT_KEY]?.S ?? '' };
}

/** Adds the system's attributes, which stand at the end of an item. */
function finishItem(record: AttributeMap, item: JsonObject): AnyItem {
  item['version'] = Number(record['version']?.N);
  item['createdAt'] = record['createdAt']?.S ?? '';
  item['updatedAt'] = record['updatedAt']?.S ?? '';
  if (record[DELETING_ATTRIBUTE] !== undefined) {
    item['deleting'] = true;
  }
  return item as AnyItem;
}
