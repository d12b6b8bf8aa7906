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

const ID = new RegExp(ID_PATTERN, 'u');
