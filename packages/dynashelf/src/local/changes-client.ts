// Follows the changes of a collection as they are committed: over a socket where the API has any, else by asking its
// feed. Needs no other file: `npm run client` writes it beside the client.

/** A change as it comes (CloudEvents 1.0), with the place behind it. */
export interface FollowedChange {
  readonly id: string;
  readonly source: string;
  /** Such as `notes.updated`. */
  readonly type: string;
  /** The id of the item. */
  readonly subject: string;
  readonly time: string;
  /** 15 digits; grows with each change of the collection. */
  readonly sequence: string;
  /** The item, where there still is one. */
  readonly data?: unknown;
  /**
   * Where to go on, in this or another program. Of a page of the feed, all but the last change have the place before
   * the page.
   */
  readonly since: string;
}

/** An answer of the API. */
export interface ApiAnswer {
  readonly status: number;
  /** Its JSON; undefined where it has none. */
  readonly body: unknown;
  /** Seconds, of Retry-After. */
  readonly retryAfter?: number | undefined;
}

/** What of a WebSocket is used. */
export interface LiveSocket {
  onopen: ((event: never) => void) | null;
  onmessage: ((event: never) => void) | null;
  onclose: ((event: never) => void) | null;
  onerror: ((event: never) => void) | null;
  send(data: string): void;
  close(): void;
}

/** What is followed, and by which means. */
export interface Following {
  readonly collection: string;
  /** One item alone. */
  readonly id?: string | undefined;
  /** Filters as a list takes them; sockets alone have them. */
  readonly filter?: Readonly<Record<string, string>> | undefined;
  /** A place; `now`, which is the default; or `oldest`, for all changes that are kept. */
  readonly since?: string | undefined;
  /** Ends it. */
  readonly signal?: AbortSignal | undefined;
  /** Sends a request with the caller's credentials; throws where no answer comes. */
  readonly ask: (
    method: 'GET' | 'POST',
    path: string,
    query: Readonly<Record<string, string>>,
    signal: AbortSignal,
  ) => Promise<ApiAnswer>;
  /** Where there are no WebSockets, the feed is asked. */
  readonly WebSocket?: (new (url: string) => LiveSocket) | undefined;
  /** The error of a refusal. */
  readonly refused: (status: number, problem: unknown) => Error;
  /** Called once, when nothing that is committed from now on is missed. */
  readonly begun?: (() => void) | undefined;
  readonly timing?: Partial<typeof TIMING>;
}

/** All in milliseconds. */
const TIMING = {
  /** The longest first pause after a loss; each further one may be twice as long, up to `longestPause`. */
  pause: 500,
  longestPause: 30_000,
  /** For a socket to open, and for the answer to a ping. */
  patience: 10_000,
  /** How long it may be quiet before it is asked whether it still is there. */
  quiet: 60_000,
  /** A connection that lasted so long was a good one. */
  good: 5_000,
};

/** Connections in a row that did not open, after which the feed is asked: something between lets no sockets through. */
const MOST_UNOPENED = 3;

/** Messages that wait to be taken; beyond them the socket is closed, and opened again when they are. */
const MOST_WAITING = 1_000;

/** Seconds that an empty answer of the feed is held back. */
const WAIT = '20';

/** How a connection ended. `none`: the API has no sockets. */
type End = 'none' | 'unopened' | 'lost' | 'expired' | 'full';

/** How far a program has come. */
interface Place {
  since: string | undefined;
  sequence: string;
  hasBegun: boolean;
}

interface Message {
  readonly action?: string;
  readonly since?: string;
  readonly change?: Omit<FollowedChange, 'since'>;
  readonly problem?: { readonly status: number };
}

/**
 * The changes of a collection, each once and in their order, until the signal ends it. A connection that is lost is
 * made anew, and goes on where it was.
 * @throws what `refused` makes: where the API refuses it; 410 where the place is older than what is kept
 */
