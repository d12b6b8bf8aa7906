// Tokens: which are trusted and what is read of them; each way to be refused, and how seldom the issuer is asked.

import { generateKeyPairSync, randomUUID, sign } from 'node:crypto';
import fc from 'fast-check';
import { FAILURE_WAIT, KEYS_LONGEST, KEYS_MAX_AGE, REFETCH_WAIT } from '../../../src/authentication/issuer-keys';
import { tokenVerifier, type TokenVerifier } from '../../../src/authentication/token';
import type { TokenTrust } from '../../../src/config';
import {
  AUDIENCE,
  claimsOf,
  encode,
  hashedWithPublicKey,
  makeKey,
  signToken,
  startIssuer,
  type SigningKey,
  type TestIssuer,
} from '../../setup/issuer';
import { runs } from '../../setup/runs';

const [rsa, next, curve, edwards, pss] = ['RS256', 'RS256', 'ES256', 'EdDSA', 'PS256'].map((algorithm, n) =>
  makeKey(algorithm, `key-${n}`),
) as [SigningKey, SigningKey, SigningKey, SigningKey, SigningKey];
const SKEW = 30;

let issuer: TestIssuer;
let verify: TokenVerifier;
let clock: jest.SpyInstance<number> | undefined;

beforeEach(async () => {
  issuer = await startIssuer(rsa);
  verify = verifier();
  jest.spyOn(console, 'error').mockImplementation(() => undefined);
});
afterEach(async () => {
  clock = undefined;
  jest.restoreAllMocks();
  await issuer.stop();
});

function verifier(but: Partial<TokenTrust> = {}, insecure = true): TokenVerifier {
  return tokenVerifier(
    {
      issuer: issuer.url,
      audiences: [AUDIENCE],
      jwksUri: undefined,
      algorithms: ['RS256'],
      clockSkew: SKEW,
      rolesClaim: 'roles',
      ...but,
    },
    insecure,
  );
}

/** The problem that a token ends in. */
async function refusal(token: string, by = verify): Promise<{ type: string; detail: string; headers: unknown }> {
  const { type, detail, more } = (await by(token).then(
    () => ({ type: 'none', detail: 'accepted', more: {} }),
    (error: unknown) => error,
  )) as { type: string; detail: string; more: { headers?: unknown } };
  return { type, detail, headers: more?.headers };
}

/** Moves the clock on by milliseconds. */
function later(milliseconds: number): void {
  const now = Date.now() + milliseconds;
  clock ??= jest.spyOn(Date, 'now');
  clock.mockReturnValue(now);
}

/** A token of two texts, which need not be what an object can be. */
function signed(header: string, claims: string): string {
  const text = [header, claims].map((part) => Buffer.from(part).toString('base64url')).join('.');
  return `${text}.${sign('sha256', Buffer.from(text), rsa.privateKey).toString('base64url')}`;
}

const now = (): number => Math.floor(Date.now() / 1000);

describe('a good token', () => {
  test('tells its subject, roles, claims and end', async () => {
    const { subject, roles, claims, expires } = await verify(
      issuer.token({ claims: { exp: 4102444800, org: { id: 7 } } }),
    );
    expect({ subject, roles, expires }).toEqual({ subject: 'ada', roles: '["librarian"]', expires: '4102444800' });
    expect(JSON.parse(claims)).toMatchObject({ iss: issuer.url, sub: 'ada', org: { id: 7 } });
  });

  test.each([
    ['RS256', rsa],
    ['ES256', curve],
    ['EdDSA', edwards],
  ])(
    'is taken by %s where that is configured, also by a key that does not name its algorithm',
    async (algorithm, key) => {
      issuer.keys = [key, { ...key, kid: 'bare', jwk: { ...key.jwk, kid: 'bare', alg: undefined, use: undefined } }];
      const all = verifier({ algorithms: [algorithm, 'RS512'] });
      await expect(all(issuer.token({ key }))).resolves.toMatchObject({ subject: 'ada' });
      await expect(all(issuer.token({ key: issuer.keys[1]! }))).resolves.toMatchObject({ subject: 'ada' });
    },
  );

  test.each([
    ['one of several audiences', { aud: ['other', AUDIENCE] }],
    ['no aud but the client_id, as Cognito’s access tokens', { aud: undefined, client_id: AUDIENCE }],
    ['an end within the clock skew', { exp: now() - SKEW + 5 }],
    ['a beginning within the clock skew', { nbf: now() + SKEW - 5, iat: now() + SKEW - 5 }],
    ['neither beginning nor time of issue', { nbf: undefined, iat: undefined }],
    ['a subject of 255 characters', { sub: 'ø'.repeat(255) }],
  ])('may have %s', async (_what, claims) => {
    await expect(verify(issuer.token({ claims }))).resolves.toMatchObject({ expires: expect.any(String) as string });
  });

  test.each([undefined, 'JWT', 'jwt', 'at+jwt', 'AT+JWT', 'application/at+jwt', 'Application/JWT'])(
    'may say to be of the kind %s',
    async (typ) => {
      await expect(verify(issuer.token({ header: { typ } }))).resolves.toMatchObject({ subject: 'ada' });
    },
  );

  test('of an issuer whose name ends in a slash is found by its description', async () => {
    const url = `${issuer.url}/`;
    issuer.misbehave = (path, response) =>
      path === '/.well-known/openid-configuration' &&
      response.end(JSON.stringify({ issuer: url, jwks_uri: `${issuer.url}/keys` })) !== undefined;
    await expect(verifier({ issuer: url })(issuer.token({ claims: { iss: url } }))).resolves.toMatchObject({
      subject: 'ada',
    });
  });

  test('needs no description of the issuer where the address of the keys is configured', async () => {
    await verifier({ jwksUri: `${issuer.url}/keys` })(issuer.token());
    expect(issuer.requests).toEqual(['/keys']);
  });
});

