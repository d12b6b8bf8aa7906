// Verifies a token (RFC 7519): who signed it, for whom, since when and until when; and says what it tells of its
// bearer.
import { type CryptoKey, decodeJwt, decodeProtectedHeader, errors, type JWTPayload, jwtVerify } from 'jose';
import type { TokenTrust } from '../config';
import type { Problem } from '../problem';
import { KEY_PREFIX, type VerifiedToken } from './caller';
import { issuerKeys } from './issuer-keys';
import { unauthenticated } from '../authorization/refusal';

/**
 * Verifies one token.
 * @throws Problem `unauthenticated` for a token that is not trusted, its detail free of what the token says;
 * `unavailable` where the issuer's keys cannot be had
 */
export type TokenVerifier = (token: string) => Promise<VerifiedToken>;

/** @param insecure whether an issuer may be reached by http, as on a developer's machine */
export function tokenVerifier(trust: TokenTrust, insecure: boolean): TokenVerifier {
  const findKeys = issuerKeys(trust, insecure);
  return async (token) => {
    requireCanonical(token);
    // Before anything is fetched for its sake.
    const { alg, kid } = refuseOthers(token, trust);
    const keys = await findKeys(alg, kid);
    return described(await verified(token, keys, trust), trust);
  };
}

const NO_KEY = 'is signed by a key that its issuer does not have';
const NOT_YET = 'is not valid yet';
const FROM_THE_FUTURE = 'was issued in the future';

/**
 * What may be otherwise a moment later. Such a refusal has no code, and API Gateway is not to keep it
 * (docs/decisions/authorizer.md).
 */
const PASSING = [NO_KEY, NOT_YET, FROM_THE_FUTURE];

function refused(reason: string): Problem {
  return unauthenticated(`The token ${reason}.`, PASSING.includes(reason) ? undefined : 'invalid_token');
}

const NO_TOKEN = 'is not a signed JSON Web Token';

/** RFC 7515 §2, RFC 4648 §3.5: Node decodes several texts to the same bytes; only one of them is the token. */
function requireCanonical(token: string): void {
  const parts = token.split('.');
  if (
    parts.length !== 3 ||
    parts.some((part) => part === '' || Buffer.from(part, 'base64url').toString('base64url') !== part)
  ) {
    throw refused(NO_TOKEN);
  }
}

/**
 * The kinds of token that are taken, RFC 9068 §4 among them. RFC 8725 §3.11: an issuer signs others with the same keys,
 * for the same audience: of a logout, of an event. Most issuers name no kind, or just JWT.
 */
const KINDS = ['jwt', 'at+jwt'];

