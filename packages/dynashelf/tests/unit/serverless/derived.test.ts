// What an app deploys, as the engine derives it: who may do what, who is let in, what is logged, and what API Gateway
// answers by itself.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { readConfig } from '../../../src/config';
import { trustedBy } from '../../../src/description/trusted-credentials';
import { EXPOSED_HEADERS } from '../../../src/http/cors';
import { describeProblem, PROBLEM_TYPES, type ProblemType } from '../../../src/problem';
import { functionDefinition } from '../../../src/serverless/functions';
import { defaultParameters, localParameters, parameters } from '../../../src/serverless/parameters';
import { resources as stackResources } from '../../../src/serverless/resources';
import { type HttpEvent, ROUTES } from '../../../src/serverless/routes';
import { tableResource } from '../../../src/serverless/table';
import { EXPIRES_ATTRIBUTE } from '../../../src/store/layout/table';
import type { Operations } from '../../../src/store/client/send';
import { expectDescribed } from '../../../src/testing/described';
import { resources as served } from '../../library/src/resources/index';
import { deployed } from '../../setup/deployed';
import { APP, ENGINE } from '../../setup/places';

const { provider, functions, resources, extensions } = deployed();
const PLACE = { service: 'dynashelf', stage: 'dev' };

describe('routes', () => {
  const routes = Object.entries(ROUTES).flatMap(([name, of]) => of.map((route) => ({ name, ...route })));
  const paths = [...new Set(routes.map(({ path }) => path))];

  test('name no resource', () => {
    expect(paths.filter((path) => [...served.keys()].some((name) => path.includes(name)))).toEqual([]);
  });

  test.each(paths)('%s has ANY, which leads to describe', (path) => {
    expect(routes.filter((route) => route.path === path && route.method === 'any').map(({ name }) => name)).toEqual([
      'describe',
    ]);
  });

  test('read has GET and HEAD alone, write what changes something, and both ask who it is', () => {
    const methods = (of: string): string[] =>
      [...new Set(routes.filter(({ name }) => name === of).map(({ method }) => method))].sort();
    expect([methods('read'), methods('write')]).toEqual([
      ['get', 'head'],
      ['delete', 'patch', 'post', 'put'],
    ]);
    expect(new Set(routes.filter(({ name }) => ['read', 'write'].includes(name)).map(({ guard }) => guard))).toEqual(
      new Set(['data']),
    );
  });

  test.each<[string, Record<string, string>, (event: HttpEvent['http']) => unknown]>([
    ['a public description asks for nothing', {}, () => undefined],
    [
      'a private one asks as data does, but for OPTIONS and /health',
      { description: 'private' },
      ({ path, method }) =>
        ['/', '/openapi.json', '/docs', '/docs/rapidoc.js'].includes(path) && method !== 'options'
          ? 'authorize'
          : undefined,
    ],
  ])('%s', (_case, given, expected) => {
    const events = deployed(given).functions['describe']!.events;
    for (const { http } of events) {
      expect([http.path, http.method, http.authorizer?.name]).toEqual([http.path, http.method, expected(http)]);
    }
  });

  test('the authorizer’s answers are kept only where every request has the token that they are kept by', () => {
    const authorizer = (given: Record<string, string>): unknown =>
      deployed(given).functions['read']!.events[0]!.http.authorizer;
    expect(authorizer({})).toEqual({ name: 'authorize', type: 'request', resultTtlInSeconds: 0 });
    expect(authorizer({ tokens: 'required' })).toEqual({
      name: 'authorize',
      type: 'request',
      resultTtlInSeconds: 300,
      identitySource: 'method.request.header.Authorization',
    });
  });

  test('functions end before API Gateway gives up on them', () => {
    expect(provider['timeout']).toBeLessThan(29);
    expect(functions['authorize']!.timeout).toBe(10);
  });

  test('what delivers messages waits as long as any function that takes them can run', () => {
    expect(functionDefinition('publish', parameters(PLACE, {}))).toMatchObject({ timeout: 900 });
  });
});

