// Subscribers: functions that are told of each change, whose transaction takes effect once.

import { connect } from '#connect';

import { beginConsumers } from '../../src/events/behind';
import { MOST_ATTEMPTS, pauseAfter } from '../../src/events/consumer';
import { definedOf, type FunctionHandler } from '../../src/functions/defined';
import { subscriberHandler } from '../../src/functions/subscriber';
import { onChange } from '../../src/lambda';
import { parameters } from '../../src/serverless/parameters';
import { roles } from '../../src/serverless/roles';
import type { Send } from '../../src/store/client/send';
import { LEASE } from '../../src/store/consumers';
import { createClient } from '../../src/testing/client';
import { useClock } from '../../src/testing/clock';
import { tableName, useTable } from '../../src/testing/table';
import { appendNotes, noteResources as resources, notes, noteTexts, tallies } from '../setup/feeds';
import { killAtEachRequest } from '../setup/kill';

interface RoleStatement {
  readonly Action: readonly string[];
  readonly Condition?: { 'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': readonly string[] } };
}

useTable();
const clock = useClock();
const ask = createClient({ resources });

let logged: jest.SpyInstance;
beforeEach(() => (logged = jest.spyOn(console, 'error').mockImplementation(() => undefined)));
afterEach(() => jest.restoreAllMocks());
const log = (): string => logged.mock.calls.flat().join('\n');

const description = 'Counts what it sees.';

let subscribers = 0;
/** A subscriber's name, which begins here. */
async function begun(): Promise<string> {
  const name = `subscriber${++subscribers}`;
  await beginConsumers({ send: connect(), tableName: tableName(), deadline: Date.now() + 60_000 }, [
    { name, collection: 'notes' },
  ]);
  return name;
}

/** Rings one. */
const ring = async (handler: FunctionHandler, subscriber: string): Promise<string> =>
  ((await handler({ subscriber })) as { came: string }).came;

/** The same handler with another way to the database. */
function over(handler: FunctionHandler, send: Send): FunctionHandler {
  const { served, loaded } = definedOf(handler)!;
  return subscriberHandler({ ...served, send }, loaded);
}

let last = 0;
async function append(count: number): Promise<string[]> {
  const texts = noteTexts(last + 1, last + count);
  last += count;
  await appendNotes(texts);
  return texts;
}

/** A subscriber that counts, in an item of its own, each note that was made. */
function counting(name: string, before: (text: string) => unknown = () => undefined): FunctionHandler {
  return onChange(notes, {
    resources,
    description,
    writes: ['tallies'],
    async created({ after, transaction }) {
      const tally = await transaction.read(tallies, name);
      await before(after.text);
      await (tally === undefined
        ? transaction.create(tallies, { seen: 1, last: after.text }, { id: name })
        : transaction.update(tallies, name, { seen: tally.seen + 1, last: after.text }));
    },
  });
}

const tallyOf = async (name: string): Promise<unknown> => (await ask(`GET /tallies/${name}`)).body;

test('is told of a change with the item before and after, what became of it, and a key', async () => {
  const told: unknown[] = [];
  const name = await begun();
  const handler = onChange(notes, {
    resources,
    description,
    created: ({ before, after, change, attempt }) => void told.push({ before, after, change, attempt }),
  });
  const [text] = await append(1);
  expect(await ring(handler, name)).toBe('done');
  expect(told).toEqual([
    {
      before: undefined,
      after: expect.objectContaining({ id: text, text, likes: 0, version: 1 }) as object,
      change: {
        key: expect.stringMatching(/^notes\/\d{15}$/) as string,
        kind: 'created',
        collection: 'notes',
        id: text,
        version: 1,
        sequence: expect.any(Number) as number,
        time: '2026-11-27T00:00:00.000Z',
      },
      attempt: 1,
    },
  ]);
});

test('what its transaction writes takes effect once, however many are rung at once', async () => {
  const name = await begun();
  const handler = counting(name);
  const texts = await append(12);
  await Promise.all(Array.from({ length: 6 }, async () => ring(handler, name)));
  expect(await tallyOf(name)).toMatchObject({ seen: 12, last: texts.at(-1) });
});

