// Verifies a token (RFC 7519): who signed it, for whom, since when and until when; and says what it tells of its bearer.
import {
  JwtExpiredError, JwtInvalidAudienceError, JwtInvalidIssuerError, JwtInvalidSignatureAlgorithmError, JwtInvalidSignatureError, JwtNotBeforeError,
} from 'aws-jwt-verify/error';
import type { Jwk, JwkWithKid } from 'aws-jwt-verify/jwk';
import type { JwtHeader, JwtPayload } from 'aws-jwt-verify/jwt-model';
import { verifyJwt } from 'aws-jwt-verify/jwt-verifier';
import type { TokenTrust } from '../config';
import { Problem } from '../problem';
import { KEY_PREFIX, type VerifiedToken } from './caller';
import { issuerKeys } from './issuer-keys';
import { unauthenticated } from './refusal';

/**
 * Verifies one token.
 * @throws Problem `unauthenticated` for a token that is not trusted, its detail free of what the token says; `unavailable` where the issuer's keys cannot be had
 */
export type TokenVerifier = (token: string) => Promise<VerifiedToken>;

/** @param insecure whether an issuer may be reached by http, as on a developer's machine */
export function tokenVerifier(trust: TokenTrust, insecure: boolean): TokenVerifier {
  const findKey = issuerKeys(trust, insecure);

  async function keyOf(_uri: string, { header, payload }: { header: JwtHeader; payload: JwtPayload }): Promise<JwkWithKid> {
    // Before anything is fetched for its sake.
    if (header.alg === undefined || !trust.algorithms.includes(header.alg)) {
      throw refused('is signed by an algorithm that is not taken here');
    }
    if (payload.iss !== trust.issuer) {
      throw refused('is of an issuer that is not trusted here');
    }
    // RFC 7515 §4.1.11: what must be understood and is not makes a token invalid.
    if (header['crit'] !== undefined) {
      throw refused('has extensions that are not understood here');
    }
    if (header.kid === undefined) {
      throw refused('does not name its key');
    }
    const key = await findKey(header.kid);
    if (key === undefined || !fits(key, header.alg)) {
      throw refused('is signed by a key that its issuer does not have');
    }
    return key as JwkWithKid;
  }

  return async (token) => {
    requireCanonical(token);
    // The audience is checked here: the library looks at `aud` alone.
    const options = { issuer: trust.issuer, audience: null, graceSeconds: trust.clockSkew };
    const payload = await verifyJwt(token, trust.issuer, options, keyOf).catch((error: unknown) => {
      throw error instanceof Problem ? error : refused(reasonOf(error));
    });
    return described(payload, trust);
  };
}

function refused(reason: string): Problem {
  return unauthenticated(`The token ${reason}.`, 'invalid_token');
}

/** RFC 7515 §2, RFC 4648 §3.5: Node decodes several texts to the same bytes; only one of them is the token. */
function requireCanonical(token: string): void {
  const parts = token.split('.');
  if (parts.length !== 3 || parts.some((part) => part === '' || Buffer.from(part, 'base64url').toString('base64url') !== part)) {
    throw refused('is not a signed JSON Web Token');
  }
}

/** RFC 7518 §3.3: RSA keys have 2048 bits or more. */
const SMALLEST_MODULUS = 256;

/** RFC 7518 §3.4: each of the algorithms on curves has its own. */
const CURVES: Readonly<Record<string, readonly string[]>> = { ES256: ['P-256'], ES384: ['P-384'], ES512: ['P-521'], EdDSA: ['Ed25519', 'Ed448'] };

/** Whether a key is one for an algorithm: a key that says nothing of it would verify by any that its bytes allow. */
function fits({ kty, crv, n, alg, use }: Jwk, algorithm: string): boolean {
  const isOfType = algorithm.startsWith('RS')
    ? kty === 'RSA' && Buffer.from(n ?? '', 'base64url').length >= SMALLEST_MODULUS
    : kty === (algorithm === 'EdDSA' ? 'OKP' : 'EC') && CURVES[algorithm]!.includes(crv ?? '');
  return isOfType && (alg ?? algorithm) === algorithm && (use ?? 'sig') === 'sig';
}

const REASONS: readonly (readonly [type: new (...parameters: never[]) => Error, reason: string])[] = [
  [JwtExpiredError, 'has expired'],
  [JwtNotBeforeError, 'is not valid yet'],
  [JwtInvalidIssuerError, 'is of an issuer that is not trusted here'],
  [JwtInvalidAudienceError, 'is for another audience'],
  [JwtInvalidSignatureAlgorithmError, 'is signed by an algorithm that is not taken here'],
  [JwtInvalidSignatureError, 'has a signature that is not its issuer\'s'],
];

/** The library's own messages repeat what the token says, which is not for logs. */
function reasonOf(error: unknown): string {
  return REASONS.find(([type]) => error instanceof type)?.[1] ?? 'is not a signed JSON Web Token';
}

const LONGEST_SUBJECT = 255;

/** What a verified payload says of its bearer. */
function described(payload: JwtPayload, trust: TokenTrust): VerifiedToken {
  const { sub, exp, iat, aud, client_id: clientId } = payload as JwtPayload & { client_id?: unknown };
  // RFC 9068 §2.2 wants each of these; a token without an end would be good for ever.
  if (exp === undefined) {
    throw refused('does not say when it expires');
  }
  if (iat !== undefined && iat - trust.clockSkew > Date.now() / 1000) {
    throw refused('was issued in the future');
  }
  if (!(aud === undefined ? [clientId] : [aud].flat()).some((audience) => typeof audience === 'string' && trust.audiences.includes(audience))) {
    throw refused('is for another audience');
  }
  if (sub === undefined || sub === '') {
    throw refused('names no subject');
  }
  if (sub.startsWith(KEY_PREFIX)) {
    throw refused('names a subject that API keys have here');
  }
  // OpenID Connect Core §2 allows 255 characters. \p{C}: control, format, unassigned, lone halves of a pair.
  if (sub.length > LONGEST_SUBJECT || /\p{C}/u.test(sub)) {
    throw refused('names a subject that is too long, or has characters that cannot be shown');
  }
  return { subject: sub, roles: JSON.stringify(rolesOf(payload, trust.rolesClaim)), claims: JSON.stringify(payload), expires: String(exp) };
}

/** The roles: a list of texts, or one text with spaces between, as `scope` is (RFC 8693 §4.2). What is anything else gives none. */
function rolesOf(payload: JwtPayload, claim: string): string[] {
  const value = valueAt(payload, claim);
  const roles = typeof value === 'string' ? value.split(' ') : Array.isArray(value) ? value : [];
  return roles.every((role) => typeof role === 'string') ? [...new Set(roles.filter((role) => role !== ''))] : [];
}

/** A claim by its name, else by the names that the dots separate: names of claims may hold dots themselves. */
function valueAt(object: unknown, name: string): unknown {
  const own = (from: unknown, key: string): unknown => (typeof from === 'object' && from !== null && Object.hasOwn(from, key) ? (from as Record<string, unknown>)[key] : undefined);
  return own(object, name) ?? name.split('.').reduce(own, object);
}