describe('where changes are kept', () => {
  const app = { declarations: [], changing: ['books', 'loans'], names: ['publish'] };

  test('the stream calls publish for items of these collections alone, and a failure ends in a queue', () => {
    const [{ stream }] = functionDefinition('publish', parameters(PLACE, {}), app)['events'] as [{ stream: object }];
    expect(stream).toMatchObject({
      functionResponseType: 'ReportBatchItemFailures',
      bisectBatchOnFunctionError: true,
      maximumRetryAttempts: 30,
      maximumRecordAgeInSeconds: 86_400,
      destinations: { onFailure: { type: 'sqs' } },
      filterPatterns: [
        { dynamodb: { Keys: { pk: { S: ['books', { prefix: 'books#' }, 'loans', { prefix: 'loans#' }] } } } },
      ],
    });
    expect(tableResource(parameters(PLACE, {}), app)).toMatchObject({
      Properties: { StreamSpecification: { StreamViewType: 'NEW_AND_OLD_IMAGES' } },
    });
  });

  test('an alarm says what ended in the queue, to a topic if there is one; an app without changes has none', () => {
    const alarmOf = (given: Record<string, unknown>, of?: typeof app): unknown =>
      (stackResources(parameters(PLACE, given), of) as { Resources: Record<string, unknown> }).Resources[
        'PublishDeadLettersAlarm'
      ];
    const topic = 'arn:aws:sns:eu-central-1:123456789012:alarms';
    expect(alarmOf({ alarmTopic: topic }, app)).toMatchObject({ Properties: { AlarmActions: [topic] } });
    expect(alarmOf({}, app)).toMatchObject({ Properties: { Threshold: 0, MetricName: expect.any(String) as string } });
    expect(alarmOf({}, app)).not.toMatchObject({ Properties: { AlarmActions: expect.anything() as unknown } });
    expect(alarmOf({})).toBeUndefined();
  });
});

describe('parameters', () => {
  test('that are none of their words are refused with a sentence', () => {
    expect(() => deployed({ tokens: 'requierd' })).toThrow(
      'The parameter tokens is "requierd": set it to "optional" or "required".',
    );
  });

  test('of the command line are texts, and mean the same', () => {
    expect(parameters(PLACE, { protectData: 'true' }).is('protectData')).toBe(true);
    expect(parameters(PLACE, { protectData: 'false' }).is('protectData')).toBe(false);
  });

  test('of npm start come from its environment, whatever serverless.yml sets for what is deployed', () => {
    const given = { tableName: 'deployed', tokenIssuer: 'https://login.example', tokens: 'required' };
    const local = parameters({ service: 'dynashelf', stage: 'local' }, given, { TABLE_NAME: 'mine' });
    expect(['tableName', 'tokenIssuer', 'tokens'].map(local.of)).toEqual(['mine', '', 'required']);
  });

  test('of npm start come from its environment, those of other stages never', () => {
    const environment = {
      TABLE_NAME: 'mine',
      CURSOR_KEY: 'a secret',
      TOKEN_ISSUER: 'https://issuer.example',
      API_KEY: 'a key',
    };
    expect(parameters({ service: 'dynashelf', stage: 'local' }, {}, environment).of('tableName')).toBe('mine');
    for (const [name, value] of Object.entries(defaultParameters(PLACE))) {
      expect(parameters(PLACE, {}, environment).of(name)).toBe(value);
    }
    expect(Object.keys(defaultParameters(PLACE))).toEqual(expect.arrayContaining(Object.keys(localParameters({}))));
  });
});

