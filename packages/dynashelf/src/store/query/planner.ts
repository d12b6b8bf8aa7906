// From filters and order to the one way by which DynamoDB serves them; nothing ever scans the table.
import { isId } from '../../values/id';
import type { Resource } from '../../definition/resource';
import type { Filter } from './filter';
import { indexPartition, LONGEST_PARTITION_KEY, slottedIndexes, type SlottedIndex } from '../layout/index-keys';
import { basePartitions } from '../layout/record';
import { narrowBase, narrowIndex, type Range } from './range';
import { compareBytes, distinct } from '../layout/sortable';
import { encodeValue } from '../layout/value';

/** The order of a list: by these attributes and at last by id, all of them ascending or all descending. */
export interface Order {
  readonly attributes: readonly string[];
  readonly descending: boolean;
}

/** Ids that the server makes grow with time. */
export const NEWEST_FIRST: Order = { attributes: [], descending: true };

/** A Query of one partition of the base table or of an index, or of several whose records are merged in order. */
export interface QueryPlan {
  readonly kind: 'query';
  /** The index that is read; the base table without it. */
  readonly index: SlottedIndex | undefined;
  readonly partitions: readonly string[];
  readonly range: Range;
  /** What the range does not decide, for the filter expression. */
  readonly filters: readonly Filter[];
  /** What DynamoDB takes in no filter expression, being a key. */
  readonly inMemory: readonly Filter[];
  /** What other queries of the same list count: items of which all filters of one of these hold. */
  readonly excluded?: readonly (readonly Filter[])[];
  readonly descending: boolean;
}

/** How a list is read. */
export type ReadPlan =
  | SimplePlan
  /** Several Queries whose records are merged in their common order, each item once. */
  | { readonly kind: 'union'; readonly plans: readonly QueryPlan[] };

/** The plan of a list that is no union. */
export type SimplePlan =
  | QueryPlan
  /** Records by their ids, filtered and ordered in memory. */
  | {
      readonly kind: 'ids';
      readonly ids: readonly string[];
      readonly filters: readonly Filter[];
      /** All filters of one of these hold, too. */
      readonly scopes?: readonly (readonly Filter[])[];
      readonly order: Order;
    }
  /** No item can match. */
  | { readonly kind: 'nothing' };

/**
 * Plans a list: by ids where the filters name them; else by the index that serves the order and decides
 * the most filters; else by the base table, which is ordered by id.
 * A list in an order holds the items that have its attributes: the others are in no such index.
 * @param partition the attribute whose indexes alone are used: what has another value of it is never read
 * @returns undefined where no index serves the order
 */
export function planList(
  resource: Resource,
  filters: readonly Filter[],
  order: Order,
  partition?: string,
): SimplePlan | undefined {
  const indexes = slottedIndexes(resource).filter((index) => partition === undefined || index.partition === partition);
  const plans: (Candidate | undefined)[] = indexes
    .filter((index) => serves(index, filters, order))
    .map((index) => byIndex(resource, index, filters, order));
  if (partition === undefined && remaining(order.attributes, filters).length === 0) {
    plans.unshift(byBase(resource, filters, order));
  }
  if (plans.length === 0) {
    return undefined;
  }
  const ids = namedIds(filters);
  if (ids !== undefined) {
    return ids.length === 0 ? { kind: 'nothing' } : { kind: 'ids', ids, filters, order };
  }
  const usable = plans.filter((plan) => plan !== undefined);
  if (usable.length === 0 || usable.some(({ plan }) => isEmpty(plan.range))) {
    return { kind: 'nothing' };
  }
  // The first of equals: the base table, strongly consistent, then the index declared first.
  return usable.reduce((best, candidate) => (candidate.decided > best.decided ? candidate : best)).plan;
}

/**
 * The orders that a resource's indexes declare, as `sort` names them, for a message.
 * @param partition the attribute whose indexes alone are used, its value being given
 * @param given attributes whose value is given too
 */
export function servedOrders(resource: Resource, partition?: string, given: readonly string[] = []): string[] {
  const orders = slottedIndexes(resource)
    .filter(
      (index) =>
        index.sorts.length > 0 &&
        (partition === undefined || index.partition === partition) &&
        [...index.sorts, index.partition ?? index.sorts[0]!].every((name) => resource.attributes.has(name)),
    )
    .map(
      (index) =>
        `${index.sorts.join(',')}${index.partition === undefined || index.partition === partition || given.includes(index.partition) ? '' : ` (with ${index.partition}=…)`}`,
    );
  return [...new Set(['id', ...orders])];
}

