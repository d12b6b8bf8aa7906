// The Query request of a plan.
import type { QueryCommandInput } from '@aws-sdk/client-dynamodb';
import type { Resource } from '../../definition/resource';
import { placeholders } from '../client/expression';
import { filterExpression } from './filter';
import type { QueryPlan } from './planner';
import type { Position } from './cursor';
import { recordKey } from '../layout/record';
import { compareBytes } from '../layout/sortable';
import { PARTITION_KEY, SORT_KEY } from '../layout/table';
import type { AttributeMap } from '../layout/value';

/** Which part of a partition a Query reads. */
export interface QueryPart {
  /** How many records are read at most, before the filter. */
  readonly limit?: number | undefined;
  readonly after?: Position | undefined;
  /** Whether the keys of the records are enough. */
  readonly keysOnly?: boolean;
  /** Whether what other queries of the list count is left out. */
  readonly once?: boolean;
}

/** The input of a Query of one of a plan's partitions. Only the base table can be read strongly consistent. */
export function queryInput(
  TableName: string,
  resource: Resource,
  plan: QueryPlan,
  partition: string,
  { limit, after, keysOnly = false, once = false }: QueryPart,
): QueryCommandInput {
  const expressions = placeholders();
  const { name, value } = expressions;
  const [partitionKey, sortKey] = queriedKeys(plan);
  const conditions = [`${name(partitionKey)} = ${value({ S: partition })}`];
  const { prefix, low, high } = plan.range;
  if (prefix !== undefined) {
    conditions.push(`begins_with(${name(sortKey)}, ${value({ S: prefix })})`);
  } else if (low !== undefined && high !== undefined) {
    conditions.push(`${name(sortKey)} BETWEEN ${value({ S: low })} AND ${value({ S: high })}`);
  } else if (low !== undefined || high !== undefined) {
    conditions.push(`${name(sortKey)} ${low === undefined ? '<=' : '>='} ${value({ S: (low ?? high)! })}`);
  }
  const FilterExpression = filterExpression(plan.filters, expressions, once ? plan.excluded : []);
  return {
    TableName,
    ...(plan.index === undefined ? { ConsistentRead: true } : { IndexName: plan.index.slot.indexName }),
    KeyConditionExpression: conditions.join(' AND '),
    ...(FilterExpression !== undefined && { FilterExpression }),
    ...(keysOnly && {
      ProjectionExpression: [...new Set([PARTITION_KEY, SORT_KEY, partitionKey, sortKey])].map(name).join(', '),
    }),
    ...expressions.attributes(),
    ScanIndexForward: !plan.descending,
    ...(limit !== undefined && { Limit: limit }),
    ...(after !== undefined && { ExclusiveStartKey: startKey(resource, plan, partition, after) }),
  };
}

/** Where a record, or the key at which a Query stopped, is in the order of a plan. */
export function positionOf(plan: QueryPlan, record: AttributeMap): Position {
  return { key: record[queriedKeys(plan)[1]]!.S!, id: record[SORT_KEY]!.S! };
}

function queriedKeys({ index }: QueryPlan): [partition: string, sort: string] {
  return index === undefined ? [PARTITION_KEY, SORT_KEY] : [index.slot.partitionKey, index.slot.sortKey];
}

/**
 * Where a Query of a range begins that goes on after a position, which may lie outside of the range, as it can be one
 * of another Query of the same list.
 * @returns undefined for its beginning, `end` where nothing comes
 */
export function within({ range, descending }: QueryPlan, after: Position | undefined): Position | 'end' | undefined {
  const { prefix = '', low = prefix, high } = range;
  if (after === undefined) {
    return undefined;
  }
  const toLow = compareBytes(after.key, low);
  const toHigh =
    high !== undefined ? compareBytes(after.key, high) : toLow > 0 && !after.key.startsWith(prefix) ? 1 : -1;
  const [toFirst, toLast] = descending ? [-toHigh, -toLow] : [toLow, toHigh];
  return toLast >= 0 ? 'end' : toFirst < 0 ? undefined : after;
}

/** The place need not hold a record: DynamoDB goes on with what comes after it. */
function startKey(resource: Resource, plan: QueryPlan, partition: string, { key, id }: Position): AttributeMap {
  const [partitionKey, sortKey] = queriedKeys(plan);
  // In a shard that is not the id's own, the place is where the id would be.
  return { ...recordKey(resource, id), [partitionKey]: { S: partition }, [sortKey]: { S: key } };
}