describe('environment', () => {
  const all = Object.assign(
    {},
    provider['environment'],
    ...Object.values(functions).map(({ environment }) => environment),
  ) as Record<string, string>;

  test('is what src/config.ts reads', () => {
    const read = new Set(
      [...readFileSync(join(ENGINE, 'src/config.ts'), 'utf8').matchAll(/'([A-Z][A-Z_]+)'/g)].map(
        (match) => match[1] ?? '',
      ),
    );
    // Two are for a developer's machine alone, SOCKET_URL for an app that has sockets.
    expect(Object.keys(all).sort()).toEqual(
      [...read]
        .filter((name) => !name.startsWith('AWS_') && !['ACCESS', 'LOCAL_SUBJECT', 'SOCKET_URL'].includes(name))
        .sort(),
    );
    expect(readConfig({ ...all, CURSOR_KEY: '' })).toMatchObject({
      tableName: 'dynashelf-dev',
      corsOrigins: ['*'],
      access: 'rules',
      tokens: undefined,
      apiKeys: false,
      deployed: true,
    });
  });

  test('has the secret for the one function that gives cursors, from SSM when CloudFormation deploys', () => {
    expect(Object.entries(functions).map(([name, { environment }]) => [name, environment])).toEqual([
      ['read', { CURSOR_KEY: '{{resolve:ssm:/dynashelf/dev/cursor-key}}' }],
      ['write', {}],
      ['authorize', undefined],
      ['describe', undefined],
    ]);
    expect(provider['environment']).not.toHaveProperty('CURSOR_KEY');
  });
});

test('access logs are JSON with the request id that API Gateway makes, and hold no header, body, query or credential', () => {
  const { format } = (provider['logs'] as { restApi: { format: string } }).restApi;
  expect(JSON.parse(format)).toMatchObject({ requestId: '$context.extendedRequestId' });
  expect(format).not.toMatch(/header|body|query|authorizer|apiKey|userAgent|requestOverride/i);
});

test('updates of the stack may do everything but delete or replace a table or a user pool', () => {
  expect(provider['stackPolicy']).toEqual([
    { Effect: 'Allow', Principal: '*', Action: 'Update:*', Resource: '*' },
    {
      Effect: 'Deny',
      Principal: '*',
      Action: ['Update:Replace', 'Update:Delete'],
      Resource: '*',
      Condition: { StringEquals: { ResourceType: ['AWS::DynamoDB::Table', 'AWS::Cognito::UserPool'] } },
    },
  ]);
});

describe('table', () => {
  const { Properties } = resources['Table']!;
  const keys = (partition: string, sort: string): object[] => [
    { AttributeName: partition, KeyType: 'HASH' },
    { AttributeName: sort, KeyType: 'RANGE' },
  ];

  // CloudFormation would put an empty table in the place of one whose keys have changed.
  test('has the keys and slots that every deployed one has', () => {
    expect(Properties['KeySchema']).toEqual(keys('pk', 'sk'));
    const slots = Array.from({ length: 10 }, (_, index) => `gsi${index + 1}`);
    expect(Properties['GlobalSecondaryIndexes']).toEqual(
      slots.map((IndexName) => ({
        IndexName,
        KeySchema: keys(`${IndexName}pk`, `${IndexName}sk`),
        Projection: { ProjectionType: 'ALL' },
      })),
    );
    expect(Properties['AttributeDefinitions']).toEqual(
      ['pk', 'sk', ...slots.flatMap((slot) => [`${slot}pk`, `${slot}sk`])].map((AttributeName) => ({
        AttributeName,
        AttributeType: 'S',
      })),
    );
  });

  test('is on demand and lets records expire, also after it was restored as the docs say', () => {
    expect(Properties).toMatchObject({
      BillingMode: 'PAY_PER_REQUEST',
      TimeToLiveSpecification: { AttributeName: EXPIRES_ATTRIBUTE, Enabled: true },
    });
    expect(readFileSync(join(APP, 'docs/deploy.md'), 'utf8')).toContain(
      `--time-to-live-specification 'Enabled=true,AttributeName=${EXPIRES_ATTRIBUTE}'`,
    );
  });
});

