// Concurrent clients of one API, each with a way of its own to the database, so that what a request does there is
// known.

import { setTimeout as pause } from 'node:timers/promises';

import type { Resource } from '../../src/definition/resource';
import { createClient, type ClientOptions } from '../../src/testing/client';
import type { Answer, Ask } from '../../src/testing/ask';
import { noting, type Effect } from './effects';
import { startProxy, type Intercept } from './proxy';

/** One request of a client, its answer, and what it did to the database. */
export interface Exchange {
  readonly line: string;
  readonly ask: Ask;
  /** The idempotency key. */
  readonly key: string | undefined;
  readonly begun: number;
  ended: number;
  answer: Answer | undefined;
  readonly effects: Effect[];
}

/** Sends one request, and adds it to the history. */
export type Participant = (line: string, ask?: Ask) => Promise<Exchange>;

/** Clients that work on one table at once. */
export interface Participants {
  readonly all: readonly Participant[];
  /** Every exchange since `begin`, in the order in which they began. */
  readonly history: readonly Exchange[];
  /** Forgets what was. */
  begin(): void;
  /** From now on requests to the database are disturbed so. */
  disturb(how: Intercept): void;
  /** Disturbs nothing any more; resolves when what was under way has arrived. */
  calm(): Promise<void>;
  stop(): Promise<void>;
}

/** Milliseconds that a client's request may take: a test has no 29 seconds for a database that answers nothing. */
const TIME = 6_000;

/** Longer than any fault keeps a request back. */
const LATEST = 60;

/** Opens clients; each has its own connection, and its own proxy before the database. */
export async function openParticipants(
  count: number,
  tableName: string,
  resources: ReadonlyMap<string, Resource>,
  options: Pick<ClientOptions, 'transactionSize' | 'functions'> = {},
): Promise<Participants> {
  const target = process.env.AWS_ENDPOINT_URL_DYNAMODB ?? '';
  const history: Exchange[] = [];
  const carriedOut = new Set<string>();
  let disturb: Intercept | undefined;

  async function open(): Promise<{ participant: Participant; stop: () => Promise<void> }> {
    const proxy = await startProxy(target);
    process.env.AWS_ENDPOINT_URL_DYNAMODB = proxy.endpoint;
    const client = createClient({ resources, config: { tableName }, remaining: TIME, ...options });
    // The SDK reads the environment with its first request.
    await client('GET /health');
    process.env.AWS_ENDPOINT_URL_DYNAMODB = target;
    let current: Exchange | undefined;
    proxy.intercept = noting(
      () => {
        const { effects } = current!;
        return (effect) => effects.push(effect);
      },
      carriedOut,
      (request, forward) => {
        proxy.requests.length = 0; // thousands of histories would fill the memory
        return disturb === undefined ? forward() : disturb(request, forward);
      },
    );
    const participant: Participant = async (line, ask = {}) => {
      const exchange: Exchange = {
        line,
        ask,
        key: ask.headers?.['Idempotency-Key'],
        begun: performance.now(),
        ended: Infinity,
        answer: undefined,
        effects: [],
      };
      current = exchange;
      history.push(exchange);
      exchange.answer = await client(line, ask);
      exchange.ended = performance.now();
      return exchange;
    };
    return { participant, stop: proxy.stop };
  }

  const opened: Awaited<ReturnType<typeof open>>[] = [];
  for (let number = 0; number < count; number++) {
    opened.push(await open());
  }
  return {
    all: opened.map(({ participant }) => participant),
    history,
    begin() {
      history.length = 0;
      carriedOut.clear();
    },
    disturb(how) {
      disturb = how;
    },
    async calm() {
      disturb = undefined;
      await pause(LATEST);
    },
    async stop() {
      await Promise.all(opened.map(async ({ stop }) => stop()));
    },
  };
}
