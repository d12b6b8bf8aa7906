// Consumers: every change of a feed once and in order, whoever is killed, and however many are at work.

import { connect } from '#connect';

import { beginConsumers, consumersBehind } from '../../src/events/behind';
import {
  consume,
  MOST_ATTEMPTS,
  pauseAfter,
  type Consumed,
  type Consumer,
  type Handling,
} from '../../src/events/consumer';
import type { Send } from '../../src/store/client/send';
import { openConsumers, LEASE, type Consumers } from '../../src/store/consumers';
import type { StoredChange } from '../../src/store/feed';
import { openPutAside, type Aside, type PutAside } from '../../src/store/put-aside';
import { useClock } from '../../src/testing/clock';
import { tableName, useTable } from '../../src/testing/table';
import { appendNotes, noteResources, noteTexts } from '../setup/feeds';
import { killAtEachRequest } from '../setup/kill';

useTable();
const clock = useClock();

let logged: jest.SpyInstance;
beforeEach(() => (logged = jest.spyOn(console, 'error').mockImplementation(() => undefined)));
afterEach(() => jest.restoreAllMocks());

const log = (): string => logged.mock.calls.flat().join('\n');

const PATIENCE = 24 * 60 * 60_000;

const lookUp = () => ({ send: connect(), tableName: tableName(), deadline: Date.now() + PATIENCE });
const open = (): Consumers => openConsumers(connect(), tableName(), Date.now() + PATIENCE);

/** Runs a consumer. */
const run = async (consumer: Consumer, send: Send = connect(), time = PATIENCE): Promise<Consumed> =>
  consume({ send, tableName: tableName(), resources: noteResources }, consumer, Date.now() + time);

let consumers = 0;

/** A consumer of its own that begins here, and notes what it handles. */
async function noting(
  more: Partial<Consumer> & {
    readonly before?: (changes: readonly StoredChange[], handling: Handling) => unknown;
  } = {},
): Promise<Consumer & { readonly handled: string[] }> {
  const { before, ...own } = more;
  const handled: string[] = [];
  const consumer = {
    name: `consumer-${++consumers}`,
    collection: 'notes',
    most: 1,
    handled,
    async handle(changes: readonly StoredChange[], handling: Handling) {
      await before?.(changes, handling);
      handled.push(...changes.map(({ id }) => id));
    },
    ...own,
  };
  await beginConsumers(lookUp(), [consumer]);
  return consumer;
}

/** Counts what is sent, by operation. */
function counting(): { send: Send; sent: string[] } {
  const sent: string[] = [];
  const send = connect();
  return {
    sent,
    send: async (operation, input, options) => {
      sent.push(operation);
      return send(operation, input, options);
    },
  };
}

/** What a consumer has put aside. */
async function asideOf({ name }: Consumer): Promise<Aside[]> {
  const found: Aside[] = [];
  for await (const aside of putAside().list()) {
    if (aside.change?.consumer.name === name) {
      found.push(aside);
    }
  }
  return found;
}

const putAside = (): PutAside => openPutAside(connect(), tableName(), Date.now() + PATIENCE);

let last = 0;
/** Appends further notes. */
async function append(count: number): Promise<string[]> {
  const texts = noteTexts(last + 1, last + count);
  last += count;
  await appendNotes(texts);
  return texts;
}

test('handles each change once, in order, and goes on where it was', async () => {
  const consumer = await noting();
  const first = await append(3);
  expect([await run(consumer), consumer.handled]).toEqual(['done', first]);
  expect([await run(consumer), consumer.handled]).toEqual(['done', first]);
  const second = await append(2);
  expect([await run(consumer), consumer.handled]).toEqual(['done', [...first, ...second]]);
});

test('is given as many at a time as it takes, over more changes than one request reads', async () => {
  const sizes: number[] = [];
  const consumer = await noting({ most: 60, before: (changes) => sizes.push(changes.length) });
  const texts = await append(250);
  expect([await run(consumer), consumer.handled]).toEqual(['done', texts]);
  expect(sizes).toEqual([60, 40, 60, 40, 50]);
});

test('begins behind what is there, and with what comes', async () => {
  await append(2);
  const consumer = { ...(await noting()), name: 'late' };
  expect([await run(consumer), consumer.handled]).toEqual(['done', []]);
  const texts = await append(2);
  expect([await run(consumer), consumer.handled]).toEqual(['done', texts]);
});

test('costs two reads where there is nothing to do, and six requests for one change', async () => {
  const consumer = await noting();
  const idle = counting();
  await run(consumer, idle.send);
  expect(idle.sent).toEqual(['GetItem', 'GetItem']);
  await append(1);
  const busy = counting();
  await run(consumer, busy.send);
  expect(busy.sent).toEqual(['GetItem', 'GetItem', 'UpdateItem', 'Query', 'UpdateItem', 'GetItem']);
  await append(3);
  const more = counting();
  await run(consumer, more.send);
  expect(more.sent).toHaveLength(8);
});

