// OPTIONS (RFC 9110 §9.3.7), and the preflight of cross-origin requests among it.
import { ALLOWED_HEADERS, PREFLIGHT_MAX_AGE } from './cors';
import { JSON_TYPE, PATCH_TYPES } from './media-type';
import type { Reply } from './response';

/** What a path takes, as an answer. */
export function writeOptions(allow: readonly string[]): Reply {
  return {
    status: 204,
    headers: {
      Allow: allow.join(', '),
      ...(allow.includes('POST') && { 'Accept-Post': JSON_TYPE }),
      // RFC 5789 §3.1
      ...(allow.includes('PATCH') && { 'Accept-Patch': PATCH_TYPES.join(', ') }),
      'Access-Control-Allow-Methods': allow.join(', '),
      'Access-Control-Allow-Headers': ALLOWED_HEADERS.join(', '),
      'Access-Control-Max-Age': String(PREFLIGHT_MAX_AGE),
      'Cache-Control': `max-age=${PREFLIGHT_MAX_AGE}`,
    },
  };
}
