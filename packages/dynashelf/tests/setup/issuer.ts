// An issuer of tokens for tests: keys made at run time, a server for its description and keys that can be told to
// misbehave, and tokens that are right but for what a test says.

import {
  constants,
  createHmac,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  sign as signBytes,
} from 'node:crypto';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A pair of keys of the issuer. */
export interface SigningKey {
  readonly kid: string;
  readonly algorithm: string;
  readonly privateKey: KeyObject;
  /** The public half as the issuer shows it (RFC 7517). */
  readonly jwk: Record<string, unknown>;
}

export interface Token {
  /** Replaced or, where undefined, left out. */
  readonly claims?: Record<string, unknown>;
  readonly header?: Record<string, unknown>;
  readonly key?: SigningKey;
}

/** A running issuer. */
export interface TestIssuer {
  readonly url: string;
  /** The paths asked for so far. */
  readonly requests: string[];
  /** What the key set holds. */
  keys: SigningKey[];
  /** Answers a request in another way; true where it did. */
  misbehave: ((path: string, response: ServerResponse) => boolean) | undefined;
  /** A token for `ada` and the audience `shelf`, good for an hour. */
  token(but?: Token): string;
  stop(): Promise<void>;
}

export const AUDIENCE = 'shelf';

export function makeKey(algorithm: string, kid: string = `key-${algorithm}`): SigningKey {
  const { privateKey, publicKey } =
    algorithm.startsWith('RS') || algorithm.startsWith('PS')
      ? generateKeyPairSync('rsa', { modulusLength: 2048 })
      : algorithm === 'EdDSA'
        ? generateKeyPairSync('ed25519')
        : generateKeyPairSync('ec', {
            namedCurve: { ES256: 'P-256', ES384: 'P-384', ES512: 'P-521' }[algorithm] ?? 'P-256',
          });
  return {
    kid,
    algorithm,
    privateKey,
    jwk: { ...publicKey.export({ format: 'jwk' }), kid, alg: algorithm, use: 'sig' },
  };
}

/** Signs by the key's own algorithm, whatever the header says. */
export function signToken(
  header: Record<string, unknown>,
  claims: Record<string, unknown>,
  { algorithm, privateKey }: SigningKey,
): string {
  const text = `${encode(header)}.${encode(claims)}`;
  const hash = algorithm === 'EdDSA' ? null : `sha${algorithm.slice(2)}`;
  const padding = algorithm.startsWith('PS') ? { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: 32 } : {};
  return `${text}.${signBytes(hash, Buffer.from(text), { key: privateKey, dsaEncoding: 'ieee-p1363', ...padding }).toString('base64url')}`;
}

/** A token whose "signature" is a hash under a secret that everyone knows: the issuer's public key. */
export function hashedWithPublicKey(claims: Record<string, unknown>, { kid, privateKey }: SigningKey): string {
  const text = `${encode({ alg: 'HS256', kid })}.${encode(claims)}`;
  return `${text}.${createHmac('sha256', createPublicKey(privateKey).export({ format: 'pem', type: 'spki' }))
    .update(text)
    .digest('base64url')}`;
}

export function encode(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}

export async function startIssuer(...keys: SigningKey[]): Promise<TestIssuer> {
  const server = createServer((request, response) => {
    const path = request.url ?? '';
    issuer.requests.push(path);
    if (issuer.misbehave?.(path, response) === true) {
      return;
    }
    response.setHeader('Content-Type', 'application/json');
    response.end(
      path === '/keys'
        ? JSON.stringify({ keys: issuer.keys.map(({ jwk }) => jwk) })
        : JSON.stringify({
            issuer: issuer.url,
            jwks_uri: `${issuer.url}/keys`,
            id_token_signing_alg_values_supported: ['RS256'],
          }),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const issuer: TestIssuer = {
    url,
    requests: [],
    keys,
    misbehave: undefined,
    token({ claims, header, key = issuer.keys[0]! } = {}) {
      return signToken({ alg: key.algorithm, kid: key.kid, typ: 'JWT', ...header }, claimsOf(url, claims), key);
    },
    async stop() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return issuer;
}

/** The claims of a good token of an issuer, with some replaced; JSON leaves out what is undefined. */
export function claimsOf(issuer: string, but: Record<string, unknown> = {}): Record<string, unknown> {
  const now = Math.floor(Date.now() / 1000);
  return { iss: issuer, aud: AUDIENCE, sub: 'ada', iat: now, nbf: now, exp: now + 3600, roles: ['librarian'], ...but };
}
