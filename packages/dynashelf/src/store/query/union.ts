// A list of what several owners, or sets of values, let a caller have: one Query for each, merged in one order.
import { isId } from '../../values/id';
import type { Resource } from '../../definition/resource';
import { slottedIndexes } from '../layout/index-keys';
import type { Filter } from './filter';
import {
  byBase,
  byIndex,
  equality,
  isEmpty,
  namedIds,
  planList,
  remaining,
  servedOrders,
  type Candidate,
  type Order,
  type ReadPlan,
  type QueryPlan,
} from './planner';

/** Items of which all filters hold. */
export interface Scope {
  readonly filters: readonly Filter[];
  /** The attribute whose indexes alone are used: what has another value of it is never read. */
  readonly partition?: string | undefined;
}

/**
 * Plans a list of the items that are in one of several scopes, as {@link planList} does of one.
 * @returns undefined where no indexes serve the order in all of them
 */
export function planUnion(
  resource: Resource,
  scopes: readonly Scope[],
  filters: readonly Filter[],
  order: Order,
): ReadPlan | undefined {
  const [first, ...others] = scopes;
  if (first === undefined || others.length === 0) {
    return planList(resource, [...(first?.filters ?? []), ...filters], order, first?.partition);
  }
  // Those of one id come last: to leave their items out, a Query of others would have to ask for a key.
  const sorted = scopes.toSorted((a, b) => Number(idOf(a) !== undefined) - Number(idOf(b) !== undefined));
  const ways = sorted.map((scope) => waysOf(resource, scope, filters, order));
  // Records are merged by their sort keys, which have to be of the same attributes.
  const common = [...ways[0]!.keys()].filter((layout) => ways.every((way) => way.has(layout)));
  if (common.length === 0) {
    return undefined;
  }
  const ids = namedIds(filters);
  if (ids !== undefined) {
    const plan = { kind: 'ids', ids, filters, order, scopes: scopes.map((scope) => scope.filters) } as const;
    return ids.length === 0 ? { kind: 'nothing' } : plan;
  }
  const decided = (layout: string): number => ways.reduce((sum, way) => sum + (way.get(layout)?.decided ?? 0), 0);
  const layout = common.reduce((best, one) => (decided(one) > decided(best) ? one : best));
  const plans = ways.flatMap((way, index): QueryPlan[] => {
    const plan = way.get(layout)?.plan;
    return plan === undefined || isEmpty(plan.range)
      ? []
      : [{ ...plan, excluded: excludedBy(sorted.slice(0, index), idOf(sorted[index]!)) }];
  });
  return plans.length === 0
    ? { kind: 'nothing' }
    : plans.length === 1
      ? { ...plans[0]!, excluded: [] }
      : { kind: 'union', plans };
}

/** The orders that are served in all scopes, as `sort` names them. */
export function servedOfAll(resource: Resource, scopes: readonly Scope[]): string[] {
  const [first = [], ...others] = scopes.map(({ filters, partition }) =>
    idOf({ filters }) !== undefined && scopes.length > 1
      ? ['id']
      : servedOrders(
          resource,
          partition,
          filters.map(({ path }) => path[0]!),
        ),
  );
  return scopes.length === 0
    ? servedOrders(resource)
    : first.filter((order) => others.every((other) => other.includes(order)));
}

/**
 * The best way to read a scope in an order, by the attributes of the sort keys that are read; undefined where no item
 * can be in it. What the scope itself holds equal orders nothing here, as others hold it equal to something else.
 */
function waysOf(
  resource: Resource,
  scope: Scope,
  filters: readonly Filter[],
  order: Order,
): Map<string, Candidate | undefined> {
  const all = [...scope.filters, ...filters];
  const wanted = remaining(order.attributes, filters);
  const id = idOf(scope);
  const found: [layout: string, candidate: Candidate | undefined][] = [];
  if (scope.partition === undefined && wanted.length === 0) {
    const isPossible = id === undefined || isId(id);
    found.push([JSON.stringify([]), isPossible ? byBase(resource, all.flatMap(asRange), order) : undefined]);
  }
  for (const index of id === undefined ? slottedIndexes(resource) : []) {
    const given = remaining(index.sorts, filters);
    if (
      (scope.partition === undefined || index.partition === scope.partition) &&
      (index.partition === undefined || equality(all, index.partition) !== undefined) &&
      wanted.length === given.length &&
      wanted.every((name, position) => name === given[position])
    ) {
      found.push([JSON.stringify(index.sorts), byIndex(resource, index, all, order)]);
    }
  }
  const ways = new Map<string, Candidate | undefined>();
  for (const [layout, candidate] of found) {
    const known = ways.get(layout);
    // The first of equals.
    const isBetter = known === undefined || (candidate !== undefined && candidate.decided > known.decided);
    ways.set(layout, isBetter ? candidate : known);
  }
  return ways;
}

/** The one id that the items of a scope have; undefined where they may have any. */
function idOf({ filters }: Pick<Scope, 'filters'>): string | undefined {
  return equality(filters, 'id')?.values[0] as string | undefined;
}

/** A filter as it bounds a sort key. */
function asRange(filter: Filter): Filter[] {
  return filter.path[0] === 'id' && filter.operator === 'eq'
    ? [
        { ...filter, operator: 'gte' },
        { ...filter, operator: 'lte' },
      ]
    : [filter];
}

/** What the scopes before have counted already. */
function excludedBy(before: readonly Scope[], id: string | undefined): Filter[][] {
  return before
    .filter((scope) => idOf(scope) === undefined || idOf(scope) === id)
    .map(({ filters }) => filters.filter(({ path }) => path[0] !== 'id'));
}
