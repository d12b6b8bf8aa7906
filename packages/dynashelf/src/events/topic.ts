// Changes published to a topic of SNS (PublishBatch, https://docs.aws.amazon.com/sns/latest/api/API_PublishBatch.html).
import { MOST_BYTES, sendBatches, type Entry, type Untaken } from './batch';
import { withoutData, type Published, type PublishChanges } from './published';
import { openSignedPost } from './signed-post';

/** What is sent of one change. */
interface Message {
  readonly body: string;
  readonly attributes: Readonly<Record<string, string>>;
  /** Of a FIFO topic: in which order, and what makes a repeat within five minutes no second message. */
  readonly fifo?: { readonly group: string; readonly deduplication: string };
}

/** Milliseconds for one answer. */
const TIMEOUT = 5_000;

/**
 * Characters of a group's name, which are marks, letters and digits of ASCII. Two items whose ids begin alike for so
 * long share a group: their changes wait for each other, and stay in order.
 */
const LONGEST_GROUP = 128;

/**
 * Publishes to a topic. `collection` and `type` are message attributes, for filter policies; on a FIFO topic the item
 * is the group.
 * @throws Error naming the variable that is missing
 */
export function openTopic(arn: string, environment: NodeJS.ProcessEnv = process.env): PublishChanges {
  const post = openSignedPost(
    { signedAs: 'sns', host: 'sns', variable: 'SNS', region: arn.split(':')[3] || undefined },
    environment,
  );
  const isFifo = arn.endsWith('.fifo');

  async function send(messages: readonly Message[]): Promise<Untaken[]> {
    const { status, text } = await post(
      { 'content-type': 'application/x-www-form-urlencoded' },
      requestOf(arn, messages),
      TIMEOUT,
    );
    if (status !== 200) {
      throw refusal(status, text);
    }
    return untakenOf(text);
  }

  return async (changes, deadline) =>
    sendBatches(
      changes.map((change) => entryOf(change, isFifo)),
      send,
      deadline,
    );
}

function entryOf(published: Published, isFifo: boolean): Entry<Message> {
  const { collection, event } = published;
  const attributes = { collection, type: event.type };
  const more = Object.entries(attributes).reduce((sum, [name, value]) => sum + bytes(`${name}String${value}`), 0);
  const whole = textOf(event);
  const body = bytes(whole) + more > MOST_BYTES ? textOf(withoutData(event)) : whole;
  const group = `${collection}/${event.subject}`;
  return {
    content: {
      body,
      attributes,
      ...(isFifo && {
        fifo: { group: group.slice(0, LONGEST_GROUP), deduplication: `${collection}/${event.sequence}` },
      }),
    },
    size: bytes(body) + more,
    ...(isFifo && { group }),
  };
}

/**
 * The event as JSON. What XML cannot carry is escaped: a queue that is subscribed takes no message that has it
 * (https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessage.html).
 */
function textOf(event: object): string {
  return JSON.stringify(event).replace(
    /[\u007f-\u009f\ufffe\uffff]/g,
    (one) => `\\u${one.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/** The form of AWS's query protocol. */
function requestOf(arn: string, messages: readonly Message[]): string {
  const form = new URLSearchParams({ Action: 'PublishBatch', Version: '2010-03-31', TopicArn: arn });
  messages.forEach(({ body, attributes, fifo }, index) => {
    const entry = `PublishBatchRequestEntries.member.${index + 1}`;
    form.set(`${entry}.Id`, String(index));
    form.set(`${entry}.Message`, body);
    Object.entries(attributes).forEach(([name, value], at) => {
      const attribute = `${entry}.MessageAttributes.entry.${at + 1}`;
      form.set(`${attribute}.Name`, name);
      form.set(`${attribute}.Value.DataType`, 'String');
      form.set(`${attribute}.Value.StringValue`, value);
    });
    if (fifo !== undefined) {
      form.set(`${entry}.MessageGroupId`, fifo.group);
      form.set(`${entry}.MessageDeduplicationId`, fifo.deduplication);
    }
  });
  return form.toString();
}

/**
 * What `Failed` of an answer lists. Nothing else of the answer is read, so a reader of XML would be more than is
 * needed.
 */
function untakenOf(xml: string): Untaken[] {
  const [, ...entries] = within(xml, 'Failed').split('<member>');
  return entries.map((entry) => ({
    index: Number(within(entry, 'Id')),
    reason: `${within(entry, 'Code')}: ${within(entry, 'Message')}`,
    isTransient: within(entry, 'SenderFault') !== 'true' || /throttl/i.test(within(entry, 'Code')),
  }));
}

function refusal(status: number, xml: string): Error {
  const code = within(xml, 'Code');
  return Object.assign(new Error(`SNS answered ${status} ${code}: ${within(xml, 'Message') || xml.slice(0, 200)}`), {
    isTransient: status >= 500 || status === 429 || /throttl|KMSThrottling|RequestExpired/i.test(code),
  });
}

/** The text of the first element of a name; empty where there is none. */
function within(xml: string, name: string): string {
  const [, text = ''] = xml.split(`<${name}>`, 2);
  return text.split(`</${name}>`, 1)[0]!;
}

function bytes(text: string): number {
  return Buffer.byteLength(text);
}
