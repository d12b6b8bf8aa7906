// A stream given to a function: in order, in batches, again from what failed, and on from where it was left.

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import fc from 'fast-check';

import { passes } from '../../../src/local/event-filter';
import { followStream, type FollowedStream, type StreamMapping } from '../../../src/local/event-source';
import type { StreamRecord, TableStream } from '../../../src/local/stream';
import { runs } from '../../setup/runs';

let folder: string;
let path: string;
const running: FollowedStream[] = [];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'stream-'));
  path = join(folder, 'places');
});
afterEach(async () => {
  await Promise.all(running.splice(0).map(async (stream) => stream.stop()));
  rmSync(folder, { recursive: true });
});

/** A stream of shards in memory, each behind the one before it. */
function memoryStream(): { stream: TableStream; write(shard: number, ...keys: string[]): void; trim(): void } {
  const shards: StreamRecord[][] = [];
  let trimmed = 0;
  const at = (record: StreamRecord): number => Number(record.dynamodb.SequenceNumber);
  const all = (): number => shards.flat().length;
  return {
    write(shard, ...keys) {
      for (const key of keys) {
        (shards[shard] ??= []).push({
          eventID: key,
          eventName: 'INSERT',
          dynamodb: {
            Keys: { pk: { S: key } },
            SequenceNumber: String(all() + 1),
            ApproximateCreationDateTime: '2026-11-27T00:00:00Z',
          },
        });
      }
    },
    trim() {
      trimmed = all();
    },
    stream: {
      shards: async () =>
        Promise.resolve(
          shards.map((_, index) => ({ id: `${index}`, parent: index === 0 ? undefined : `${index - 1}` })),
        ),
      begin: async (shard, from) => {
        if (typeof from === 'object' && Number(from.after) < trimmed) {
          return Promise.reject(new Error('TrimmedDataAccessException'));
        }
        const after = from === 'TRIM_HORIZON' ? 0 : from === 'LATEST' ? Infinity : Number(from.after);
        return Promise.resolve(`${shard} ${after}`);
      },
      read: async (cursor) => {
        const [shard = 0, after = 0] = cursor.split(' ').map(Number);
        const records = shards[shard]!.filter((record) => at(record) > after && at(record) > trimmed).slice(0, 7);
        const last = records.at(-1);
        const isClosed = shard < shards.length - 1 && (last === undefined || last === shards[shard]!.at(-1));
        return Promise.resolve({
          records,
          next: isClosed ? undefined : `${shard} ${last === undefined ? after : at(last)}`,
        });
      },
    },
  };
}

const TIMING = { idle: 2, lag: 1, pause: 1, longestPause: 2, shards: 5 };

interface Call {
  readonly Records: readonly (StreamRecord & { readonly eventSource: string })[];
}

function follow(
  stream: TableStream,
  take: (keys: string[], call: Call) => unknown,
  mapping: StreamMapping = {},
  said: string[] = [],
): FollowedStream {
  const followed = followStream({
    stream,
    mapping: { batchSize: 5, functionResponseType: 'ReportBatchItemFailures', ...mapping },
    call: async (event) =>
      Promise.resolve(
        take(
          (event as Call).Records.map(({ eventID }) => eventID),
          event as Call,
        ),
      ),
    path,
    say: (line) => said.push(line),
    timing: TIMING,
  });
  running.push(followed);
  return followed;
}

async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) {
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
}

const keys = (count: number, from = 0): string[] => Array.from({ length: count }, (_, index) => `k${from + index}`);

test('records come in order, in batches, as Lambda gives them', async () => {
  const { stream, write } = memoryStream();
  write(0, ...keys(12));
  const batches: string[][] = [];
  let first: Call | undefined;
  const followed = follow(stream, (batch, call) => {
    first ??= call;
    batches.push(batch);
  });
  await until(() => batches.flat().length === 12);
  expect(batches.flat()).toEqual(keys(12));
  expect(Math.max(...batches.map(({ length }) => length))).toBe(5);
  expect(first!.Records[0]).toMatchObject({
    eventSource: 'aws:dynamodb',
    dynamodb: { ApproximateCreationDateTime: Date.parse('2026-11-27T00:00:00Z') / 1000 },
  });
  write(0, 'late');
  followed.look();
  await until(() => batches.flat().includes('late'));
});

test('a shard is read behind its parent, and each record once, however shards follow', async () => {
  const { stream, write } = memoryStream();
  const taken: string[] = [];
  follow(stream, (batch) => taken.push(...batch));
  for (const shard of [0, 1, 2]) {
    write(shard, ...keys(9, shard * 9));
    await until(() => taken.length > shard * 9);
  }
  await until(() => taken.length === 27);
  expect(taken).toEqual(keys(27));
});

test('the next start goes on where the last one ended', async () => {
  const { stream, write } = memoryStream();
  const taken: string[] = [];
  write(0, ...keys(3));
  const first = follow(stream, (batch) => taken.push(...batch));
  await until(() => taken.length === 3 && readFileSync(path, 'utf8').includes('"3"'));
  await first.stop();
  write(0, ...keys(2, 3));
  follow(stream, (batch) => taken.push(...batch));
  await until(() => taken.length === 5);
  expect(taken).toEqual(keys(5));
});

