// Records of the table's stream appended to the feeds. What cannot be read, or not be written, is said there as a gap,
// and kept aside: it would stop all that comes behind it.
import type { Resource } from '../definition/resource';
import { logError } from '../log';
import { Problem } from '../problem';
import type { Appender, ChangingResource } from '../store/append';
import type { NewChange } from '../store/layout/change';
import { readStreamRecord, unreadable, type ReadRecord, type StreamRecord } from './stream-record';
import { whileUnavailable } from './while-unavailable';

/** What came of some records. */
export interface Appended {
  /** The collections that have new changes. */
  readonly collections: readonly string[];
  /** The sequence numbers of the stream from which on records are to come again. */
  readonly failed: readonly string[];
}

/**
 * Appends the changes among records, those of each collection in their order. While the database is not to be had it
 * goes on trying: the stream is patient with a function that is slow, and counts how often it fails.
 * @param deadline when to stop trying, in milliseconds since 1970
 */
export async function appendRecords(
  appender: Appender,
  resources: ReadonlyMap<string, Resource>,
  records: readonly StreamRecord[],
  deadline: number,
): Promise<Appended> {
  const byCollection = new Map<string, [StreamRecord, ReadRecord][]>();
  for (const record of records) {
    const read = await readStreamRecord(resources, record);
    if (read !== undefined) {
      const { name } = read.resource;
      byCollection.set(name, [...(byCollection.get(name) ?? []), [record, read]]);
    }
  }
  const collections: string[] = [];
  const failed: string[] = [];
  await Promise.all(
    [...byCollection].map(async ([name, read]) => {
      try {
        for (const [record, { change, fault }] of read) {
          if (fault !== undefined) {
            await whileUnavailable(async () => keepAside(appender, name, record, change, fault), deadline);
          }
        }
        const changes = read.map(([record, { change }]) => ({ record, change }));
        const append = async (): Promise<number> => appendAll(appender, read[0]![1].resource, changes);
        if ((await whileUnavailable(append, deadline)) > 0) {
          collections.push(name);
        }
      } catch (error) {
        // The database fails, or a right is missing: all of it comes again, and nothing is there twice.
        logError({ message: `changes of ${name} wait for the next attempt: ${String((error as Error).message)}` });
        failed.push(read[0]![0].dynamodb!.SequenceNumber!);
      }
    }),
  );
  return { collections, failed };
}

interface Appending {
  readonly record: StreamRecord;
  readonly change: NewChange;
}

/** Where DynamoDB refuses changes for what is in them, each is tried by itself. */
async function appendAll(
  appender: Appender,
  resource: ChangingResource,
  changes: readonly Appending[],
): Promise<number> {
  try {
    return await appender.append(
      resource,
      changes.map(({ change }) => change),
    );
  } catch (error) {
    if (!isLasting(error)) {
      throw error;
    }
    const [{ record, change }, ...others] = changes as [Appending, ...Appending[]];
    if (others.length > 0) {
      const half = Math.ceil(changes.length / 2);
      const first = await appendAll(appender, resource, changes.slice(0, half));
      return first + (await appendAll(appender, resource, changes.slice(half)));
    }
    if (change.kind === 'unreadable') {
      throw error;
    }
    await keepAside(appender, resource.name, record, change, String((error as Error).message));
    return appender.append(resource, [unreadable(change)]);
  }
}

/** Whether the same would be refused for ever. */
function isLasting(error: unknown): boolean {
  const { name, CancellationReasons = [] } = error as { name?: string; CancellationReasons?: { Code?: string }[] };
  return (
    name === 'ValidationException' ||
    error instanceof TypeError ||
    error instanceof RangeError ||
    (error instanceof Problem && error.type === 'too-large') ||
    CancellationReasons.some(({ Code }) => Code === 'ValidationError')
  );
}

async function keepAside(
  appender: Appender,
  collection: string,
  record: StreamRecord,
  { id, position }: NewChange,
  fault: string,
): Promise<void> {
  await appender.keepAside(collection, position, record);
  logError({
    message: `a change cannot be read, and is kept aside: ${fault}`,
    reason: `${collection}/${id}, ${position}`,
  });
}