test('and where it is killed at any request', async () => {
  const name = await begun();
  const handler = counting(name);
  await append(3);
  await killAtEachRequest(async (send) => {
    clock.advance({ milliseconds: LEASE + 1 });
    await ring(over(handler, send), name);
    if (log().includes('killed')) {
      logged.mockClear();
      throw new Error('killed');
    }
  });
  for (let attempt = 1; attempt <= MOST_ATTEMPTS; attempt++) {
    clock.advance({ milliseconds: LEASE + pauseAfter(attempt) });
    await ring(handler, name);
  }
  expect(await tallyOf(name)).toMatchObject({ seen: 3 });
});

test('and where the lease ends while it runs, so that two run the same change', async () => {
  const name = await begun();
  let go = (): void => undefined;
  const isHeld = new Promise<void>((resolve) => (go = resolve));
  let calls = 0;
  const handler = counting(name, async () => (++calls === 1 ? isHeld : undefined));
  await append(3);
  const first = ring(handler, name);
  while (calls === 0) {
    await new Promise((done) => setTimeout(done, 5));
  }
  clock.advance({ milliseconds: LEASE + 1 });
  expect(await ring(counting(name), name)).toBe('done');
  go();
  expect(await first).toBe('busy');
  expect(await tallyOf(name)).toMatchObject({ seen: 3 });
});

test('and where the answer to its commit is lost', async () => {
  const name = await begun();
  await append(4);
  const send = connect();
  let losses = 0;
  const losing: Send = async (operation, input, options) => {
    const answer = await send(operation, input, options);
    if (operation === 'TransactWriteItems' && ++losses % 2 === 1) {
      throw Object.assign(new Error('socket hang up'), { code: 'ECONNRESET', mayBeDone: true });
    }
    return answer;
  };
  expect(await ring(over(counting(name), losing), name)).toBe('done');
  expect(losses).toBeGreaterThan(1);
  expect(await tallyOf(name)).toMatchObject({ seen: 4 });
});

test('others may write what it has read: it is called again, with what is there now', async () => {
  const name = await begun();
  await ask(`PUT /tallies/${name}`, { body: { seen: 10 } });
  let isFirst = true;
  const handler = counting(name, async () => {
    if (isFirst) {
      isFirst = false;
      await ask(`PATCH /tallies/${name}`, {
        body: { seen: 20 },
        headers: { 'Content-Type': 'application/merge-patch+json' },
      });
    }
  });
  await append(1);
  expect(await ring(handler, name)).toBe('done');
  expect(await tallyOf(name)).toMatchObject({ seen: 21 });
});

test('what throws writes nothing, is said in the log, and comes again', async () => {
  const name = await begun();
  let isFailing = true;
  const handler = onChange(notes, {
    resources,
    description,
    writes: ['tallies'],
    async any({ transaction, attempt }) {
      await transaction.create(tallies, { seen: attempt }, { id: name });
      if (isFailing) {
        throw new Error('not today');
      }
    },
  });
  await append(1);
  expect(await ring(handler, name)).toBe('failed');
  expect((await ask(`GET /tallies/${name}`)).status).toBe(404);
  expect(log()).toContain('not today');
  isFailing = false;
  clock.advance({ minutes: 1 });
  expect(await ring(handler, name)).toBe('done');
  expect(await tallyOf(name)).toMatchObject({ seen: 2 });
});