export async function* followChanges(following: Following): AsyncGenerator<FollowedChange, void> {
  const { WebSocket, filter } = following;
  const time = { ...TIMING, ...following.timing };
  const stop = new AbortController();
  const abort = (): void => stop.abort();
  following.signal?.addEventListener('abort', abort);
  if (following.signal?.aborted === true) {
    abort();
  }
  const place: Place = {
    since: following.since === 'now' ? undefined : following.since,
    sequence: '',
    hasBegun: false,
  };
  let failures = 0;
  let unopened = 0;
  let hasSockets = WebSocket !== undefined;
  try {
    while (!stop.signal.aborted) {
      const began = Date.now();
      const before = place.sequence;
      let wish = 0;
      let end: End | undefined;
      try {
        if (place.since === 'oldest') {
          yield* fed(following, place, stop.signal, false);
        }
        if (hasSockets && WebSocket !== undefined) {
          end = yield* connected(following, WebSocket, place, stop.signal, time);
        } else if (filter !== undefined && Object.keys(filter).length > 0) {
          throw new Error('Filters need sockets, and there are none here: leave the filter out, or give a WebSocket.');
        } else {
          yield* fed(following, place, stop.signal, true);
        }
      } catch (error) {
        if (stop.signal.aborted) {
          return;
        }
        if (!(error instanceof Unavailable)) {
          throw error;
        }
        wish = error.wish;
      }
      unopened = end === 'unopened' ? unopened + 1 : end === undefined ? unopened : 0;
      hasSockets &&= end !== 'none' && unopened < MOST_UNOPENED;
      const isGood = place.sequence !== before || Date.now() - began > time.good;
      failures = isGood ? 0 : failures + 1;
      if (end !== 'none' && !(isGood && (end === 'expired' || end === 'full'))) {
        const pause = Math.random() * Math.min(time.longestPause, time.pause * 2 ** failures);
        await sleep(Math.max(pause, wish), stop.signal);
      }
    }
  } finally {
    following.signal?.removeEventListener('abort', abort);
    abort();
  }
}

/** Thrown where another attempt may succeed. */
class Unavailable extends Error {
  /** @param wish milliseconds that the API asks to wait */
  constructor(readonly wish: number) {
    super('The API cannot be reached now.');
  }
}

/** One connection: a ticket, a socket, a subscription, and what comes of it. */
async function* connected(
  following: Following,
  WebSocket: NonNullable<Following['WebSocket']>,
  place: Place,
  signal: AbortSignal,
  time: typeof TIMING,
): AsyncGenerator<FollowedChange, End> {
  const { collection, id, filter, ask, refused } = following;
  const ticket = await attempt(() => ask('POST', '/tickets', {}, signal));
  if (ticket.status === 404 || ticket.status === 405) {
    return 'none';
  }
  accept(ticket, refused);
  const socket = new WebSocket((ticket.body as { url: string }).url);
  const inbox: Message[] = [];
  let isOpen = false;
  let end: End | undefined;
  let wake = (): void => undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const finish = (as: End): void => {
    end ??= as;
    wake();
  };
  /** What is to be heard by then, or the connection counts as lost. */
  const expect = (milliseconds: number, then: () => void): void => {
    clearTimeout(timer);
    timer = setTimeout(then, milliseconds);
  };
  const askWhenQuiet = (): void =>
    expect(time.quiet, () => {
      socket.send(JSON.stringify({ action: 'ping' }));
      expect(time.patience, () => finish('lost'));
    });
  const stopped = (): void => finish('lost');
  signal.addEventListener('abort', stopped);
  expect(time.patience, () => finish('unopened'));
  socket.onopen = () => {
    isOpen = true;
    socket.send(
      JSON.stringify({
        action: 'subscribe',
        collection,
        ...(id !== undefined && { id }),
        ...(filter !== undefined && { filter }),
        ...(place.since !== undefined && { since: place.since }),
        ref: '1',
      }),
    );
    expect(time.patience, () => finish('lost'));
  };
  socket.onmessage = ({ data }: { data: unknown }) => {
    askWhenQuiet();
    inbox.push(readMessage(data));
    if (inbox.length >= MOST_WAITING) {
      quit();
      finish('full');
    }
    wake();
  };
  socket.onclose = () => finish(isOpen ? 'lost' : 'unopened');
  socket.onerror = socket.onclose;
  const quit = (): void => {
    clearTimeout(timer);
    signal.removeEventListener('abort', stopped);
    socket.onopen = socket.onmessage = socket.onclose = null;
    // An error that nobody listens for would end a program.
    socket.onerror = () => undefined;
    socket.close();
  };
  try {
    for (;;) {
      for (let message = inbox.shift(); message !== undefined && !signal.aborted; message = inbox.shift()) {
        const { action, since, change, problem } = message;
        if (action === 'subscribed') {
          place.since ??= since;
          begin(following, place);
        } else if (action === 'place') {
          // Nothing up to there was for this subscription.
          place.since = since;
        } else if (action === 'change' && change !== undefined && since !== undefined) {
          place.since = since;
          // What came already comes again where a connection broke before its place was told.
          if (change.sequence > place.sequence) {
            place.sequence = change.sequence;
            yield { ...change, since };
          }
        } else if (action === 'problem' && problem !== undefined) {
          accept({ status: problem.status, body: problem }, refused);
        } else if (action === 'expired') {
          return 'expired';
        } else if (action === undefined) {
          return 'lost';
        }
      }
      if (end !== undefined) {
        return end;
      }
      await new Promise<void>((resolve) => {
        wake = resolve;
        if (inbox.length > 0 || end !== undefined) {
          resolve();
        }
      });
    }
  } finally {
    quit();
  }
}

