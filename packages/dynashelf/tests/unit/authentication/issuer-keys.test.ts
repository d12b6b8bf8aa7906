// The issuer's keys: whatever else its set holds a good one serves, a weak one does not, and no way to answer, or not
// to, holds anybody up for long.

import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { clearInterval, setInterval, setTimeout as startTimer } from 'node:timers';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

import fc from 'fast-check';

import { ANSWER_TIME } from '../../../src/authentication/issuer-answer';
import {
  FAILURE_WAIT,
  KEYS_LONGEST,
  KEYS_MAX_AGE,
  REFETCH_WAIT,
  RENEWAL_WAIT,
} from '../../../src/authentication/issuer-keys';
import { tokenVerifier, type TokenVerifier } from '../../../src/authentication/token';
import { AUDIENCE, claimsOf, encode, makeKey, startIssuer, type SigningKey, type TestIssuer } from '../../setup/issuer';
import { runs } from '../../setup/runs';

const rsa = makeKey('RS256', 'k1');
const next = makeKey('RS256', 'k2');
const curve = makeKey('ES256', 'k1');
const edwards = makeKey('EdDSA', 'ed');
const foreign = makeKey('RS256', 'k1');

const NO_SUCH_KEY = 'unauthenticated: The token is signed by a key that its issuer does not have.';

let issuer: TestIssuer;

beforeEach(async () => {
  issuer = await startIssuer(rsa);
  jest.spyOn(console, 'error').mockImplementation(() => undefined);
});
afterEach(async () => {
  jest.useRealTimers();
  jest.restoreAllMocks();
  await issuer.stop();
});

function verifier(): TokenVerifier {
  return tokenVerifier(
    {
      issuer: issuer.url,
      audiences: [AUDIENCE],
      jwksUri: undefined,
      algorithms: ['RS256', 'ES256', 'EdDSA'],
      clockSkew: 30,
      rolesClaim: 'roles',
    },
    true,
  );
}

/** What comes of a token: its subject, or the problem. */
async function outcome(token: string, by: TokenVerifier): Promise<string> {
  return by(token).then(
    ({ subject }) => subject,
    ({ type, detail }: { type: string; detail: string }) => `${type}: ${detail}`,
  );
}

/** Has the issuer show a set of keys, whatever they are. */
function show(...keys: unknown[]): void {
  issuer.misbehave = (path, response) => path === '/keys' && response.end(JSON.stringify({ keys })) !== undefined;
}

/** Moves the clock on by milliseconds. */
function later(milliseconds: number): void {
  const time = Date.now() + milliseconds;
  jest.spyOn(Date, 'now').mockReturnValue(time);
}

const long = { claims: { exp: 4102444800 } };