/** Refuses what would not be taken whoever signed it, and gives by what it says to be signed. */
function refuseOthers(token: string, trust: TokenTrust): { readonly alg: string; readonly kid: string } {
  const { alg, kid, typ, crit } = decoded(() => decodeProtectedHeader(token));
  const payload = decoded(() => decodeJwt(token));
  if (alg === undefined || !trust.algorithms.includes(alg)) {
    throw refused('is signed by an algorithm that is not taken here');
  }
  if (payload.iss !== trust.issuer) {
    throw refused('is of an issuer that is not trusted here');
  }
  // RFC 7515 §4.1.11: what must be understood and is not makes a token invalid.
  if (crit !== undefined) {
    throw refused('has extensions that are not understood here');
  }
  // RFC 7515 §4.1.9
  if (
    typ !== undefined &&
    !(typeof typ === 'string' && KINDS.includes(typ.toLowerCase().replace(/^application\//, '')))
  ) {
    throw refused('is of another kind than access tokens');
  }
  // RFC 8417 §2.2: a token that has it tells of events, whatever kind it says to be.
  if (payload['events'] !== undefined) {
    throw refused('is of another kind than access tokens');
  }
  // RFC 7800 §3.1: whoever sends it has to prove that he has a key, for which there is no way here.
  if (payload['cnf'] !== undefined) {
    throw refused('is bound to a key, of which nothing is proved here');
  }
  if (typeof kid !== 'string') {
    throw refused('does not name its key');
  }
  return { alg, kid };
}

function decoded<T>(decode: () => T): T {
  try {
    return decode();
  } catch {
    throw refused(NO_TOKEN);
  }
}

/**
 * The claims, where one of the keys has signed them and their time is now. The audience is for later: the library looks
 * at `aud` alone.
 */
async function verified(token: string, keys: readonly CryptoKey[], trust: TokenTrust): Promise<JWTPayload> {
  const options = {
    algorithms: [...trust.algorithms],
    issuer: trust.issuer,
    clockTolerance: trust.clockSkew,
    currentDate: new Date(Date.now()),
  };
  let reason = NO_KEY;
  for (const key of keys) {
    try {
      return (await jwtVerify(token, key, options)).payload;
    } catch (error) {
      reason = reasonOf(error);
      // RFC 7517 §4.5: several keys may have one id.
      if (!(error instanceof errors.JWSSignatureVerificationFailed)) {
        break;
      }
    }
  }
  throw refused(reason);
}

/** The library's own messages repeat what the token says, which is not for logs. */
function reasonOf(error: unknown): string {
  if (error instanceof errors.JWTExpired) {
    return 'has expired';
  }
  if (error instanceof errors.JWSSignatureVerificationFailed) {
    return "has a signature that is not its issuer's";
  }
  return error instanceof errors.JWTClaimValidationFailed && error.claim === 'nbf' && error.reason === 'check_failed'
    ? NOT_YET
    : NO_TOKEN;
}

const LONGEST_SUBJECT = 255;

/** What a verified payload says of its bearer. */
function described(payload: JWTPayload, trust: TokenTrust): VerifiedToken {
  const {
    sub,
    exp,
    iat,
    aud,
    client_id: clientId,
  } = payload as Record<string, unknown> & Pick<JWTPayload, 'exp' | 'iat'>;
  // RFC 9068 §2.2 wants each of these; a token without an end would be good for ever.
  if (exp === undefined || !Number.isFinite(exp)) {
    throw refused('does not say when it expires');
  }
  if (iat !== undefined && iat - trust.clockSkew > Date.now() / 1000) {
    throw refused(FROM_THE_FUTURE);
  }
  if (
    !(aud === undefined ? [clientId] : [aud].flat()).some(
      (audience) => typeof audience === 'string' && trust.audiences.includes(audience),
    )
  ) {
    throw refused('is for another audience');
  }
  if (sub === undefined || sub === '') {
    throw refused('names no subject');
  }
  if (typeof sub !== 'string') {
    throw refused(NO_TOKEN);
  }
  if (sub.startsWith(KEY_PREFIX)) {
    throw refused('names a subject that API keys have here');
  }
  // OpenID Connect Core §2 allows 255 characters. \p{C}: control, format, unassigned, lone halves of a pair; \p{Zl},
  // \p{Zp}: line ends.
  if (sub.length > LONGEST_SUBJECT || /[\p{C}\p{Zl}\p{Zp}]/u.test(sub) || sub !== sub.trim()) {
    throw refused('names a subject that is too long, or has characters that cannot be shown');
  }
  return {
    subject: sub,
    roles: JSON.stringify(rolesOf(payload, trust.rolesClaim)),
    claims: JSON.stringify(payload),
    expires: String(exp),
  };
}

/**
 * The roles: a list of texts, or one text with spaces between, as `scope` is (RFC 8693 §4.2). What is anything else
 * gives none.
 */
function rolesOf(payload: JWTPayload, claim: string): string[] {
  const value = valueAt(payload, claim);
  const roles = typeof value === 'string' ? value.split(' ') : Array.isArray(value) ? value : [];
  return roles.every((role) => typeof role === 'string') ? [...new Set(roles.filter((role) => role !== ''))] : [];
}

/** A claim by its name, else by the names that the dots separate: names of claims may hold dots themselves. */
function valueAt(object: unknown, name: string): unknown {
  const own = (from: unknown, key: string): unknown =>
    typeof from === 'object' && from !== null && Object.hasOwn(from, key)
      ? (from as Record<string, unknown>)[key]
      : undefined;
  return own(object, name) ?? name.split('.').reduce(own, object);
}
