// The authorizer: what it answers API Gateway with, and that an answer which is kept is right for whoever gets it.

import type { APIGatewayAuthorizerResult, APIGatewayRequestAuthorizerEvent } from 'aws-lambda';
import fc from 'fast-check';
import type { Config, TokenTrust } from '../../src/config';
import { readConfig } from '../../src/config';
import { readCaller } from '../../src/authentication/caller';
import { defineResource, listResources } from '../../src/definition/define-resource';
import { authorizeFunction } from '../../src/lambda';
import type { Authorizer } from '../../src/http/endpoints/authorizer';
import { AUDIENCE, makeKey, startIssuer, type TestIssuer } from '../setup/issuer';
import { runs } from '../setup/runs';

const key = makeKey('RS256');
const other = makeKey('RS256', 'another');
const METHOD_ARN = 'arn:aws:execute-api:eu-central-1:123456789012:abcdef1234/prod';

const schema = { title: { type: String } };
const resources = listResources(
  defineResource({
    name: 'leaflets',
    description: 'Free to read.',
    schema,
    access: { list: 'public', read: 'public', create: 'authenticated' },
  }),
  defineResource({
    name: 'ledgers',
    description: 'Nobody’s business.',
    schema,
    access: { list: 'authenticated', read: { role: 'clerk' }, replace: 'public' },
  }),
  defineResource({
    name: 'drafts',
    description: 'By a function.',
    schema,
    access: { list: (caller) => caller.kind === 'anonymous' },
  }),
  defineResource({
    name: 'broken',
    description: 'By a function that throws.',
    schema,
    access: {
      list: () => {
        throw new Error('Mistaken.');
      },
    },
  }),
  defineResource({ name: 'sealed', description: 'Nothing declared.', schema }),
);

let issuer: TestIssuer;
let warnings: jest.SpyInstance;

beforeEach(async () => {
  issuer = await startIssuer(key);
  warnings = jest.spyOn(console, 'warn').mockImplementation(() => undefined);
  jest.spyOn(console, 'error').mockImplementation(() => undefined);
});
afterEach(async () => {
  jest.restoreAllMocks();
  await issuer.stop();
});

function authorizer(config: Partial<Config> = {}, trust: Partial<TokenTrust> = {}): Authorizer {
  const tokens = {
    issuer: issuer.url,
    audiences: [AUDIENCE],
    jwksUri: undefined,
    algorithms: ['RS256'],
    clockSkew: 30,
    rolesClaim: 'roles',
    ...trust,
  };
  return authorizeFunction({ resources, config: { ...readConfig(process.env), access: 'rules', tokens, ...config } });
}

/** The path of the engine that API Gateway finds for one. */
function templateOf(path: string): string {
  const names = ['{collection}', '{id}', '{member}', '{rest+}'];
  const own = ['/transactions', '/openapi.json', '/docs', '/docs/rapidoc.js'];
  return own.includes(path) ? path : path.replace(/\/[^/]+/g, () => `/${names.shift() ?? 'more'}`);
}

function event(
  line: string,
  headers: Record<string, string | string[]> = {},
  base = '',
): APIGatewayRequestAuthorizerEvent {
  const [method = '', path = ''] = line.split(' ');
  const lines = Object.entries(headers).map(([name, value]): [string, string[]] => [name, [value].flat()]);
  return {
    type: 'REQUEST',
    methodArn: `${METHOD_ARN}/${method}${path}`,
    resource: templateOf(path),
    path: `${base}${path}`,
    httpMethod: method,
    headers: Object.fromEntries(lines.map(([name, values]) => [name, values.at(-1)])),
    multiValueHeaders: Object.fromEntries(lines),
    pathParameters: null,
    queryStringParameters: null,
    multiValueQueryStringParameters: null,
    stageVariables: null,
    requestContext: { requestId: 'a-request', path: `/prod${path}`, httpMethod: method, stage: 'prod', identity: {} },
  } as unknown as APIGatewayRequestAuthorizerEvent;
}

/** How an authorizer answers: the answer, or the words that it fails with. */
async function answer(
  by: Authorizer,
  line: string,
  headers?: Record<string, string | string[]>,
  base?: string,
): Promise<APIGatewayAuthorizerResult | string> {
  return by(event(line, headers, base)).catch((error: Error) => error.message);
}

