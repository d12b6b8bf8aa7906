// The table's stream, given to a function as an event source mapping of Lambda does it: in order, filtered, in batches,
// again from the record that failed. How far it has come is kept, so that a start goes on where the last one ended.

import { readFileSync, renameSync, writeFileSync } from 'node:fs';

import { passes, type FilterPattern } from './event-filter';
import { messageOf } from './failure';
import type { Shard, StreamRecord, TableStream } from './stream';

/** What serverless.yml says of the stream of a function, as far as it means something here. */
export interface StreamMapping {
  readonly batchSize?: number;
  readonly filterPatterns?: readonly FilterPattern[];
  readonly functionResponseType?: string;
  readonly bisectBatchOnFunctionError?: boolean;
}

/** A stream that is followed. */
export interface FollowedStream {
  /** Looks at once: something was written, perhaps. */
  look(): void;
  stop(): Promise<void>;
}

/** How a stream is followed. */
export interface Mapped {
  readonly stream: TableStream;
  readonly mapping: StreamMapping;
  /** Calls the function; what it returned. @throws Error where it failed */
  readonly call: (event: object) => Promise<unknown>;
  /** The file that keeps how far it has come. */
  readonly path: string;
  /** Is told what went wrong, in a line. */
  readonly say: (line: string) => void;
  readonly timing?: Partial<typeof TIMING>;
}

/** All in milliseconds. */
const TIMING = {
  /** Between two looks where nobody says that there is something. */
  idle: 250,
  /** So long after it was written a record is in the stream: what a look is too early for, the next one finds. */
  lag: 40,
  /** The first pause after a failure; each further one is twice as long, up to `longestPause`. */
  pause: 200,
  longestPause: 5_000,
  /** How often new shards are looked for. */
  shards: 10_000,
};

/** Where the last record is that was taken, by shard. */
type Places = Record<string, string>;

/** Follows a stream from where it was left, else from its beginning. What fails comes again until it does not. */
export function followStream(mapped: Mapped): FollowedStream {
  const time = { ...TIMING, ...mapped.timing };
  const places = readPlaces(mapped.path);
  /** Where each shard is read on; null where it is closed and read. */
  const cursors = new Map<string, string | null>();
  const stopping = new AbortController();
  let shards: Shard[] = [];
  let shardsAt = -Infinity;
  let wake = (): void => undefined;
  let looks = 0;

  /** @returns whether there was anything */
  async function round(): Promise<boolean> {
    if (Date.now() - shardsAt > time.shards) {
      shards = await mapped.stream.shards();
      shardsAt = Date.now();
    }
    let found = false;
    for (const { id, parent } of shards) {
      const isParentRead = parent === undefined || (cursors.get(parent) ?? null) === null;
      const isRead = cursors.get(id) === null;
      if (isParentRead && !isRead && !stopping.signal.aborted) {
        found = (await readShard(id)) || found;
      }
    }
    return found;
  }

  async function readShard(id: string): Promise<boolean> {
    const cursor = cursors.get(id) ?? (await begin(id));
    cursors.set(id, cursor);
    const { records, next } = await mapped.stream.read(cursor);
    for (const batch of batchesOf(
      records.filter((record) => passes(mapped.mapping.filterPatterns ?? [], record)),
      mapped.mapping.batchSize ?? 100,
    )) {
      await give(mapped, batch, time, stopping.signal);
      if (stopping.signal.aborted) {
        return false;
      }
    }
    const last = records.at(-1);
    if (last !== undefined) {
      places[id] = last.dynamodb.SequenceNumber;
      writePlaces(mapped.path, places);
    }
    cursors.set(id, next ?? null);
    if (next === undefined) {
      shardsAt = -Infinity;
    }
    return records.length > 0;
  }

  async function begin(id: string): Promise<string> {
    const after = places[id];
    if (after === undefined) {
      return mapped.stream.begin(id, 'TRIM_HORIZON');
    }
    return mapped.stream.begin(id, { after }).catch(async (error: unknown) => {
      const cursor = await mapped.stream.begin(id, 'TRIM_HORIZON');
      mapped.say(
        `The stream of the table does not reach back to where it was left (${messageOf(error)}): changes in between may be missing in the feed. Whoever copies a collection reads its list anew.`,
      );
      return cursor;
    });
  }

  async function run(): Promise<void> {
    let failures = 0;
    while (!stopping.signal.aborted) {
      const seen = looks;
      try {
        const found = await round();
        failures = 0;
        if (!found) {
          await sleep(looks > seen ? time.lag : time.idle, seen);
        }
      } catch (error) {
        // The engine restarts, or iterators have grown too old: begin anew where it was left.
        cursors.clear();
        shardsAt = -Infinity;
        if (failures === 0 && !stopping.signal.aborted) {
          mapped.say(`The stream of the table cannot be read now: ${messageOf(error)}`);
        }
        failures += 1;
        await sleep(Math.min(time.longestPause, time.pause * 2 ** failures), Infinity);
      }
    }
  }

  /** Until then, or until a look that came after those that were seen. */
  async function sleep(milliseconds: number, seen: number): Promise<void> {
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, milliseconds);
      wake = () => {
        if (looks > seen || stopping.signal.aborted) {
          clearTimeout(timer);
          resolve();
        }
      };
      if (stopping.signal.aborted) {
        wake();
      }
    });
  }

  const running = run();
  return {
    look() {
      looks += 1;
      wake();
      setTimeout(() => {
        looks += 1;
        wake();
      }, time.lag).unref();
    },
    async stop() {
      stopping.abort();
      wake();
      await running;
    },
  };
}

