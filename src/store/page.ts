// One page of a collection, in the order of ids, newest first.
import type { AnyItem } from '../definition/item';
import type { Resource } from '../definition/resource';
import { toFound } from './record';
import type { Send } from './send';
import { PARTITION_KEY, SORT_KEY } from './table';
import type { AttributeMap } from './value';

/** How many requests one page may take: a page of large items comes in pieces of 1 MB. */
const MOST_READS = 4;

export interface PageRequest {
  /** How many items, 1 to 100. */
  readonly limit: number;
  /** The id after which the page begins. */
  readonly after?: string;
}

export interface Page {
  readonly items: AnyItem[];
  /** The id after which the next page begins; undefined on the last. */
  readonly next: string | undefined;
}

/** Reads until the page is full, the collection at its end, or the bound reached. */
export async function readPage(send: Send, TableName: string, resource: Resource, { limit, after }: PageRequest): Promise<Page> {
  const records: AttributeMap[] = [];
  let next = after;
  for (let reads = 0; reads < MOST_READS && records.length < limit; reads++) {
    const { Items = [], LastEvaluatedKey } = await send('Query', {
      TableName,
      KeyConditionExpression: `${PARTITION_KEY} = :p`,
      ExpressionAttributeValues: { ':p': { S: resource.name } },
      ScanIndexForward: false,
      ConsistentRead: true,
      Limit: limit - records.length,
      ...(next !== undefined && { ExclusiveStartKey: { [PARTITION_KEY]: { S: resource.name }, [SORT_KEY]: { S: next } } }),
    });
    records.push(...Items);
    next = LastEvaluatedKey?.[SORT_KEY]?.S;
    if (next === undefined) {
      break;
    }
  }
  const found = await Promise.all(records.map((record) => toFound(resource, record)));
  return { items: found.map(({ item }) => item), next };
}
