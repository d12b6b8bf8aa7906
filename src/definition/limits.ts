// How much one request may ask for: kept to by what reads requests, told by the description.

/** Items of a page where `limit` is absent. */
export const DEFAULT_LIMIT = 25;

/** Greatest number of items of a page. */
export const MOST_LISTED = 100;

/** Greatest number of values that `in` takes. */
export const MOST_VALUES = 100;

/** Greatest number of items that one POST makes. */
export const MOST_CREATED = 100;

/** Greatest number of operations of a transaction; each takes at least one action of the 100 of DynamoDB's. */
export const MOST_OPERATIONS = 100;

/** Greatest length of an idempotency key, in characters. */
export const LONGEST_IDEMPOTENCY_KEY = 255;