const bearer = (token: string): { Authorization: string } => ({ Authorization: `Bearer ${token}` });
const EVERYTHING_OF_THE_STAGE = {
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Action: 'execute-api:Invoke', Resource: `${METHOD_ARN}/*` }],
};
/** What API Gateway answers 401 to, with `error="invalid_token"`, and may keep. */
const DENIED = {
  principalId: 'anonymous',
  policyDocument: {
    Version: '2012-10-17',
    Statement: [{ Effect: 'Deny', Action: 'execute-api:Invoke', Resource: `${METHOD_ARN}/*` }],
  },
};
const ANONYMOUS = { principalId: 'anonymous', policyDocument: EVERYTHING_OF_THE_STAGE };

describe('a good token', () => {
  test('opens the stage that was called, no less and no more, and tells the functions whose it is', async () => {
    const token = issuer.token({ claims: { exp: 4102444800 } });
    const result = await answer(authorizer(), 'GET /ledgers/1', bearer(token));
    expect(result).toEqual({
      principalId: 'ada',
      policyDocument: EVERYTHING_OF_THE_STAGE,
      context: { subject: 'ada', roles: '["librarian"]', claims: expect.any(String) as string, expires: '4102444800' },
    });
  });

  test.each(['Ada Lovelace', 'auth0|5f', '\u{1f600}'.repeat(60), '\u6f22'.repeat(255), 'a\u00a0b', '"}\\'])(
    'is, for the functions, the one that its subject names: %s',
    async (subject) => {
      const result = JSON.parse(
        JSON.stringify(
          await answer(
            authorizer(),
            'GET /ledgers',
            bearer(issuer.token({ claims: { sub: subject, roles: ['\u00e9'] } })),
          ),
        ),
      ) as APIGatewayAuthorizerResult;
      const tokens = {
        issuer: issuer.url,
        audiences: [AUDIENCE],
        jwksUri: undefined,
        algorithms: ['RS256'],
        clockSkew: 30,
        rolesClaim: 'roles',
      };
      expect(
        readCaller(
          { access: 'rules', tokens, apiKeys: false },
          { context: { ...result.context, principalId: result.principalId } },
        ),
      ).toMatchObject({ kind: 'token', subject, roles: ['\u00e9'], claims: { sub: subject } });
    },
  );

  test('has a context of texts alone, as API Gateway passes no other on', async () => {
    const { context } = (await answer(
      authorizer(),
      'GET /ledgers',
      bearer(issuer.token({ claims: { nested: { a: [1] } } })),
    )) as APIGatewayAuthorizerResult;
    expect(Object.values(context!).map((value) => typeof value)).toEqual(['string', 'string', 'string', 'string']);
  });

  test.each(['Bearer', 'bearer', 'BEARER'])('is found behind "%s", under a header name of any case', async (scheme) => {
    for (const name of ['Authorization', 'authorization', 'AUTHORIZATION']) {
      expect(await answer(authorizer(), 'GET /ledgers', { [name]: `${scheme}  ${issuer.token()}` })).toMatchObject({
        principalId: 'ada',
      });
    }
  });

  test('is found where the gateway sends no lists of header lines', async () => {
    const request = { ...event('GET /ledgers', bearer(issuer.token())), multiValueHeaders: null };
    expect(await authorizer()(request)).toMatchObject({ principalId: 'ada' });
  });
});