describe('of a set of keys', () => {
  test.each<[string, unknown]>([
    ['a kid that is a number', { ...next.jwk, kid: 7 }],
    ['no kid', { ...next.jwk, kid: undefined }],
    ['an alg that is null', { ...next.jwk, alg: null }],
    ['no kty', { ...next.jwk, kty: undefined }],
    ['a kty that nobody knows', { kty: 'XYZ', kid: 'k2' }],
    ['a modulus that is no text', { ...next.jwk, n: [] }],
    ['a point that is on no curve', { ...curve.jwk, x: curve.jwk['y'] }],
    ['key_ops that is no list', { ...next.jwk, key_ops: 'verify' }],
    ['an ext that is no truth value', { ...next.jwk, kid: 'k3', ext: 'yes' }],
    ['nothing in it', {}],
    ['no form at all', 'key'],
    ['no value', null],
  ])('a key with %s is passed over, and the one beside it serves', async (_what, odd) => {
    show(odd, rsa.jwk, odd);
    expect(await outcome(issuer.token(), verifier())).toBe('ada');
  });

  test('a good key serves, whatever else there is, under its own id too', async () => {
    const member = fc.constantFrom(...Object.keys({ ...rsa.jwk, ...curve.jwk, d: '', key_ops: '', x5c: '' }));
    const changed = fc
      .tuple(
        fc.constantFrom(rsa, curve, edwards, foreign),
        fc.dictionary(member, fc.oneof(fc.jsonValue(), fc.constant(undefined)), { maxKeys: 3 }),
      )
      .map(([{ jwk }, but]) => ({ ...jwk, ...but }));
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.oneof(changed, fc.jsonValue()), { maxLength: 6 }),
        fc.nat(6),
        async (others, place) => {
          show(...others.slice(0, place), rsa.jwk, ...others.slice(place));
          expect(await outcome(issuer.token(), verifier())).toBe('ada');
        },
      ),
      { numRuns: runs(60) },
    );
  });

  test.each<[string, Record<string, unknown>]>([
    ['for encryption', { ...foreign.jwk, use: 'enc', alg: 'RSA-OAEP' }],
    ['symmetric', { kty: 'oct', kid: 'k1', k: 'AAAA' }],
    ['on a curve', curve.jwk],
    ['of another RSA key', foreign.jwk],
    ['of another RSA key that says no more', { ...foreign.jwk, use: undefined, alg: undefined }],
    ['of another algorithm', { ...foreign.jwk, alg: 'RS512' }],
  ])('two under one id, one of them %s: the one that fits serves, whichever comes first', async (_what, other) => {
    for (const keys of [
      [other, rsa.jwk],
      [rsa.jwk, other],
    ]) {
      show(...keys);
      expect(await outcome(issuer.token(), verifier())).toBe('ada');
    }
  });

  test('two under one id that fit, of which neither signed: the signature is wrong', async () => {
    show(rsa.jwk, foreign.jwk);
    expect(await outcome(issuer.token({ key: { ...next, kid: 'k1' } }), verifier())).toBe(
      "unauthenticated: The token has a signature that is not its issuer's.",
    );
  });

  test('without a key of use nothing can be verified; without any key nothing is signed by one', async () => {
    show({ ...rsa.jwk, kid: 7 }, 'key');
    expect(await outcome(issuer.token(), verifier())).toMatch(/^unavailable: /);
    show();
    expect(await outcome(issuer.token(), verifier())).toBe(NO_SUCH_KEY);
  });
});

