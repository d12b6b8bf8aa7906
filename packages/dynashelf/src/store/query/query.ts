// The Query request of a plan.
import type { QueryCommandInput } from '@aws-sdk/client-dynamodb';
import type { Resource } from '../../definition/resource';
import { placeholders } from '../client/expression';
import { filterExpression } from './filter';
import type { QueryPlan } from './planner';
import type { Position } from './cursor';
import { recordKey } from '../layout/record';
import { PARTITION_KEY, SORT_KEY } from '../layout/table';
import type { AttributeMap } from '../layout/value';

export interface QueryPart {
  /** How many records are read at most, before the filter. */
  readonly limit?: number | undefined;
  readonly after?: Position | undefined;
  /** Whether the keys of the records are enough. */
  readonly keysOnly?: boolean;
}

/** The input of a Query of one of a plan's partitions. Only the base table can be read strongly consistent. */
export function queryInput(
  TableName: string,
  resource: Resource,
  plan: QueryPlan,
  partition: string,
  { limit, after, keysOnly = false }: QueryPart,
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
  const FilterExpression = filterExpression(plan.filters, expressions);
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

/** The place need not hold a record: DynamoDB goes on with what comes after it. */
function startKey(resource: Resource, plan: QueryPlan, partition: string, { key, id }: Position): AttributeMap {
  const [partitionKey, sortKey] = queriedKeys(plan);
  // In a shard that is not the id's own, the place is where the id would be.
  return { ...recordKey(resource, id), [partitionKey]: { S: partition }, [sortKey]: { S: key } };
}
