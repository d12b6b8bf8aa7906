// How many items a list has, counted within the bound of what one request may read.
import type { Resource } from '../definition/resource';
import { readByIds } from './by-id';
import { matches } from './filter';
import { bytesRead, type ReadBound } from './merge';
import type { Plan, QueryPlan } from './planner';
import { positionOf, queryInput } from './query';
import type { Position } from './position';
import type { Send } from './send';

/** The count of all items of a plan, wherever its page begins; undefined where the bound is reached before the end. */
export async function countMatching(send: Send, TableName: string, resource: Resource, plan: Plan, bound: ReadBound): Promise<number | undefined> {
  switch (plan.kind) {
    case 'nothing': return 0;
    case 'ids': return (await readByIds(send, TableName, resource, plan, Infinity)).found.length;
    case 'query': return countQueried(send, TableName, resource, plan, bound);
  }
}

async function countQueried(send: Send, TableName: string, resource: Resource, plan: QueryPlan, bound: ReadBound): Promise<number | undefined> {
  let reads = 0;
  let bytes = 0;
  let isOver = false;
  let total = 0;

  async function countPartition(partition: string): Promise<void> {
    let after: Position | undefined;
    do {
      if (reads >= bound.reads + plan.partitions.length - 1 || bytes >= bound.bytes) {
        isOver = true;
        return;
      }
      reads++;
      const { Items = [], Count = 0, LastEvaluatedKey, ConsumedCapacity } = await send('Query', {
        ...queryInput(TableName, resource, plan, partition, { after }),
        // What DynamoDB does not filter has to be looked at here.
        ...(plan.inMemory.length === 0 && { Select: 'COUNT' }),
      });
      bytes += bytesRead(plan, ConsumedCapacity);
      total += plan.inMemory.length === 0 ? Count : Items.filter((record) => matches(plan.inMemory, record)).length;
      after = LastEvaluatedKey && positionOf(plan, LastEvaluatedKey);
    } while (after !== undefined && !isOver);
  }

  await Promise.all(plan.partitions.map(countPartition));
  return isOver ? undefined : total;
}
