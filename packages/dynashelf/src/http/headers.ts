// The headers that every answer has, whatever it says.
import type { Config } from '../config';
import { EXPOSED_HEADERS } from './cors';
import type { Request } from './request';

/** One year, in seconds (RFC 6797 §6.1.1). */
export const STRICT_TRANSPORT = 'max-age=31536000';

/** Adds the headers common to all answers to those of one. */
export function commonHeaders(
  config: Pick<Config, 'corsOrigins' | 'access' | 'apiKeys' | 'deployed'>,
  request: Pick<Request, 'id' | 'header'>,
  timing: string,
  vary: readonly string[] = [],
): Record<string, string> {
  return {
    'X-Request-Id': request.id,
    'X-Content-Type-Options': 'nosniff',
    // What a browser shows of an answer runs nothing, loads nothing, and stands in no other page.
    'Content-Security-Policy': "default-src 'none'; frame-ancestors 'none'",
    'Referrer-Policy': 'no-referrer',
    'Server-Timing': timing,
    ...(config.deployed && { 'Strict-Transport-Security': STRICT_TRANSPORT }),
    ...crossOrigin(config.corsOrigins, request.header('origin'), [...credentialHeaders(config), ...vary]),
  };
}

/** Whoever asks, by these headers, changes the answer. */
function credentialHeaders({ access, apiKeys }: Pick<Config, 'access' | 'apiKeys'>): string[] {
  return access === 'open' ? [] : ['Authorization', ...(apiKeys ? ['X-Api-Key'] : [])];
}

/** https://fetch.spec.whatwg.org/#http-responses */
function crossOrigin(
  origins: readonly string[],
  origin: string | undefined,
  vary: readonly string[],
): Record<string, string> {
  const isOpen = origins.includes('*');
  const allowed = isOpen ? '*' : origin !== undefined && origins.includes(origin) ? origin : undefined;
  return {
    // What is acceptable, and to which origin, changes the answer (RFC 9110 §12.5.5).
    Vary: ['Accept', 'Accept-Encoding', ...(isOpen ? [] : ['Origin']), ...vary].join(', '),
    ...(allowed !== undefined && {
      'Access-Control-Allow-Origin': allowed,
      'Access-Control-Expose-Headers': EXPOSED_HEADERS.join(', '),
    }),
  };
}
