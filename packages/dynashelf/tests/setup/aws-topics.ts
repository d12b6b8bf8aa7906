// SNS and EventBridge as far as changes are published to them: their wire protocols and their limits, by their
// documentation. It checks signatures, and fails as it is told.

import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

import { verifiedSignature } from './sigv4';

/** A message as SNS took it. */
export interface TakenMessage {
  readonly topic: string;
  readonly message: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly group: string | undefined;
  readonly deduplication: string | undefined;
}

/** How one entry fails. */
export interface Fault {
  readonly code: string;
  readonly isSender: boolean;
}

/** The services, running. */
export interface Topics {
  /** What the engine's signer and endpoints are read from. */
  readonly environment: Record<string, string>;
  readonly messages: TakenMessage[];
  readonly events: { Source: string; DetailType: string; Detail: string; EventBusName: string; Time: number }[];
  /** How many entries each request had. */
  readonly batches: number[];
  /** Whether each request was signed well. */
  readonly signed: boolean[];
  /** The region that each was signed for. */
  readonly regions: string[];
  /** Asked before each request is answered, with the service that it was signed for; what it gives is the answer. */
  refuse: ((service: string) => { readonly status: number; readonly body: string } | 'cut' | undefined) | undefined;
  /** Asked of each entry. */
  fail: ((body: string) => Fault | undefined) | undefined;
  stop(): Promise<void>;
}