describe('401 is for', () => {
  const EVERYWHERE = ['GET /ledgers', 'GET /leaflets', 'POST /transactions'];

  test.each<[string, () => Record<string, string | string[]>]>([
    ['alg none', () => bearer(issuer.token({ header: { alg: 'none' } }))],
    ['a wrong audience', () => bearer(issuer.token({ claims: { aud: 'other' } }))],
    ['an expired token', () => bearer(issuer.token({ claims: { exp: 1 } }))],
    ['a foreign token', () => bearer(issuer.token({ claims: { iss: 'https://login.example' } }))],
    ['a token of another’s key', () => bearer(issuer.token({ key: { ...other, kid: key.kid } }))],
    ['a token that is none', () => bearer('none')],
  ])('%s, also where everyone may read: the stage is denied', async (_what, headers) => {
    for (const line of EVERYWHERE) {
      expect(await answer(authorizer(), line, headers())).toEqual(DENIED);
    }
  });

  test.each<[string, () => Record<string, string | string[]>]>([
    ['no token behind Bearer', () => ({ Authorization: 'Bearer' })],
    ['an empty header', () => ({ Authorization: '' })],
    ['another scheme', () => ({ Authorization: 'Basic YWRhOmFkYQ==' })],
    ['two tokens in one line', () => ({ Authorization: `Bearer ${issuer.token()}, Bearer ${issuer.token()}` })],
    [
      'two lines, though each is good',
      () => ({ Authorization: [`Bearer ${issuer.token()}`, `Bearer ${issuer.token()}`] }),
    ],
    [
      'two lines under names of two cases',
      () => ({ Authorization: `Bearer ${issuer.token()}`, authorization: `Bearer ${issuer.token()}` }),
    ],
  ])('%s, also where everyone may read: it is no token, so the answer has no code', async (_what, headers) => {
    for (const line of EVERYWHERE) {
      expect(await answer(authorizer(), line, headers())).toBe('Unauthorized');
    }
  });

  test.each<[string, () => Record<string, string | string[]>]>([
    ['a future token', () => bearer(issuer.token({ claims: { nbf: 4102444800, exp: 4102444900 } }))],
    ['a token of a key that the issuer does not have', () => bearer(issuer.token({ key: other }))],
  ])('%s, which may be good a moment later: the gateway is given nothing to keep', async (_what, headers) => {
    for (const line of EVERYWHERE) {
      expect(await answer(authorizer(), line, headers())).toBe('Unauthorized');
    }
  });

  test('claims larger than the gateway passes on', async () => {
    expect(
      await answer(authorizer(), 'GET /ledgers', bearer(issuer.token({ claims: { long: 'x'.repeat(7_000) } }))),
    ).toEqual(DENIED);
    expect(
      await answer(authorizer(), 'GET /ledgers', bearer(issuer.token({ claims: { long: 'x'.repeat(6_000) } }))),
    ).toMatchObject({ principalId: 'ada' });
  });

  test.each([
    ['\u00e9', 1_200],
    ['\u6f22', 1_200],
    ['\u{1f600}', 600],
  ])('claims of %s, which are as large only where the gateway escapes them', async (character, most) => {
    expect(
      await answer(authorizer(), 'GET /ledgers', bearer(issuer.token({ claims: { long: character.repeat(most) } }))),
    ).toEqual(DENIED);
    expect(
      await answer(
        authorizer(),
        'GET /ledgers',
        bearer(issuer.token({ claims: { long: character.repeat(most / 2) } })),
      ),
    ).toMatchObject({ principalId: 'ada' });
  });

  test('no token of which the answer could be larger than the gateway takes, whatever its texts are made of', async () => {
    const by = authorizer();
    const text = fc.string({
      unit: fc.constantFrom('a', '"', '\\', '\n', '\u00e9', '\u6f22', '\u{1f600}', '\u2028', '\u0000'),
      maxLength: 1_500,
      size: 'max',
    });
    await fc.assert(
      fc.asyncProperty(text, text, fc.array(text, { maxLength: 2 }), async (sub, long, roles) => {
        const result = await answer(by, 'GET /ledgers', bearer(issuer.token({ claims: { sub, long, roles } })));
        // The longest form that JSON has.
        const size = JSON.stringify(result).replace(/[^\x20-\x7e]/g, '\\u0000').length;
        expect(size <= 8_000).toBe(true);
      }),
      { numRuns: runs(100) },
    );
  });

  test('whatever stands in the header', async () => {
    const by = authorizer();
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(
          fc.string(),
          fc.string().map((text) => `Bearer ${text}`),
          fc.base64String().map((text) => `Bearer ${text}.${text}.${text}`),
        ),
        async (text) => {
          expect(['Unauthorized', DENIED]).toContainEqual(await answer(by, 'GET /ledgers', { Authorization: text }));
        },
      ),
    );
  });

  test('a log line that names the reason and the request, and nothing of the token', async () => {
    const token = issuer.token({ claims: { aud: 'somebody-else', sub: 'a-secret-subject' } });
    await answer(authorizer(), 'GET /ledgers', bearer(token));
    expect(warnings.mock.calls).toEqual([
      [
        JSON.stringify({
          level: 'warn',
          message: 'a token was refused',
          reason: 'The token is for another audience.',
          requestId: 'a-request',
        }),
      ],
    ]);
  });
});

