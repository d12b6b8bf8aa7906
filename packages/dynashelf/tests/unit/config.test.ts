// The environment: what is refused, and with what remedy.

import { readConfig, requireCursorKeys } from '../../src/config';

const environment = { TABLE_NAME: 'table', CURSOR_KEY: 'sixteen characters' };
const trusting = { ...environment, TOKEN_ISSUER: 'https://login.example/tenant', TOKEN_AUDIENCE: 'shelf' };
const local = { AWS_ENDPOINT_URL_DYNAMODB: 'http://127.0.0.1:8000' };

test('what is not set has its default', () => {
  expect(readConfig(environment)).toMatchObject({
    readLimit: 10,
    corsOrigins: ['*'],
    access: 'rules',
    tokens: undefined,
    apiKeys: false,
    description: 'public',
    deployed: true,
  });
  expect(readConfig({ ...environment, API_DESCRIPTION: 'private' })).toMatchObject({ description: 'private' });
});

test('what is empty is not set, as a parameter of serverless.yml without a value', () => {
  const empty = {
    READ_LIMIT: '',
    API_KEYS: '',
    ACCESS: '',
    TOKEN_ISSUER: '',
    TOKEN_AUDIENCE: '',
    TOKEN_JWKS_URI: '',
    TOKEN_ALGORITHMS: '',
    TOKEN_CLOCK_SKEW: '',
    TOKEN_ROLES_CLAIM: '',
  };
  expect(readConfig({ ...environment, ...empty })).toEqual(readConfig(environment));
});

test('of several cursor keys the first comes first', () => {
  expect(readConfig({ ...environment, CURSOR_KEY: 'the newest of both keys, the key before that' }).cursorKeys).toEqual(
    ['the newest of both keys', 'the key before that'],
  );
});

test('a function without use for cursors needs no secret; one that gives them does not start without', () => {
  const config = readConfig({ TABLE_NAME: 'table' });
  expect(config.cursorKeys).toEqual([]);
  expect(() => requireCursorKeys(config)).toThrow(
    /CURSOR_KEY is not set, and lists give cursors: serverless\.yml sets it/,
  );
  expect(() => requireCursorKeys(readConfig(environment))).not.toThrow();
});

describe('origins', () => {
  test.each([
    '*',
    'https://app.example.com',
    'http://localhost:5173',
    'https://app.example.com:8443',
    'https://a.example, https://b.example',
    'https://xn--bcher-kva.example',
  ])('"%s" are taken', (names) => {
    expect(readConfig({ ...environment, CORS_ORIGINS: names }).corsOrigins).toEqual(names.split(', '));
  });

  test.each([
    ['a name without scheme', 'app.example'],
    ['a path', 'https://app.example/'],
    ['a query', 'https://app.example?x'],
    ['a fragment', 'https://app.example#x'],
    ['a user', 'https://ada@app.example'],
    ['the default port', 'https://app.example:443'],
    ['capitals', 'https://App.example'],
    ['letters that are sent encoded', 'https://bücher.example'],
    ['another scheme', 'file://app.example'],
    ['no host', 'https://'],
    ['a wildcard', 'https://*.example.com'],
    ['an alternative', 'https://a.example|b.example'],
    ['an IPv6 address', 'http://[::1]:3000'],
    ['null', 'null'],
  ])('%s is refused, as no browser sends it, or API Gateway would take it for more', (_what, name) => {
    expect(() => readConfig({ ...environment, CORS_ORIGINS: name })).toThrow(
      /CORS_ORIGINS names "[^"]+", which is no origin as browsers send it: write a scheme and a host/,
    );
    expect(() => readConfig({ ...environment, CORS_ORIGINS: `https://a.example,${name}` })).toThrow(
      /CORS_ORIGINS names/,
    );
  });

  test('none, and any among some, are refused', () => {
    for (const names of ['', ' ', ',']) {
      expect(() => readConfig({ ...environment, CORS_ORIGINS: names })).toThrow(
        /CORS_ORIGINS names no origin: write origins/,
      );
    }
    expect(() => readConfig({ ...environment, CORS_ORIGINS: 'https://a.example,*' })).toThrow(
      /CORS_ORIGINS names \* among others/,
    );
  });
});

describe('tokens', () => {
  test('are trusted by RS256, half a minute of skew and the claim "roles" where nothing else is said', () => {
    expect(readConfig(trusting).tokens).toEqual({
      issuer: 'https://login.example/tenant',
      audiences: ['shelf'],
      jwksUri: undefined,
      algorithms: ['RS256'],
      clockSkew: 30,
      rolesClaim: 'roles',
    });
  });

  test('are trusted as it is said', () => {
    const said = {
      TOKEN_AUDIENCE: 'web, mobile',
      TOKEN_JWKS_URI: 'https://keys.example/set.json',
      TOKEN_ALGORITHMS: 'ES256,EdDSA',
      TOKEN_CLOCK_SKEW: '0',
      TOKEN_ROLES_CLAIM: 'realm_access.roles',
    };
    expect(readConfig({ ...trusting, ...said }).tokens).toMatchObject({
      audiences: ['web', 'mobile'],
      jwksUri: 'https://keys.example/set.json',
      algorithms: ['ES256', 'EdDSA'],
      clockSkew: 0,
      rolesClaim: 'realm_access.roles',
    });
  });

  test.each([
    ['https://cognito-idp.eu-central-1.amazonaws.com/eu-central-1_Ab1', 'cognito:groups'],
    ['https://cognito-idp.cn-north-1.amazonaws.com.cn/cn-north-1_Ab1', 'cognito:groups'],
    ['https://cognito-idp.eu-central-1.amazonaws.com.evil.example/x', 'roles'],
  ])('of %s have their roles in "%s"', (issuer, claim) => {
    expect(readConfig({ ...trusting, TOKEN_ISSUER: issuer }).tokens?.rolesClaim).toBe(claim);
  });

  test('of an issuer without TLS are trusted on a developer’s machine alone', () => {
    const http = { ...trusting, TOKEN_ISSUER: 'http://127.0.0.1:4711' };
    expect(readConfig({ ...http, ...local }).tokens?.issuer).toBe('http://127.0.0.1:4711');
    expect(() => readConfig(http)).toThrow(
      /TOKEN_ISSUER is "http:\/\/127\.0\.0\.1:4711": write a URL such as https:.*credentials\.$/,
    );
  });
});