describe('rights', () => {
  interface Statement {
    Action: string | string[];
    Resource: unknown;
    Condition?: object;
  }
  const statements = (name: string): Statement[] =>
    (resources[`${name}Role`]!.Properties['Policies'] as [{ PolicyDocument: { Statement: Statement[] } }])[0]
      .PolicyDocument.Statement;
  const actions = (name: string): string[] =>
    statements(name)
      .flatMap(({ Action }) => Action)
      .filter((action) => action.startsWith('dynamodb:'))
      .map((action) => action.slice(9));

  test('read may read, write may write too, authorize has none to data', () => {
    expect(new Set(actions('Read'))).toEqual(new Set(['GetItem', 'BatchGetItem', 'Query']));
    expect(new Set(actions('Write'))).toEqual(
      new Set(['GetItem', 'BatchGetItem', 'Query', 'PutItem', 'UpdateItem', 'DeleteItem', 'ConditionCheckItem']),
    );
    expect(actions('Authorize')).toEqual([]);
  });

  test('describe may get from the partition of the health check, which holds no data', () => {
    expect(actions('Describe')).toEqual(['GetItem']);
    expect(statements('Describe')[0]!.Condition).toEqual({
      'ForAllValues:StringEquals': { 'dynamodb:LeadingKeys': ['#health'] },
      Null: { 'dynamodb:LeadingKeys': 'false' },
    });
  });

  test('are on the table, and of queries on its indexes, and on nothing else', () => {
    const table = { 'Fn::GetAtt': ['Table', 'Arn'] };
    const indexes = Array.from({ length: 10 }, (_, index) => ({ 'Fn::Sub': `\${Table.Arn}/index/gsi${index + 1}` }));
    for (const name of ['Read', 'Write', 'Authorize', 'Describe']) {
      const onData = statements(name).filter(({ Action }) => [Action].flat()[0]!.startsWith('dynamodb:'));
      for (const { Action, Resource } of onData) {
        expect([name, Resource]).toEqual([name, Action === 'dynamodb:Query' ? indexes : table]);
      }
      expect(onData.some(({ Action }) => Action === 'dynamodb:Query')).toBe(['Read', 'Write'].includes(name));
    }
  });

  test.each(['Read', 'Write', 'Authorize', 'Describe'])(
    '%s may write to its own log, and do nothing further',
    (name) => {
      const others = statements(name).filter(
        ({ Action }) => ![Action].flat().every((action) => action.startsWith('dynamodb:')),
      );
      expect(others).toEqual([
        {
          Effect: 'Allow',
          Action: ['logs:CreateLogStream', 'logs:PutLogEvents'],
          Resource: { 'Fn::GetAtt': [`${name}LogGroup`, 'Arn'] },
        },
      ]);
    },
  );

  test('those of all functions together are what the operations of the store need', () => {
    // Scan is for the migration, which runs by its user's own credentials.
    const need: Record<Exclude<keyof Operations, 'Scan'>, string[]> = {
      BatchGetItem: ['BatchGetItem'],
      DeleteItem: ['DeleteItem'],
      GetItem: ['GetItem'],
      PutItem: ['PutItem'],
      Query: ['Query'],
      UpdateItem: ['UpdateItem'],
      TransactWriteItems: ['PutItem', 'UpdateItem', 'DeleteItem', 'ConditionCheckItem'],
    };
    expect(new Set(['Read', 'Write', 'Describe'].flatMap(actions))).toEqual(new Set(Object.values(need).flat()));
  });
});

