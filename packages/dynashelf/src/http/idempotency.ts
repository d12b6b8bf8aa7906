// Idempotency-Key (draft-ietf-httpapi-idempotency-key-header): a request that shall have its effect once.
import { createHash } from 'node:crypto';
import { identityOf } from '../authentication/caller';
import type { Caller } from '../values/caller';
import { LONGEST_IDEMPOTENCY_KEY } from '../definition/limits';
import { Problem } from '../problem';
import type { Idempotency } from '../operations/result';
import type { Request } from './request';

/** The request headers that change what a request means, and so are a part of what makes it the same. */
const MEANINGFUL_HEADERS = ['content-type', 'if-match', 'if-none-match', 'if-unmodified-since', 'prefer'];

/**
 * The idempotency of a request that has a key: POST and PATCH, as other methods are idempotent by themselves or change
 * nothing.
 * @throws Problem `malformed-request` for what is no key: a list, or a text that is empty or too long
 */
export function readIdempotency(request: Request, caller: Caller): Idempotency | undefined {
  const header = request.header('idempotency-key');
  if (header === undefined) {
    return undefined;
  }
  const key = header.length > LONGEST_IDEMPOTENCY_KEY ? undefined : readKey(header.trim());
  if (key === undefined || key.length === 0) {
    throw new Problem(
      'malformed-request',
      `An idempotency key is one text of 1 to ${LONGEST_IDEMPOTENCY_KEY} characters: send one that is unique to the request, such as a UUID.`,
      {
        errors: [
          {
            detail: `Must be one text of 1 to ${LONGEST_IDEMPOTENCY_KEY} characters, without commas outside of quotes.`,
            header: 'Idempotency-Key',
          },
        ],
      },
    );
  }
  const { text = '', isBase64 = false } = request.body ?? {};
  return {
    name: hash(identityOf(caller), key),
    fingerprint: hash(
      request.method,
      request.segments.join('/'),
      JSON.stringify(request.parameters),
      isBase64 ? Buffer.from(text, 'base64').toString() : text,
      ...MEANINGFUL_HEADERS.map((name) => request.header(name)?.trim() ?? ''),
    ),
  };
}

/**
 * The key that a header holds: a string of RFC 8941 §3.3.3, as the draft writes it, or a plain text without quotes and
 * commas; undefined for anything else.
 */
function readKey(header: string): string | undefined {
  return /^"(?:[\x20\x21\x23-\x5b\x5d-\x7e]|\\["\\])*"$/.test(header)
    ? header.slice(1, -1).replace(/\\(["\\])/g, '$1')
    : /[",]/.test(header)
      ? undefined
      : header;
}

function hash(...parts: string[]): string {
  // The lengths keep the parts apart.
  return createHash('sha256')
    .update(parts.map((part) => `${part.length}:${part}`).join(''))
    .digest('base64url');
}
