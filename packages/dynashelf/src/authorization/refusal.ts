// The refusals of access: 401 and 403.
import { Problem } from '../problem';

/**
 * 401: the request has no credentials, or none that are good.
 * @param error the code of RFC 6750 §3.1; none for a request without credentials
 */
export function unauthenticated(detail: string, error?: 'invalid_token'): Problem {
  return new Problem('unauthenticated', detail, {
    headers: { 'WWW-Authenticate': error === undefined ? 'Bearer' : `Bearer error="${error}"` },
  });
}

/** 403: the caller is known, and may not. */
export function forbidden(detail: string): Problem {
  return new Problem('forbidden', detail);
}
