// Brings the records of a table to the keys that the resource files now say: shards and index slots. Not
// part of any request: `npm run rekey` and `npm start` do it. docs/decisions/rekey.md says how it is safe.
import type { Resource } from '../../definition/resource';
import { Problem } from '../../problem';
import { placeholders, type Placeholders } from '../client/expression';
import { referenceCount, referrersOf } from '../write/references';
import { indexKeys, slottedIndexes } from '../layout/index-keys';
import { layoutKey, readLayouts } from '../layout/layout-record';
import { basePartitions, recordKey } from '../layout/record';
import type { Send } from '../client/send';
import {
  DELETING_ATTRIBUTE,
  INDEX_SLOTS,
  indexSlot,
  MOVED_ATTRIBUTE,
  PARTITION_KEY,
  SORT_KEY,
  WRITERS_ATTRIBUTE,
} from '../layout/table';
import type { AttributeMap } from '../layout/value';
import { readWhole } from './whole';

const MOST_TRIES = 10;

/** What the migration has done of one resource. */
export interface Rekeyed {
  readonly resource: Resource;
  /** Records that were moved to another shard, or whose index keys were written anew. */
  readonly changed: number;
  /** What has to be done by hand, in sentences. */
  readonly remarks: string[];
}

/**
 * Rewrites the records of every resource whose shards or indexes are not those of the last time. It can be
 * stopped and run again at any moment, and requests may go on meanwhile.
 * @returns what was done, for each resource that needed it
 */
export async function rekeyTable(
  send: Send,
  TableName: string,
  resources: ReadonlyMap<string, Resource>,
): Promise<Rekeyed[]> {
  const known = await readLayouts(send, TableName);
  const done: Rekeyed[] = [];
  for (const resource of resources.values()) {
    const { shards = { NS: ['1'] }, indexes = { S: 'unknown' } } = known.get(resource.name) ?? {};
    const places = new Set(shards.NS!.map(Number));
    if (places.size === 1 && places.has(resource.shards) && indexes.S === keysMadeOf(resource)) {
      continue;
    }
    places.add(resource.shards);
    // Until all is moved, the table remembers every number of shards under which records may lie.
    await writeLayout(send, TableName, resource, [...places], 'unknown');
    done.push(await rekey(send, TableName, resource, [...places], resources));
    await writeLayout(send, TableName, resource, [resource.shards], keysMadeOf(resource));
  }
  return done;
}

/** All that index keys depend on, in one text. */
function keysMadeOf(resource: Resource): string {
  return JSON.stringify(
    slottedIndexes(resource).map(({ name, partition, sorts }) => [
      name,
      ...[partition, ...sorts].map((attribute) => {
        const node = attribute === undefined ? undefined : resource.attributes.get(attribute);
        return [attribute, node?.kind, node?.storage];
      }),
    ]),
  );
}

async function writeLayout(
  send: Send,
  TableName: string,
  resource: Resource,
  shards: number[],
  indexes: string,
): Promise<void> {
  await send('UpdateItem', {
    TableName,
    Key: layoutKey(resource),
    UpdateExpression: 'SET #s = :s, #i = :i',
    ExpressionAttributeNames: { '#s': 'shards', '#i': 'indexes' },
    ExpressionAttributeValues: { ':s': { NS: shards.map(String) }, ':i': { S: indexes } },
  });
}

async function rekey(
  send: Send,
  TableName: string,
  resource: Resource,
  places: readonly number[],
  resources: ReadonlyMap<string, Resource>,
): Promise<Rekeyed> {
  const remarks: string[] = [];
  let changed = 0;
  // An item changes without a new version where others begin to refer to it.
  const watched = [
    'version',
    WRITERS_ATTRIBUTE,
    DELETING_ATTRIBUTE,
    ...new Set(referrersOf(resources, resource).map((referrer) => referenceCount(referrer.resource.name))),
  ];
  const remark = (text: string): void => void (remarks.includes(text) || remarks.push(text));
  for await (const records of readWhole(
    send,
    TableName,
    places.flatMap((shards) => basePartitions({ name: resource.name, shards })),
  )) {
    const results = await Promise.all(
      records.map((record) => rekeyRecord(send, TableName, resource, record, watched, remark)),
    );
    changed += results.filter((one) => one).length;
  }
  return { resource, changed, remarks };
}

/**
 * Gives one record the keys it should have, on the condition that nobody changed it meanwhile; true where it had
 * others.
 */
