// The header lists of cross-origin requests (https://fetch.spec.whatwg.org/#http-cors-protocol).

/** Request headers that a preflight allows: every request header that the contract names. */
export const ALLOWED_HEADERS = [
  'Accept',
  'Authorization',
  'Content-Type',
  'Idempotency-Key',
  'If-Match',
  'If-Modified-Since',
  'If-None-Match',
  'If-Unmodified-Since',
  'Prefer',
  'X-Api-Key',
] as const;

/** Response headers that a script of another origin may read. */
export const EXPOSED_HEADERS = [
  'Accept-Patch',
  'Accept-Post',
  'Allow',
  'ETag',
  'Idempotent-Replayed',
  'Last-Modified',
  'Link',
  'Location',
  'Preference-Applied',
  'Retry-After',
  'Server-Timing',
  'WWW-Authenticate',
  'X-Request-Id',
] as const;

/** How long, in seconds, a browser may keep a preflight's answer. */
export const PREFLIGHT_MAX_AGE = 7200;
