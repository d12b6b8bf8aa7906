// `npm start` and who is let in: through serverless-offline, with an issuer of the tests' own, with the issuer of this
// machine, and with Cognito's sign-in. What is refused looks as it does where it is deployed.

import { execFile } from 'node:child_process';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';

import { answers, freePort } from '../../src/local/free-port';
import { startUserPool, type UserPool } from '../setup/cognito';
import { AUDIENCE, claimsOf, encode, makeKey, startIssuer, type TestIssuer } from '../setup/issuer';
import { copyProject, type ProjectCopy, type Start, startIn } from '../setup/project-copy';

const onLinux = process.platform === 'linux' ? test : test.skip; // elsewhere a test finds no processes

let project: ProjectCopy;
let started: Start;
let url: string;

beforeAll(() => {
  project = copyProject();
});
afterAll(() => project.remove());

async function start(environment: Record<string, string>): Promise<void> {
  const port = await freePort();
  url = `http://127.0.0.1:${port}`;
  started = startIn(project, { DATA_DIR: 'data', PORT: String(port), ...environment });
  await started.printed('Ctrl-C stops it');
}

async function stop(): Promise<void> {
  started.kill('SIGINT');
  await started.ended;
  await gone();
}

/** All that was started ends, however busy the machine is. */
async function gone(): Promise<void> {
  const until = Date.now() + 60_000;
  while (project.processes().length > 0 && Date.now() < until) {
    await sleep(100);
  }
  expect(project.processes()).toEqual([]);
}

/** Kills what runs by such a command line, and sees that the start ends with one sentence, and leaves nothing. */
async function endsWithout(command: RegExp): Promise<void> {
  const database = Number(readFileSync(join(project.directory, 'data/database-port'), 'utf8'));
  for (const pid of project.processes()) {
    if (command.test(readFileSync(`/proc/${pid}/cmdline`, 'utf8'))) {
      process.kill(pid, 'SIGKILL');
    }
  }
  expect(await started.ended).toBe(1);
  expect(started.output()).toMatch(/\nThe database stopped by itself \(exit code \d+.*\): start again\.\n$/);
  await gone();
  expect(await answers(database)).toBe(false);
}

/** Runs a line in a shell of the project; what it prints. */
async function run(line: string): Promise<string> {
  const { stdout } = await promisify(execFile)('sh', ['-c', line], { cwd: project.directory });
  return stdout;
}

