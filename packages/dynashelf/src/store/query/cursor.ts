// Positions, where a list goes on; and cursors, which are positions that a client holds. They are authenticated, so
// that none can be made up, and encrypted, as a position can be that of an item that its holder may not see.
import { createCipheriv, createDecipheriv, createHmac, timingSafeEqual } from 'node:crypto';
import { compareBytes } from '../layout/sortable';

/** The sort key and id of a record, whether that record still is there or not. */
export interface Position {
  /** The sort key in the base table or in the index that is read; it ends with the id. */
  readonly key: string;
  readonly id: string;
}

/** No id has this character. */
const SEPARATOR = '\u0001';

/** A position as text: no longer than its key, or by one character. */
export function writePosition({ key, id }: Position): string {
  return key === id ? id : `${id}${SEPARATOR}${key.slice(0, key.length - id.length)}`;
}

/** The position that a cursor holds. */
export function readPosition(text: string): Position {
  const end = text.indexOf(SEPARATOR);
  const id = end < 0 ? text : text.slice(0, end);
  return { id, key: end < 0 ? id : `${text.slice(end + 1)}${id}` };
}

/** The order of two positions in a list: negative where `a` comes first. */
export function comparePositions(a: Position, b: Position, descending: boolean): number {
  return descending ? compareBytes(b.key, a.key) : compareBytes(a.key, b.key);
}

/**
 * Bytes of the authentication code: HMAC-SHA-256 cut to 128 bits (RFC 2104 §5). It serves as the initial counter too,
 * as in SIV (RFC 5297 §2.6).
 */
const CODE_BYTES = 16;

const CIPHER = 'aes-256-ctr';

/** What a position is filled up with: no byte of UTF-8. */
const FILLING = 0xff;

/**
 * In bytes: what every position is filled up to, or to twice, four times … as much, so that a cursor says little of how
 * long it is.
 */
const SMALLEST = 32;

/** The secrets: the first signs, every one is accepted, so that one can be followed by another. */
export type CursorKeys = readonly string[];

/**
 * Makes a cursor: of the same position always the same, so that an unchanged page has an unchanged tag.
 * @param binding what the cursor is good for: collection, filters, sort, caller
 * @param position where the list goes on
 */
export function sealCursor(keys: CursorKeys, binding: string, position: string): string {
  const key = keys[0]!;
  const text = filled(position);
  const mac = code(key, binding, text);
  const cipher = createCipheriv(CIPHER, encryptionKey(key), mac);
  return Buffer.concat([mac, cipher.update(text), cipher.final()]).toString('base64url');
}

/** The position of a cursor, or undefined where it was not made with one of these keys for this binding. */
export function openCursor(keys: CursorKeys, binding: string, cursor: string): string | undefined {
  const bytes = Buffer.from(cursor, 'base64url');
  // Decoding skips what is no base64url: only a cursor as it was made is accepted.
  if (bytes.length <= CODE_BYTES || bytes.toString('base64url') !== cursor) {
    return undefined;
  }
  const mac = bytes.subarray(0, CODE_BYTES);
  for (const key of keys) {
    const text = createDecipheriv(CIPHER, encryptionKey(key), mac).update(bytes.subarray(CODE_BYTES));
    if (timingSafeEqual(mac, code(key, binding, text))) {
      const end = text.indexOf(FILLING);
      return text.toString('utf8', 0, end < 0 ? text.length : end);
    }
  }
  return undefined;
}

/** A key of its own for encryption: what it is made of is no text that a code is made of. */
function encryptionKey(key: string): Buffer {
  return createHmac('sha256', key).update('cursor encryption').digest();
}

function filled(position: string): Buffer {
  const length = Buffer.byteLength(position);
  let size = SMALLEST;
  while (size < length) {
    size *= 2;
  }
  const text = Buffer.alloc(size, FILLING);
  text.write(position);
  return text;
}

function code(key: string, binding: string, text: Buffer): Buffer {
  // The length keeps the two texts apart.
  return createHmac('sha256', key).update(`${binding.length}:${binding}`).update(text).digest().subarray(0, CODE_BYTES);
}