describe('roles', () => {
  test.each<[string, unknown, string[]]>([
    ['roles', ['a', 'b', 'a'], ['a', 'b']],
    ['scope', 'read  write', ['read', 'write']],
    ['cognito:groups', ['staff'], ['staff']],
    ['realm_access.roles', undefined, ['deep']],
    ['https://app.example/roles', ['namespaced'], ['namespaced']],
    ['roles', undefined, []],
    ['roles', ['a', 7], []],
    ['roles', { a: true }, []],
    ['roles', '', []],
    ['toString.name', undefined, []],
  ])('the claim %s holding %j gives %j', async (rolesClaim, value, roles) => {
    const token = issuer.token({
      claims: { roles: undefined, realm_access: { roles: ['deep'] }, [rolesClaim]: value },
    });
    expect(JSON.parse((await verifier({ rolesClaim })(token)).roles)).toEqual(roles);
  });
});

describe('a token is refused', () => {
  // What may be otherwise a moment later has no code, by which API Gateway would keep it.
  const PASSING = /key that its issuer does not have|not valid yet|in the future/;

  test.each<[string, () => string, string]>([
    [
      'unsigned, alg none',
      () => `${encode({ alg: 'none', kid: rsa.kid })}.${encode(claimsOf(issuer.url))}.`,
      'is not a signed JSON Web Token',
    ],
    [
      'alg none with a signature',
      () => issuer.token({ header: { alg: 'none' } }),
      'is signed by an algorithm that is not taken here',
    ],
    [
      'alg None, in another case',
      () => issuer.token({ header: { alg: 'None' } }),
      'is signed by an algorithm that is not taken here',
    ],
    ['no alg', () => issuer.token({ header: { alg: undefined } }), 'is signed by an algorithm that is not taken here'],
    [
      'HS256 with the public key as secret',
      () => hashedWithPublicKey(claimsOf(issuer.url), rsa),
      'is signed by an algorithm that is not taken here',
    ],
    [
      'an algorithm that is good and not configured',
      () => issuer.token({ header: { alg: 'RS512' } }),
      'is signed by an algorithm that is not taken here',
    ],
    ['PS256', () => issuer.token({ key: pss }), 'is signed by an algorithm that is not taken here'],
    [
      'RS256 in the header, the key of another algorithm',
      () => issuer.token({ key: curve, header: { alg: 'RS256' } }),
      'is signed by a key that its issuer does not have',
    ],
    ['another audience', () => issuer.token({ claims: { aud: 'other' } }), 'is for another audience'],
    ['no audience', () => issuer.token({ claims: { aud: undefined } }), 'is for another audience'],
    [
      'another aud, though client_id fits',
      () => issuer.token({ claims: { aud: 'other', client_id: AUDIENCE } }),
      'is for another audience',
    ],
    [
      'a client_id that is no text',
      () => issuer.token({ claims: { aud: undefined, client_id: [AUDIENCE] } }),
      'is for another audience',
    ],
    ['expired', () => issuer.token({ claims: { exp: now() - SKEW - 1 } }), 'has expired'],
    ['without an end', () => issuer.token({ claims: { exp: undefined } }), 'does not say when it expires'],
    [
      'an end that is no number',
      () => issuer.token({ claims: { exp: '4102444800' } }),
      'is not a signed JSON Web Token',
    ],
    ['not valid yet', () => issuer.token({ claims: { nbf: now() + SKEW + 5 } }), 'is not valid yet'],
    ['issued in the future', () => issuer.token({ claims: { iat: now() + SKEW + 5 } }), 'was issued in the future'],
    [
      'a foreign issuer',
      () => issuer.token({ claims: { iss: 'https://login.example' } }),
      'is of an issuer that is not trusted here',
    ],
    [
      'the issuer with a slash more',
      () => issuer.token({ claims: { iss: `${issuer.url}/` } }),
      'is of an issuer that is not trusted here',
    ],
    ['no issuer', () => issuer.token({ claims: { iss: undefined } }), 'is of an issuer that is not trusted here'],
    ['no subject', () => issuer.token({ claims: { sub: undefined } }), 'names no subject'],
    [
      'the subject of an API key',
      () => issuer.token({ claims: { sub: 'key:k1' } }),
      'names a subject that API keys have here',
    ],
    ['an empty subject', () => issuer.token({ claims: { sub: '' } }), 'names no subject'],
    [
      'a subject of 256 characters',
      () => issuer.token({ claims: { sub: 'a'.repeat(256) } }),
      'names a subject that is too long, or has characters that cannot be shown',
    ],
    [
      'a subject with a line break',
      () => issuer.token({ claims: { sub: 'ada\r\nX: y' } }),
      'names a subject that is too long, or has characters that cannot be shown',
    ],
    [
      'a subject with half a pair',
      () => issuer.token({ claims: { sub: 'ada\ud800' } }),
      'names a subject that is too long, or has characters that cannot be shown',
    ],
    ['a subject that is no text', () => issuer.token({ claims: { sub: 7 } }), 'is not a signed JSON Web Token'],
    ['no key id', () => issuer.token({ header: { kid: undefined } }), 'does not name its key'],
    [
      'a key of its own in the header',
      () => issuer.token({ key: next, header: { kid: undefined, jwk: next.jwk } }),
      'does not name its key',
    ],
    [
      'a key of its own under the issuer’s key id',
      () =>
        issuer.token({ key: { ...next, kid: rsa.kid }, header: { jwk: next.jwk, jku: 'https://evil.example/keys' } }),
      "has a signature that is not its issuer's",
    ],
    [
      'the end of time',
      () =>
        signed(
          '{"alg":"RS256","kid":"key-0"}',
          JSON.stringify(claimsOf(issuer.url, { exp: 0 })).replace('"exp":0', '"exp":1e999'),
        ),
      'does not say when it expires',
    ],
    [
      'a time of issue that is no number',
      () => issuer.token({ claims: { iat: 'now' } }),
      'is not a signed JSON Web Token',
    ],
    ['claims that are a list', () => signed('{"alg":"RS256","kid":"key-0"}', '[]'), 'is not a signed JSON Web Token'],
    ['of a logout', () => issuer.token({ header: { typ: 'logout+jwt' } }), 'is of another kind than access tokens'],
    [
      'of a security event',
      () => issuer.token({ header: { typ: 'secevent+jwt' } }),
      'is of another kind than access tokens',
    ],
    ['that proves a key', () => issuer.token({ header: { typ: 'dpop+jwt' } }), 'is of another kind than access tokens'],
    [
      'of a kind that is no text',
      () => issuer.token({ header: { typ: ['JWT'] } }),
      'is of another kind than access tokens',
    ],
    ['of an empty kind', () => issuer.token({ header: { typ: '' } }), 'is of another kind than access tokens'],
    [
      'of a logout that says to be any token',
      () => issuer.token({ claims: { events: { 'http://schemas.openid.net/event/backchannel-logout': {} } } }),
      'is of another kind than access tokens',
    ],
    [
      'bound to a key by DPoP',
      () => issuer.token({ claims: { cnf: { jkt: '0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I' } } }),
      'is bound to a key, of which nothing is proved here',
    ],
    [
      'bound to a certificate',
      () => issuer.token({ claims: { cnf: { 'x5t#S256': 'bwcK0esc3ACC3DB2Y5_lESsXE8o9ltc05O89jdN-dg2' } } }),
      'is bound to a key, of which nothing is proved here',
    ],
    [
      'bound to nothing that can be read',
      () => issuer.token({ claims: { cnf: null } }),
      'is bound to a key, of which nothing is proved here',
    ],
    [
      'a subject of two lines',
      () => issuer.token({ claims: { sub: 'ada\u2028bo' } }),
      'names a subject that is too long, or has characters that cannot be shown',
    ],
    [
      'a subject of blanks',
      () => issuer.token({ claims: { sub: ' \u00a0' } }),
      'names a subject that is too long, or has characters that cannot be shown',
    ],
    [
      'a subject that ends in a blank',
      () => issuer.token({ claims: { sub: 'ada ' } }),
      'names a subject that is too long, or has characters that cannot be shown',
    ],
    [
      'extensions that must be understood, though they change nothing',
      () => issuer.token({ header: { crit: ['b64'], b64: true } }),
      'has extensions that are not understood here',
    ],
    [
      'extensions that must be understood',
      () => issuer.token({ header: { crit: ['b64'], b64: false } }),
      'has extensions that are not understood here',
    ],
    ['five parts', () => `${issuer.token()}.a.b`, 'is not a signed JSON Web Token'],
    ['no text at all', () => '', 'is not a signed JSON Web Token'],
  ])('%s', async (_what, token, reason) => {
    expect(await refusal(token())).toEqual({
      type: 'unauthenticated',
      detail: `The token ${reason}.`,
      headers: { 'WWW-Authenticate': PASSING.test(reason) ? 'Bearer' : 'Bearer error="invalid_token"' },
    });
  });

  test('of a foreign issuer or algorithm without the issuer being asked for its sake', async () => {
    await refusal(issuer.token({ claims: { iss: 'https://login.example' } }));
    await refusal(issuer.token({ header: { alg: 'HS256' } }));
    expect(issuer.requests).toEqual([]);
  });

  test('by a key that is too short, or on a curve that is not the algorithm’s', async () => {
    const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 1024 });
    const short: SigningKey = {
      kid: 'short',
      algorithm: 'RS256',
      privateKey,
      jwk: { ...publicKey.export({ format: 'jwk' }), kid: 'short' },
    };
    const odd = makeKey('ES384', 'odd');
    issuer.keys = [
      short,
      { ...odd, jwk: { ...odd.jwk, alg: undefined } },
      { ...rsa, kid: 'enc', jwk: { ...rsa.jwk, kid: 'enc', use: 'enc' } },
    ];
    const several = verifier({ algorithms: ['RS256', 'ES256'] });
    for (const token of [
      issuer.token(),
      issuer.token({ key: odd, header: { alg: 'ES256' } }),
      issuer.token({ key: { ...rsa, kid: 'enc' } }),
    ]) {
      expect((await refusal(token, several)).detail).toBe(
        'The token is signed by a key that its issuer does not have.',
      );
    }
  });

  test('however one character of it is changed', async () => {
    const token = issuer.token();
    await fc.assert(
      fc.asyncProperty(fc.nat(token.length - 1), fc.constantFrom(...'ABCabc019-_.=+/ é'), async (place, character) => {
        fc.pre(token[place] !== character);
        expect((await refusal(token.slice(0, place) + character + token.slice(place + 1))).type).toBe(
          'unauthenticated',
        );
      }),
      { numRuns: runs(120) },
    );
  });

  test('whatever its text', async () => {
    const part = fc.oneof(
      fc.string(),
      fc.json().map((text) => Buffer.from(text).toString('base64url')),
      fc.jsonValue().map(encode),
    );
    await fc.assert(
      fc.asyncProperty(part, part, part, async (...parts) => {
        expect((await refusal(parts.join('.'))).type).toBe('unauthenticated');
      }),
      { numRuns: runs(120) },
    );
  });

  test('whatever its claims hold where only some are right', async () => {
    const claim = fc.oneof(fc.jsonValue(), fc.constant(undefined));
    await fc.assert(
      fc.asyncProperty(fc.constantFrom('iss', 'aud', 'sub', 'exp', 'nbf', 'iat'), claim, async (name, value) => {
        const outcome = await refusal(issuer.token({ claims: { [name]: value } }));
        expect(['unauthenticated', 'none']).toContain(outcome.type);
        if (name === 'iss' || name === 'aud') {
          expect(outcome.type).toBe('unauthenticated');
        }
      }),
      { numRuns: runs(80) },
    );
  });

  test('with a reason that holds nothing of the token', async () => {
    const secret = `secret-${randomUUID()}`;
    for (const claims of [{ aud: secret }, { iss: secret }, { sub: `${secret}\n` }]) {
      expect(JSON.stringify(await refusal(issuer.token({ claims })))).not.toContain(secret);
    }
  });
});

