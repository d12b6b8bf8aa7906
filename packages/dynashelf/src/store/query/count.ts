// How many items a list has, counted within the bound of what one request may read.
import type { Resource } from '../../definition/resource';
import { Problem } from '../../problem';
import type { Budget } from '../client/budget';
import { readByIds } from './by-id';
import { matches } from './filter';
import type { ReadPlan, QueryPlan } from './planner';
import { positionOf, queryInput } from './query';
import type { Position } from './cursor';

/** How many partitions are counted at once: each may read 1 MB beyond the bound. */
const AT_ONCE = 8;

/**
 * The count of all items of a plan, wherever its page begins; undefined where the bound is reached, or the time over,
 * before the end.
 */
export async function countMatching(
  budget: Budget,
  TableName: string,
  resource: Resource,
  plan: ReadPlan,
): Promise<number | undefined> {
  try {
    switch (plan.kind) {
      case 'nothing':
        return 0;
      case 'ids': {
        const { found, next } = await readByIds(budget, TableName, resource, plan, Infinity);
        return next === undefined ? found.length : undefined;
      }
      case 'query':
        return await countQueried(budget, TableName, resource, [plan]);
      case 'union':
        return await countQueried(budget, TableName, resource, plan.plans);
    }
  } catch (error) {
    if (error instanceof Problem && (error.type === 'too-large' || budget.isOver())) {
      return undefined;
    }
    throw error;
  }
}

async function countQueried(
  budget: Budget,
  TableName: string,
  resource: Resource,
  plans: readonly QueryPlan[],
): Promise<number | undefined> {
  const all = plans.flatMap((plan) => plan.partitions.map((partition) => ({ plan, partition })));
  const left = [...all];
  let isCut = false;
  let total = 0;

  async function countPartition({ plan, partition }: (typeof all)[number]): Promise<void> {
    let after: Position | undefined;
    do {
      if (budget.isSpent(all.length)) {
        isCut = true;
        return;
      }
      const {
        Items = [],
        Count = 0,
        LastEvaluatedKey,
      } = await budget.read('Query', {
        ...queryInput(TableName, resource, plan, partition, {
          after,
          keysOnly: plan.inMemory.length > 0,
          once: true,
        }),
        // What DynamoDB does not filter, which is by keys, has to be looked at here.
        ...(plan.inMemory.length === 0 && { Select: 'COUNT' }),
      });
      total += plan.inMemory.length === 0 ? Count : Items.filter((record) => matches(plan.inMemory, record)).length;
      after = LastEvaluatedKey && positionOf(plan, LastEvaluatedKey);
    } while (after !== undefined && !isCut);
  }

  await Promise.all(
    Array.from({ length: AT_ONCE }, async () => {
      for (let next = left.shift(); next !== undefined && !isCut; next = left.shift()) {
        await countPartition(next);
      }
    }),
  );
  return isCut ? undefined : total;
}
