// Messages as they lie in the table until they are delivered: the outbox, and beside it those that nobody took.
import { isObject, type Json, type JsonObject } from '../../values/json';
import { PARTITION_KEY, SORT_KEY } from './table';
import type { AttributeMap } from './value';

/** What the partitions of the outbox begin with, which the stream is filtered by. */
export const OUTBOX_PREFIX = '#outbox#';

/** The partition of messages that were not taken in the end. */
export const UNDELIVERED_PARTITION = '#undelivered';

/** Over how many partitions the outbox is spread: each takes about 1,000 writes a second. */
const OUTBOX_PARTITIONS = 4;

/** A message that is sent. */
export interface SentMessage {
  /** Unique, and the same however often it is delivered: a UUIDv7 (RFC 9562), so that keys grow with time. */
  readonly key: string;
  /** The name of its kind. */
  readonly message: string;
  readonly body: JsonObject;
  /** RFC 3339, UTC, milliseconds. */
  readonly sentAt: string;
}

/** A message in the outbox. */
export interface OutboxRecord extends SentMessage {
  /** How often its delivery has begun. */
  readonly attempts: number;
  /** Not before this time is it tried again, in milliseconds since 1970. */
  readonly due: number;
}

/** A record of the outbox that holds no message: something else has written it. */
export interface UnreadableRecord {
  readonly key: string;
  /** What is wrong with it. */
  readonly fault: string;
  /** All of it. */
  readonly record: AttributeMap;
}

/** The partitions of the outbox. */
export function outboxPartitions(): string[] {
  return Array.from({ length: OUTBOX_PARTITIONS }, (_, index) => `${OUTBOX_PREFIX}${index}`);
}

/** The key of a message's record: the last digit of a UUIDv7 is random. */
export function outboxKey(key: string): AttributeMap {
  const partition = parseInt(key.at(-1) ?? '0', 16) % OUTBOX_PARTITIONS;
  return { [PARTITION_KEY]: { S: `${OUTBOX_PREFIX}${partition}` }, [SORT_KEY]: { S: key } };
}

/** The key of the record of a message that was not taken. */
export function undeliveredKey(key: string): AttributeMap {
  return { [PARTITION_KEY]: { S: UNDELIVERED_PARTITION }, [SORT_KEY]: { S: key } };
}

/** What a record holds beside its key. */
export function outboxAttributes({ message, body, sentAt, attempts, due }: OutboxRecord): AttributeMap {
  return {
    message: { S: message },
    body: { S: JSON.stringify(body) },
    sentAt: { S: sentAt },
    attempts: { N: String(attempts) },
    due: { N: String(due) },
  };
}

/** The message of a record; undefined where it is no record of the outbox. */
export function readOutboxRecord(record: AttributeMap): OutboxRecord | UnreadableRecord | undefined {
  const { [PARTITION_KEY]: partition, [SORT_KEY]: key, message, body, sentAt, attempts, due } = record;
  if (partition?.S?.startsWith(OUTBOX_PREFIX) !== true || key?.S === undefined) {
    return undefined;
  }
  const value = parsed(body?.S);
  const faults = [
    ...(value === undefined ? ['its body is no JSON object'] : []),
    ...(message?.S ? [] : ['it names no kind']),
    ...(attempts?.N === undefined || due?.N === undefined ? ['nothing says when it is due'] : []),
  ];
  return value === undefined || faults.length > 0
    ? { key: key.S, fault: faults.join(', '), record }
    : {
        key: key.S,
        message: message!.S!,
        body: value,
        sentAt: sentAt?.S ?? '',
        attempts: Number(attempts!.N),
        due: Number(due!.N),
      };
}

function parsed(text = ''): JsonObject | undefined {
  try {
    const value = JSON.parse(text) as Json;
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