describe('a weak key is none', () => {
  /** An RSA key of any size. */
  function sized(
    modulusLength: number,
    but: (jwk: Record<string, unknown>) => Record<string, unknown> = (jwk) => jwk,
  ): SigningKey {
    const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength });
    return {
      kid: 'weak',
      algorithm: 'RS256',
      privateKey,
      jwk: but({ ...publicKey.export({ format: 'jwk' }), kid: 'weak' }),
    };
  }
  const padded = ({ n, ...rest }: Record<string, unknown>): Record<string, unknown> => ({
    ...rest,
    n: Buffer.concat([Buffer.alloc(256), Buffer.from(n as string, 'base64url')]).toString('base64url'),
  });

  /** A token of a key that needs no secret, with a signature that fits it. */
  function forged(alg: string, signature: Buffer): string {
    return `${encode({ alg, kid: 'weak' })}.${encode(claimsOf(issuer.url))}.${signature.toString('base64url')}`;
  }

  test.each<[string, () => SigningKey]>([
    ['of 1024 bits', () => sized(1024)],
    ['of 1024 bits behind 256 bytes of nothing', () => sized(1024, padded)],
    ['of 2047 bits', () => sized(2047)],
    ['for encryption, by key_ops', () => sized(2048, (jwk) => ({ ...jwk, key_ops: ['encrypt'] }))],
    ['whose private half is shown', () => sized(2048, (jwk) => ({ ...jwk, d: jwk['n'] }))],
  ])('of RSA, %s', async (_what, make) => {
    const weak = make();
    show(rsa.jwk, weak.jwk);
    expect(await outcome(issuer.token({ key: weak }), verifier())).toBe(NO_SUCH_KEY);
  });

  test.each([
    ['1', 'AQ'],
    ['2', 'Ag'],
    ['65536', 'AQAA'],
    ['of 75,000 bytes', Buffer.alloc(75_000, 0xff).toString('base64url')],
  ])('of RSA, with the exponent %s', async (_exponent, e) => {
    const n = randomBytes(256);
    n[0]! |= 0x80;
    n[255]! |= 1;
    // RFC 8017 §9.2; raised to the power of one it stays what it is.
    const digest = Buffer.concat([Buffer.from('3031300d060960864801650304020105000420', 'hex'), randomBytes(32)]);
    const signature = Buffer.concat([
      Buffer.from([0, 1]),
      Buffer.alloc(256 - 3 - digest.length, 0xff),
      Buffer.from([0]),
      digest,
    ]);
    show(rsa.jwk, { kty: 'RSA', kid: 'weak', n: n.toString('base64url'), e });
    expect(await outcome(forged('RS256', signature), verifier())).toBe(NO_SUCH_KEY);
  });

  // The order of each divides eight: https://ed25519.cr.yp.to, and the forms of the same that are not canonical.
  test.each([
    '0100000000000000000000000000000000000000000000000000000000000000',
    '0100000000000000000000000000000000000000000000000000000000000080',
    'ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
    'ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff',
    '0000000000000000000000000000000000000000000000000000000000000000',
    '0000000000000000000000000000000000000000000000000000000000000080',
    'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a',
    'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa',
    '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05',
    '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85',
    'edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
    'eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
  ])('of Ed25519, at the point %s of small order', async (point) => {
    show(edwards.jwk, { kty: 'OKP', crv: 'Ed25519', kid: 'weak', x: Buffer.from(point, 'hex').toString('base64url') });
    const by = verifier();
    expect(await outcome(forged('EdDSA', Buffer.concat([Buffer.from([1]), Buffer.alloc(63)])), by)).toBe(NO_SUCH_KEY);
    expect(await outcome(issuer.token({ key: edwards }), by)).toBe('ada');
  });
});

describe('an issuer that does not answer to the end', () => {
  /** Sends the head of an answer, then a blank now and then, which JSON admits. */
  function drip(response: ServerResponse): true {
    response.writeHead(200, { 'Content-Type': 'application/json' });
    const drops = setInterval(() => response.write(' '), 20);
    response.on('close', () => clearInterval(drops));
    return true;
  }
  const ways: [string, number, TestIssuer['misbehave']][] = [
    ['says nothing', 1, () => true],
    ['drips its description', 1, (_path, response) => drip(response)],
    ['drips its keys', 2, (path, response) => path === '/keys' && drip(response)],
    ['sends nothing behind the head', 1, (_path, response) => response.flushHeaders() === undefined],
  ];

  /** Lets the issuer answer, then the time for an answer be over. */
  async function waitInVain(asked: number): Promise<void> {
    while (issuer.requests.length < asked) {
      await new Promise((resolve) => startTimer(resolve, 5));
    }
    await new Promise((resolve) => startTimer(resolve, 60));
    await jest.advanceTimersByTimeAsync(ANSWER_TIME);
  }

  test.each(ways)(
    '%s: it is waited for no longer than the time for an answer (request %i), and trusted when it is well again',
    async (_what, requests, misbehave) => {
      jest.useFakeTimers({
        doNotFake: ['Date', 'nextTick', 'setImmediate', 'queueMicrotask', 'performance', 'setInterval'],
      });
      const by = verifier();
      issuer.misbehave = misbehave;
      const waiting = Promise.all([outcome(issuer.token(), by), outcome(issuer.token(), by)]);
      await waitInVain(requests);
      for (const one of await waiting) {
        expect(one).toMatch(/^unavailable: /);
      }
      issuer.misbehave = undefined;
      later(FAILURE_WAIT);
      expect(await outcome(issuer.token(), by)).toBe('ada');
    },
  );

  test('is not waited for by those whose key is known', async () => {
    const by = verifier();
    await by(issuer.token(long));
    issuer.misbehave = () => true;
    later(REFETCH_WAIT);
    const unknown = outcome(issuer.token({ header: { kid: 'made up' } }), by);
    expect(await outcome(issuer.token(long), by)).toBe('ada');
    issuer.misbehave = (_path, response) => response.writeHead(500).end() !== undefined;
    await issuer.stop();
    expect(await unknown).toMatch(/^unavailable: /);
  });

  test('is given up in time though nothing but the request holds its end, and garbage is collected', async () => {
    setFlagsFromString('--expose-gc');
    const collect = runInNewContext('gc') as () => void;
    const collections = setInterval(collect, 300);
    let closed: Promise<unknown> | undefined;
    issuer.misbehave = (_path, response) => {
      closed = once(response, 'close');
      return drip(response);
    };
    const start = performance.now();
    expect(await outcome(issuer.token(), verifier())).toMatch(/^unavailable: /);
    // It would drip for ever.
    expect(performance.now() - start).toBeLessThan(ANSWER_TIME + 20_000);
    await closed;
    clearInterval(collections);
  });

  test('even where fetch itself never ends', async () => {
    jest.useFakeTimers({
      doNotFake: ['Date', 'nextTick', 'setImmediate', 'queueMicrotask', 'performance', 'setInterval'],
    });
    const by = verifier();
    const fetching = jest.spyOn(globalThis, 'fetch').mockImplementation(() => new Promise(() => undefined));
    const waiting = outcome(issuer.token(), by);
    await jest.advanceTimersByTimeAsync(ANSWER_TIME);
    expect(await waiting).toMatch(/^unavailable: /);
    fetching.mockRestore();
    later(FAILURE_WAIT);
    expect(await outcome(issuer.token(), by)).toBe('ada');
  });
});