async function rekeyRecord(
  send: Send,
  TableName: string,
  resource: Resource,
  read: AttributeMap,
  watched: readonly string[],
  remark: (text: string) => void,
): Promise<boolean> {
  const id = read[SORT_KEY]!.S!;
  const key = { [PARTITION_KEY]: read[PARTITION_KEY]!, [SORT_KEY]: read[SORT_KEY]! };
  const target = recordKey(resource, id);
  let record: AttributeMap | undefined = read;
  for (let tries = 0; tries < MOST_TRIES && record !== undefined; tries++) {
    const keys = keysOf(resource, id, record, remark);
    const isMoved = target[PARTITION_KEY]!.S !== key[PARTITION_KEY].S;
    // A run that was to move it may have ended here: marked so, its deletion would count as a move.
    const isMarked = (record[MOVED_ATTRIBUTE]?.S ?? target[PARTITION_KEY]!.S) !== target[PARTITION_KEY]!.S;
    if (!isMoved && !isMarked && ALL_KEYS.every((name) => record![name]?.S === keys[name]?.S)) {
      return false;
    }
    try {
      if (isMoved && resource.changes !== undefined) {
        await mark(send, TableName, record, key, target, watched);
      }
      await (isMoved
        ? move(send, TableName, record, key, target, keys, watched)
        : change(send, TableName, record, key, keys, isMarked ? [MOVED_ATTRIBUTE] : []));
      return true;
    } catch (error) {
      const { name, CancellationReasons = [] } = error as { name?: string; CancellationReasons?: { Code?: string }[] };
      if (name !== 'ConditionalCheckFailedException' && name !== 'TransactionCanceledException') {
        throw error;
      }
      if (CancellationReasons[0]?.Code === 'ConditionalCheckFailed') {
        remark(
          `${resource.name}/${id} was written anew before the older item of this id was moved: the newer one stays, the older one lies in the partition "${key[PARTITION_KEY].S}". Delete that record, or copy from it what is missing.`,
        );
        return false;
      }
      record = (await send('GetItem', { TableName, Key: key, ConsistentRead: true })).Item;
    }
  }
  if (record !== undefined) {
    throw new Error(`${resource.name}/${id} was changed by others again and again: run this once more.`);
  }
  return false;
}

const ALL_KEYS = Array.from({ length: INDEX_SLOTS }, (_, slot) => indexSlot(slot + 1)).flatMap(
  ({ partitionKey, sortKey }) => [partitionKey, sortKey],
);

function keysOf(resource: Resource, id: string, record: AttributeMap, remark: (text: string) => void): AttributeMap {
  try {
    return indexKeys(resource, id, record);
  } catch (error) {
    if (!(error instanceof Problem)) {
      throw error;
    }
    const faults = (error.more.errors ?? []).map(({ detail }) => detail).join(' ');
    remark(`${resource.name}/${id} is in no index, for a value of it is too long: ${faults}`);
    return {};
  }
}

async function change(
  send: Send,
  TableName: string,
  record: AttributeMap,
  Key: AttributeMap,
  keys: AttributeMap,
  removed: readonly string[],
): Promise<void> {
  const expressions = placeholders();
  const { name, value } = expressions;
  const set = Object.entries(keys).map(([one, to]) => `${name(one)} = ${value(to)}`);
  const remove = [...ALL_KEYS.filter((one) => record[one] !== undefined && keys[one] === undefined), ...removed].map(
    name,
  );
  await send('UpdateItem', {
    TableName,
    Key,
    UpdateExpression: `${set.length > 0 ? `SET ${set.join(', ')} ` : ''}${remove.length > 0 ? `REMOVE ${remove.join(', ')}` : ''}`,
    ConditionExpression: unchanged(record, ['version', WRITERS_ATTRIBUTE], expressions),
    ...expressions.attributes(),
  });
}

/** Says of a record where it is moved: the stream then carries no change of an item, but a move. */
async function mark(
  send: Send,
  TableName: string,
  record: AttributeMap,
  Key: AttributeMap,
  target: AttributeMap,
  watched: readonly string[],
): Promise<void> {
  const expressions = placeholders();
  const { name, value } = expressions;
  await send('UpdateItem', {
    TableName,
    Key,
    UpdateExpression: `SET ${name(MOVED_ATTRIBUTE)} = ${value(target[PARTITION_KEY]!)}`,
    ConditionExpression: unchanged(record, watched, expressions),
    ...expressions.attributes(),
  });
  record[MOVED_ATTRIBUTE] = target[PARTITION_KEY]!;
}

async function move(
  send: Send,
  TableName: string,
  record: AttributeMap,
  Key: AttributeMap,
  target: AttributeMap,
  keys: AttributeMap,
  watched: readonly string[],
): Promise<void> {
  const expressions = placeholders();
  const attributes = Object.fromEntries(Object.entries(record).filter(([name]) => !ALL_KEYS.includes(name)));
  await send('TransactWriteItems', {
    TransactItems: [
      {
        Put: {
          TableName,
          Item: { ...attributes, ...target, ...keys },
          ConditionExpression: `attribute_not_exists(${PARTITION_KEY})`,
        },
      },
      {
        Delete: {
          TableName,
          Key,
          ConditionExpression: unchanged(record, watched, expressions),
          ...expressions.attributes(),
        },
      },
    ],
  });
}

function unchanged(record: AttributeMap, watched: readonly string[], { name, value }: Placeholders): string {
  return watched
    .map((attribute) =>
      record[attribute] === undefined
        ? `attribute_not_exists(${name(attribute)})`
        : `${name(attribute)} = ${value(record[attribute])}`,
    )
    .join(' AND ');
}