/** What the feed has, page after page. @param isLive whether to go on at its end */
async function* fed(
  following: Following,
  place: Place,
  signal: AbortSignal,
  isLive: boolean,
): AsyncGenerator<FollowedChange, void> {
  const { collection, id, ask, refused } = following;
  while (!signal.aborted) {
    const { since = 'now' } = place;
    const began = Date.now();
    const answer = await attempt(() =>
      ask(
        'GET',
        '/changes',
        {
          collection,
          limit: '100',
          ...(since !== 'oldest' && { since }),
          ...(isLive && since !== 'now' && { wait: WAIT }),
        },
        signal,
      ),
    );
    accept(answer, refused);
    begin(following, place);
    const { changes, next } = answer.body as { changes: Omit<FollowedChange, 'since'>[]; next: string };
    const behind = new URL(next, 'http://localhost').searchParams.get('since') ?? since;
    const fresh = changes.filter(({ sequence }) => sequence > place.sequence);
    const own = fresh.filter(({ subject }) => id === undefined || subject === id);
    for (const change of own) {
      yield { ...change, since: change === fresh.at(-1) ? behind : since };
    }
    place.sequence = fresh.at(-1)?.sequence ?? place.sequence;
    place.since = behind;
    if (changes.length === 0 && !isLive) {
      return;
    }
    // What stands between may not let an answer wait.
    if (changes.length === 0 && since !== 'now' && Date.now() - began < 1_000) {
      await sleep(1_000, signal);
    }
  }
}

function begin({ begun }: Following, place: Place): void {
  if (!place.hasBegun) {
    place.hasBegun = true;
    begun?.();
  }
}

/** Sends a request. @throws Unavailable where no answer comes */
async function attempt(send: () => Promise<ApiAnswer>): Promise<ApiAnswer> {
  try {
    return await send();
  } catch {
    throw new Unavailable(0);
  }
}

/** @throws Unavailable for what may be answered otherwise later; what `refused` makes of any other refusal */
function accept({ status, body, retryAfter = 0 }: ApiAnswer, refused: Following['refused']): void {
  if (status === 429 || status >= 500) {
    throw new Unavailable(retryAfter * 1_000);
  }
  if (status >= 300) {
    throw refused(status, body);
  }
}

/** What is no JSON counts as the end of the connection. */
function readMessage(data: unknown): Message {
  try {
    return JSON.parse(String(data)) as Message;
  } catch {
    return {};
  }
}

async function sleep(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) {
      return resolve();
    }
    const done = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, milliseconds);
    signal.addEventListener('abort', done);
  });
}
