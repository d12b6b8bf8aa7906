// A topic of SNS and a bus of EventBridge on this machine: what is published is printed, and kept to be looked at. Both
// are asked at one path, by the wire protocols of src/events/topic.ts and src/events/bus.ts.

import type { Answer } from './gateway-answer';

/** Where messages are published, by POST, and looked at, by GET. */
export const TOPIC_PATH = '/@topic';

/** What was published. */
export interface PublishedMessage {
  /** When it came, ISO 8601. */
  readonly at: string;
  /** The topic's ARN, or the name of the bus. */
  readonly to: string;
  readonly attributes: Readonly<Record<string, string>>;
  /** Of a FIFO topic. */
  readonly group?: string;
  /** JSON. */
  readonly message: unknown;
}

/** Answers a request at {@link TOPIC_PATH}. */
export type LocalTopic = (method: string, header: (name: string) => string | undefined, body: Buffer) => Answer;

/** How many are kept. */
const MOST_KEPT = 1_000;

/** Opens it. @param say prints a line */
export function openLocalTopic(say: (line: string) => void): LocalTopic {
  const kept: PublishedMessage[] = [];
  const deduplicated = new Set<string>();

  function take(message: PublishedMessage, deduplication?: string | null): void {
    if (deduplication && deduplicated.has(deduplication)) {
      return;
    }
    if (deduplication) {
      deduplicated.add(deduplication);
    }
    kept.push(message);
    kept.splice(0, kept.length - MOST_KEPT);
    const { type = '', subject = '' } = (message.message ?? {}) as { type?: string; subject?: string };
    say(`Published to ${message.to.split(':').at(-1)!}: ${type} ${subject}`.trimEnd());
  }

  return (method, header, body) => {
    if (method === 'GET' || method === 'HEAD') {
      return json(200, { messages: kept.toReversed() });
    }
    if (method !== 'POST') {
      return { ...json(405, { message: 'GET shows what was published.' }), headers: { allow: 'GET, HEAD, POST' } };
    }
    return header('x-amz-target') === 'AWSEvents.PutEvents'
      ? putEvents(body.toString(), take)
      : publishBatch(new URLSearchParams(body.toString()), take);
  };
}

/** What SNS says to what is none of its actions, or of those that are played here. */
const UNKNOWN =
  '<ErrorResponse><Error><Type>Sender</Type><Code>InvalidAction</Code><Message>On this machine PublishBatch alone is played.</Message></Error></ErrorResponse>';

type Take = (message: PublishedMessage, deduplication?: string | null) => void;

function publishBatch(form: URLSearchParams, take: Take): Answer {
  if (form.get('Action') !== 'PublishBatch') {
    return xml(400, UNKNOWN);
  }
  const done: string[] = [];
  for (let number = 1; form.has(`PublishBatchRequestEntries.member.${number}.Id`); number++) {
    const entry = `PublishBatchRequestEntries.member.${number}`;
    const attributes: Record<string, string> = {};
    for (let at = 1; form.has(`${entry}.MessageAttributes.entry.${at}.Name`); at++) {
      const attribute = `${entry}.MessageAttributes.entry.${at}`;
      attributes[form.get(`${attribute}.Name`)!] = form.get(`${attribute}.Value.StringValue`) ?? '';
    }
    const group = form.get(`${entry}.MessageGroupId`);
    take(
      {
        at: new Date().toISOString(),
        to: form.get('TopicArn') ?? '',
        attributes,
        ...(group !== null && { group }),
        message: JSON.parse(form.get(`${entry}.Message`) ?? 'null'),
      },
      form.get(`${entry}.MessageDeduplicationId`),
    );
    done.push(`<member><Id>${form.get(`${entry}.Id`)}</Id><MessageId>${number}</MessageId></member>`);
  }
  return xml(
    200,
    `<PublishBatchResponse><PublishBatchResult><Failed/><Successful>${done.join('')}</Successful></PublishBatchResult></PublishBatchResponse>`,
  );
}

function xml(status: number, text: string): Answer {
  return { status, headers: { 'content-type': 'text/xml' }, body: Buffer.from(text) };
}

function putEvents(text: string, take: Take): Answer {
  const { Entries } = JSON.parse(text) as {
    Entries: { Source: string; DetailType: string; Detail: string; EventBusName: string }[];
  };
  for (const { Source, DetailType, Detail, EventBusName } of Entries) {
    take({
      at: new Date().toISOString(),
      to: EventBusName,
      attributes: { source: Source, 'detail-type': DetailType },
      message: JSON.parse(Detail),
    });
  }
  return json(200, { FailedEntryCount: 0, Entries: Entries.map((_, index) => ({ EventId: String(index) })) });
}

function json(status: number, body: object): Answer {
  return {
    status,
    headers: { 'content-type': 'application/json', 'cache-control': 'no-store' },
    body: Buffer.from(JSON.stringify(body, undefined, 2)),
  };
}