describe('errors of the gateway', () => {
  // All that API Gateway has: https://docs.aws.amazon.com/apigateway/latest/api/API_GatewayResponse.html
  const TYPES = [
    'ACCESS_DENIED',
    'API_CONFIGURATION_ERROR',
    'AUTHORIZER_CONFIGURATION_ERROR',
    'AUTHORIZER_FAILURE',
    'BAD_REQUEST_BODY',
    'BAD_REQUEST_PARAMETERS',
    'DEFAULT_4XX',
    'DEFAULT_5XX',
    'EXPIRED_TOKEN',
    'INTEGRATION_FAILURE',
    'INTEGRATION_TIMEOUT',
    'INVALID_API_KEY',
    'INVALID_SIGNATURE',
    'MISSING_AUTHENTICATION_TOKEN',
    'QUOTA_EXCEEDED',
    'REQUEST_TOO_LARGE',
    'RESOURCE_NOT_FOUND',
    'THROTTLED',
    'UNAUTHORIZED',
    'UNSUPPORTED_MEDIA_TYPE',
    'WAF_FILTERED',
  ];
  const answers = Object.entries(resources)
    .filter(([, { Type }]) => Type === 'AWS::ApiGateway::GatewayResponse')
    .map(([logicalId, { Properties }]) => ({
      logicalId,
      type: Properties['ResponseType'] as string,
      status: Number(Properties['StatusCode']),
      headers: Object.fromEntries(
        Object.entries(Properties['ResponseParameters'] as Record<string, string>).map(([name, value]) => [
          name.replace('gatewayresponse.header.', ''),
          value,
        ]),
      ),
      problem: JSON.parse(
        (Properties['ResponseTemplates'] as Record<string, string>)['application/json']!.replaceAll(
          '$context.extendedRequestId',
          'an-id',
        ),
      ) as Record<string, unknown>,
    }));

  test('are all given, before the API is deployed', () => {
    expect(answers.map(({ type }) => type).sort()).toEqual(TYPES);
    expect(extensions['ApiGatewayMethodAny']?.DependsOn).toEqual(answers.map(({ logicalId }) => logicalId));
  });

  test.each(answers)(
    '$type is a problem document of the catalogue, with the headers of every answer',
    ({ status, problem, headers }) => {
      const slug = String(problem['type']).replace('/dev/docs#', '') as ProblemType;
      expect(PROBLEM_TYPES).toContain(slug);
      expect(problem).toEqual({
        type: `/dev/docs#${slug}`,
        ...describeProblem(slug),
        detail: expect.stringMatching(/^[A-Z].+\.$/) as string,
        instance: 'an-id',
      });
      expect(status).toBe(problem['status']);
      expect(headers).toMatchObject({
        'Content-Type': "'application/problem+json'",
        'X-Request-Id': 'context.extendedRequestId',
        'Access-Control-Expose-Headers': `'${EXPOSED_HEADERS.join(', ')}'`,
      });
    },
  );

  test('those worth trying again say when, and those that want credentials say which (RFC 6750 §3.1)', () => {
    for (const { status, headers } of answers) {
      expect(headers['Retry-After']).toEqual(
        status === 429 || status === 503 ? expect.stringMatching(/^'\d+'$/) : undefined,
      );
      expect(headers['WWW-Authenticate'] !== undefined).toBe(status === 401);
    }
    const challenge = Object.fromEntries(answers.map(({ type, headers }) => [type, headers['WWW-Authenticate']]));
    expect(challenge).toMatchObject({
      UNAUTHORIZED: "'Bearer'",
      INVALID_SIGNATURE: "'Bearer'",
      ACCESS_DENIED: `'Bearer error="invalid_token"'`,
      EXPIRED_TOKEN: `'Bearer error="invalid_token"'`,
    });
  });

  test.each(answers)(
    '$type has every header that the API description requires, and as it says',
    ({ status, headers, problem }) => {
      const sent = Object.entries(headers).map(
        ([name, value]) => [name.toLowerCase(), /^'(.*)'$/.exec(value)?.[1] ?? 'an-id'] as const,
      );
      // A quote within would end the value.
      for (const [, value] of sent) {
        expect(value).not.toContain("'");
      }
      const line = status === 404 ? 'GET /nothing/is/served/here' : 'POST /books';
      const trusted = trustedBy(
        readConfig({
          ...process.env,
          ACCESS: 'rules',
          TOKEN_ISSUER: 'https://login.example',
          TOKEN_AUDIENCE: 'shelf',
          API_KEYS: 'required',
        }),
      );
      expectDescribed(
        served,
        line,
        {},
        { status, headers: Object.fromEntries(sent), body: problem, text: JSON.stringify(problem) },
        trusted,
      );
    },
  );

  test('a path that no route has is 404, a missing key 403', () => {
    const status = Object.fromEntries(answers.map(({ type, status: number }) => [type, number]));
    expect(status).toMatchObject({
      MISSING_AUTHENTICATION_TOKEN: 404,
      INVALID_API_KEY: 403,
      ACCESS_DENIED: 401,
      THROTTLED: 429,
      AUTHORIZER_FAILURE: 503,
      REQUEST_TOO_LARGE: 413,
    });
  });
});
