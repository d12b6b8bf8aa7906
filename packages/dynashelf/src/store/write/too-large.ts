// How far writes are beyond what DynamoDB takes, which its errors do not say.
import { Problem } from '../../problem';
import { ITEM_TOO_LARGE, TOO_MUCH_AT_ONCE } from '../client/failure';
import { sizeOf } from '../layout/value';
import type { Write } from './write';

/** Bytes of an item; a KB of DynamoDB's has 1024. */
const MOST_BYTES = 400 * 1024;

/**
 * The problem that an item is too large, with how large it is; of one that a write makes larger, what is written alone
 * may be less than is taken, and then nothing is known.
 * @param writes those of which one is too large
 */
export function withItemSize(error: unknown, writes: readonly Write[]): unknown {
  if (!(error instanceof Problem) || error.detail !== ITEM_TOO_LARGE) {
    return error;
  }
  const bytes = Math.max(
    ...writes.map(({ key, record, set, setIfAbsent }) => sizeOf({ M: { ...key, ...record, ...setIfAbsent, ...set } })),
  );
  return bytes <= MOST_BYTES
    ? error
    : new Problem(
        'too-large',
        `The item takes about ${Math.ceil(bytes / 1024)} KB as it is stored, and at most 400 KB are taken: make it smaller, or keep the large part elsewhere.`,
      );
}

/** The problem that a transaction is too large, with how large it is. */
export function withSizeTogether(error: unknown, request: object): unknown {
  if (!(error instanceof Problem) || error.detail !== TOO_MUCH_AT_ONCE) {
    return error;
  }
  const text = JSON.stringify(request, (_name, value: unknown) =>
    value instanceof Uint8Array ? 'x'.repeat(value.length) : value,
  );
  const size = (Buffer.byteLength(text) / 1e6).toFixed(1);
  return new Problem(
    'too-large',
    `What is written at once takes about ${size} MB, and at most 4 MB are taken: send less in one request. Nothing was changed.`,
  );
}