describe('keys that are known', () => {
  const fail: TestIssuer['misbehave'] = (_path, response) => response.writeHead(500).end() !== undefined;

  test('are asked for once a minute while the issuer fails, and serve meanwhile', async () => {
    const by = verifier();
    await by(issuer.token(long));
    issuer.misbehave = fail;
    later(KEYS_MAX_AGE + 1);
    for (let second = 0; second < 150; second += 10) {
      expect(await outcome(issuer.token(long), by)).toBe('ada');
      later(10_000);
    }
    expect(issuer.requests.slice(2)).toHaveLength(3);
    issuer.misbehave = undefined;
    later(RENEWAL_WAIT);
    await by(issuer.token(long));
    expect(issuer.requests.slice(5)).toEqual(['/.well-known/openid-configuration', '/keys']);
  });

  test('and older than six hours serve nobody, also while they are asked for on behalf of another', async () => {
    const by = verifier();
    await by(issuer.token(long));
    later(KEYS_LONGEST + 1);
    let answer: (() => void) | undefined;
    issuer.misbehave = (path, response) => {
      answer = () =>
        void (path === '/keys'
          ? response.end(JSON.stringify({ keys: [next.jwk] }))
          : response.end(JSON.stringify({ issuer: issuer.url, jwks_uri: `${issuer.url}/keys` })));
      return true;
    };
    const waiting = [outcome(issuer.token({ key: next, ...long }), by), outcome(issuer.token(long), by)];
    for (const asked of [3, 4]) {
      while (issuer.requests.length < asked) {
        await new Promise((resolve) => startTimer(resolve, 5));
      }
      answer!();
    }
    expect(await Promise.all(waiting)).toEqual(['ada', NO_SUCH_KEY]);
  });

  test('a rotated key is taken ten seconds after a flood of made-up ones at the latest, and the old one all the time', async () => {
    const by = verifier();
    await by(issuer.token(long));
    issuer.keys = [rsa, next];
    for (let second = 0; second <= REFETCH_WAIT / 1000; second += 1) {
      await outcome(issuer.token({ header: { kid: `made up ${second}` }, ...long }), by);
      expect(await outcome(issuer.token(long), by)).toBe('ada');
      later(1_000);
    }
    expect(await outcome(issuer.token({ key: next, ...long }), by)).toBe('ada');
  });
});