describe('the issuer is asked', () => {
  test('once for many tokens, also at once', async () => {
    await Promise.all(Array.from({ length: 20 }, async () => verify(issuer.token())));
    await verify(issuer.token());
    expect(issuer.requests).toEqual(['/.well-known/openid-configuration', '/keys']);
  });

  test('again for a key that it did not have, and then trusts it', async () => {
    await verify(issuer.token());
    issuer.keys = [rsa, next];
    later(REFETCH_WAIT);
    await expect(verify(issuer.token({ key: next }))).resolves.toMatchObject({ subject: 'ada' });
    expect(issuer.requests.filter((path) => path === '/keys')).toHaveLength(2);
  });

  test('once in ten seconds, however many keys are made up, and others are served meanwhile', async () => {
    await verify(issuer.token());
    for (let second = 0; second < 30; second += 1) {
      later(1_000);
      const flood = await Promise.all(
        Array.from({ length: 10 }, async () => refusal(issuer.token({ header: { kid: randomUUID() } }))),
      );
      expect(new Set(flood.map(({ detail }) => detail))).toEqual(
        new Set(['The token is signed by a key that its issuer does not have.']),
      );
      await expect(verify(issuer.token())).resolves.toMatchObject({ subject: 'ada' });
    }
    expect(issuer.requests.filter((path) => path === '/keys').length).toBeLessThanOrEqual(4);
  });

  test('again after an hour: a key that it withdrew is trusted no longer', async () => {
    await verify(issuer.token());
    issuer.keys = [next];
    const token = issuer.token({ key: rsa, claims: { exp: now() + 9999 } });
    await expect(verify(token)).resolves.toMatchObject({ subject: 'ada' });
    later(KEYS_MAX_AGE + 1);
    expect((await refusal(token)).detail).toBe('The token is signed by a key that its issuer does not have.');
  });
});