test('what does not concern it costs neither a call nor a write of its own', async () => {
  const consumer = await noting({ concerns: ({ id }) => id.endsWith('7') });
  const texts = await append(40);
  const { send, sent } = counting();
  expect(await run(consumer, send)).toBe('done');
  expect(consumer.handled).toEqual(texts.filter((text) => text.endsWith('7')));
  expect(sent.filter((operation) => operation === 'UpdateItem').length).toBe(1 + consumer.handled.length);
});

describe('of several at once', () => {
  test('one is at work, and none of the changes is handled twice or left', async () => {
    const consumer = await noting({ before: async () => new Promise((done) => setTimeout(done, 2)) });
    const texts = await append(20);
    const came = await Promise.all(Array.from({ length: 8 }, async () => run(consumer)));
    expect(came.filter((one) => one === 'done').length).toBeGreaterThan(0);
    expect(consumer.handled).toEqual(texts);
  });

  test('no ring is lost that comes while one is at work: what was appended before it is handled without another', async () => {
    const consumer = await noting();
    const all: string[] = [];
    for (let round = 0; round < 10; round++) {
      const rings: Promise<Consumed>[] = [];
      for (let change = 0; change < 3; change++) {
        all.push(...(await append(1)));
        rings.push(run(consumer));
      }
      await Promise.all(rings);
      expect(consumer.handled).toEqual(all);
    }
  });

  test('a lease that is renewed goes on, and one that is over is not renewed', async () => {
    const consumer = await noting();
    const texts = await append(1);
    const lease = (await open().claim((await open().find(consumer))!, Date.now()))!;
    clock.advance({ milliseconds: LEASE * 0.75 });
    await open().renew(lease);
    clock.advance({ milliseconds: LEASE * 0.75 });
    expect(await run(consumer)).toBe('busy');
    clock.advance({ milliseconds: LEASE * 0.3 });
    expect([await run(consumer), consumer.handled]).toEqual(['done', texts]);
    await open().renew(lease);
    expect(await open().find(consumer)).toMatchObject({ until: 0, owner: undefined });
  });

  test('where a lease ends while its holder is at work, another goes on, and the first no further', async () => {
    let go = (): void => undefined;
    const isHeld = new Promise<void>((resolve) => (go = resolve));
    let calls = 0;
    const consumer = await noting({ before: async () => (++calls === 1 ? isHeld : undefined) });
    const texts = await append(3);
    const first = run(consumer);
    while (calls === 0) {
      await new Promise((done) => setTimeout(done, 5));
    }
    expect(await run(consumer)).toBe('busy');
    clock.advance({ milliseconds: LEASE + 1 });
    expect(await run(consumer)).toBe('done');
    go();
    expect(await first).toBe('busy');
    // At least once: the one that both had begun.
    expect(consumer.handled).toEqual([...texts, texts[0]]);
    expect(await open().find(consumer)).toMatchObject({ until: 0, attempts: 0 });
  });
});

test('killed at any request it goes on, each change in order and none left', async () => {
  const consumer = await noting({ most: 2 });
  const texts = await append(5);
  await killAtEachRequest(async (send) => {
    clock.advance({ milliseconds: LEASE + 1 });
    await run(consumer, send);
  });
  clock.advance({ milliseconds: LEASE + 1 });
  expect(await run(consumer)).toBe('done');
  expect([...new Set(consumer.handled)]).toEqual(texts);
});

