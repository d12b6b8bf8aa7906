// Idempotency-Key (draft-ietf-httpapi-idempotency-key-header): a request that shall have its effect once.
import { createHash } from 'node:crypto';
import { identityOf } from '../access/caller';
import type { Caller } from '../definition/access';
import { LONGEST_IDEMPOTENCY_KEY } from '../definition/limits';
import type { Idempotency, Result } from '../operations/result';
import { Problem } from '../problem';
import type { Request } from './request';

/**
 * The idempotency of a POST or PATCH that has a key; other methods are idempotent by themselves, or change nothing.
 * @param keep makes of a result the answer that is kept
 * @throws Problem `malformed-request` for a key that is empty or too long
 */
export function readIdempotency(request: Request, caller: Caller, keep: (result: Result) => string): Idempotency | undefined {
  const key = request.header('idempotency-key');
  if (key === undefined || (request.method !== 'POST' && request.method !== 'PATCH')) {
    return undefined;
  }
  if (key.length === 0 || key.length > LONGEST_IDEMPOTENCY_KEY) {
    throw new Problem('malformed-request', `An idempotency key has 1 to ${LONGEST_IDEMPOTENCY_KEY} characters: send one that is unique to the request, such as a UUID.`, {
      errors: [{ detail: `Must have 1 to ${LONGEST_IDEMPOTENCY_KEY} characters.`, header: 'Idempotency-Key' }],
    });
  }
  return {
    name: hash(identityOf(caller), key),
    fingerprint: hash(request.method, request.segments.join('/'), JSON.stringify(request.parameters), request.body?.text ?? ''),
    keep,
  };
}

function hash(...parts: string[]): string {
  // The lengths keep the parts apart.
  return createHash('sha256').update(parts.map((part) => `${part.length}:${part}`).join('')).digest('base64url');
}