describe('where the issuer’s keys cannot be had', () => {
  const fail =
    (status: number) =>
    (_path: string, response: { writeHead(status: number): { end(): unknown } }): boolean =>
      response.writeHead(status).end() !== undefined;

  test.each<[string, TestIssuer['misbehave']]>([
    ['it answers 500', (path, response) => fail(500)(path, response)],
    [
      'it redirects',
      (_path, response) => response.writeHead(302, { Location: 'https://evil.example/' }).end() !== undefined,
    ],
    ['it closes the connection', (_path, response) => response.destroy() !== undefined],
    ['it answers with what is no JSON', (_path, response) => response.end('<html>') !== undefined],
    ['it answers with a list', (_path, response) => response.end('[]') !== undefined],
    [
      'it describes another issuer',
      (_path, response) =>
        response.end(JSON.stringify({ issuer: 'https://other.example', jwks_uri: `${issuer.url}/keys` })) !== undefined,
    ],
    [
      'it names no address of keys',
      (_path, response) =>
        response.end(JSON.stringify({ issuer: issuer.url, jwks_uri: 'file:///etc/keys' })) !== undefined,
    ],
    [
      'its keys have no form',
      (path, response) => path === '/keys' && response.end('{"keys":[{"kty":7}]}') !== undefined,
    ],
    [
      'its keys are endless',
      (path, response) => path === '/keys' && response.end(`{"keys":[],"x":"${'x'.repeat(200_000)}"}`) !== undefined,
    ],
  ])('as %s, a token is not refused but unavailable', async (_what, misbehave) => {
    issuer.misbehave = misbehave;
    expect(await refusal(issuer.token())).toMatchObject({ type: 'unavailable', headers: { 'Retry-After': '1' } });
  });

  test('it is asked once a second, and served again as soon as it answers', async () => {
    issuer.misbehave = (path, response) => fail(503)(path, response);
    for (let tries = 0; tries < 10; tries += 1) {
      await refusal(issuer.token());
    }
    expect(issuer.requests).toHaveLength(1);
    issuer.misbehave = undefined;
    later(FAILURE_WAIT);
    await expect(verify(issuer.token())).resolves.toMatchObject({ subject: 'ada' });
  });

  test('known keys serve on for hours, and not for ever', async () => {
    const token = issuer.token({ claims: { exp: now() + 99_999 } });
    await verify(token);
    issuer.misbehave = (path, response) => fail(500)(path, response);
    later(KEYS_MAX_AGE + 1);
    await expect(verify(token)).resolves.toMatchObject({ subject: 'ada' });
    later(KEYS_LONGEST);
    expect((await refusal(token)).type).toBe('unavailable');
  });

  test('as they are at an http address that its description names, where https is a must', async () => {
    // The description itself comes by http here, which the configuration would refuse.
    expect((await refusal(issuer.token(), verifier({}, false))).type).toBe('unavailable');
  });
});

test('a token that is signed rightly and says nothing is refused', async () => {
  expect((await refusal(signToken({ alg: 'RS256', kid: rsa.kid }, {}, rsa))).type).toBe('unauthenticated');
});
