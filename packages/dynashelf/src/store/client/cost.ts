// What one request cost in the database: round trips, capacity units, time.
import type { ConsumedCapacity } from '@aws-sdk/client-dynamodb';
import { isConditionFailure, isOutcomeUnknown, toProblem, markOutcomeUnknown } from './failure';
import type { Operations, Send } from './send';

/** What the requests to the database of one request to us have cost. */
export interface Cost {
  /** Requests that read. */
  reads: number;
  /** Requests that wrote, refused ones too. */
  writes: number;
  readUnits: number;
  writeUnits: number;
  /** Milliseconds in which at least one request was under way. */
  milliseconds: number;
}

const WRITES: ReadonlySet<keyof Operations> = new Set(['DeleteItem', 'PutItem', 'TransactWriteItems', 'UpdateItem']);

/**
 * A `send` of one request to us: it ends by its deadline, adds up its cost, and throws problems where the database
 * fails.
 */
export function withCost(send: Send, deadline: number): { send: Send; cost: Cost } {
  const cost: Cost = { reads: 0, writes: 0, readUnits: 0, writeUnits: 0, milliseconds: 0 };
  let underWay = 0;
  let since = 0;
  const metering: Send = async (operation, input, options) => {
    const isWrite = WRITES.has(operation);
    cost[isWrite ? 'writes' : 'reads']++;
    if (underWay++ === 0) {
      since = performance.now();
    }
    try {
      const output = await send(operation, { ...input, ReturnConsumedCapacity: 'TOTAL' }, { ...options, deadline });
      cost[isWrite ? 'writeUnits' : 'readUnits'] += units(output.ConsumedCapacity);
      return output;
    } catch (error) {
      throw isConditionFailure(error)
        ? error
        : isOutcomeUnknown(error)
          ? markOutcomeUnknown(toProblem(error))
          : toProblem(error);
    } finally {
      if (--underWay === 0) {
        cost.milliseconds += performance.now() - since;
      }
    }
  };
  return { send: metering, cost };
}

function units(consumed: ConsumedCapacity | ConsumedCapacity[] | undefined): number {
  return [consumed ?? []].flat().reduce((sum, { CapacityUnits = 0 }) => sum + CapacityUnits, 0);
}
