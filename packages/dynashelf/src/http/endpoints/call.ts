// A request to a function of the app's own: who asks, what it is called with, and its answer as a reply.
import { readCaller } from '../../authentication/caller';
import { requireCall } from '../../authorization/call';
import { ANONYMOUS } from '../../authorization/grant';
import { isUnguarded, type LoadedFunction } from '../../definition/function';
import { MOST_SENT } from '../../store/query/answer-size';
import type { Caller } from '../../values/caller';
import type { CallInput } from '../input/call';
import { readCallInput } from '../input/call';
import { JSON_TYPE } from '../media-type';
import type { Request } from '../request';
import type { Reply } from '../response';
import type { DocumentEndpoint } from './endpoint';

/** What a function answers to a request: 200, or without a body 204, where it does not say. */
export interface FunctionAnswer {
  readonly status?: number | undefined;
  readonly headers?: { readonly [name: string]: string } | undefined;
  /** An object is sent as JSON, a text and bytes as they are. */
  readonly body?: unknown;
}

/** A call by a request. */
export interface Call extends CallInput {
  readonly request: Request;
  readonly caller: Caller;
}

/** The endpoint of a function. @param run calls it */
export function callEndpoint<S>(
  loaded: LoadedFunction,
  run: (call: Call) => Promise<FunctionAnswer | undefined>,
): DocumentEndpoint<S> {
  return async ({ config }, request, _store, timing) => {
    // The gateway has asked nobody who comes here for credentials.
    const isOpen = isUnguarded(loaded) && config.access !== 'open';
    const caller = isOpen ? ANONYMOUS : readCaller(config, request.credentials);
    requireCall(loaded, caller);
    timing.end('caller');
    const input = await readCallInput(loaded, request);
    timing.end('input');
    const reply = writeAnswer(await run({ ...input, request, caller }));
    timing.end('operation');
    return reply;
  };
}

/** @throws Error where it is no answer that can be sent */
export function writeAnswer({ status: given, headers = {}, body }: FunctionAnswer = {}): Reply {
  const status = given ?? (body === undefined ? 204 : 200);
  if (!Number.isInteger(status) || status < 200 || status > 599) {
    throw new Error(`a function answered with the status ${String(given)}: write a number from 200 to 599`);
  }
  if (body !== undefined && (status === 204 || status === 304)) {
    throw new Error(
      `a function answered ${status} with a body, which such an answer cannot have: leave one of the two out`,
    );
  }
  const own = Object.fromEntries(Object.entries(headers).map(([name, value]) => [titleOf(name), checked(name, value)]));
  const reply = (type: string | undefined, more: Partial<Reply>): Reply => ({
    status,
    headers: { 'Cache-Control': 'no-cache', ...(type !== undefined && { 'Content-Type': type }), ...own },
    isCostHidden: true,
    ...more,
  });
  if (body === undefined) {
    return reply(undefined, {});
  }
  if (body instanceof Uint8Array) {
    refuseLong(body.length * (4 / 3));
    return reply('application/octet-stream', { bytes: body });
  }
  const isText = typeof body === 'string';
  const text = isText ? body : JSON.stringify(body);
  refuseLong(Buffer.byteLength(text));
  return reply(isText ? 'text/plain; charset=utf-8' : JSON_TYPE, { text });
}

function refuseLong(bytes: number): void {
  if (bytes > MOST_SENT) {
    throw new Error(
      `a function answered with ${Math.ceil(bytes)} bytes, and at most ${MOST_SENT} can be sent: answer with less`,
    );
  }
}

/** Names that are not written with a capital after each hyphen alone. */
const NAMES: Readonly<Record<string, string>> = { etag: 'ETag', 'www-authenticate': 'WWW-Authenticate' };

/** A header's name as every answer writes it, so that what a function says goes before what is said otherwise. */
function titleOf(name: string): string {
  return NAMES[name.toLowerCase()] ?? name.toLowerCase().replace(/(?:^|-)[a-z]/g, (start) => start.toUpperCase());
}

/** RFC 9110 §5.5 and §5.6.2 */
function checked(name: string, value: unknown): string {
  if (!/^[\w!#$%&'*+.^`|~-]+$/.test(name) || typeof value !== 'string' || !/^[\t\x20-\x7e\x80-\xff]*$/.test(value)) {
    throw new Error(`a function answered with the header "${name}", which cannot be sent: write a text of one line`);
  }
  return value;
}