describe('what fails', () => {
  test('comes again, later and later, and what is behind it waits', async () => {
    const attempts: number[] = [];
    let isFailing = true;
    const consumer = await noting({
      before: ([change], { attempt }) => {
        attempts.push(attempt);
        if (isFailing && change!.id === texts[1]) {
          throw new Error('the mail server is down');
        }
      },
    });
    const texts = await append(3);
    for (const attempt of [1, 2, 3]) {
      expect(await run(consumer)).toBe('failed');
      expect(await run(consumer)).toBe('waiting');
      expect(await consumersBehind(lookUp(), [consumer])).toEqual([]);
      clock.advance({ milliseconds: pauseAfter(attempt) });
      expect(await consumersBehind(lookUp(), [consumer])).toEqual([consumer]);
    }
    isFailing = false;
    expect([await run(consumer), consumer.handled]).toEqual(['done', texts]);
    expect(attempts).toEqual([1, 1, 2, 3, 4, 1]);
    expect(log()).toContain('the mail server is down');
    expect(log()).toContain(`${consumer.name}, notes`);
  });

  test('one of several is found, and the others are handled', async () => {
    const consumer = await noting({
      most: 10,
      before: (changes) => {
        if (changes.some(({ id }) => id === texts[5])) {
          throw new Error('no');
        }
      },
    });
    const texts = await append(8);
    expect([await run(consumer), consumer.handled]).toEqual(['failed', texts.slice(0, 5)]);
  });

  test('is put aside in the end, with what failed and why, and what is behind it goes on', async () => {
    const consumer = await noting({
      before: ([change]) => {
        if (change!.id === texts[0]) {
          throw new Error('it is poison');
        }
      },
    });
    const texts = await append(2);
    for (let attempt = 1; attempt < MOST_ATTEMPTS; attempt++) {
      expect(await run(consumer)).toBe('failed');
      clock.advance({ hours: 1 });
    }
    expect([await run(consumer), consumer.handled]).toEqual(['done', [texts[1]]]);
    expect(log()).toContain('a change was put aside: it is poison');
    expect(await asideOf(consumer)).toMatchObject([
      { change: { item: texts[0], reason: 'it is poison', attempts: MOST_ATTEMPTS } },
    ]);
  });

  test('and kills is put aside, too: each beginning counts', async () => {
    const consumer = await noting({ before: async () => new Promise(() => undefined) });
    const texts = await append(1);
    for (let attempt = 1; attempt <= MOST_ATTEMPTS; attempt++) {
      void run(consumer);
      while ((await open().find(consumer))!.attempts < attempt) {
        await new Promise((done) => setTimeout(done, 5));
      }
      clock.advance({ milliseconds: LEASE + 1 });
    }
    expect([await run(consumer), consumer.handled]).toEqual(['done', []]);
    expect(log()).toContain(`a change was put aside: it did not end`);
    expect(texts).toHaveLength(1);
  });
});

describe('what was put aside and is sent again', () => {
  /** Puts the first of some changes aside, as it is poison until it is mended. */
  async function poisoned(): Promise<{
    readonly consumer: Awaited<ReturnType<typeof noting>>;
    readonly texts: string[];
    mend(): void;
  }> {
    let isPoison = true;
    const consumer = await noting({
      before: ([change]) => {
        if (isPoison && change!.id === texts[0]) {
          throw new Error('it is poison');
        }
      },
    });
    const texts = await append(2);
    for (let attempt = 1; attempt <= MOST_ATTEMPTS; attempt++) {
      await run(consumer);
      clock.advance({ hours: 1 });
    }
    return { consumer, texts, mend: () => void (isPoison = false) };
  }

  test('is handled once, whoever asks for it at once', async () => {
    const { consumer, texts, mend } = await poisoned();
    mend();
    const [aside] = await asideOf(consumer);
    const sent = await Promise.all(Array.from({ length: 5 }, async () => putAside().sendAgain(aside!)));
    expect(sent.filter((one) => one)).toHaveLength(1);
    expect(await consumersBehind(lookUp(), [consumer])).toEqual([consumer]);
    const [third] = await append(1);
    await Promise.all(Array.from({ length: 4 }, async () => run(consumer)));
    expect(consumer.handled).toEqual([texts[1], texts[0], third]);
    expect([await asideOf(consumer), await consumersBehind(lookUp(), [consumer])]).toEqual([[], []]);
  });

  test('is put aside again where it fails, and stops nobody', async () => {
    const { consumer, texts } = await poisoned();
    await putAside().sendAgain((await asideOf(consumer))[0]!);
    const [third] = await append(1);
    expect([await run(consumer), consumer.handled]).toEqual(['done', [texts[1], third]]);
    expect(await asideOf(consumer)).toHaveLength(1);
  });

  test('and is killed at any request goes on', async () => {
    const { consumer, texts, mend } = await poisoned();
    mend();
    await putAside().sendAgain((await asideOf(consumer))[0]!);
    const [third] = await append(1);
    await killAtEachRequest(async (send) => {
      clock.advance({ milliseconds: LEASE + 1 });
      await run(consumer, send);
    });
    clock.advance({ milliseconds: LEASE + 1 });
    expect(await run(consumer)).toBe('done');
    expect([...new Set(consumer.handled)]).toEqual([texts[1], texts[0], third]);
  });
});

test('where changes are no longer kept, it goes on behind them and says how many are lost', async () => {
  const consumer = await noting();
  await append(5);
  clock.advance({ days: 31 });
  const texts = await append(3);
  expect([await run(consumer), consumer.handled]).toEqual(['done', texts]);
  expect(log()).toContain('5 changes are no longer kept');
});

test('where its time is over it gives back what it holds, and the schedule finds it', async () => {
  const consumer = await noting({ before: () => void clock.advance({ seconds: 29.5 }) });
  const texts = await append(5);
  expect(await run(consumer, connect(), 60_000)).toBe('more');
  expect(consumer.handled).toEqual(texts.slice(0, 2));
  expect(await consumersBehind(lookUp(), [consumer])).toEqual([consumer]);
  expect([await run(consumer), consumer.handled]).toEqual(['done', texts]);
});
