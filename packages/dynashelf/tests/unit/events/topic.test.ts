// Changes on a topic of SNS and a bus of EventBridge, by servers that speak and refuse as those do.

import fc from 'fast-check';

import { openBus } from '../../../src/events/bus';
import type { Published } from '../../../src/events/published';
import { openTopic } from '../../../src/events/topic';
import { startTopics, type Topics } from '../../setup/aws-topics';
import { runs } from '../../setup/runs';

const STANDARD = 'arn:aws:sns:eu-central-1:123456789012:library';
const FIFO = `${STANDARD}.fifo`;
const LARGE = 'ä'.repeat(100_000);

let topics: Topics;
beforeEach(async () => {
  topics = await startTopics();
});
afterEach(async () => topics.stop());

function change(sequence: number, { id = 'moby-dick', type = 'updated', title = 'x' } = {}): Published {
  const event = {
    specversion: '1.0' as const,
    id: `books/${id}/${sequence}`,
    source: `/books/${id}`,
    type: `books.${type}`,
    subject: id,
    time: '2026-11-27T00:00:00.500Z',
    sequence: String(sequence).padStart(15, '0'),
    ...(type !== 'deleted' && {
      datacontenttype: 'application/json' as const,
      data: { id, version: sequence, createdAt: '', updatedAt: '', title },
    }),
  };
  return { collection: 'books', event };
}

const soon = (): number => Date.now() + 20_000;

/** Both ways, with what came of them. */
const WAYS = {
  topic: {
    publish: (changes: readonly Published[]) => openTopic(STANDARD, topics.environment)(changes, soon()),
    arrived: () => topics.messages.map(({ message }) => JSON.parse(message) as Published['event']),
  },
  bus: {
    publish: (changes: readonly Published[]) => openBus('main', 'library-dev', topics.environment)(changes, soon()),
    arrived: () => topics.events.map(({ Detail }) => JSON.parse(Detail) as Published['event']),
  },
} as const;

test('a change is a message with its collection and type as attributes, signed', async () => {
  await openTopic(STANDARD, topics.environment)([change(1), change(2, { type: 'deleted' })], soon());
  expect(topics.messages).toEqual([
    {
      topic: STANDARD,
      message: JSON.stringify(change(1).event),
      attributes: { collection: 'books', type: 'books.updated' },
      group: undefined,
      deduplication: undefined,
    },
    expect.objectContaining({ attributes: { collection: 'books', type: 'books.deleted' } }),
  ]);
  expect(topics.signed).toEqual([true]);
});

test('a change is an event of a bus, with its type as detail-type and its time in seconds, signed', async () => {
  await openBus('main', 'library-dev', topics.environment)([change(1)], soon());
  expect(topics.events).toEqual([
    {
      Source: 'library-dev',
      DetailType: 'books.updated',
      Detail: JSON.stringify(change(1).event),
      EventBusName: 'main',
      Time: Date.parse('2026-11-27T00:00:00Z') / 1000,
    },
  ]);
  expect(topics.signed).toEqual([true]);
});

