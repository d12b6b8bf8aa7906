// The records of the feed: each change that was committed, under its place in the order, and the positions of the
// table's stream that were read into it.
import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { BIRTH_ATTRIBUTE, DELETING_ATTRIBUTE, EXPIRES_ATTRIBUTE, PARTITION_KEY, SORT_KEY } from './table';
import { sizeOf, valueText, type AttributeMap } from './value';

/** What the partitions of the feed begin with. */
export const CHANGES_PREFIX = '#changes#';

/** What the partitions of positions that were read begin with. */
export const APPENDED_PREFIX = '#appended#';

/** The partition of records of the stream that could not be read: they stay there. */
export const UNREADABLE_PARTITION = '#unreadable';

/** Over how many partitions those are spread. */
const APPENDED_PARTITIONS = 16;

/** Seconds for which they are kept: the stream itself forgets after a day. */
const APPENDED_SECONDS = 2 * 24 * 60 * 60;

/** Digits of a sequence in a key: more changes than a partition could take in 30,000 years. */
const DIGITS = 15;

/** Bytes of one record of a change; DynamoDB takes 400 KB, and an attribute alone may be as large as that. */
const MOST_BYTES = 380_000;

/**
 * What became of an item. `unreadable`: something that cannot be said, since the record of the table's stream, or what
 * the feed has of it, cannot be read.
 */
export type ChangeKind = 'created' | 'updated' | 'deleted' | 'expired' | 'unreadable';

/** A change before it has its place in the order. */
export interface NewChange {
  readonly kind: ChangeKind;
  readonly id: string;
  /** The version that the change made; of a deletion, the one after the last. */
  readonly version: number;
  /** When it was written: RFC 3339, UTC. */
  readonly time: string;
  /** The item's records as the stream has them; undefined where there was, or is, none. */
  readonly before: AttributeMap | undefined;
  readonly after: AttributeMap | undefined;
  /** The record of the table's stream, as `positionOf` names it: what makes a repeat harmless. */
  readonly position: string;
}

/** A change as the feed has it: records with what an item is made of, and nothing else. */
export interface RecordedChange extends Omit<NewChange, 'position'> {
  /** Its place in the order of the collection, from 1. */
  readonly sequence: number;
  /** When it is no longer kept: seconds since 1970. */
  readonly expires: number;
  /** How many records it has besides the first. */
  readonly parts: number;
}

/** A sequence as a key, and as events have it. */
export function sequenceText(sequence: number): string {
  return String(sequence).padStart(DIGITS, '0');
}

/** The partition of the feed that holds a change. @param partitions over how many the feed was spread then */
export function changePartition(collection: string, sequence: number, partitions: number): string {
  return `${CHANGES_PREFIX}${collection}${partitions === 1 ? '' : `#${sequence % partitions}/${partitions}`}`;
}

/** All partitions of a feed. */
export function changePartitions(collection: string, partitions: number): string[] {
  return Array.from({ length: partitions }, (_, index) => changePartition(collection, index, partitions));
}

/**
 * Names a record of the table's stream: a sequence number orders those of one shard, and an item is in one shard at a
 * time.
 */
export function positionOf(sequenceNumber: string, key: AttributeMap): string {
  return `${sequenceNumber}/${key[PARTITION_KEY]?.S ?? ''}/${key[SORT_KEY]?.S ?? ''}`;
}

/** The record that says that a position was read. @param now seconds since 1970 */
export function appendedRecord(position: string, now: number): AttributeMap {
  const digits = Number(/\d{1,6}(?=\/)/.exec(position)?.[0] ?? 0);
  return {
    [PARTITION_KEY]: { S: `${APPENDED_PREFIX}${digits % APPENDED_PARTITIONS}` },
    [SORT_KEY]: { S: position },
    [EXPIRES_ATTRIBUTE]: { N: String(now + APPENDED_SECONDS) },
  };
}

/** A record of the stream that is kept as it came, as JSON. */
export function asideRecord(collection: string, position: string, record: object): AttributeMap {
  const text = JSON.stringify(record);
  return {
    [PARTITION_KEY]: { S: UNREADABLE_PARTITION },
    [SORT_KEY]: { S: `${collection}/${position}` },
    record: { S: Buffer.from(text).toString('utf8', 0, MOST_BYTES) },
    ...(Buffer.byteLength(text) > MOST_BYTES && { isCut: { BOOL: true } }),
  };
}

/**
 * What of a record the item is made of that clients see: neither keys nor what the store keeps beside, but the mark of
 * the item's birth, and that its deletion is under way.
 */
export function visibleRecord(record: AttributeMap): AttributeMap {
  return Object.fromEntries(
    Object.entries(record).flatMap(([name, value]): [string, AttributeValue][] =>
      name === DELETING_ATTRIBUTE
        ? [[name, { BOOL: true }]]
        : name === BIRTH_ATTRIBUTE || !isInternal(name)
          ? [[name, value]]
          : [],
    ),
  );
}

