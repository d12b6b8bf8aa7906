// The stream of the tests' table, read on from where it was read before.

import { openStream, type StreamRecord, type TableStream } from '../local/stream';

/** How far the stream of a table is read. */
interface Reading {
  readonly stream: TableStream;
  /** Where each shard is read on; undefined where it is read. */
  readonly places: Map<string, string | undefined>;
}

let reading: Reading | undefined;

/** The table is another one from now on. */
export function forgetStream(): void {
  reading = undefined;
}

/**
 * What was written since it was asked for the last time, or since the table was made.
 * @throws Error where the table has no stream
 */
export async function newRecords(tableName: string): Promise<StreamRecord[]> {
  reading ??= { stream: await openStream(tableName), places: new Map() };
  const { stream, places } = reading;
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
  return found;
}
