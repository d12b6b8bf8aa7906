// Many records by their keys, a hundred to a request of DynamoDB.
import { setTimeout as pause } from 'node:timers/promises';
import { Problem } from '../problem';
import type { Send } from './send';
import { PARTITION_KEY, SORT_KEY } from './table';
import type { AttributeMap } from './value';

/** DynamoDB's own limit for one BatchGetItem. */
const MOST_KEYS = 100;

/** Requests in a row that may bring nothing, before the database counts as throttling. */
const MOST_VAIN = 6;

/** Milliseconds of the longest pause before a repeat; it doubles while requests bring nothing. */
const FIRST_PAUSE = 25;

/**
 * Reads records by their keys, strongly consistent: one request for each 100 different keys, and one more
 * for what a request left unprocessed.
 * @returns those that exist, each once, in no order
 * @throws Problem `throttled` where the database goes on to leave keys unprocessed
 */
export async function readMany(send: Send, TableName: string, keys: readonly AttributeMap[]): Promise<AttributeMap[]> {
  // BatchGetItem refuses a key that stands twice.
  const distinct = [...new Map(keys.map((key) => [JSON.stringify([key[PARTITION_KEY]?.S, key[SORT_KEY]?.S]), key])).values()];
  const chunks: AttributeMap[][] = [];
  for (let start = 0; start < distinct.length; start += MOST_KEYS) {
    chunks.push(distinct.slice(start, start + MOST_KEYS));
  }
  return (await Promise.all(chunks.map((chunk) => readChunk(send, TableName, chunk)))).flat();
}

async function readChunk(send: Send, TableName: string, keys: AttributeMap[]): Promise<AttributeMap[]> {
  const records: AttributeMap[] = [];
  let left = keys;
  for (let vain = 0; ;) {
    const { Responses, UnprocessedKeys } = await send('BatchGetItem', { RequestItems: { [TableName]: { Keys: left, ConsistentRead: true } } });
    records.push(...Responses?.[TableName] ?? []);
    const unprocessed = UnprocessedKeys?.[TableName]?.Keys ?? [];
    if (unprocessed.length === 0) {
      return records;
    }
    // An answer is also cut at 16 MB, which is no throttling.
    vain = unprocessed.length < left.length ? 0 : vain + 1;
    if (vain === MOST_VAIN) {
      throw new Problem('throttled', 'The database takes no more requests at the moment: try again later.', { headers: { 'Retry-After': '1' } });
    }
    await pause(Math.random() * FIRST_PAUSE * 2 ** vain);
    left = unprocessed;
  }
}
