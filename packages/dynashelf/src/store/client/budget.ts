// What one request to us may read of the database, and what it has read.
import type { Operations, Send } from './send';

/** What one page may read. */
export interface ReadBound {
  /** Requests in a row: of several partitions each has one more. */
  readonly reads: number;
  /** Bytes of records, those that do not match included; what is under way when they are reached is still read. */
  readonly bytes: number;
  /** When reading ends, in milliseconds since 1970. */
  readonly deadline: number;
}

type ReadOperation = 'BatchGetItem' | 'GetItem' | 'Query';

/** Reading within a bound. */
export interface Budget {
  /** What has been read: requests, the bytes that they weigh, and keys of which that is known. */
  readonly spent: { reads: number; bytes: number; keys: number };
  readonly bound: ReadBound;
  /** Sends a request, and counts what it reads. */
  read<O extends ReadOperation>(
    operation: O,
    input: Operations[O]['input'],
    mostBytes?: number,
  ): Promise<Operations[O]['output']>;
  /** Whether the bytes are spent. */
  isFull(): boolean;
  /**
   * Whether no further request is to be sent, as anything is spent or a further one might not end in time; the first
   * always is.
   */
  isSpent(partitions?: number): boolean;
  /** Whether the time is over. */
  isOver(): boolean;
}

/** A unit of capacity is 4 KB strongly consistent, 8 KB eventually. */
const STRONG = 4096;
const EVENTUAL = 8192;

/**
 * Bytes of an answer that weigh as much as one byte of a record: ordinary records take two or three, the worst of
 * numbers forty.
 */
const WIRE = 16;

/** Milliseconds by which a timer may be early. */
const EARLY = 20;

/** Opens a budget: reading within a bound, counted. */
export function openBudget(send: Send, bound: ReadBound): Budget {
  const spent = { reads: 0, bytes: 0, keys: 0 };
  let slowest = 0;
  const isFull = (): boolean => spent.bytes >= bound.bytes;
  return {
    spent,
    bound,
    async read(operation, input, mostBytes) {
      spent.reads++;
      const start = Date.now();
      const output = await send(operation, input, mostBytes === undefined ? {} : { mostBytes });
      slowest = Math.max(slowest, Date.now() - start);
      const unit =
        operation === 'Query' && (input as Operations['Query']['input']).ConsistentRead !== true ? EVENTUAL : STRONG;
      const units = [output.ConsumedCapacity ?? []]
        .flat()
        .reduce((sum, { CapacityUnits = 0 }) => sum + CapacityUnits, 0);
      spent.bytes += Math.max(units * unit, ((output.$metadata as { bytes?: number } | undefined)?.bytes ?? 0) / WIRE);
      return output;
    },
    isFull,
    isSpent: (partitions = 1) =>
      spent.reads > 0 &&
      (spent.reads >= bound.reads + partitions - 1 || isFull() || Date.now() + slowest > bound.deadline),
    isOver: () => Date.now() + EARLY >= bound.deadline,
  };
}
