// Cursors: where a list goes on, opaque to the client and authenticated, so that none can be made up or used elsewhere.
import { createHmac, timingSafeEqual } from 'node:crypto';

/** Bytes of the authentication code: HMAC-SHA-256 cut to 128 bits (RFC 2104 §5). */
const CODE_BYTES = 16;

/** The secrets: the first signs, every one is accepted, so that one can be followed by another. */
export type CursorKeys = readonly [string, ...string[]];

/**
 * Makes a cursor.
 * @param binding what the cursor is good for: collection, filters, sort, caller
 * @param position where the list goes on
 */
export function sealCursor([key]: CursorKeys, binding: string, position: string): string {
  return Buffer.concat([code(key, binding, position), Buffer.from(position)]).toString('base64url');
}

/** The position of a cursor, or undefined where it was not made with one of these keys for this binding. */
export function openCursor(keys: CursorKeys, binding: string, cursor: string): string | undefined {
  const bytes = Buffer.from(cursor, 'base64url');
  // Decoding skips what is no base64url: only a cursor as it was made is accepted.
  if (bytes.length <= CODE_BYTES || bytes.toString('base64url') !== cursor) {
    return undefined;
  }
  const position = bytes.subarray(CODE_BYTES).toString();
  return keys.some((key) => timingSafeEqual(bytes.subarray(0, CODE_BYTES), code(key, binding, position))) ? position : undefined;
}

function code(key: string, binding: string, position: string): Buffer {
  // The length keeps the two texts apart.
  return createHmac('sha256', key).update(`${binding.length}:${binding}${position}`).digest().subarray(0, CODE_BYTES);
}
