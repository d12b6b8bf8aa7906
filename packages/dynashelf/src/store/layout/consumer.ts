// Consumers as they lie in the table: how far each is in the changes of a collection, and who is at work; and the
// changes that one has put aside.
import { sequenceText } from './change';
import { UNDELIVERED_PARTITION } from './outbox';
import { PARTITION_KEY, SORT_KEY } from './table';
import type { AttributeMap } from './value';

/** The partition of the records. */
export const CONSUMERS_PARTITION = '#consumers';

/** The names of the consumers that the engine has, in its own parts. */
export const ENGINE_CONSUMERS: readonly string[] = ['sockets', 'webhooks', 'topic', 'bus'];

/** The name of a consumer, and the collection whose changes it handles. */
export interface ConsumerName {
  /** Without a slash. */
  readonly name: string;
  readonly collection: string;
}

/** How far a consumer is. Times are milliseconds since 1970. */
export interface ConsumerRecord extends ConsumerName {
  /** The sequence of the change that is next. */
  readonly place: number;
  /** Until when somebody is at work; 0 where nobody is. */
  readonly until: number;
  /** Who is at work. */
  readonly owner: string | undefined;
  /** How often what is next was begun. */
  readonly attempts: number;
  /** Not before this time is it begun again. */
  readonly due: number;
  /** The sequences of changes that are to be handled once more, before what is next. */
  readonly again: readonly number[];
}

/** The attributes of the record. */
export const CONSUMER = {
  place: 'place',
  until: 'until',
  owner: 'owner',
  attempts: 'attempts',
  due: 'due',
  again: 'again',
} as const;

/** The key of a consumer's record. */
export function consumerKey({ name, collection }: ConsumerName): AttributeMap {
  return { [PARTITION_KEY]: { S: CONSUMERS_PARTITION }, [SORT_KEY]: { S: `${name}/${collection}` } };
}

/** What a record says. */
export function readConsumer(record: AttributeMap): ConsumerRecord {
  const [name = '', collection = ''] = (record[SORT_KEY]?.S ?? '').split('/');
  const { place, until, owner, attempts, due, again } = record;
  return {
    name,
    collection,
    place: Number(place?.N ?? 1),
    until: Number(until?.N ?? 0),
    owner: owner?.S,
    attempts: Number(attempts?.N ?? 0),
    due: Number(due?.N ?? 0),
    again: (again?.SS ?? []).map(Number).sort((a, b) => a - b),
  };
}

/** A change that a consumer has put aside. */
export interface AsideChange {
  readonly consumer: ConsumerName;
  readonly sequence: number;
  /** The id of its item. */
  readonly item: string;
  /** How often it was begun. */
  readonly attempts: number;
  /** Why it failed the last time. */
  readonly reason: string;
  /** When it was put aside: RFC 3339, UTC. */
  readonly at: string;
}

/** The key of the record of a change that was put aside: in the partition of messages that nobody took. */
export function asideKey({
  consumer: { name, collection },
  sequence,
}: Pick<AsideChange, 'consumer' | 'sequence'>): AttributeMap {
  return {
    [PARTITION_KEY]: { S: UNDELIVERED_PARTITION },
    [SORT_KEY]: { S: `${name}/${collection}/${sequenceText(sequence)}` },
  };
}

/** What the record of a change that was put aside holds beside its key. */
export function asideAttributes({ item, attempts, reason, at }: AsideChange): AttributeMap {
  return { item: { S: item }, attempts: { N: String(attempts) }, reason: { S: reason }, at: { S: at } };
}

/** The change that a record of the partition is; undefined where it is a message, whose key has no slash. */
export function readAside(record: AttributeMap): AsideChange | undefined {
  const [name = '', collection, sequence] = (record[SORT_KEY]?.S ?? '').split('/');
  const { item, attempts, reason, at } = record;
  return collection === undefined || sequence === undefined
    ? undefined
    : {
        consumer: { name, collection },
        sequence: Number(sequence),
        item: item?.S ?? '',
        attempts: Number(attempts?.N ?? 0),
        reason: reason?.S ?? '',
        at: at?.S ?? '',
      };
}
