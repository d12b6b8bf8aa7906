// The stream of the tests' table, given to a function as Lambda gives it: in batches, each shard in order, again from
// where it failed; and, if a test wants, as badly as Lambda may: batches twice, several readers at once.

import type { BatchFailures } from '../../src/functions/publish';
import { openStream, type StreamRecord } from '../../src/local/stream';
import { tableName } from '../../src/testing/table';
import type { Random } from './seeded';

/** A function that a stream calls. */
export type StreamFunction = (event: { readonly Records: readonly StreamRecord[] }) => Promise<BatchFailures>;

/** How a stream is given to a function. */
export interface PumpOptions {
  /** The most records of one batch; 10 without it. */
  readonly batchSize?: number;
  /** Over how many shards the items are taken to be spread, which are read at once; 1 without it. */
  readonly shards?: number;
  /** By which batches are of any size, and some come again although all of them was done; none without it. */
  readonly random?: Random;
}

/** Gives what is new of a stream to a function, until the function has taken all. */
export type Pump = (take: StreamFunction, options?: PumpOptions) => Promise<number>;

/** How often a batch is tried: no test disturbs one so often. */
const MOST_TRIES = 2_000;

/**
 * Opens a pump of the table's stream; each goes its own way from the stream's beginning.
 * @param name the table; that of the worker without it
 */
export async function openPump(name = tableName()): Promise<Pump> {
  const stream = await openStream(name);
  const places = new Map<string, string | undefined>();

  /** What is new in the stream. */
  async function readNew(): Promise<StreamRecord[]> {
    const found: StreamRecord[] = [];
    for (const { id } of await stream.shards()) {
      if (!places.has(id)) {
        places.set(id, await stream.begin(id, 'TRIM_HORIZON'));
      }
      for (let place = places.get(id); place !== undefined;) {
        const { records, next } = await stream.read(place);
        found.push(...records);
        places.set(id, next);
        place = records.length === 0 ? undefined : next;
      }
    }
    return found.filter(isCalledFor);
  }

  return async (take, { batchSize = 10, shards = 1, random } = {}) => {
    const records = await readNew();
    const lanes = Array.from({ length: shards }, (_, lane) =>
      records.filter(({ dynamodb: { Keys } }) => laneOf(`${Keys['pk']?.S}/${Keys['sk']?.S}`, shards) === lane),
    );
    await Promise.all(lanes.map(async (lane) => giveAll(take, lane, batchSize, random)));
    return records.length;
  };
}

/** The filter of the deployed function lets through what is of items and messages; nothing of the feed's own. */
function isCalledFor({ dynamodb: { Keys } }: StreamRecord): boolean {
  const partition = Keys['pk']?.S ?? '';
  return !partition.startsWith('#') || partition.startsWith('#outbox#');
}

function laneOf(text: string, lanes: number): number {
  return [...text].reduce((sum, character) => (sum * 31 + character.charCodeAt(0)) % 65_521, 7) % lanes;
}

async function giveAll(
  take: StreamFunction,
  records: readonly StreamRecord[],
  batchSize: number,
  random: Random | undefined,
): Promise<void> {
  for (let start = 0, tries = 0; start < records.length; tries++) {
    if (tries > MOST_TRIES) {
      throw new Error('The function does not take a batch of the stream.');
    }
    const size = random === undefined ? batchSize : 1 + random.below(batchSize);
    const batch = records.slice(start, start + size);
    // As JSON, as Lambda does: nobody else has the same object.
    const answer = await take({ Records: JSON.parse(JSON.stringify(batch)) as StreamRecord[] }).catch(() => undefined);
    const failed = answer?.batchItemFailures.map(({ itemIdentifier }) =>
      batch.findIndex(({ dynamodb }) => dynamodb.SequenceNumber === itemIdentifier),
    );
    const done = failed === undefined ? 0 : failed.length === 0 ? batch.length : Math.max(Math.min(...failed), 0);
    // Sometimes Lambda forgets how far it was.
    const isForgotten = random?.chance(0.15) === true;
    start += isForgotten ? 0 : done;
    tries = done > 0 && !isForgotten ? 0 : tries;
  }
}