describe('without a token', () => {
  test.each([
    ['GET /leaflets', true],
    ['HEAD /leaflets/1', true],
    ['GET /leaflets/1', true],
    ['POST /leaflets', false],
    ['DELETE /leaflets/1', false],
    ['GET /ledgers', false],
    ['GET /ledgers/1', false],
    ['PATCH /ledgers/1', false],
    ['PUT /ledgers/1', true],
    ['GET /drafts', true],
    ['GET /drafts/1', false],
    ['GET /sealed', false],
    ['PUT /sealed/1', false],
    ['POST /transactions', true],
    ['GET /nothing', true],
    ['GET /broken', true],
    // API Gateway sends it here where a function that declares nothing has it: describe says 405 unasked.
    ['DELETE /ledgers', false],
  ])('%s: asked of the function: %s', async (line, isAsked) => {
    expect(await answer(authorizer(), line)).toEqual(isAsked ? ANONYMOUS : 'Unauthorized');
  });

  test.each(['/', '/openapi.json', '/docs', '/docs/rapidoc.js'])(
    '%s is refused where the description is private, and asked of the function where it is not',
    async (path) => {
      for (const method of ['GET', 'HEAD']) {
        expect(await answer(authorizer({ description: 'private' }), `${method} ${path}`)).toBe('Unauthorized');
        expect(await answer(authorizer(), `${method} ${path}`)).toEqual(ANONYMOUS);
        expect(
          await answer(authorizer({ description: 'private' }), `${method} ${path}`, bearer(issuer.token())),
        ).toMatchObject({ principalId: 'ada' });
      }
      expect(await answer(authorizer({ description: 'private', apiKeys: true }), `GET ${path}`)).toEqual(ANONYMOUS);
      expect(await answer(authorizer({ description: 'private' }), `POST ${path}`)).toBe('Unauthorized');
    },
  );

  test('behind the base path of a custom domain the rules are the same', async () => {
    expect(await answer(authorizer(), 'GET /ledgers/1', {}, '/v1')).toBe('Unauthorized');
    expect(await answer(authorizer(), 'GET /leaflets/1', {}, '/v1')).toEqual(ANONYMOUS);
  });

  test('a transaction is refused where nothing at all is public', async () => {
    const closed = authorizeFunction({
      resources: listResources(defineResource({ name: 'sealed', description: 'Nothing.', schema })),
      config: {
        ...readConfig(process.env),
        access: 'rules',
        tokens: {
          issuer: issuer.url,
          audiences: [AUDIENCE],
          jwksUri: undefined,
          algorithms: ['RS256'],
          clockSkew: 0,
          rolesClaim: 'roles',
        },
      },
    });
    expect(await answer(closed, 'POST /transactions')).toBe('Unauthorized');
  });

  test('where API keys are required the gateway asks for one next', async () => {
    expect(await answer(authorizer({ apiKeys: true }), 'GET /sealed')).toEqual(ANONYMOUS);
  });

  test('where no tokens are trusted the function says so', async () => {
    expect(await answer(authorizer({ tokens: undefined }), 'GET /sealed', bearer(issuer.token()))).toEqual(ANONYMOUS);
  });

  test('where access is open nobody is asked', async () => {
    expect(await answer(authorizer({ access: 'open' }), 'GET /sealed', bearer('nonsense'))).toEqual(ANONYMOUS);
  });
});

test('with a header the answer depends on that header alone, whatever is called first', async () => {
  const lines = [
    'GET /leaflets',
    'POST /leaflets',
    'GET /ledgers/1',
    'PUT /ledgers/1',
    'GET /sealed',
    'POST /transactions',
    'GET /nothing',
    'DELETE /a/b/c/d?*',
  ];
  const headers = [
    bearer(issuer.token()),
    bearer(issuer.token({ claims: { exp: 1 } })),
    { Authorization: 'Basic YQ==' },
    bearer(issuer.token({ claims: { sub: 'bo', roles: [] } })),
  ];
  for (const header of headers) {
    const answers = await Promise.all(lines.map(async (line) => answer(authorizer(), line, header)));
    for (const one of answers) {
      expect(one).toEqual(answers[0]);
    }
  }
});

test('no path widens the policy to another stage or API', async () => {
  const by = authorizer();
  await fc.assert(
    fc.asyncProperty(fc.webPath(), async (path) => {
      const result = await by({
        ...event('GET /leaflets', bearer(issuer.token())),
        methodArn: `${METHOD_ARN}/GET${path}`,
      });
      expect(result.policyDocument).toEqual(EVERYTHING_OF_THE_STAGE);
    }),
  );
});

test('keys that cannot be had are not the caller’s fault: what is thrown is not the gateway’s word for 401', async () => {
  issuer.misbehave = (_path, response) => response.writeHead(500).end() !== undefined;
  expect(await answer(authorizer(), 'GET /leaflets', bearer(issuer.token()))).toMatch(/^unavailable: /);
});
