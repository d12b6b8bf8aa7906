// The ids of items.

/** Greatest length of an id, in characters. */
export const LONGEST_ID = 128;

/** What an attribute that references another collection holds: an id, as PUT takes it. */
export const ID_PATTERN = `^[A-Za-z0-9._~-]{1,${LONGEST_ID}}$`;

/** An id as the server makes them: UUIDv7 (RFC 9562). */
export const EXAMPLE_ID = '01995f3a-1c00-7d1e-9b2a-6f0c3e5d7a91';

/** Whether a text can be the id of an item. */
export function isId(text: string): boolean {
  return ID.test(text);
}

/** Whether a text can be the id that a client, or an app's own code, chooses for an item. */
export function isChoosable(text: string): boolean {
  // A client takes "." and ".." out of a path before it sends it (RFC 3986 §5.2.4).
  return isId(text) && text !== '.' && text !== '..';
}

/** What an id that can be chosen looks like, as a sentence says it. */
export const CHOOSABLE_ID = '1 to 128 characters of A-Z a-z 0-9 . _ ~ - and is not "." or ".."';

const ID = new RegExp(ID_PATTERN, 'u');
