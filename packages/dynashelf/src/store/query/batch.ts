// Many records by their keys, in portions that a function can hold.
import { setTimeout as pause } from 'node:timers/promises';
import type { AnyItem } from '../../definition/item';
import { isId } from '../../values/id';
import type { Resource } from '../../definition/resource';
import { Problem } from '../../problem';
import type { Budget } from '../client/budget';
import { ANSWER_TOO_LONG, throttled } from '../client/failure';
import { keyText, recordKey, toItems } from '../layout/record';
import type { AttributeMap } from '../layout/value';

/** DynamoDB's own limit for one BatchGetItem. */
const MOST_KEYS = 100;

/** Keys of a first portion, while nobody knows how large the records are: as many of the largest are 4 MB. */
const FIRST_KEYS = 10;

/** Bytes of the longest answer to a portion: of records that are so long in JSON, fewer are read at once. */
const LONGEST_ANSWER = 40_000_000;

/** Requests in a row that may bring nothing, before the database counts as throttling. */
const MOST_VAIN = 6;

/** Milliseconds of the longest pause before a repeat; it doubles while requests bring nothing. */
const FIRST_PAUSE = 25;

/** What refers to an item: a resource and an id, if it is one. */
export interface ItemKey {
  readonly resource: Resource;
  readonly id: unknown;
}

/**
 * Reads the items that are referred to, of any resources, each once, as far as the budget goes.
 * @returns in the order of the references; undefined for one that leads nowhere. It ends where the budget did
 */
export async function readItems(
  budget: Budget,
  TableName: string,
  references: readonly ItemKey[],
): Promise<(AnyItem | undefined)[]> {
  const wanted = new Map<string, { resource: Resource; key: AttributeMap }>();
  const names = references.map(({ resource, id }) => {
    // What was stored before the attribute became a reference may be no id, and no key of DynamoDB.
    if (typeof id !== 'string' || !isId(id)) {
      return undefined;
    }
    const key = recordKey(resource, id);
    wanted.set(keyText(key), { resource, key });
    return keyText(key);
  });
  const items = new Map<string, AnyItem>();
  const left = [...wanted.values()].map(({ key }) => key);
  while (left.length > 0 && !budget.isSpent()) {
    const { keys, records } = await readPortion(budget, TableName, left);
    left.splice(0, keys);
    for (const record of records) {
      const name = keyText(record);
      const [item] = await toItems(wanted.get(name)!.resource, [record]);
      items.set(name, item!);
    }
  }
  const unread = new Set(left.map(keyText));
  const end = names.findIndex((name) => name !== undefined && unread.has(name));
  return names.slice(0, end < 0 ? names.length : end).map((name) => (name === undefined ? undefined : items.get(name)));
}

/**
 * Reads records by their keys, strongly consistent.
 * @returns those that exist, each once, in no order
 * @throws Problem `too-large` where they are more than the budget has, `throttled` where the database goes on to leave
 * keys unprocessed
 */
export async function readMany(
  budget: Budget,
  TableName: string,
  keys: readonly AttributeMap[],
): Promise<AttributeMap[]> {
  // BatchGetItem refuses a key that stands twice.
  const all = [...new Map(keys.map((key) => [keyText(key), key])).values()];
  const left = [...all];
  const found: AttributeMap[] = [];
  while (left.length > 0) {
    if (budget.isFull()) {
      throw new Problem(
        'too-large',
        `The first ${all.length - left.length} items that the request reads have more than 4 MB together, and it may read as much: send it in parts, with fewer items each. Nothing was changed.`,
      );
    }
    const { keys: taken, records } = await readPortion(budget, TableName, left);
    left.splice(0, taken);
    found.push(...records);
  }
  return found;
}

/**
 * Reads the records of the first of some keys, as many as will hardly exceed the budget: one request, and one more for
 * what one left unprocessed.
 * @returns how many keys were taken, and the records that exist
 */
export async function readPortion(
  budget: Budget,
  TableName: string,
  all: readonly AttributeMap[],
): Promise<{ keys: number; records: AttributeMap[] }> {
  const { spent, bound } = budget;
  let size =
    spent.keys === 0 ? FIRST_KEYS : Math.max(1, Math.floor(((bound.bytes - spent.bytes) * spent.keys) / spent.bytes));
  for (;;) {
    const keys = all.slice(0, Math.min(size, MOST_KEYS));
    try {
      const records = await readKeys(budget, TableName, keys);
      spent.keys += keys.length;
      return { keys: keys.length, records };
    } catch (error) {
      if ((error as Error).name !== ANSWER_TOO_LONG || keys.length === 1) {
        throw error;
      }
      size = keys.length >> 1;
    }
  }
}

async function readKeys(budget: Budget, TableName: string, keys: AttributeMap[]): Promise<AttributeMap[]> {
  const records: AttributeMap[] = [];
  let left = keys;
  for (let roundsWithoutProgress = 0; ;) {
    const { Responses, UnprocessedKeys } = await budget.read(
      'BatchGetItem',
      { RequestItems: { [TableName]: { Keys: left, ConsistentRead: true } } },
      left.length === 1 ? undefined : LONGEST_ANSWER,
    );
    records.push(...(Responses?.[TableName] ?? []));
    const unprocessed = UnprocessedKeys?.[TableName]?.Keys ?? [];
    if (unprocessed.length === 0) {
      return records;
    }
    // An answer is also cut at 16 MB, which is no throttling.
    roundsWithoutProgress = unprocessed.length < left.length ? 0 : roundsWithoutProgress + 1;
    if (roundsWithoutProgress === MOST_VAIN) {
      throw throttled();
    }
    await pause(Math.random() * FIRST_PAUSE * 2 ** roundsWithoutProgress);
    left = unprocessed;
  }
}
