// A client that follows a collection on sockets: it connects anew when it loses one, goes on from its last place, and
// drops what it has had.

import { identityOf } from '../../src/authentication/caller';
import { readConfig } from '../../src/config';
import type { CloudEvent } from '../../src/events/cloud-event';
import { readPlace } from '../../src/events/place';
import type { Caller } from '../../src/values/caller';
import type { JsonObject } from '../../src/values/json';
import type { Socket, SocketWorld } from './sockets';

/** Such a client. */
export interface Follower {
  readonly caller: Caller;
  readonly filter: JsonObject;
  /** The sequence from which on it was subscribed; undefined before that. */
  readonly from: number | undefined;
  /** What it has got, each once. */
  readonly events: readonly CloudEvent[];
  /** How many messages it has dropped as it had had them. */
  readonly doubles: number;
  readonly socket: Socket | undefined;
  /** Connects and subscribes where it is not connected. */
  follow(by?: Pick<SocketWorld, 'connectAs'>): Promise<void>;
  /** Reads what has come. */
  read(): void;
  /** Loses its connection, with what has come and was not read, or none of that. */
  lose(how: 'cut' | 'close'): Promise<void>;
}

/** Makes a client. */
export function follower(world: SocketWorld, collection: string, caller: Caller, filter: JsonObject = {}): Follower {
  let since: string | undefined;
  let read = 0;
  let last = 0;
  const events: CloudEvent[] = [];
  const state = { from: undefined as number | undefined, doubles: 0, socket: undefined as Socket | undefined };

  function readAll(): void {
    for (const message of state.socket?.messages.slice(read) ?? []) {
      read++;
      const { action, change, since: place } = message as unknown as Message;
      if (action === 'subscribed') {
        const { cursorKeys } = readConfig(process.env);
        state.from ??= readPlace(cursorKeys, identityOf(caller), place, [collection])[collection]!;
        since ??= place;
      } else if (action === 'place') {
        since = place;
      } else if (action !== 'change') {
        throw new Error(`A client that follows got ${JSON.stringify(message)}.`);
      } else if (Number(change.sequence) <= last) {
        state.doubles++;
      } else {
        last = Number(change.sequence);
        events.push(change);
        since = place;
      }
    }
  }

  return {
    caller,
    filter,
    events,
    get from() {
      return state.from;
    },
    get doubles() {
      return state.doubles;
    },
    get socket() {
      return state.socket;
    },

    async follow(by = world) {
      readAll();
      if (state.socket?.isOpen !== true) {
        state.socket = await by.connectAs(caller);
        read = 0;
        await state.socket.say({ action: 'subscribe', collection, filter, ...(since !== undefined && { since }) });
        readAll();
      }
    },

    read: readAll,

    async lose(how) {
      await (how === 'cut' ? state.socket?.cut() : state.socket?.close());
    },
  };
}

interface Message {
  readonly action: string;
  readonly change: CloudEvent;
  readonly since: string;
}
