// The one table: its key attributes, its overloaded index slots, and the attributes that the store keeps beside those
// of a schema.
// A name that begins with `#` is no attribute of a resource file, so that no schema collides with one of these.

/** Key attributes of the base table. */
export const PARTITION_KEY = 'pk';
export const SORT_KEY = 'sk';

/** How many overloaded secondary indexes the table has: `gsi1` to `gsi10`. DynamoDB allows 20. */
export const INDEX_SLOTS = 10;

/** The name of an index slot (from 1) and of its key attributes. */
export function indexSlot(slot: number): { indexName: string; partitionKey: string; sortKey: string } {
  return { indexName: `gsi${slot}`, partitionKey: `gsi${slot}pk`, sortKey: `gsi${slot}sk` };
}

/** The attribute by which DynamoDB deletes expired records (TTL, in seconds since 1970). */
export const EXPIRES_ATTRIBUTE = '#expires';

/** The partition that a health check reads: it never holds a record. */
export const HEALTH_PARTITION = '#health';

/**
 * The attribute that holds the tokens of the last writers, the latest first. Where a response was lost and
 * the write is sent again, the condition that then fails shows by it that the first attempt took effect.
 */
export const WRITERS_ATTRIBUTE = '#writers';

/** Characters of a writer's token. */
export const TOKEN_LENGTH = 8;

/**
 * The attribute that tells an item under an id that its client chose from one that had the id before: the token of the
 * write that made it.
 */
export const BIRTH_ATTRIBUTE = '#birth';

/**
 * The attribute that names the deletions under way by which an item goes: nothing new may refer to it, and nothing else
 * may change it.
 */
export const DELETING_ATTRIBUTE = '#deleting';

/** The attribute of an item whose own deletion is under way: how far that is. */
export const DELETION_ATTRIBUTE = '#deletion';

/**
 * The attribute that names the deletions under way that will clear a reference of the item: nothing else may change it.
 */
export const CLEARING_ATTRIBUTE = '#clearing';

/**
 * The attribute by which a migration that moves an item to another shard says where to, before and after: the stream's
 * records of it are no changes.
 */
export const MOVED_ATTRIBUTE = '#moved';
