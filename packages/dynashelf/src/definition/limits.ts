// How much one request may ask for: kept to by what reads requests, told by the description.

/** Items of a page where `limit` is absent. */
export const DEFAULT_LIMIT = 25;

/** Greatest number of items of a page. */
export const MOST_LISTED = 100;

/** Greatest number of values that `in` takes. */
export const MOST_VALUES = 100;

/**
 * Greatest number of filters of a list, and of their values together: DynamoDB takes 4 KB of expression, and these stay
 * under it.
 */
export const MOST_FILTERS = 40;
export const MOST_VALUES_IN_ALL = 300;

/**
 * Greatest number of entity tags in one header: more is no honest request. DynamoDB takes 300 operators in a condition,
 * and a tag can need four.
 */
export const MOST_TAGS = 50;

/** Greatest number of items that one POST makes. */
export const MOST_CREATED = 100;

/** Greatest number of operations of a transaction; each takes at least one action of the 100 of DynamoDB's. */
export const MOST_OPERATIONS = 100;

/** Greatest number of items of one partition that an action lists by its transaction. */
export const MOST_LISTED_TOGETHER = 1_000;

/** DynamoDB's limit of actions in one transaction. */
export const MOST_ACTIONS = 100;

/** Greatest length of an idempotency key, in characters. */
export const LONGEST_IDEMPOTENCY_KEY = 255;

/** Greatest size of a request body, in bytes. */
export const MOST_BODY_BYTES = 1024 * 1024;

/** Greatest number of values in a request body: objects, arrays, and what is in them. */
export const MOST_BODY_VALUES = 100_000;

/** Greatest length of a path with its query, in characters as they are sent. API Gateway takes about as much. */
export const LONGEST_URL = 8192;

/** Greatest number of query parameters. */
export const MOST_PARAMETERS = 100;

/** Greatest length of the value of a request header that is read, in characters. */
export const LONGEST_HEADER = 8192;

/**
 * What the `copy` operations of one JSON Patch may add to an item, in bytes of JSON, about: no stored item is larger.
 */
export const MOST_COPIED = 512 * 1024;

/**
 * How many elements of arrays the operations of one JSON Patch may move up or down to make or fill a place: about half
 * a second's work.
 */
export const MOST_SHIFTED = 1_000_000_000;

/** Greatest number of collections whose changes one request asks for. */
export const MOST_FEEDS = 10;

/** For how many seconds an answer without changes is held back at most: API Gateway waits 29 for a function. */
export const LONGEST_WAIT = 20;