test('open access is for a developer’s machine alone', () => {
  expect(readConfig({ ...environment, ...local, ACCESS: 'open' }).access).toBe('open');
  expect(() => readConfig({ ...environment, ACCESS: 'open' })).toThrow(/ACCESS is "open".*remove it/);
});

test.each([
  [{ CURSOR_KEY: 'sixteen characters' }, /TABLE_NAME is not set\. serverless\.yml sets it/],
  [{ ...environment, CURSOR_KEY: 'short' }, /CURSOR_KEY holds a secret shorter than 16 characters.*openssl/],
  [
    { ...environment, CURSOR_KEY: 'sixteen characters,short' },
    /CURSOR_KEY holds a secret shorter than 16 characters.*openssl/,
  ],
  [
    { ...environment, CURSOR_KEY: 'sixteen characters,' },
    /CURSOR_KEY holds a secret shorter than 16 characters.*openssl/,
  ],
  [{ ...environment, READ_LIMIT: '0' }, /READ_LIMIT is "0": write a whole number from 1 on, or leave it out for 10/],
  [{ ...environment, READ_LIMIT: 'many' }, /READ_LIMIT is "many"/],
  [
    { ...environment, CURSOR_KEY: '{{resolve:ssm:/shelf/dev/cursor-key}}' },
    /CURSOR_KEY holds a reference, not the secret that it leads to: deploy the whole stack/,
  ],
  [{ ...environment, ACCESS: 'all' }, /ACCESS is "all": write "rules" or "open", or leave it out/],
  [
    { ...environment, API_DESCRIPTION: 'closed' },
    /API_DESCRIPTION is "closed": write "public" or "private", or leave it out/,
  ],
  [{ ...environment, API_KEYS: 'yes' }, /API_KEYS is "yes": write "required", or leave it out/],
  [{ ...environment, TOKEN_AUDIENCE: 'shelf' }, /TOKEN_AUDIENCE is set and TOKEN_ISSUER is not: set TOKEN_ISSUER/],
  [{ ...environment, TOKEN_JWKS_URI: 'https://keys.example/' }, /TOKEN_JWKS_URI is set and TOKEN_ISSUER is not/],
  [{ ...environment, TOKEN_ALGORITHMS: 'RS256' }, /TOKEN_ALGORITHMS is set and TOKEN_ISSUER is not/],
  [
    { ...trusting, TOKEN_AUDIENCE: '' },
    /TOKEN_AUDIENCE is not set, so tokens that TOKEN_ISSUER makes for others would be taken too: set it/,
  ],
  [{ ...trusting, TOKEN_AUDIENCE: ' , ' }, /TOKEN_AUDIENCE is not set/],
  [{ ...trusting, TOKEN_ISSUER: 'login.example' }, /TOKEN_ISSUER is "login\.example": write a URL such as https:/],
  [
    { ...trusting, TOKEN_ISSUER: 'https://login.example/?tenant=1' },
    /TOKEN_ISSUER is .* without query, fragment or credentials/,
  ],
  [{ ...trusting, TOKEN_ISSUER: 'https://login.example#' }, /TOKEN_ISSUER is/],
  [{ ...trusting, TOKEN_ISSUER: 'https://ada:secret@login.example' }, /TOKEN_ISSUER is/],
  [{ ...trusting, TOKEN_ISSUER: 'file:///etc/issuer' }, /TOKEN_ISSUER is/],
  [
    { ...trusting, TOKEN_JWKS_URI: 'http://keys.example/' },
    /TOKEN_JWKS_URI is "http:\/\/keys\.example\/": write a URL/,
  ],
  [
    { ...trusting, TOKEN_ALGORITHMS: 'none' },
    /TOKEN_ALGORITHMS names "none", by which no token is taken: write one or several of RS256/,
  ],
  [{ ...trusting, TOKEN_ALGORITHMS: 'RS256,HS256' }, /TOKEN_ALGORITHMS names "HS256"/],
  [{ ...trusting, TOKEN_ALGORITHMS: ',' }, /TOKEN_ALGORITHMS names ""/],
  [
    { ...trusting, TOKEN_CLOCK_SKEW: '301' },
    /TOKEN_CLOCK_SKEW is "301": write a whole number of seconds from 0 to 300, or leave it out for 30/,
  ],
  [{ ...trusting, TOKEN_CLOCK_SKEW: '-1' }, /TOKEN_CLOCK_SKEW is "-1"/],
  [{ ...trusting, TOKEN_CLOCK_SKEW: '1e2' }, /TOKEN_CLOCK_SKEW is "1e2"/],
])('%j is refused', (wrong, message) => {
  expect(() => readConfig(wrong)).toThrow(message);
});
