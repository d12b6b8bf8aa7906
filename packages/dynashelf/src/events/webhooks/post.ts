// Sends one request to the receiver of a webhook: to an address that was checked, without redirects, within a time, and
// reading no more than the head of the answer.
import * as http from 'node:http';
import * as https from 'node:https';
import type { LookupFunction } from 'node:net';
import {
  lookUpAddresses,
  readTarget,
  RefusedTarget,
  resolveTarget,
  type Address,
  type Lookup,
  type TargetRules,
} from './target';

/** What came of a request: the status of the answer, or why there is none. */
export type Posted =
  | { readonly status: number; /** Seconds that the receiver asks for. */ readonly retryAfter: number | undefined }
  | { readonly fault: string };

/** What a request is sent with. */
export interface PostOptions {
  readonly rules: TargetRules;
  readonly lookup?: Lookup | undefined;
  /** Milliseconds until the head of the answer is there, the name resolved and the connection made. */
  readonly patience?: number | undefined;
}

/** Milliseconds that a receiver has. */
export const PATIENCE = 10_000;

/**
 * Sends a body. The URL is judged anew, and what is connected to is the address that was judged.
 * @returns never by an error
 */
export async function post(
  target: string,
  headers: Readonly<Record<string, string>>,
  body: string,
  { rules, lookup = lookUpAddresses, patience = PATIENCE }: PostOptions,
): Promise<Posted> {
  const end = new AbortController();
  const timer = setTimeout(() => end.abort(), patience);
  try {
    const url = readTarget(target, rules);
    const addresses = await orAbort(resolveTarget(url, rules, lookup), end.signal);
    return await exchange(url, addresses, headers, body, end.signal);
  } catch (error) {
    return { fault: end.signal.aborted ? `no answer within ${patience / 1000} seconds` : faultOf(error) };
  } finally {
    clearTimeout(timer);
  }
}

async function orAbort<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    signal.addEventListener('abort', () => reject(new Error('aborted')), { once: true });
    promise.then(resolve, reject);
  });
}

async function exchange(
  url: URL,
  addresses: readonly Address[],
  headers: Readonly<Record<string, string>>,
  body: string,
  signal: AbortSignal,
): Promise<Posted> {
  return new Promise((resolve, reject) => {
    const { request } = url.protocol === 'https:' ? https : http;
    const sent = request(
      url,
      {
        method: 'POST',
        // A connection of its own, so that none is shared between webhooks.
        agent: false,
        lookup: pinned(addresses),
        headers: { ...headers, 'content-length': String(Buffer.byteLength(body)) },
        // Whatever the environment says.
        rejectUnauthorized: true,
        signal,
      },
      (answer) => {
        const { statusCode = 0, headers: answered } = answer;
        // Nobody reads the body: it may be of any length, and is not to be shown to who made the webhook.
        answer.on('error', () => undefined).destroy();
        resolve({ status: statusCode, retryAfter: secondsOf(answered['retry-after']) });
      },
    );
    sent.on('error', reject);
    // Also where the answer was to change the protocol, which nobody asked for.
    sent.on('close', () => reject(new Error('closed')));
    sent.end(body);
  });
}

/** Connects to addresses that were checked, whatever the name leads to by now. */
function pinned(addresses: readonly Address[]): LookupFunction {
  return (_host, { all }, found) => {
    const [first] = addresses as readonly [Address];
    if (all === true) {
      found(
        null,
        addresses.map(({ address, family }) => ({ address, family })),
      );
    } else {
      found(null, first.address, first.family);
    }
  };
}

/** RFC 9110 §10.2.3, as a number of seconds; dates are rare here. */
function secondsOf(text: string | undefined): number | undefined {
  return text !== undefined && /^\d{1,6}$/.test(text) ? Number(text) : undefined;
}

/** For the owner of the webhook: without addresses of what lies behind a name. */
function faultOf(error: unknown): string {
  if (error instanceof RefusedTarget) {
    return `the URL ${error.message}`;
  }
  const { code = 'no answer' } = error as { code?: string };
  return `no connection (${code})`;
}
