// The seam between what is measured and what is not: `request` of node:http, in which the SDK and our own transport
// both end.
// Answers recorded there are given again without a connection, and all above it counts: signing, writing, parsing,
// timers.

import { EventEmitter } from 'node:events';
import http, { type IncomingHttpHeaders, type IncomingMessage, type RequestOptions } from 'node:http';
import { Readable } from 'node:stream';

/** An answer of the database, as it came. */
export interface Recorded {
  /** The operation that it answers. */
  readonly target: unknown;
  readonly statusCode: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

type Answering = (incoming: Incoming) => void;

/** Answers a request that is complete. */
type Way = (options: RequestOptions, body: string | Uint8Array, answer: Answering) => void;

const request = http.request;

/** How requests are answered: without it, as usual. */
let way: Way | undefined;

/**
 * Makes every later `request` of this process pass here. Some bundles keep a reference to it: they are to be loaded
 * afterwards.
 */
export function installSeam(): void {
  const here = (options: RequestOptions, answer: Answering): unknown =>
    way === undefined
      ? request(options, answer as unknown as (incoming: IncomingMessage) => void)
      : new Outgoing(way, options, answer);
  http.request = here as typeof request;
}

/** Runs something whose requests reach the database; what the database answered, and what became of it. */
export async function record<T>(run: () => Promise<T>): Promise<{ answers: Recorded[]; answer: T }> {
  const answers: Recorded[] = [];
  const answer = await by((options, body, give) => {
    request(options, (incoming) => {
      const chunks: Buffer[] = [];
      incoming
        .on('data', (chunk: Buffer) => chunks.push(chunk))
        .on('end', () => {
          const recorded = {
            target: targetOf(options),
            statusCode: incoming.statusCode!,
            headers: incoming.headers,
            body: Buffer.concat(chunks),
          };
          answers.push(recorded);
          give(new Incoming(recorded));
        });
    }).end(body);
  }, run);
  return { answers, answer };
}

/** Runs something whose requests are given recorded answers, in their order and from the beginning again. */
export async function replay<T>(answers: readonly Recorded[], run: () => Promise<T>): Promise<T> {
  let next = 0;
  return by((options, _body, give) => {
    const recorded = answers[next++ % answers.length]!;
    if (recorded.target !== targetOf(options)) {
      throw new Error(`${String(targetOf(options))} was sent where ${String(recorded.target)} was recorded.`);
    }
    setImmediate(() => give(new Incoming(recorded)));
  }, run);
}

function targetOf({ headers }: RequestOptions): unknown {
  return (headers as Record<string, unknown>)['x-amz-target'];
}

async function by<T>(chosen: Way, run: () => Promise<T>): Promise<T> {
  way = chosen;
  try {
    return await run();
  } finally {
    way = undefined;
  }
}

const nothing = (): undefined => undefined;

/** A connection that was kept and to which nothing happens. */
const SOCKET = {
  connecting: false,
  setKeepAlive: nothing,
  setTimeout: nothing,
  on: nothing,
  once: nothing,
  off: nothing,
  removeListener: nothing,
};

/** What `request` gives, as far as it is used. */
class Outgoing extends EventEmitter {
  readonly reusedSocket = true;
  readonly socket = SOCKET;

  constructor(
    private readonly way: Way,
    private readonly options: RequestOptions,
    private readonly answer: Answering,
  ) {
    super();
    process.nextTick(() => this.emit('socket', SOCKET));
  }

  end(body: string | Uint8Array): this {
    this.way(this.options, body, this.answer);
    return this;
  }

  setTimeout(): this {
    return this;
  }

  destroy(error?: Error): this {
    if (error !== undefined) {
      this.emit('error', error);
    }
    return this;
  }
}

/** What `request` answers with, as far as it is used. */
class Incoming extends Readable {
  readonly statusCode: number;
  readonly statusMessage = 'OK';
  readonly headers: IncomingHttpHeaders;

  constructor({ statusCode, headers, body }: Recorded) {
    super({ read() {} });
    this.statusCode = statusCode;
    this.headers = headers;
    this.push(body);
    this.push(null);
  }
}