describe.each(['topic', 'bus'] as const)('%s:', (name) => {
  const { publish, arrived } = WAYS[name];

  test('ten changes go in one request', async () => {
    await publish(Array.from({ length: 25 }, (_, index) => change(index + 1)));
    expect(topics.batches).toEqual([10, 10, 5]);
    expect(arrived().map(({ sequence }) => Number(sequence))).toEqual(Array.from({ length: 25 }, (_, at) => at + 1));
  });

  test('no change is no request', async () => {
    await publish([]);
    expect(topics.batches).toEqual([]);
  });

  test('large ones go in requests of their own, and one that is too large goes without its data', async () => {
    await publish([
      change(1, { title: LARGE }),
      change(2, { title: LARGE }),
      change(3, { title: LARGE + LARGE }),
      change(4),
    ]);
    expect(arrived().map(({ sequence, data, dataref }) => [Number(sequence), data !== undefined || dataref])).toEqual([
      [1, true],
      [2, true],
      [3, '/books/moby-dick'],
      [4, true],
    ]);
    expect(topics.batches).toEqual([1, 3]);
  });

  test('what was not taken of a batch is sent again, and nothing else', async () => {
    let failures = 0;
    topics.fail = (body) =>
      (JSON.parse(body) as { subject: string }).subject === 'b' && failures++ < 2
        ? { code: 'ThrottledException', isSender: false }
        : undefined;
    await publish([change(1, { id: 'a' }), change(2, { id: 'b' }), change(3, { id: 'c' })]);
    expect(arrived().map(({ subject }) => subject)).toEqual(['a', 'c', 'b']);
    expect(topics.batches).toEqual([3, 1, 1]);
  });

  test.each([
    ['a failure of the service', { status: 500, body: '' }],
    ['throttling', { status: 400, body: '<Error><Code>ThrottledException</Code></Error>' }],
    ['a connection that breaks', 'cut' as const],
  ])('a request that ends in %s is sent again', async (_what, refusal) => {
    let refusals = 0;
    topics.refuse = () => (refusals++ < 2 ? refusal : undefined);
    await publish([change(1)]);
    expect(arrived()).toHaveLength(1);
  });

  test('what lasts is an error at once, which says what the service said', async () => {
    topics.refuse = () => ({
      status: 403,
      body: '<Error><Code>AuthorizationError</Code><Message>no</Message></Error>',
    });
    await expect(publish([change(1), change(2)])).rejects.toThrow(
      /2 of 2 changes were not taken: .* 403.*Authorization/,
    );
    expect(topics.signed).toHaveLength(1);
  });

  test('one that the service never takes is an error, behind what it did take', async () => {
    topics.fail = (body) => (body.includes('"b"') ? { code: 'InvalidParameter', isSender: true } : undefined);
    await expect(publish([change(1, { id: 'a' }), change(2, { id: 'b' })])).rejects.toThrow(
      /1 of 2 changes were not taken: InvalidParameter/,
    );
    expect(arrived().map(({ subject }) => subject)).toEqual(['a']);
  });

  test('a service that stays away is an error after a few attempts', async () => {
    topics.refuse = () => ({ status: 503, body: 'away' });
    await expect(publish([change(1)])).rejects.toThrow('503');
    expect(topics.signed).toHaveLength(4);
  });

  test('any id and any text arrive as they are', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(
          fc.record({ id: fc.stringMatching(/^[A-Za-z0-9._~-]{1,128}$/), title: fc.string({ unit: 'binary' }) }),
          {
            maxLength: 12,
          },
        ),
        async (items) => {
          const before = arrived().length;
          const changes = items.map((item, index) => change(before + index + 1, item));
          await publish(changes);
          expect(arrived().slice(before)).toEqual(changes.map(({ event }) => event));
        },
      ),
      { numRuns: runs(30) },
    );
  });
});

describe('a FIFO topic:', () => {
  const publish = async (changes: readonly Published[]): Promise<void> =>
    openTopic(FIFO, topics.environment)(changes, soon());

  test('the item is the group, and the place in the feed what makes a repeat no second message', async () => {
    await publish([change(1), change(2, { id: 'a~b.c' })]);
    await publish([change(1)]);
    expect(topics.messages.map(({ group, deduplication }) => [group, deduplication])).toEqual([
      ['books/moby-dick', 'books/000000000000001'],
      ['books/a~b.c', 'books/000000000000002'],
    ]);
  });

  test('the changes of one item stay in order, whatever fails meanwhile', async () => {
    let asked = 0;
    topics.fail = () => (asked++ % 3 === 0 ? { code: 'InternalError', isSender: false } : undefined);
    const ids = ['a', 'b', 'a', 'a', 'c', 'b', 'c', 'a'];
    await publish(ids.map((id, index) => change(index + 1, { id })));
    for (const id of ['a', 'b', 'c']) {
      const sequences = topics.messages
        .map(({ message }) => JSON.parse(message) as Published['event'])
        .filter(({ subject }) => subject === id)
        .map(({ sequence }) => sequence);
      expect(sequences).toEqual([...sequences].sort());
      expect(sequences).toHaveLength(ids.filter((one) => one === id).length);
    }
  });

  test('the longest id is a group that SNS takes', async () => {
    await publish([change(1, { id: 'x'.repeat(128) })]);
    expect(topics.messages).toHaveLength(1);
  });
});

test('a topic or bus of another region is signed for that region', async () => {
  await openTopic('arn:aws:sns:us-west-2:1:t', topics.environment)([change(1)], soon());
  await openBus('arn:aws:events:eu-west-1:1:event-bus/b', 's', topics.environment)([change(1)], soon());
  expect([topics.regions, topics.signed]).toEqual([
    ['us-west-2', 'eu-west-1'],
    [true, true],
  ]);
});
