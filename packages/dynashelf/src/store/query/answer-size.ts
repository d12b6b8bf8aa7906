// How much of an answer Lambda sends, which is 6 MB with the headers, and how much a body takes of that.

/** Bytes that a body may take, headers of 64 kB beside it. */
export const MOST_SENT = 6 * 1024 * 1024 - 64 * 1024;

/**
 * Bytes that the items of a page, or the results of a transaction, may take: a page more only where its first item
 * alone does.
 */
export const MOST_TOGETHER = 4 * 1024 * 1024;

/**
 * Bytes that a byte of a record is in a body at most: a number of two bytes has up to 24 characters there, a control
 * character seven.
 */
const MOST_OF_A_BYTE = 25;

/**
 * How many items the body holds, the first in any case.
 * @param recordBytes bytes of the records of which the items were decoded, where nothing else is in the items
 */
export function countFitting(items: readonly object[], recordBytes = Infinity): number {
  // Pages of usual items need no closer look.
  if (recordBytes * MOST_OF_A_BYTE <= MOST_TOGETHER) {
    return items.length;
  }
  if (items.reduce((sum, item) => sum + mostBytes(item), 0) <= MOST_TOGETHER) {
    return items.length;
  }
  let bytes = 0;
  const last = items.findIndex((item) => (bytes += sentBytes(item)) > MOST_TOGETHER);
  return last < 0 ? items.length : Math.max(last, 1);
}

/** Whether Lambda can send a value as a body. */
export function isSendable(value: unknown): boolean {
  return bytesBeyond(MOST_SENT, value) === undefined;
}

/**
 * The bytes that a value takes as a body where these are more than some; the body is made for it only if it may be so.
 */
export function bytesBeyond(most: number, value: unknown): number | undefined {
  const bytes = mostBytes(value) <= most ? 0 : sentBytes(value);
  return bytes > most ? bytes : undefined;
}

function sentBytes(value: unknown): number {
  // The runtime puts the body into JSON once more, which doubles what is escaped.
  return Buffer.byteLength(JSON.stringify(JSON.stringify(value)));
}

/** No fewer bytes than a value has as JSON within JSON. */
function mostBytes(value: unknown): number {
  switch (typeof value) {
    // A control character is six characters as JSON, and seven as JSON once more; quotes around are four.
    case 'string':
      return 7 * value.length + 5;
    case 'object': {
      let bytes = 5;
      for (const name in value) {
        bytes += 7 * name.length + 6 + mostBytes((value as Record<string, unknown>)[name]);
      }
      return bytes;
    }
    // The longest number has 24 characters.
    default:
      return 25;
  }
}