async function ask(
  line: string,
  headers: Record<string, string> = {},
  body?: unknown,
): Promise<{ status: number; headers: Headers; body: Record<string, unknown> }> {
  const [method = '', path = ''] = line.split(' ');
  const reply = await fetch(url + path, {
    method,
    headers: { ...headers, ...(body === undefined ? {} : { 'Content-Type': 'application/json' }) },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await reply.text();
  return {
    status: reply.status,
    headers: reply.headers,
    body: text === '' ? {} : (JSON.parse(text) as Record<string, unknown>),
  };
}

const bearer = (token: string): { Authorization: string } => ({ Authorization: `Bearer ${token}` });
const MEMBER = { name: 'Grace Hopper', email: 'grace@example.org' };

describe('with rules, an issuer, API keys, an origin, and the engine at DYNAMODB_ENDPOINT', () => {
  const key = makeKey('RS256');
  const foreign = makeKey('RS256', 'foreign');
  const apiKey = 'an-api-key-of-this-test';
  let issuer: TestIssuer;
  let keyed: Record<string, string>;

  beforeAll(async () => {
    issuer = await startIssuer(key);
    keyed = { 'X-Api-Key': apiKey };
    await start({
      ACCESS: 'rules',
      TOKEN_ISSUER: issuer.url,
      TOKEN_AUDIENCE: AUDIENCE,
      API_KEYS: 'required',
      API_KEY: apiKey,
      CORS_ORIGINS: 'https://app.example',
      DATA_DIR: 'keyed',
      DYNAMODB_ENDPOINT: process.env['AWS_ENDPOINT_URL_DYNAMODB'] ?? '',
      TABLE_NAME: `start-${process.pid}`,
      AWS_ACCESS_KEY_ID: 'start',
      AWS_SECRET_ACCESS_KEY: 'start',
    });
  });
  afterAll(async () => {
    await stop();
    await issuer.stop();
  });

  test('no database is started, and none is noted', () => {
    expect(existsSync(join(project.directory, 'keyed/database-port'))).toBe(false);
  });

  test('the first lines say whose tokens and which key, and the sample data is there all the same', () => {
    expect(started.output().split('\n').slice(0, 2)).toEqual([
      `Access is by the rules of the resource files. Tokens of ${issuer.url} are trusted.`,
      `Every request on data needs this API key: -H 'x-api-key: ${apiKey}'`,
    ]);
    expect(started.output()).toContain('Loading sample data: 64 of 64');
  });

  test('an issuer whose keys cannot be had: 503 with Retry-After, not 401', async () => {
    issuer.misbehave = (_path, response) => response.writeHead(500).end() !== undefined;
    const reply = await ask('GET /members', { ...keyed, ...bearer(issuer.token()) });
    issuer.misbehave = undefined;
    expect(reply).toMatchObject({ status: 503, body: { type: '/docs#unavailable' } });
    expect(reply.headers.get('retry-after')).toBe('1');
    await sleep(1_000); // as it says
  });

  test('pages of the origin may read and write, pages of others neither, with a token too', async () => {
    const credentials = { ...keyed, ...bearer(issuer.token()) };
    for (const [origin, allowed, status] of [
      ['https://app.example', 'https://app.example', 201],
      ['https://evil.example', null, 403],
      ['null', null, 403],
    ] as const) {
      const read = await ask('GET /members?limit=1', { ...credentials, Origin: origin });
      expect([
        read.status,
        read.headers.get('access-control-allow-origin'),
        read.headers.get('access-control-allow-credentials'),
      ]).toEqual([200, allowed, null]);
      const preflight = await ask('OPTIONS /members/grace', {
        Origin: origin,
        'Access-Control-Request-Method': 'PUT',
        'Access-Control-Request-Headers': 'authorization',
      });
      expect([
        preflight.status,
        preflight.headers.get('access-control-allow-origin'),
        preflight.headers.get('access-control-allow-credentials'),
      ]).toEqual([204, allowed, null]);
      expect(
        (
          await ask(
            'PUT /members/origin',
            { ...credentials, Origin: origin },
            { ...MEMBER, email: 'origin@example.org' },
          )
        ).status,
      ).toBe(status);
    }
  });

  test('a good token and key: read and written', async () => {
    expect((await ask('GET /members?limit=1', { ...keyed, ...bearer(issuer.token()) })).status).toBe(200);
    expect((await ask('PUT /members/grace', { ...keyed, ...bearer(issuer.token()) }, MEMBER)).status).toBe(201);
  });

  test('a good token without the role: 403', async () => {
    expect(
      await ask('GET /members', { ...keyed, ...bearer(issuer.token({ claims: { roles: ['reader'] } })) }),
    ).toMatchObject({ status: 403, body: { title: 'Forbidden' } });
  });

  test.each<[string, () => string]>([
    ['alg none', () => `${encode({ alg: 'none' })}.${encode(claimsOf(issuer.url))}.`],
    ['alg none with a signature', () => issuer.token({ header: { alg: 'none' } })],
    ['a wrong audience', () => issuer.token({ claims: { aud: 'somebody-else' } })],
    ['an expired token', () => issuer.token({ claims: { exp: 1_700_000_000 } })],
    ['a future token', () => issuer.token({ claims: { nbf: 4_102_444_800, exp: 4_102_444_900 } })],
    [
      'a token that says it was issued in the future',
      () => issuer.token({ claims: { iat: 4_102_444_800, exp: 4_102_444_900 } }),
    ],
    ['a foreign issuer', () => issuer.token({ claims: { iss: 'https://login.example' } })],
    ['a foreign key', () => issuer.token({ key: { ...foreign, kid: key.kid } })],
    ['no token', () => ''],
  ])('%s: 401 as where it is deployed, for reading and writing', async (what, token) => {
    for (const [line, body] of [
      ['GET /members'],
      ['GET /books/moby-dick'],
      ['PUT /members/ada-okafor', MEMBER],
      ['DELETE /members/ada-okafor'],
      ['POST /transactions', { operations: [] }],
    ] as const) {
      const {
        status,
        headers,
        body: problem,
      } = await ask(line, { ...keyed, ...bearer(token()), Origin: 'https://app.example' }, body);
      expect(status).toBe(401);
      expect(problem).toEqual({
        type: '/docs#unauthenticated',
        title: 'Unauthenticated',
        status: 401,
        detail: expect.stringMatching(/token/) as string,
        instance: headers.get('x-request-id'),
      });
      // What may be good a moment later, or is no token, has no code.
      expect(headers.get('www-authenticate')).toBe(
        /future|no token/.test(what) ? 'Bearer' : 'Bearer error="invalid_token"',
      );
      expect(headers.get('content-security-policy')).toContain('default-src');
      expect(headers.get('content-type')).toBe('application/problem+json');
      expect(headers.get('cache-control')).toBe('no-store');
      expect(headers.get('access-control-allow-origin')).toBeTruthy();
      expect(headers.get('access-control-expose-headers')).toContain('WWW-Authenticate');
    }
  });

  test.each([
    ['no key', {}],
    ['a wrong key', { 'X-Api-Key': 'another' }],
  ])('%s: 403 as where it is deployed', async (_what, headers) => {
    const reply = await ask('GET /members', { ...headers, ...bearer(issuer.token()) });
    expect(reply).toMatchObject({
      status: 403,
      body: { type: '/docs#forbidden', detail: expect.stringContaining('X-Api-Key') as string },
    });
    expect(reply.headers.get('content-type')).toBe('application/problem+json');
  });

  test('a key alone lets in whoever a rule lets in by it, and that is not a librarian', async () => {
    expect((await ask('GET /books?limit=1', keyed)).status).toBe(200);
    expect((await ask('PUT /members/grace', keyed, MEMBER)).status).toBe(403);
  });

  test.each(['/', '/health', '/openapi.json'])('%s asks for nothing', async (path) => {
    expect((await ask(`GET ${path}`, bearer('nonsense'))).status).toBe(200);
  });

  test('a method that a path does not take, and a path that is not served, are told apart without credentials', async () => {
    expect((await ask('PATCH /books')).status).toBe(405);
    expect((await ask('GET /a/b/c/d')).status).toBe(404);
  });

  test('no header makes a caller of anyone', async () => {
    const override = {
      'sls-offline-authorizer-override': JSON.stringify({
        subject: 'ada',
        roles: '["librarian"]',
        claims: '{}',
        expires: '4102444800',
      }),
    };
    expect((await ask('PUT /members/grace', { ...keyed, ...override }, MEMBER)).status).toBe(403);
  });
});

describe('with rules, the issuer of this machine, and a private description', () => {
  beforeAll(async () => start({ ACCESS: 'rules', API_DESCRIPTION: 'private' }));
  afterAll(stop); // where a test of its end has failed

  test('each line to try works, and so does the line that makes a token', async () => {
    const tries = [...started.output().matchAll(/^ {2}(curl .*)$/gm)].map((line) => line[1] ?? '');
    expect(tries).toHaveLength(3);
    for (const line of tries) {
      expect(await run(`${line.replace(/localhost/g, '127.0.0.1')} -sSf`)).toContain('"title"');
    }

    const [, line = ''] = /^A token for an hour: (.*)$/m.exec(started.output()) ?? [];
    expect((await ask('GET /members', bearer((await run(line)).trim()))).status).toBe(200);
  });

  test('a token has the subject, roles, claims and minutes that are asked for', async () => {
    const token = await run(
      'DATA_DIR=data npm run --silent token -- --subject bo --role reader --role clerk --claim tenant=acme --claim level=3 --minutes 5',
    );
    const claims = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()) as {
      iat: number;
      exp: number;
    };
    expect(claims).toMatchObject({
      sub: 'bo',
      roles: ['reader', 'clerk'],
      tenant: 'acme',
      level: 3,
      aud: 'dynashelf-local',
    });
    expect(claims.exp - claims.iat).toBe(300);
    expect((await ask('GET /members', bearer(token.trim()))).status).toBe(403);
  });

  test('without a token what is public is read, and nothing is written', async () => {
    expect((await ask('GET /books?limit=1')).status).toBe(200);
    expect((await ask('PUT /books/typee', {}, { title: 'Typee', author: 'Herman Melville' })).status).toBe(401);
    expect((await ask('GET /members')).status).toBe(401);
  });

  test('what the API says of itself is told with a token alone', async () => {
    const token = (await run('DATA_DIR=data npm run --silent token -- --subject bo')).trim();
    for (const path of ['/', '/openapi.json']) {
      const { status, headers, body } = await ask(`GET ${path}`);
      expect([status, headers.get('www-authenticate')]).toEqual([401, 'Bearer']);
      expect(JSON.stringify(body)).not.toContain('books');
      expect((await ask(`HEAD ${path}`)).status).toBe(401);
      expect(JSON.stringify((await ask(`GET ${path}`, bearer(token))).body)).toContain('books');
    }
    expect((await ask('GET /health')).status).toBe(200);
    // Strangers are not told which methods there are: a function that declares nothing may have this one.
    expect((await ask('POST /openapi.json')).status).toBe(401);
  });

  test('its key is for the eyes of its user alone', () => {
    expect(statSync(join(project.directory, 'data/issuer-key')).mode & 0o777).toBe(0o600);
  });

  test('a token outlives a restart, its issuer does not outlive the start', async () => {
    const token = (await run('DATA_DIR=data npm run --silent token -- --subject ada --role librarian')).trim();
    const [, port = ''] = /Tokens of http:\/\/127\.0\.0\.1:(\d+) are trusted/.exec(started.output()) ?? [];
    expect(await answers(Number(port))).toBe(true);
    started.kill('SIGKILL');
    await started.ended;
    await gone();
    expect(await answers(Number(port))).toBe(false);
    await start({ ACCESS: 'rules' });
    expect((await ask('GET /members', bearer(token))).status).toBe(200);
  });

  onLinux('it ends with one sentence when the database dies', async () => endsWithout(/^[^\0]*(java|dynoxide)\0/));
});

describe('with rules and a Cognito user pool', () => {
  let pool: UserPool;

  beforeAll(async () => {
    pool = await startUserPool();
    await start({
      ACCESS: 'rules',
      TOKEN_ISSUER: pool.issuer,
      TOKEN_JWKS_URI: pool.jwksUri,
      TOKEN_AUDIENCE: pool.clientId,
      TOKEN_ROLES_CLAIM: 'cognito:groups',
    });
  });
  afterAll(async () => {
    await stop();
    await pool.stop();
  });

  test('a user of the group librarian signs in, and reads and writes by either token; a user without it does not', async () => {
    const librarian = pool.signIn('ada', ['librarian']);
    for (const token of [librarian.AccessToken, librarian.IdToken]) {
      expect((await ask('GET /members?limit=1', bearer(token))).status).toBe(200);
      expect([200, 201]).toContain((await ask('PUT /members/grace', bearer(token), MEMBER)).status);
    }
    const other = pool.signIn('bo', []);
    expect((await ask('GET /members', bearer(other.AccessToken))).status).toBe(403);
  });

  test('its token for another client is refused, and one that is changed', async () => {
    const { AccessToken } = pool.signIn('cy', ['keepers']);
    const [header = '', payload = '', signature = ''] = AccessToken.split('.');
    const claims = JSON.parse(Buffer.from(payload, 'base64url').toString()) as Record<string, unknown>;
    for (const but of [{ client_id: 'another' }, { 'cognito:groups': ['librarian'] }, { exp: 4_102_444_800 }]) {
      expect(
        (await ask('GET /members', bearer([header, encode({ ...claims, ...but }), signature].join('.')))).status,
      ).toBe(401);
    }
  });

  onLinux('it ends with one sentence when the guard of the database is killed', async () =>
    endsWithout(/guard\.cjs\0\d+\0[^\0]*(java|dynoxide)\0/),
  );
});

test('a token without a subject, or where no issuer has run', async () => {
  await expect(run('npm run --silent token')).rejects.toThrow(/Whose token\? npm run --silent token -- --subject ada/);
  await expect(run('DATA_DIR=nowhere npm run --silent token -- --subject ada')).rejects.toThrow(
    /No issuer of tokens has run with the data in .*nowhere: run ACCESS=rules npm start first/,
  );
  await expect(run('npm run --silent token -- --subject ada --claim tenant')).rejects.toThrow(
    /--claim is "tenant": write a name, = and a value/,
  );
});
