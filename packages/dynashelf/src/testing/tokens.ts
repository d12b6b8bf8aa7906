// An issuer of tokens for a test file: it signs what a test says of a bearer, and serves the key that the authorizer
// verifies it by.

import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

import type { TokenTrust } from '../config';

/** Whom a token is of, and what it says. */
export interface Bearer {
  readonly subject: string;
  /** What access rules call roles; they stand in the claim that the app reads them from. */
  readonly roles?: readonly string[];
  /** In the claim `scope` (RFC 8693 §4.2). */
  readonly scopes?: readonly string[];
  /** Seconds for which the token is good from now on, an hour without it; it has expired where they are negative. */
  readonly expiresIn?: number;
  /** Other claims, or others in place of those that are made here; what is undefined is left out. */
  readonly claims?: Readonly<Record<string, unknown>>;
}

/** How the tokens of a test are. */
export interface TokensOptions {
  /**
   * The claim that lists the roles, as TOKEN_ROLES_CLAIM says it where the app is deployed, such as `cognito:groups`,
   * `scope` or `realm_access.roles`; `roles` without it.
   */
  readonly rolesClaim?: string;
}

/** The issuer of a test file. */
export interface Tokens {
  /** A signed JSON Web Token (RFC 7519). */
  sign(bearer: Bearer): string;
  /** What a deployment is told of the issuer, but where its key is. */
  readonly trust: TokenTrust;
  /**
   * Where its key is.
   * @throws Error before the tests of the file have begun
   */
  jwksUri(): string;
}

const ISSUER = 'https://issuer.example';
const AUDIENCE = 'api';
const HOUR = 3600;
/** RFC 7518 §3.4. A key of it is made in a millisecond, one of RSA in a hundred. */
const ALGORITHM = 'ES256';
const KEY_ID = 'test';

/**
 * Called at the top of a test file: `createClient({ tokens: useTokens() })` is a client of an API that trusts its
 * tokens and asks the authorizer before each request, as API Gateway does.
 */
export function useTokens({ rolesClaim = process.env.TOKEN_ROLES_CLAIM || 'roles' }: TokensOptions = {}): Tokens {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const keys = [{ ...publicKey.export({ format: 'jwk' }), kid: KEY_ID, alg: ALGORITHM, use: 'sig' }];
  const server = createServer((_request, response) => {
    response.writeHead(200, { 'Content-Type': 'application/json' }).end(JSON.stringify({ keys }));
  });
  beforeAll(async () => {
    await new Promise<void>((resolve, reject) => server.once('error', reject).listen(0, '127.0.0.1', resolve));
  });
  afterAll(() => {
    server.close();
    server.closeAllConnections();
  });
  return {
    sign: (bearer) => signed(claimsOf(bearer, rolesClaim), privateKey),
    trust: {
      issuer: ISSUER,
      audiences: [AUDIENCE],
      jwksUri: undefined,
      algorithms: [ALGORITHM],
      clockSkew: 0,
      rolesClaim,
    },
    jwksUri() {
      const address = server.address() as AddressInfo | null;
      if (address === null) {
        throw new Error('The issuer of useTokens() runs while tests do: send requests in tests and in beforeAll.');
      }
      return `http://127.0.0.1:${address.port}/keys`;
    },
  };
}

function claimsOf({ subject, roles, scopes, expiresIn = HOUR, claims }: Bearer, rolesClaim: string): object {
  const now = Math.floor(Date.now() / 1000);
  const isScope = rolesClaim === 'scope';
  const scope = [...(scopes ?? []), ...(isScope ? (roles ?? []) : [])];
  return {
    iss: ISSUER,
    aud: AUDIENCE,
    sub: subject,
    iat: now,
    exp: now + expiresIn,
    ...(scope.length > 0 && { scope: scope.join(' ') }),
    ...(roles !== undefined && !isScope && nested(rolesClaim, roles)),
    ...claims,
  };
}

/** `realm_access.roles` is `roles` in the object `realm_access`. */
function nested(name: string, value: unknown): object {
  return name.split('.').reduceRight<object>((inner, part) => ({ [part]: inner }), value as object);
}

function signed(claims: object, key: KeyObject): string {
  const text = [{ alg: ALGORITHM, typ: 'at+jwt', kid: KEY_ID }, claims]
    .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
    .join('.');
  return `${text}.${sign('sha256', Buffer.from(text), { key, dsaEncoding: 'ieee-p1363' }).toString('base64url')}`;
}