const MOST_BYTES = 262_144;
/** https://docs.aws.amazon.com/sns/latest/api/API_PublishBatchRequestEntry.html */
const NAME = /^[A-Za-z0-9!"#$%&'()*+,\-./:;<=>?@[\\\]^_`{|}~]{1,128}$/;
/** What XML 1.0 carries (§2.2), and SQS takes. */
const XML_TEXT = /^[\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]*$/u;

/** Starts them on a free port. */
export async function startTopics(): Promise<Topics> {
  const server = createServer((request, response) => {
    void text(request).then((body) => {
      const { given, computed } = verifiedSignature(request.headers, body, 'secret');
      topics.signed.push(given === computed && given !== '');
      topics.regions.push(/Credential=[^/]+\/\d+\/([^/]+)/.exec(request.headers.authorization ?? '')?.[1] ?? '');
      const [, , service = ''] =
        /Credential=[^/]+\/(\d+)\/[^/]+\/([^/]+)/.exec(request.headers.authorization ?? '') ?? [];
      const refused = topics.refuse?.(service);
      if (refused === 'cut') {
        request.socket.destroy();
        return;
      }
      const target = request.headers['x-amz-target'];
      const [status, answer] =
        refused !== undefined
          ? [refused.status, refused.body]
          : target === 'AWSEvents.PutEvents'
            ? putEvents(body)
            : publishBatch(new URLSearchParams(body));
      response.writeHead(status).end(answer);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const topics: Topics = {
    environment: {
      AWS_REGION: 'eu-central-1',
      AWS_ACCESS_KEY_ID: 'id',
      AWS_SECRET_ACCESS_KEY: 'secret',
      AWS_ENDPOINT_URL: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    },
    messages: [],
    events: [],
    batches: [],
    signed: [],
    regions: [],
    refuse: undefined,
    fail: undefined,
    stop: async () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };

  function publishBatch(form: URLSearchParams): [number, string] {
    const topic = form.get('TopicArn') ?? '';
    if (form.get('Action') !== 'PublishBatch' || form.get('Version') !== '2010-03-31' || !topic.startsWith('arn:')) {
      return [400, error('InvalidAction', 'no such action')];
    }
    const entries = [];
    for (let number = 1; form.has(`PublishBatchRequestEntries.member.${number}.Id`); number++) {
      entries.push(entryOf(form, topic, `PublishBatchRequestEntries.member.${number}`));
    }
    topics.batches.push(entries.length);
    const size = entries.reduce(
      (sum, { taken }) =>
        sum +
        [taken.message, ...Object.entries(taken.attributes).flatMap(([name, value]) => [name, 'String', value])].reduce(
          (bytes, one) => bytes + Buffer.byteLength(one),
          0,
        ),
      0,
    );
    if (entries.length === 0 || entries.length > 10) {
      return [400, error('TooManyEntriesInBatchRequest', 'from one to ten')];
    }
    if (new Set(entries.map(({ id }) => id)).size < entries.length) {
      return [400, error('BatchEntryIdsNotDistinct', 'two entries have one id')];
    }
    if (size > MOST_BYTES) {
      return [400, error('BatchRequestTooLong', `${size} bytes`)];
    }
    const isFifo = topic.endsWith('.fifo');
    const done: string[] = [];
    const failed: string[] = [];
    for (const { id, taken } of entries) {
      const isWhole =
        XML_TEXT.test(taken.message) &&
        (!isFifo || (NAME.test(taken.group ?? '') && NAME.test(taken.deduplication ?? '')));
      const fault = isWhole ? topics.fail?.(taken.message) : { code: 'InvalidParameter', isSender: true };
      if (fault !== undefined) {
        failed.push(
          `<member><Id>${id}</Id><Code>${fault.code}</Code><Message>it &lt;failed&gt;</Message><SenderFault>${fault.isSender}</SenderFault></member>`,
        );
        continue;
      }
      const isRepeat = isFifo && topics.messages.some(({ deduplication }) => deduplication === taken.deduplication);
      if (!isRepeat) {
        topics.messages.push(taken);
      }
      done.push(`<member><Id>${id}</Id><MessageId>m</MessageId></member>`);
    }
    return [
      200,
      `<PublishBatchResponse xmlns="http://sns.amazonaws.com/doc/2010-03-31/"><PublishBatchResult>
        ${failed.length > 0 ? `<Failed>${failed.join('')}</Failed>` : '<Failed/>'}<Successful>${done.join('')}</Successful>
      </PublishBatchResult><ResponseMetadata><RequestId>r</RequestId></ResponseMetadata></PublishBatchResponse>`,
    ];
  }

  function putEvents(body: string): [number, string] {
    const { Entries } = JSON.parse(body) as { Entries: Topics['events'] };
    topics.batches.push(Entries.length);
    const size = Entries.reduce(
      (sum, { Source, DetailType, Detail }) => sum + 14 + Buffer.byteLength(`${Source}${DetailType}${Detail}`),
      0,
    );
    if (Entries.length === 0 || Entries.length > 10 || size > MOST_BYTES) {
      return [400, JSON.stringify({ __type: 'ValidationException', message: `${Entries.length} of ${size} bytes` })];
    }
    const answers = Entries.map((entry) => {
      const fault = topics.fail?.(entry.Detail);
      if (fault !== undefined) {
        return { ErrorCode: fault.code, ErrorMessage: 'it failed' };
      }
      topics.events.push(entry);
      return { EventId: 'e' };
    });
    const FailedEntryCount = answers.filter((answer) => 'ErrorCode' in answer).length;
    return [200, JSON.stringify({ FailedEntryCount, Entries: answers })];
  }

  return topics;
}

function entryOf(form: URLSearchParams, topic: string, at: string): { id: string; taken: TakenMessage } {
  const attributes: Record<string, string> = {};
  for (let number = 1; form.has(`${at}.MessageAttributes.entry.${number}.Name`); number++) {
    const attribute = `${at}.MessageAttributes.entry.${number}`;
    if (form.get(`${attribute}.Value.DataType`) === 'String') {
      attributes[form.get(`${attribute}.Name`)!] = form.get(`${attribute}.Value.StringValue`)!;
    }
  }
  return {
    id: form.get(`${at}.Id`)!,
    taken: {
      topic,
      message: form.get(`${at}.Message`) ?? '',
      attributes,
      group: form.get(`${at}.MessageGroupId`) ?? undefined,
      deduplication: form.get(`${at}.MessageDeduplicationId`) ?? undefined,
    },
  };
}

function error(code: string, message: string): string {
  return `<ErrorResponse xmlns="http://sns.amazonaws.com/doc/2010-03-31/"><Error><Type>Sender</Type><Code>${code}</Code><Message>${message}</Message></Error><RequestId>r</RequestId></ErrorResponse>`;
}