test('goes as far as it declares: what it does not say it reads or writes is refused, with what to do', async () => {
  const refusals = async (words: object, act: (input: never) => unknown): Promise<string> => {
    logged.mockClear();
    const name = await begun();
    await append(1);
    expect(
      await ring(onChange(notes, { resources, description, ...words, any: act as () => Promise<void> }), name),
    ).toBe('failed');
    return log();
  };
  type Input = Parameters<
    Parameters<typeof onChange<typeof notes, typeof resources, 'notes', 'tallies'>>[1]['any'] & object
  >[0];
  expect(await refusals({}, ({ transaction }: Input) => transaction.create(tallies, { seen: 1 }))).toContain(
    'declares nothing that it writes: add writes, or read by api',
  );
  expect(await refusals({ writes: ['tallies'] }, ({ transaction }: Input) => transaction.read(notes, 'x'))).toContain(
    "add reads: ['notes']",
  );
  expect(
    await refusals({ reads: ['tallies'], writes: ['notes'] }, ({ transaction }: Input) =>
      transaction.remove(tallies, 'x'),
    ),
  ).toContain("add writes: ['tallies']");
  expect(await refusals({}, ({ api }: Input) => api.tallies.get('x'))).toContain("add reads: ['tallies']");
  expect(
    await refusals({ writes: ['tallies'] }, ({ transaction }: Input) => void transaction.create(tallies, { seen: 1 })),
  ).toContain('ends and does not await transaction.create');
});

test('an event that is no ring is refused', async () => {
  await expect(counting('x')({})).rejects.toThrow('the event is no ring');
});

test('one that writes nothing asks the database for what its role allows, and no more', async () => {
  const declaration = {
    name: 'told',
    description,
    subscribes: 'notes',
    access: [],
    isPublic: false,
    reads: [],
    writes: [],
  };
  const app = { declarations: [declaration], changing: ['notes'], names: ['told'] };
  const role = roles(parameters({ service: 'x', stage: 'dev' }, {}), app)['ToldRole'] as {
    Properties: { Policies: [{ PolicyDocument: { Statement: RoleStatement[] } }] };
  };
  const allowed = role.Properties.Policies[0].PolicyDocument.Statement.filter(
    ({ Action }) => Array.isArray(Action) && Action.every((action) => action.startsWith('dynamodb:')),
  ).flatMap(({ Action, Condition }) =>
    Action.flatMap((action) =>
      Condition!['ForAllValues:StringLike']['dynamodb:LeadingKeys'].map((key) => [action.slice(9), key] as const),
    ),
  );
  const asked = new Set<string>();
  const note = (operation: string, key: Record<string, { S?: string }> | undefined): void =>
    void asked.add(`${operation} ${key?.['pk']?.S ?? ''}`);
  const send = connect();
  const noting: Send = async (operation, input, options) => {
    const {
      Key,
      Item,
      ExpressionAttributeValues: values,
      TransactItems = [],
    } = input as {
      Key?: Record<string, { S?: string }>;
      Item?: Record<string, { S?: string }>;
      ExpressionAttributeValues?: Record<string, { S?: string }>;
      TransactItems?: {
        Put?: { Item: Record<string, { S?: string }> };
        Update?: { Key: Record<string, { S?: string }> };
      }[];
    };
    if (operation === 'TransactWriteItems') {
      TransactItems.forEach(({ Put, Update }) => (Put ? note('PutItem', Put.Item) : note('UpdateItem', Update?.Key)));
    } else {
      note(operation, Key ?? Item ?? { pk: values?.[':p'] ?? values?.[':pk'] ?? {} });
    }
    return send(operation, input, options);
  };
  const name = await begun();
  await append(2);
  let isFailing = true;
  const handler = over(
    onChange(notes, {
      resources,
      description,
      any() {
        if (isFailing) {
          throw new Error('no');
        }
      },
    }),
    noting,
  );
  for (let attempt = 1; attempt <= MOST_ATTEMPTS + 1; attempt++) {
    await ring(handler, name);
    clock.advance({ hours: 1 });
  }
  isFailing = false;
  await ring(handler, name);
  const fits = (pattern: string, key: string): boolean =>
    pattern.endsWith('*') ? key.startsWith(pattern.slice(0, -1)) : key === pattern;
  expect(
    [...asked].filter((one) => {
      const [operation = '', key = ''] = one.split(' ');
      return !allowed.some(([action, pattern]) => action === operation && fits(pattern, key));
    }),
  ).toEqual([]);
  expect([...asked].sort()).toEqual([
    'GetItem #consumers',
    'GetItem #feed#notes',
    'PutItem #undelivered',
    'Query #changes#notes',
    'UpdateItem #consumers',
  ]);
});
