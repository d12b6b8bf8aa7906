// What the table holds of sockets: tickets, connections, how many each caller has, and subscriptions, which lie apart
// until the fan-out has taken them over.
import type { Caller } from '../../values/caller';
import { EXPIRES_ATTRIBUTE, PARTITION_KEY, SORT_KEY } from './table';
import type { AttributeMap } from './value';

/** The partition of tickets. */
export const TICKETS_PARTITION = '#tickets';

/** The partition of connections. */
export const CONNECTIONS_PARTITION = '#connections';

/** What the partitions begin with that hold the connections of one caller, each in a numbered place. */
export const SEATS_PREFIX = '#seats#';

/** What the partitions begin with that hold subscriptions which the fan-out of a collection is to take over. */
export const ARRIVALS_PREFIX = '#arrivals#';

/** What the partitions begin with that hold the subscriptions which the fan-out of a collection serves. */
export const SUBSCRIPTIONS_PREFIX = '#subscriptions#';

/** Who is at the other end of a socket, and until when. */
export interface SocketCaller {
  readonly caller: Caller;
  /** When its token ends, in milliseconds since 1970; undefined where nothing ends. */
  readonly ends: number | undefined;
  /** What stands before the paths of the API, as in links: `/prod`, or nothing. */
  readonly base: string;
}

/** A connection of a client. */
export interface Connection extends SocketCaller {
  /** As API Gateway names it. */
  readonly id: string;
  /** Which of its caller's places it has; undefined of a caller that is nobody in particular. */
  readonly seat: Seat | undefined;
  /** The collection of each subscription, by its id. */
  readonly subscriptions: ReadonlyMap<string, string>;
}

/** One of the places that a caller's connections have. */
export interface Seat {
  /** The caller as text, hashed. */
  readonly holder: string;
  readonly number: number;
}

/** What a client has subscribed to. */
export interface Subscription extends SocketCaller {
  readonly connection: string;
  readonly id: string;
  readonly collection: string;
  /** The filters as text, as src/store/query/stored-filters.ts writes them; empty where there are none. */
  readonly filters: string;
  /** The sequence of the first change that the fan-out sends it. */
  readonly from: number;
}

/** The key of a ticket. @param hash of the ticket, which itself is stored nowhere */
export function ticketKey(hash: string): AttributeMap {
  return keyOf(TICKETS_PARTITION, hash);
}

/** The key of a connection. */
export function connectionKey(id: string): AttributeMap {
  return keyOf(CONNECTIONS_PARTITION, id);
}

/** The key of one of a caller's places. */
export function seatKey({ holder, number }: Seat): AttributeMap {
  return keyOf(`${SEATS_PREFIX}${holder}`, String(number).padStart(4, '0'));
}

/** The key of a subscription that is to be taken over, or of one that is. */
export function subscriptionKey(
  prefix: typeof ARRIVALS_PREFIX | typeof SUBSCRIPTIONS_PREFIX,
  { collection, connection, id }: Pick<Subscription, 'collection' | 'connection' | 'id'>,
): AttributeMap {
  return keyOf(`${prefix}${collection}`, `${connection}#${id}`);
}

function keyOf(partition: string, sort: string): AttributeMap {
  return { [PARTITION_KEY]: { S: partition }, [SORT_KEY]: { S: sort } };
}

/** When a record may be removed, for DynamoDB. @param time in milliseconds since 1970 */
export function expiresAt(time: number): AttributeMap {
  return { [EXPIRES_ATTRIBUTE]: { N: String(Math.ceil(time / 1000)) } };
}

/** A caller as a record holds it. */
export function callerAttributes({ caller, ends, base }: SocketCaller): AttributeMap {
  return {
    caller: { S: JSON.stringify(caller) },
    ...(base !== '' && { base: { S: base } }),
    ...(ends !== undefined && { ends: { N: String(ends) } }),
  };
}

/** The caller of a record. */
export function readSocketCaller({ caller, ends, base }: AttributeMap): SocketCaller {
  return {
    caller: JSON.parse(caller?.S ?? '') as Caller,
    ends: ends === undefined ? undefined : Number(ends.N),
    base: base?.S ?? '',
  };
}

/** A connection as its record holds it, without key and expiry. */
export function connectionAttributes(connection: Connection): AttributeMap {
  const { seat, subscriptions } = connection;
  return {
    ...callerAttributes(connection),
    ...(seat !== undefined && { seat: { S: `${seat.holder}#${seat.number}` } }),
    subscriptions: { M: Object.fromEntries([...subscriptions].map(([id, collection]) => [id, { S: collection }])) },
  };
}

/** The connection of a record. */
export function readConnection(record: AttributeMap): Connection {
  const [holder = '', number = ''] = record['seat']?.S?.split('#') ?? [];
  return {
    ...readSocketCaller(record),
    id: record[SORT_KEY]?.S ?? '',
    seat: record['seat'] === undefined ? undefined : { holder, number: Number(number) },
    subscriptions: new Map(
      Object.entries(record['subscriptions']?.M ?? {}).map(([id, collection]) => [id, collection.S ?? '']),
    ),
  };
}

/** A subscription as its record holds it, without key and expiry. */
export function subscriptionAttributes(subscription: Subscription): AttributeMap {
  const { filters, from } = subscription;
  return {
    ...callerAttributes(subscription),
    from: { N: String(from) },
    ...(filters !== '' && { filters: { S: filters } }),
  };
}

/** The subscription of a record. */
export function readSubscription(collection: string, record: AttributeMap): Subscription {
  const name = record[SORT_KEY]?.S ?? '';
  const end = name.lastIndexOf('#');
  return {
    ...readSocketCaller(record),
    connection: name.slice(0, end),
    id: name.slice(end + 1),
    collection,
    filters: record['filters']?.S ?? '',
    from: Number(record['from']?.N),
  };
}