test.each([
  ['is gone', undefined],
  ['was not written whole', '{"0":'],
])('where the file of places %s, all that the stream has comes once more', async (_what, text) => {
  const { stream, write } = memoryStream();
  write(0, ...keys(3));
  if (text !== undefined) {
    writeFileSync(path, text);
  }
  const taken: string[] = [];
  follow(stream, (batch) => taken.push(...batch));
  await until(() => taken.length === 3);
});

test('a stream that does not reach back is read from where it does, and that is said', async () => {
  const { stream, write, trim } = memoryStream();
  write(0, ...keys(4));
  trim();
  write(0, 'k4');
  writeFileSync(path, '{"0":"2"}');
  const taken: string[] = [];
  const said: string[] = [];
  follow(stream, (batch) => taken.push(...batch), {}, said);
  await until(() => taken.length === 1);
  expect(taken).toEqual(['k4']);
  expect(said).toEqual([expect.stringContaining('does not reach back')]);
});

test('only what a filter lets through is given, and what it does not is not read again', async () => {
  const { stream, write } = memoryStream();
  write(0, 'a', '#feed', 'b');
  const taken: string[] = [];
  const filterPatterns = [{ dynamodb: { Keys: { pk: { S: [{ 'anything-but': { prefix: '#' } }] } } } }];
  follow(stream, (batch) => taken.push(...batch), { filterPatterns });
  await until(() => taken.length === 2 && readFileSync(path, 'utf8').includes('"3"'));
  expect(taken).toEqual(['a', 'b']);
});

test('whatever fails, every record is taken, each item’s in order', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.constantFrom('throw', 'some', 'ok', 'nonsense'), { maxLength: 12 }),
      fc.boolean(),
      async (plan, bisectBatchOnFunctionError) => {
        rmSync(path, { force: true });
        const { stream, write } = memoryStream();
        write(0, ...keys(15));
        const taken: string[] = [];
        const followed = follow(
          stream,
          (batch, { Records }) => {
            const step = plan.shift() ?? 'ok';
            if (step === 'throw') {
              throw new Error('no');
            }
            const failed = step === 'some' ? Math.floor(batch.length / 2) : step === 'nonsense' ? 0 : batch.length;
            taken.push(...batch.slice(0, failed));
            const itemIdentifier = step === 'nonsense' ? 'x' : Records[failed]?.dynamodb.SequenceNumber;
            return { batchItemFailures: itemIdentifier === undefined ? [] : [{ itemIdentifier }] };
          },
          { bisectBatchOnFunctionError },
        );
        await until(() => taken.length === 15);
        await followed.stop();
        expect(taken).toEqual(keys(15));
      },
    ),
    { numRuns: runs(30) },
  );
});

test('a function that fails is said once, and stopping does not wait for it', async () => {
  const { stream, write } = memoryStream();
  write(0, 'a');
  const said: string[] = [];
  let calls = 0;
  const followed = follow(
    stream,
    () => {
      calls += 1;
      throw new Error('it is broken');
    },
    {},
    said,
  );
  await until(() => calls > 3);
  expect(said).toEqual([expect.stringContaining('it is broken')]);
  await followed.stop();
});

test('an engine that does not answer is asked again', async () => {
  const { stream, write } = memoryStream();
  write(0, 'a');
  let reads = 0;
  const said: string[] = [];
  const taken: string[] = [];
  follow(
    {
      ...stream,
      read: async (cursor) => ((reads += 1) < 3 ? Promise.reject(new Error('away')) : stream.read(cursor)),
    },
    (batch) => taken.push(...batch),
    {},
    said,
  );
  await until(() => taken.length === 1);
  expect(said).toEqual(['The stream of the table cannot be read now: away']);
});

test.each([
  [[], { a: 1 }, true],
  [[{ a: ['x', null] }], { a: 'x' }, true],
  [[{ a: ['x'] }], { a: 'y' }, false],
  [[{ a: [{ prefix: 'x' }] }], { a: 'xy' }, true],
  [[{ a: [{ suffix: 'y' }] }], { a: 'xy' }, true],
  [[{ a: [{ exists: true }] }], {}, false],
  [[{ a: [{ exists: false }] }], {}, true],
  [[{ a: [{ 'anything-but': ['x', 'y'] }] }], { a: 'z' }, true],
  [[{ a: [{ 'anything-but': 'x' }] }], { a: 'x' }, false],
  [[{ $or: [{ a: [1] }, { b: [1] }] }], { b: 1 }, true],
  [[{ a: { b: [1] } }], { a: 'x' }, false],
  [[{ a: [1] }, { b: [2] }], { b: 2 }, true],
])('the patterns %j and the event %j: %s', (patterns, event, isSo) => {
  expect(passes(patterns, event)).toBe(isSo);
});

test('a rule that is not known is an error, and not a record that is lost', () => {
  expect(() => passes([{ a: [{ numeric: ['>', 1] }] }], { a: 2 })).toThrow('"numeric"');
});
