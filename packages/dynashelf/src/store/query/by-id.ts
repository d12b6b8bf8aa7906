// A list of named items: read in batches, then filtered and ordered in memory.
import type { AnyItem } from '../../definition/item';
import type { Resource } from '../../definition/resource';
import { Problem } from '../../problem';
import { readPortion } from './batch';
import type { Budget } from '../client/budget';
import { matches } from './filter';
import type { ReadPlan } from './planner';
import { comparePositions, type Position } from './cursor';
import { recordKey, toItems } from '../layout/record';
import { sortable } from '../layout/sortable';
import { SORT_KEY } from '../layout/table';
import type { AttributeMap } from '../layout/value';

type PlanByIds = Extract<ReadPlan, { kind: 'ids' }>;

/** An item and its place in the list. */
export interface Placed {
  readonly item: AnyItem;
  readonly position: Position;
}

/** Some items of a list; `next`: up to where everything is read and given, undefined at the end of the list. */
export interface Stretch {
  readonly found: Placed[];
  readonly next: Position | undefined;
}

/**
 * The items of a plan that come after a position and match, in order; by id no more than are asked for are read at
 * once, and fewer where the budget ends.
 * @throws Problem `too-large` where they are to be in another order, for which all of them have to be read, and that is
 * too much
 */
export async function readByIds(
  budget: Budget,
  TableName: string,
  resource: Resource,
  plan: PlanByIds,
  limit: number,
  after?: Position,
): Promise<Stretch> {
  const { attributes, descending } = plan.order;
  const isLater = (position: Position): boolean =>
    after === undefined || comparePositions(position, after, descending) > 0;
  const isById = attributes.length === 0;
  const all = plan.ids.map((id) => ({ key: id, id }));
  const left = isById ? all.filter(isLater).sort((a, b) => comparePositions(a, b, descending)) : [...all];
  const found: Placed[] = [];
  let reached: Position | undefined;
  while (left.length > 0 && (isById ? found.length < limit && !budget.isSpent() : !budget.isFull())) {
    const { keys, records } = await readPortion(
      budget,
      TableName,
      left.slice(0, isById ? limit - found.length : left.length).map(({ id }) => recordKey(resource, id)),
    );
    reached = left.splice(0, keys).at(-1);
    found.push(...(await positioned(resource, plan, records)));
  }
  if (isById) {
    return { found, next: left.length === 0 ? undefined : reached };
  }
  if (left.length > 0) {
    throw new Problem(
      'too-large',
      `The first ${all.length - left.length} of the ${all.length} named items have more than 4 MB together, which is too much to bring them in this order: name fewer, or leave "sort" out.`,
    );
  }
  const later = found
    .filter(({ position }) => isLater(position))
    .sort((a, b) => comparePositions(a.position, b.position, descending));
  return { found: later.slice(0, limit), next: later.length > limit ? later[limit - 1]!.position : undefined };
}

/** Those that match and have the attributes of the order, in order. */
async function positioned(
  resource: Resource,
  { filters, scopes = [[]], order }: PlanByIds,
  records: AttributeMap[],
): Promise<Placed[]> {
  const matching = records
    .filter((record) => matches(filters, record) && scopes.some((scope) => matches(scope, record)))
    .flatMap((record) => {
      const id = record[SORT_KEY]!.S!;
      const forms = order.attributes.map((name) => sortable(resource.attributes.get(name)!, record[name]));
      return forms.includes(undefined) ? [] : [{ record, position: { key: `${forms.join('')}${id}`, id } }];
    })
    .sort((a, b) => comparePositions(a.position, b.position, order.descending));
  // At once: the records of a page take much more memory than its items.
  const items = await toItems(
    resource,
    matching.map(({ record }) => record),
  );
  return matching.map(({ position }, index) => ({ item: items[index]!, position }));
}