/** A plan that would serve a list, and how well. */
export interface Candidate {
  readonly plan: QueryPlan;
  /** How much the key decides: the more, the fewer records are read in vain. */
  readonly decided: number;
}

/** The weight of a partition: it leaves out more than all attributes that are held equal. */
const PARTITION = 100;

/** The plan of a list by the table itself, in the order of ids. */
export function byBase(resource: Resource, filters: readonly Filter[], { descending }: Order): Candidate {
  const { range, decided } = narrowBase(filters.filter(({ path }) => path[0] === 'id'));
  return {
    plan: queryPlan(
      undefined,
      basePartitions(resource),
      range,
      filters.filter((filter) => !decided.has(filter)),
      descending,
    ),
    decided: 0,
  };
}

/** The plan of a list by an index; undefined where the index does not serve it. */
export function byIndex(
  resource: Resource,
  index: SlottedIndex,
  filters: readonly Filter[],
  { descending }: Order,
): Candidate | undefined {
  const equal = index.partition === undefined ? undefined : equality(filters, index.partition);
  const value =
    equal === undefined ? '' : distinct(resource.attributes.get(index.partition!)!, encodeValue(equal.values[0]!));
  if (value === undefined) {
    return undefined;
  }
  const partition = indexPartition(resource, index, value);
  const narrowed = narrowIndex(resource, index, filters);
  if (Buffer.byteLength(partition) > LONGEST_PARTITION_KEY || narrowed === undefined) {
    // No record of such a value could be written.
    return undefined;
  }
  const { range, decided, equals } = narrowed;
  const rest = filters.filter((filter) => filter !== equal && !decided.has(filter));
  return {
    plan: queryPlan(index, [partition], range, rest, descending),
    // A range tells no two apart: those that serve one order bound the same attribute.
    decided: (equal === undefined ? 0 : PARTITION) + equals,
  };
}

function queryPlan(
  index: SlottedIndex | undefined,
  partitions: readonly string[],
  range: Range,
  rest: readonly Filter[],
  descending: boolean,
): QueryPlan {
  const isKey = ({ path }: Filter): boolean => path[0] === 'id';
  return {
    kind: 'query',
    index,
    partitions,
    range,
    filters: rest.filter((filter) => !isKey(filter)),
    inMemory: rest.filter(isKey),
    descending,
  };
}

/** Whether an index has its partition given and its items in this order, attributes held equal ordering nothing. */
function serves({ partition, sorts }: SlottedIndex, filters: readonly Filter[], order: Order): boolean {
  const wanted = remaining(order.attributes, filters);
  const given = remaining(sorts, filters);
  return (
    (partition === undefined || equality(filters, partition) !== undefined) &&
    wanted.length === given.length &&
    wanted.every((name, position) => name === given[position])
  );
}

/** The attributes of an order that the filters leave open. */
export function remaining(attributes: readonly string[], filters: readonly Filter[]): string[] {
  return attributes.filter((name) => equality(filters, name) === undefined);
}

/** The filter that holds an attribute equal to one value. */
export function equality(filters: readonly Filter[], attribute: string): Filter | undefined {
  return filters.find(({ path, operator }) => operator === 'eq' && path.length === 1 && path[0] === attribute);
}

/** The ids that `id=…` or `id[in]=…` name, once each; undefined where neither is there. */
export function namedIds(filters: readonly Filter[]): string[] | undefined {
  const naming = filters.filter(({ path, operator }) => path[0] === 'id' && (operator === 'eq' || operator === 'in'));
  if (naming.length === 0) {
    return undefined;
  }
  const [first, ...others] = naming.map(({ values }) => new Set(values as string[])) as [Set<string>, ...Set<string>[]];
  return [...first].filter((id) => isId(id) && others.every((other) => other.has(id)));
}

/** Whether nothing lies in a range. */
export function isEmpty({ low, high }: Range): boolean {
  return low !== undefined && high !== undefined && compareBytes(low, high) > 0;
}
