// A list of named items: read in batches, then filtered and ordered in memory.
import type { Resource } from '../definition/resource';
import { readMany } from './batch';
import { matches } from './filter';
import type { Plan } from './planner';
import { comparePositions, type Position } from './position';
import { recordKey } from './record';
import type { Send } from './send';
import { sortable } from './sortable';
import { SORT_KEY } from './table';
import type { AttributeMap } from './value';

type PlanByIds = Extract<Plan, { kind: 'ids' }>;

/** A record and its place in the list. */
export interface Placed {
  readonly record: AttributeMap;
  readonly position: Position;
}

/** The records of a plan that come after a position and match, in order; by id no more than are asked for are read at once. */
export async function readByIds(send: Send, TableName: string, resource: Resource, plan: PlanByIds, limit: number, after?: Position): Promise<{ found: Placed[]; isEnd: boolean }> {
  const { attributes, descending } = plan.order;
  const isLater = (position: Position): boolean => after === undefined || comparePositions(position, after, descending) > 0;
  if (attributes.length > 0) {
    const records = await readMany(send, TableName, plan.ids.map((id) => recordKey(resource, id)));
    const found = placed(resource, plan, records).filter(({ position }) => isLater(position));
    return { found: found.slice(0, limit), isEnd: found.length <= limit };
  }
  const left = plan.ids.map((id) => ({ key: id, id })).filter(isLater).sort((a, b) => comparePositions(a, b, descending));
  const found: Placed[] = [];
  while (found.length < limit && left.length > 0) {
    const batch = left.splice(0, limit - found.length);
    found.push(...placed(resource, plan, await readMany(send, TableName, batch.map(({ id }) => recordKey(resource, id)))));
  }
  return { found, isEnd: left.length === 0 };
}

/** Those that match and have the attributes of the order, in order. */
function placed(resource: Resource, { filters, order }: PlanByIds, records: AttributeMap[]): Placed[] {
  return records.filter((record) => matches(filters, record)).flatMap((record) => {
    const id = record[SORT_KEY]!.S!;
    const forms = order.attributes.map((name) => sortable(resource.attributes.get(name)!, record[name]));
    return forms.includes(undefined) ? [] : [{ record, position: { key: `${forms.join('')}${id}`, id } }];
  }).sort((a, b) => comparePositions(a.position, b.position, order.descending));
}