/** A name with `#` is none of a resource file. */
function isInternal(name: string): boolean {
  return name === PARTITION_KEY || name === SORT_KEY || name.includes('#') || /^gsi\d+[ps]k$/.test(name);
}

/** Whether two records are of items that look alike. */
export function looksAlike(before: AttributeMap, after: AttributeMap): boolean {
  const [old, current] = [visibleRecord(before), visibleRecord(after)];
  const names = Object.keys(old);
  return (
    names.length === Object.keys(current).length &&
    names.every((name) => current[name] !== undefined && valueText(old[name]!) === valueText(current[name]))
  );
}

/**
 * The records of a change: one, or more where it is too large for one. Of what was before, only what is different.
 * @param partitions over how many the feed is spread
 * @param expires seconds since 1970
 */
export function writeChange(
  collection: string,
  sequence: number,
  partitions: number,
  { kind, id, version, time, before, after }: NewChange,
  expires: number,
): AttributeMap[] {
  const old = before === undefined ? undefined : visibleRecord(before);
  const current = after === undefined ? undefined : visibleRecord(after);
  const isSame = (name: string): boolean =>
    current?.[name] !== undefined && valueText(current[name]) === valueText(old![name]!);
  const added = old === undefined ? [] : Object.keys(current ?? {}).filter((name) => old[name] === undefined);
  const parts: Part[] = [{ bytes: 2_000, new: [], old: [] }];
  const add = (of: 'new' | 'old', [name, value]: [string, AttributeValue]): void => {
    const bytes = sizeOf(value) + Buffer.byteLength(name) + 1;
    let part = parts.at(-1)!;
    if (part.bytes + bytes > MOST_BYTES) {
      parts.push((part = { bytes: 0, new: [], old: [] }));
    }
    part.bytes += bytes;
    part[of].push([name, value]);
  };
  Object.entries(current ?? {}).forEach((entry) => add('new', entry));
  Object.entries(old ?? {})
    .filter(([name]) => !isSame(name))
    .forEach((entry) => add('old', entry));
  return parts.map((part, index) => ({
    [PARTITION_KEY]: { S: changePartition(collection, sequence, partitions) },
    [SORT_KEY]: { S: index === 0 ? sequenceText(sequence) : `${sequenceText(sequence)}#${index}` },
    ...(index === 0 && {
      id: { S: id },
      kind: { S: kind },
      version: { N: String(version) },
      time: { S: time },
      // Which of the two there is, be it in further records.
      has: { S: `${current === undefined ? '' : 'new'}${old === undefined ? '' : 'old'}` },
      ...(added.length > 0 && { added: { SS: added } }),
      ...(parts.length > 1 && { parts: { N: String(parts.length - 1) } }),
    }),
    ...(part.new.length > 0 && { new: { M: Object.fromEntries(part.new) } }),
    ...(part.old.length > 0 && { old: { M: Object.fromEntries(part.old) } }),
    [EXPIRES_ATTRIBUTE]: { N: String(expires) },
  }));
}

interface Part {
  bytes: number;
  readonly new: [string, AttributeValue][];
  readonly old: [string, AttributeValue][];
}

/** The sequence of a record of a change, and which of its records it is: 0 is the first. */
export function placeOf(record: AttributeMap): { readonly sequence: number; readonly part: number } {
  const [sequence, part = '0'] = (record[SORT_KEY]?.S ?? '').split('#');
  return { sequence: Number(sequence), part: Number(part) };
}

/** The keys of the records that a change has besides its first. */
export function partKeys(first: AttributeMap): AttributeMap[] {
  const { [PARTITION_KEY]: partition, [SORT_KEY]: sort, parts } = first;
  return Array.from({ length: Number(parts?.N ?? 0) }, (_, index) => ({
    [PARTITION_KEY]: partition!,
    [SORT_KEY]: { S: `${sort!.S}#${index + 1}` },
  }));
}

/**
 * The change of its records, the first of which stands first.
 * @param key makes the key of an item's record, by which the item has its id
 */
export function readChange(records: readonly AttributeMap[], key: (id: string) => AttributeMap): RecordedChange {
  const { id, kind, version, time, has, added, parts, [EXPIRES_ATTRIBUTE]: expires } = records[0]!;
  const text = id?.S ?? '';
  const current = Object.assign({}, ...records.map((record) => record['new']?.M ?? {})) as AttributeMap;
  const changed = Object.assign({}, ...records.map((record) => record['old']?.M ?? {})) as AttributeMap;
  const old = { ...current, ...changed };
  added?.SS?.forEach((name) => delete old[name]);
  return {
    sequence: placeOf(records[0]!).sequence,
    kind: (kind?.S ?? 'unreadable') as ChangeKind,
    id: text,
    version: Number(version?.N ?? 0),
    time: time?.S ?? '',
    before: has?.S?.endsWith('old') === true ? { ...key(text), ...old } : undefined,
    after: has?.S?.startsWith('new') === true ? { ...key(text), ...current } : undefined,
    expires: Number(expires?.N ?? Infinity),
    parts: Number(parts?.N ?? 0),
  };
}
