// A change as a subscriber is told of it: by what its caller may see, and by its own filters.
import { identityOf } from '../authentication/caller';
import { accessOf, type CallerAccess } from '../authorization/permission';
import type { Resource } from '../definition/resource';
import type { StoredChange } from '../store/feed';
import type { Subscription } from '../store/layout/sockets';
import type { CursorKeys } from '../store/query/cursor';
import { matches, type Filter } from '../store/query/filter';
import { readStoredFilters } from '../store/query/stored-filters';
import { presentChange } from './cloud-event';
import { writePlace } from './place';
import { MOST_MESSAGE_BYTES } from './socket-gateway';

/** The message that a connection ends as its token has. */
export const EXPIRED = '{"action":"expired"}';

/** What of a subscription decides what it is told. */
export type Subscriber = Pick<Subscription, 'id' | 'caller' | 'base' | 'filters'>;

/**
 * Makes the messages of changes. What is the same for several subscribers is made once: the rights of a caller, and a
 * change as it sees it.
 */
export interface Teller {
  /**
   * The message that tells a subscriber of a change; undefined where it is not told.
   * @throws what a rule of a resource file throws
   */
  tell(subscriber: Subscriber, change: StoredChange): string | undefined;
  /** The place before a sequence, as a caller has it. */
  place(caller: Subscriber['caller'], next: number): string;
}

/** Makes the messages of changes of a resource. */
export function openTeller(resource: Resource, cursorKeys: CursorKeys): Teller {
  const accesses = memory(accessOf);
  const filters = memory(readStoredFilters);
  const places = memory((identity: string, next: number) =>
    writePlace(cursorKeys, identity, { [resource.name]: next }),
  );
  const events = new WeakMap<StoredChange, Map<string, string | undefined>>();

  function place(caller: Subscriber['caller'], next: number): string {
    const identity = identityOf(caller);
    return places(`${next} ${identity}`, identity, next);
  }

  return {
    place,
    tell({ id, caller, base, filters: text }, change) {
      const who = JSON.stringify(caller);
      const filtered = filter(filters(text, text), change);
      if (filtered === undefined) {
        return undefined;
      }
      let known = events.get(change);
      if (known === undefined) {
        known = new Map();
        events.set(change, known);
      }
      const key = `${filtered.before === undefined ? 0 : 1}${filtered.after === undefined ? 0 : 1}${base} ${who}`;
      let event = known.get(key);
      if (event === undefined && !known.has(key)) {
        event = eventText(accesses(who, caller), resource, filtered, base);
        known.set(key, event);
      }
      const next = place(caller, change.sequence + 1);
      return event && `{"action":"change","subscription":"${id}","change":${event},"since":"${next}"}`;
    },
  };
}

/** A change with the states of which the filters hold; undefined where they hold of none. What cannot be read stays. */
function filter(filters: readonly Filter[], change: StoredChange): StoredChange | undefined {
  if (filters.length === 0 || change.kind === 'unreadable') {
    return change;
  }
  const [before, after] = [change.before, change.after].map((image) =>
    image !== undefined && matches(filters, image.record) ? image : undefined,
  );
  return before === undefined && after === undefined ? undefined : { ...change, before, after };
}

/** Bytes that stay for what stands around the event in its message. */
const AROUND = 2_048;

/**
 * The event of a change in JSON; undefined where the caller sees nothing of it. One that is too large for a socket
 * says where its data is (https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/extensions/dataref.md).
 */
function eventText(access: CallerAccess, resource: Resource, change: StoredChange, base: string): string | undefined {
  const event = presentChange(access, resource, change);
  const text = event && JSON.stringify(event);
  if (text === undefined || Buffer.byteLength(text) <= MOST_MESSAGE_BYTES - AROUND) {
    return text;
  }
  const { data: _data, datacontenttype: _type, ...others } = event!;
  return JSON.stringify({ ...others, dataref: `${base}${event!.source}` });
}

/** What is made of the arguments behind a key, once for each. */
function memory<A extends readonly unknown[], T>(make: (...args: A) => T): (key: string, ...args: A) => T {
  const known = new Map<string, T>();
  return (key, ...args) => {
    let value = known.get(key);
    if (value === undefined) {
      value = make(...args);
      known.set(key, value);
    }
    return value;
  };
}
