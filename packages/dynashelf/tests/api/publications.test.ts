// Changes of the feed on a topic and a bus: each, in order, whatever fails; and the feed waits for neither.

import { connect } from '#connect';

import { consume } from '../../src/events/consumer';
import { beginConsumers } from '../../src/events/behind';
import type { CloudEvent } from '../../src/events/cloud-event';
import { openPublications, type Publications } from '../../src/functions/publish-topic';
import { publisher, type AfterAppend } from '../../src/functions/publish';
import type { Send } from '../../src/store/client/send';
import { consumerKey } from '../../src/store/layout/consumer';
import { openPutAside, type Aside } from '../../src/store/put-aside';
import { useClock } from '../../src/testing/clock';
import { tableName, useTable } from '../../src/testing/table';
import { startTopics, type Topics } from '../setup/aws-topics';
import { appendNotes, noteResources, noteTexts } from '../setup/feeds';
import { killAtEachRequest } from '../setup/kill';

useTable();
const clock = useClock();

const FIFO = 'arn:aws:sns:eu-central-1:123456789012:notes.fifo';
const PATIENCE = 24 * 60 * 60_000;

let topics: Topics;
let logged: jest.SpyInstance;
beforeEach(async () => {
  topics = await startTopics();
  logged = jest.spyOn(console, 'error').mockImplementation(() => undefined);
});
afterEach(async () => {
  jest.restoreAllMocks();
  await topics.stop();
});

const parts = (send: Send = connect()) => ({ send, tableName: tableName(), resources: noteResources });
const later = (): number => Date.now() + PATIENCE;

/** The topic and the bus, which begin with what is appended from now on. */
async function begin(
  environment: NodeJS.ProcessEnv = { TOPIC_ARN: FIFO, EVENT_BUS: 'main' },
): Promise<Pick<Publications, 'consumers'> & { afterAppend: AfterAppend }> {
  const opened = openPublications(parts(), { ...topics.environment, ...environment });
  for (const name of ['topic', 'bus']) {
    await connect()('DeleteItem', { TableName: tableName(), Key: consumerKey({ name, collection: 'notes' }) });
  }
  await beginConsumers({ ...parts(), deadline: later() }, opened.consumers);
  const afterAppend: AfterAppend = async (...given) => opened.afterAppend[0]!(...given);
  return { ...opened, afterAppend };
}

const onTopic = (): string[] => topics.messages.map(({ message }) => (JSON.parse(message) as CloudEvent).subject!);
const onBus = (): string[] => topics.events.map(({ Detail }) => (JSON.parse(Detail) as CloudEvent).subject!);

let last = 0;
async function append(count: number): Promise<string[]> {
  const texts = noteTexts(last + 1, last + count);
  last += count;
  await appendNotes(texts);
  return texts;
}

async function asides(): Promise<Aside[]> {
  const found: Aside[] = [];
  for await (const aside of openPutAside(connect(), tableName(), later()).list()) {
    found.push(aside);
  }
  return found;
}

test('what is in the feed is published once, in its order, as whoever sees everything sees it', async () => {
  const { afterAppend } = await begin();
  const texts = await append(25);
  await afterAppend(['notes'], later());
  await afterAppend(['notes'], later());
  expect([onTopic(), onBus()]).toEqual([texts, texts]);
  expect(topics.messages[0]!.attributes).toEqual({ collection: 'notes', type: 'notes.created' });
  expect(topics.events[0]).toMatchObject({ Source: tableName(), DetailType: 'notes.created', EventBusName: 'main' });
  expect(JSON.parse(topics.messages[0]!.message)).toMatchObject({ data: { text: texts[0], likes: 0 } });
});

test('nothing is published of other collections, and nothing at all where neither is wanted', async () => {
  const { afterAppend } = await begin();
  await append(1);
  await afterAppend(['tallies'], later());
  expect(onTopic()).toEqual([]);
  expect((await begin({})).consumers).toEqual([]);
});

test('publish does it for what the stream and the schedule bring', async () => {
  const { consumers, afterAppend } = await begin();
  const texts = await append(2);
  const publish = publisher({
    ...parts(),
    consumers,
    afterAppend: [afterAppend],
    subscribers: [],
    invoke: async () => undefined,
  });
  expect(await publish({})).toEqual({ batchItemFailures: [] });
  expect(onTopic()).toEqual(texts);
});

test('a topic that is away holds up neither feed nor bus, and gets everything when it is back', async () => {
  const { afterAppend } = await begin();
  topics.refuse = (service) => (service === 'sns' ? { status: 503, body: 'away' } : undefined);
  const texts = await append(3);
  await afterAppend(['notes'], later());
  expect([onTopic(), onBus()]).toEqual([[], texts]);
  const more = await append(2);
  await afterAppend(['notes'], later());
  expect(onBus()).toEqual([...texts, ...more]);
  topics.refuse = undefined;
  clock.advance({ minutes: 2 });
  await afterAppend(['notes'], later());
  expect(onTopic()).toEqual([...texts, ...more]);
});

test('a change that the topic never takes is put aside in the end, and those behind it are published', async () => {
  const { afterAppend } = await begin({ TOPIC_ARN: FIFO });
  const [bad, ...others] = await append(4);
  topics.fail = (body) => (body.includes(`"${bad}"`) ? { code: 'InvalidParameter', isSender: true } : undefined);
  for (let attempt = 1; attempt <= 8; attempt++) {
    await afterAppend(['notes'], later());
    clock.advance({ hours: 1 });
  }
  await afterAppend(['notes'], later());
  expect(onTopic()).toEqual(others);
  expect(await asides()).toMatchObject([
    {
      change: {
        consumer: { name: 'topic', collection: 'notes' },
        item: bad,
        reason: expect.stringContaining('InvalidParameter') as string,
      },
    },
  ]);
  expect(logged.mock.calls.flat().join()).toContain('put aside');
});

test('killed at each request to the table, it loses nothing, and a FIFO topic has each once', async () => {
  const { consumers } = await begin({ TOPIC_ARN: FIFO });
  const texts = await append(12);
  await killAtEachRequest(async (send) => {
    // The lease of who was killed ends.
    clock.advance({ minutes: 61 });
    for (let run = 0; run < 3; run++) {
      await consume(parts(send), consumers[0]!, later());
    }
  });
  expect(onTopic()).toEqual(texts);
});

test('of many that run at once one publishes', async () => {
  const { afterAppend } = await begin();
  const texts = await append(30);
  await Promise.all(Array.from({ length: 8 }, async () => afterAppend(['notes'], later())));
  expect([onTopic(), onBus()]).toEqual([texts, texts]);
});
