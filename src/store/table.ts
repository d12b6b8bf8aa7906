// The one table: its key attributes and its overloaded index slots, as serverless.yml declares them.

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
export const EXPIRES_ATTRIBUTE = 'expires';

/** The partition that a health check reads: it never holds a record. */
export const HEALTH_PARTITION = '#health';

/**
 * The attribute that holds the tokens of the last writers, the latest first. Where a response was lost and
 * the write is sent again, the condition that then fails shows by it that the first attempt took effect.
 */
export const WRITTEN_ATTRIBUTE = 'written';
