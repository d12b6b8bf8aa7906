// Whose sight the bodies of a webhook have: that of whoever named its URL, as their credentials then were. It is they
// who get the bodies.
import { ANONYMOUS } from '../../authorization/grant';
import type { Caller } from '../../values/caller';

/** Claims that say something of the token alone. */
const OF_TOKENS = ['iat', 'exp', 'nbf', 'jti', 'nonce', 'auth_time', 'at_hash', 'c_hash', 'origin_jti', 'event_id'];

/** A caller as a webhook keeps it: equal for equal rights. */
export function writeRights({ kind, subject, roles, claims }: Caller): string {
  const kept = Object.entries(claims).filter(([claim]) => !OF_TOKENS.includes(claim));
  return JSON.stringify({
    kind,
    subject,
    roles: [...roles].sort(),
    claims: Object.fromEntries(kept.sort(([a], [b]) => (a < b ? -1 : 1))),
  });
}

/** The caller that a webhook keeps; of none, one without credentials. */
export function readRights(text: string | undefined): Caller {
  return text === undefined ? ANONYMOUS : (JSON.parse(text) as Caller);
}

/** Whether two callers are one and the same. */
export function isSameCaller(one: Caller, other: Caller): boolean {
  return one.kind === other.kind && one.subject === other.subject && one.claims['iss'] === other.claims['iss'];
}