/** Gives records to the function until it has taken them. One that always fails is not skipped: it would be lost. */
async function give(
  { call, say, mapping }: Mapped,
  records: readonly StreamRecord[],
  time: typeof TIMING,
  signal: AbortSignal,
): Promise<void> {
  let left = records;
  let most = records.length;
  for (let failures = 0; left.length > 0 && !signal.aborted;) {
    const batch = left.slice(0, most);
    const came: unknown = await call({ Records: batch.map(eventOf) }).catch((error: unknown) => ({ error }));
    const failed = firstFailed(mapping, batch, came);
    left = left.slice(failed ?? batch.length);
    if (failed === undefined) {
      failures = 0;
      continue;
    }
    if (failures === 0 && !signal.aborted) {
      const why = hasError(came) ? `: ${messageOf(came.error)}` : ', and says so above';
      say(`A function did not take what was committed${why}. It comes again until it is taken.`);
    }
    failures += 1;
    most = mapping.bisectBatchOnFunctionError === true && failed === 0 ? Math.ceil(batch.length / 2) : most;
    await pause(Math.min(time.longestPause, time.pause * 2 ** failures), signal);
  }
}

/** The place of the record from which on they are to come again; undefined where all were taken. */
function firstFailed(
  { functionResponseType }: StreamMapping,
  batch: readonly StreamRecord[],
  came: unknown,
): number | undefined {
  if (hasError(came)) {
    return 0;
  }
  const { batchItemFailures = [] } = (functionResponseType === 'ReportBatchItemFailures' ? (came ?? {}) : {}) as {
    batchItemFailures?: readonly { readonly itemIdentifier?: string }[];
  };
  const places = batchItemFailures.map(({ itemIdentifier }) =>
    batch.findIndex(({ dynamodb }) => dynamodb.SequenceNumber === itemIdentifier),
  );
  // What names no record means all of them.
  return places.length === 0 ? undefined : Math.max(0, Math.min(...places));
}

function hasError(came: unknown): came is { readonly error: unknown } {
  return typeof came === 'object' && came !== null && 'error' in came;
}

/** A record as Lambda has it: with the time in seconds, which local engines say otherwise. */
function eventOf(record: StreamRecord): object {
  const { ApproximateCreationDateTime: at } = record.dynamodb;
  return {
    ...record,
    eventSource: 'aws:dynamodb',
    dynamodb: {
      ...record.dynamodb,
      ...(at !== undefined && { ApproximateCreationDateTime: typeof at === 'number' ? at : Date.parse(at) / 1000 }),
    },
  };
}

function batchesOf<T>(records: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(records.length / size) }, (_, index) =>
    records.slice(index * size, (index + 1) * size),
  );
}

/** None where the file is not there, or was not written whole: then all that the stream has comes once more. */
function readPlaces(path: string): Places {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as Places;
  } catch {
    return {};
  }
}

function writePlaces(path: string, places: Places): void {
  writeFileSync(`${path}.new`, JSON.stringify(places));
  renameSync(`${path}.new`, path);
}

async function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  await new Promise<void>((resolve) => {
    const done = (): void => {
      clearTimeout(timer);
      resolve();
    };
    const timer = setTimeout(done, milliseconds);
    signal.addEventListener('abort', done, { once: true });
    if (signal.aborted) {
      done();
    }
  });
}
