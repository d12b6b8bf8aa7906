// Many records by their keys, a hundred to a request of DynamoDB.
import { setTimeout as pause } from 'node:timers/promises';
import type { AnyItem } from '../definition/item';
import { isId } from '../definition/relation';
import type { Resource } from '../definition/resource';
import { Problem } from '../problem';
import { recordKey, toImage } from './record';
import type { Send } from './send';
import { PARTITION_KEY, SORT_KEY } from './table';
import type { AttributeMap } from './value';

/** DynamoDB's own limit for one BatchGetItem. */
const MOST_KEYS = 100;

/** Requests in a row that may bring nothing, before the database counts as throttling. */
const MOST_VAIN = 6;

/** Milliseconds of the longest pause before a repeat; it doubles while requests bring nothing. */
const FIRST_PAUSE = 25;

/** What refers to an item: a resource and an id, if it is one. */
export interface Reference {
  readonly resource: Resource;
  readonly id: unknown;
}

/**
 * Reads the items that are referred to, of any resources, each once.
 * @returns in the order of the references; undefined for one that leads nowhere
 */
export async function readItems(send: Send, TableName: string, references: readonly Reference[]): Promise<(AnyItem | undefined)[]> {
  const wanted = new Map<string, { resource: Resource; key: AttributeMap }>();
  const names = references.map(({ resource, id }) => {
    // What was stored before the attribute became a reference may be no id, and no key of DynamoDB.
    if (typeof id !== 'string' || !isId(id)) {
      return undefined;
    }
    const key = recordKey(resource, id);
    wanted.set(nameOf(key), { resource, key });
    return nameOf(key);
  });
  const records = await readMany(send, TableName, [...wanted.values()].map(({ key }) => key));
  const items = new Map(await Promise.all(records.map(async (record): Promise<[string, AnyItem]> => {
    const name = nameOf(record);
    return [name, (await toImage(wanted.get(name)!.resource, record)).item];
  })));
  return names.map((name) => name === undefined ? undefined : items.get(name));
}

/** The key of a record as a text. */
function nameOf(record: AttributeMap): string {
  return JSON.stringify([record[PARTITION_KEY]?.S, record[SORT_KEY]?.S]);
}

/**
 * Reads records by their keys, strongly consistent: one request for each 100 different keys, and one more
 * for what a request left unprocessed.
 * @returns those that exist, each once, in no order
 * @throws Problem `throttled` where the database goes on to leave keys unprocessed
 */
export async function readMany(send: Send, TableName: string, keys: readonly AttributeMap[]): Promise<AttributeMap[]> {
  // BatchGetItem refuses a key that stands twice.
  const distinct = [...new Map(keys.map((key) => [nameOf(key), key])).values()];
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
