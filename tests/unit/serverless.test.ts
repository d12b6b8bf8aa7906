// Holds serverless.yml and the code together: handlers, routes, table, rights, lists of headers, errors.

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { readConfig } from '../../src/config';
import { trustedBy } from '../../src/description/trusted';
import { ALLOWED_HEADERS, EXPOSED_HEADERS, PREFLIGHT_MAX_AGE } from '../../src/http/cors';
import { resources as sampleResources } from '../../src/resources';
import { PROBLEM_TYPES, describeProblem, type ProblemType } from '../../src/problem';
import { type Operations } from '../../src/store/send';
import { EXPIRES_ATTRIBUTE, HEALTH_PARTITION, INDEX_SLOTS, PARTITION_KEY, SORT_KEY, indexSlot } from '../../src/store/table';
import { expectDescribed } from '../setup/described';

interface Cors { origin: string; methods: string[]; headers: string[]; maxAge: number }
interface Event { path: string; method: string; cors?: Cors; authorizer?: string; private?: string }
interface Statement { Effect: string; Action: string | string[]; Resource: unknown; Condition?: unknown }
interface Service {
  params: Record<string, Record<string, string | number | boolean>>;
  provider: {
    runtime: string;
    architecture: string;
    timeout: number;
    versionFunctions: boolean;
    logRetentionInDays: string;
    logs: { restApi: Record<string, unknown> & { format: string } };
    environment: Record<string, string>;
    stackPolicy: { Effect: string; Principal: string; Action: string | string[]; Resource: string; Condition?: object }[];
    apiGateway: string;
  };
  custom: {
    tokens: Record<string, Record<string, string | number>>;
    trust: Record<string, { issuer: unknown; audience: unknown }>;
    keys: Record<string, { asked: string; private: boolean; apiGateway: object }>;
    description: Record<string, { authorizer: string; private: boolean | string }>;
  };
  functions: Record<string, { handler: string; role: unknown; environment?: Record<string, string>; events: { http: Event }[] }>;
  resources: {
    extensions: Record<string, { DependsOn: string[] }>;
    // eslint-disable-next-line @typescript-eslint/no-explicit-any -- templates are as free in shape as CloudFormation is
    Resources: Record<string, { Type: string; Properties: Record<string, any> }>;
  };
}

const root = join(__dirname, '../..');
const text = readFileSync(join(root, 'serverless.yml'), 'utf8');
const service = parse(text) as Service;
const resources = service.resources.Resources;
const events = Object.entries(service.functions).flatMap(([name, { events }]) => events.map(({ http }) => ({ ...http, name })));
const paths = [...new Set(events.map(({ path }) => path))];

/** A text as a stage has it, with its parameters filled in. */
function atStage(value: string, stage: string): string {
  const filled = value
    .replace(/\$\{self:service\}/g, 'dynashelf')
    .replace(/\$\{sls:stage\}/g, stage)
    .replace(/\$\{param:(\w+)\}/g, (_, name: string) => String(service.params[stage]?.[name] ?? service.params['default']?.[name]))
    .replace(/\$\{self:custom\.(\w+)\.(\w+)\.(\w+)\}/g, (_, ...[map, name, word]: [string, string, string]) => String((service.custom as unknown as Record<string, Record<string, Record<string, unknown>>>)[map]?.[name]?.[word]));
  return filled === value ? value : atStage(filled, stage);
}

describe('functions and routes', () => {
  test('every function has a file of its own in src/entries and an export of src/handlers.ts, and the reverse', () => {
    const files = readdirSync(join(root, 'src/entries')).map((file) => file.replace(/\.ts$/, ''));
    const exported = [...readFileSync(join(root, 'src/handlers.ts'), 'utf8').matchAll(/^export const (\w+) = /gm)].map(([, name]) => name);
    expect(Object.keys(service.functions).sort()).toEqual(files.sort());
    expect(Object.keys(service.functions).sort()).toEqual(exported.sort());
    for (const [name, { handler }] of Object.entries(service.functions)) {
      expect(handler).toBe(`src/entries/${name}.handler`);
      expect(readFileSync(join(root, `src/entries/${name}.ts`), 'utf8')).toContain(`export const handler = ${name};`);
    }
  });

  test('the functions are read, write, authorize and describe, each with a role of its own', () => {
    expect(Object.keys(service.functions)).toEqual(['read', 'write', 'authorize', 'describe']);
    expect(Object.values(service.functions).map(({ role }) => role)).toEqual(
      ['ReadRole', 'WriteRole', 'AuthorizeRole', 'DescribeRole'].map((name) => ({ 'Fn::GetAtt': [name, 'Arn'] })),
    );
  });

  test('routes are generic: no resource is named', () => {
    expect(paths).toEqual(expect.arrayContaining(['/{collection}', '/{collection}/{id}', '/{collection}/{id}/{member}']));
    expect(text).not.toMatch(/\b(books?|members|loans?)\b/i);
  });

  test.each(paths)('%s has ANY, which leads to describe', (path) => {
    expect(events.filter((event) => event.path === path && event.method === 'any').map(({ name }) => name)).toEqual(['describe']);
  });

  test('read has GET and HEAD of the generic paths and nothing else', () => {
    expect(events.filter(({ name }) => name === 'read').map(({ method, path }) => `${method} ${path}`).sort()).toEqual(
      ['get', 'head'].flatMap((method) => ['/{collection}', '/{collection}/{id}', '/{collection}/{id}/{member}'].map((path) => `${method} ${path}`)),
    );
  });

  test('write has every method that changes something and nothing else', () => {
    expect(events.filter(({ name }) => name === 'write').map(({ method, path }) => `${method} ${path}`).sort()).toEqual([
      'delete /{collection}/{id}',
      'patch /{collection}/{id}',
      'post /transactions',
      'post /{collection}',
      'post /{collection}/{id}/{member}',
      'put /{collection}/{id}',
    ]);
  });

  test('describe has GET of the static paths, and ANY, which holds their HEAD', () => {
    expect(events.filter(({ name, method }) => name === 'describe' && method !== 'any').map(({ method, path }) => `${method} ${path}`)).toEqual(
      ['/', '/openapi.json', '/docs', '/docs/rapidoc.js', '/health'].map((path) => `get ${path}`),
    );
  });

  test('functions end before API Gateway gives up on them', () => {
    expect(service.provider.timeout).toBeLessThan(29);
  });

  test('they run on Node 24 on arm64, unversioned, with logs that expire', () => {
    expect(service.provider).toMatchObject({
      runtime: 'nodejs24.x',
      architecture: 'arm64',
      versionFunctions: false,
      logRetentionInDays: '${param:logDays}',
    });
  });
});

describe('who is let in', () => {
  const onData = { authorizer: '${self:custom.tokens.${param:tokens}}', key: '${self:custom.keys.${param:apiKeys}.private}' };

  test('the authorizer is asked, and a key wanted where keys are, for every method on data, by parameter for those of the description, and for no other', () => {
    for (const { name, path, authorizer, private: key } of events) {
      expect({ name, path, authorizer, key }).toEqual({
        name,
        path,
        ...(['read', 'write'].includes(name) ? onData
          : ['/', '/openapi.json', '/docs', '/docs/rapidoc.js'].includes(path)
            ? { authorizer: '${self:custom.description.${param:description}.authorizer}', key: '${self:custom.description.${param:description}.private}' }
            : { authorizer: undefined, key: undefined }),
      });
    }
  });

  test('a private description is guarded as data is; a public one, which is the default, is not', () => {
    expect(service.params['default']).toMatchObject({ description: 'public' });
    expect(service.custom.description).toEqual({
      public: { authorizer: '', private: false },
      private: { authorizer: onData.authorizer, private: onData.key },
    });
  });

  test('the authorizer’s answers are kept only where every request has the token that they are kept by', () => {
    expect(service.custom.tokens).toEqual({
      optional: { name: 'authorize', type: 'request', resultTtlInSeconds: 0 },
      required: { name: 'authorize', type: 'request', resultTtlInSeconds: 300, identitySource: 'method.request.header.Authorization' },
    });
  });

  test('nobody’s tokens are trusted and no keys are made unless a parameter says so', () => {
    expect(service.params['default']).toMatchObject({ tokenIssuer: '', tokenAudience: '', userPool: 'none', tokens: 'optional', apiKeys: 'none' });
    expect(service.custom.keys['none']).toEqual({ asked: '', private: false, apiGateway: { binaryMediaTypes: ['*/*'] } });
  });

  test('access is open on no stage that is deployed', () => {
    expect(JSON.stringify([service.params, service.provider, service.functions])).not.toMatch(/ACCESS|"open"/);
  });

  test('the authorizer ends before API Gateway gives up on it, and after the issuer had its time', () => {
    // Two answers of the issuer, three seconds each; https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-execution-service-limits-table.html
    expect((service.functions['authorize'] as unknown as { timeout: number }).timeout).toBe(10);
  });
});

describe('access logs', () => {
  const { format, ...logs } = service.provider.logs.restApi;

  test('are JSON with the request id that API Gateway makes, not the one that a client can choose', () => {
    expect(JSON.parse(format.replace(/\$context\.[\w.]+/g, 'x'))).toHaveProperty('requestId');
    expect(format).toContain('"requestId":"$context.extendedRequestId"');
    expect(text).not.toContain('context.requestId');
  });

  test('hold no header, body, query or credential', () => {
    expect(logs).toMatchObject({ accessLogging: true, executionLogging: false, fullExecutionData: false });
    expect(format).not.toMatch(/header|body|query|authorizer|apiKey|userAgent|requestOverride/i);
  });
});

describe('environment', () => {
  const own = Object.assign({}, ...Object.values(service.functions).map(({ environment }) => environment)) as Record<string, string>;
  const environment = Object.fromEntries(Object.entries({ ...service.provider.environment, ...own }).map(([name, value]) => [name, atStage(value, 'dev')]));

  test('is what src/config.ts reads', () => {
    const source = readFileSync(join(root, 'src/config.ts'), 'utf8');
    const read = new Set([...source.matchAll(/'([A-Z][A-Z_]+)'/g)].map((match) => match[1] ?? ''));
    // ACCESS is for a developer's machine alone.
    expect(Object.keys(environment).sort()).toEqual([...read].filter((name) => !name.startsWith('AWS_') && name !== 'ACCESS').sort());
    expect(readConfig({ ...environment, CURSOR_KEY: '' })).toMatchObject({ tableName: 'dynashelf-dev', corsOrigins: ['*'], access: 'rules', tokens: undefined, apiKeys: false, deployed: true });
  });

  test('names the table that the stack makes', () => {
    expect(service.provider.environment['TABLE_NAME']).toBe(resources['Table']?.Properties['TableName']);
  });

  test('takes the secret from SSM when CloudFormation deploys', () => {
    expect(environment['CURSOR_KEY']).toBe('{{resolve:ssm:/dynashelf/dev/cursor-key}}');
  });

  test('has the secret for the one function that gives cursors', () => {
    expect(Object.entries(service.functions).map(([name, { environment: variables }]) => [name, variables])).toEqual([
      ['read', { CURSOR_KEY: '${param:cursorKey}' }], ['write', undefined], ['authorize', undefined], ['describe', undefined],
    ]);
    expect(service.provider.environment).not.toHaveProperty('CURSOR_KEY');
  });

  test('has a default for every parameter that a stage sets, so that a slip is known', () => {
    for (const block of Object.values(service.params)) expect(Object.keys(service.params['default']!)).toEqual(expect.arrayContaining(Object.keys(block)));
    expect(service.params['default']!['drop']).toBe('');
  });

  test('reads a developer’s own variables on the stage local alone', () => {
    const { local, ...others } = service.params;
    expect(JSON.stringify(local)).toContain('${env:');
    expect(JSON.stringify(others) + JSON.stringify(service.provider)).not.toContain('${env:');
  });
});

describe('the stack policy', () => {
  test('lets updates do everything but delete or replace a table or a user pool', () => {
    expect(service.provider.stackPolicy).toEqual([
      { Effect: 'Allow', Principal: '*', Action: 'Update:*', Resource: '*' },
      {
        Effect: 'Deny', Principal: '*', Action: ['Update:Replace', 'Update:Delete'], Resource: '*',
        Condition: { StringEquals: { ResourceType: ['AWS::DynamoDB::Table', 'AWS::Cognito::UserPool'] } },
      },
    ]);
  });
});

describe('table', () => {
  const table = resources['Table']?.Properties ?? {};
  const keys = (partition: string, sort: string): object[] => [
    { AttributeName: partition, KeyType: 'HASH' },
    { AttributeName: sort, KeyType: 'RANGE' },
  ];
  const slots = Array.from({ length: INDEX_SLOTS }, (_, n) => indexSlot(n + 1));

  test('has the keys of src/store/table.ts', () => {
    expect(table['KeySchema']).toEqual(keys(PARTITION_KEY, SORT_KEY));
  });

  test('has the index slots of src/store/table.ts, each projecting everything', () => {
    expect(table['GlobalSecondaryIndexes']).toEqual(
      slots.map(({ indexName, partitionKey, sortKey }) => ({
        IndexName: indexName,
        KeySchema: keys(partitionKey, sortKey),
        Projection: { ProjectionType: 'ALL' },
      })),
    );
  });

  test('defines its key attributes and no other, as strings', () => {
    expect(table['AttributeDefinitions']).toEqual(
      [PARTITION_KEY, SORT_KEY, ...slots.flatMap(({ partitionKey, sortKey }) => [partitionKey, sortKey])].map((AttributeName) => ({
        AttributeName,
        AttributeType: 'S',
      })),
    );
  });

  test('is on demand and lets records expire', () => {
    expect(table).toMatchObject({
      BillingMode: 'PAY_PER_REQUEST',
      TimeToLiveSpecification: { AttributeName: EXPIRES_ATTRIBUTE, Enabled: true },
    });
  });
});

describe('rights', () => {
  const ARN = { 'Fn::GetAtt': ['Table', 'Arn'] };
  const statements = (role: string): Statement[] => {
    const policies = resources[role]?.Properties['Policies'] as { PolicyDocument: { Statement: Statement[] } }[];
    return policies.flatMap(({ PolicyDocument }) => PolicyDocument.Statement);
  };
  const onData = (role: string): Statement[] => statements(role).filter(({ Action }) => [Action].flat()[0]?.startsWith('dynamodb:'));

  const INDEX_QUERIES = {
    Effect: 'Allow',
    Action: 'dynamodb:Query',
    Resource: Array.from({ length: INDEX_SLOTS }, (_, n) => ({ 'Fn::Sub': `\${Table.Arn}/index/${indexSlot(n + 1).indexName}` })),
  };

  test('read may get, batch-get and query the table, and query its indexes', () => {
    expect(onData('ReadRole')).toEqual([
      { Effect: 'Allow', Action: ['dynamodb:GetItem', 'dynamodb:BatchGetItem', 'dynamodb:Query'], Resource: ARN },
      INDEX_QUERIES,
    ]);
  });

  test('write may read, put, update, delete and check items of the table, in transactions too, and query its indexes', () => {
    expect(onData('WriteRole')).toEqual([
      {
        Effect: 'Allow',
        Action: ['GetItem', 'BatchGetItem', 'Query', 'PutItem', 'UpdateItem', 'DeleteItem', 'ConditionCheckItem'].map((action) => `dynamodb:${action}`),
        Resource: ARN,
      },
      INDEX_QUERIES,
    ]);
  });

  test('authorize has no right to data', () => {
    expect(onData('AuthorizeRole')).toEqual([]);
  });

  test('describe may get from the partition of the health check, which holds no data', () => {
    expect(onData('DescribeRole')).toEqual([
      {
        Effect: 'Allow',
        Action: 'dynamodb:GetItem',
        Resource: ARN,
        Condition: {
          'ForAllValues:StringEquals': { 'dynamodb:LeadingKeys': [HEALTH_PARTITION] },
          Null: { 'dynamodb:LeadingKeys': 'false' },
        },
      },
    ]);
  });

  test.each(['Read', 'Write', 'Authorize', 'Describe'])('%s may write to its own log, and do nothing further', (name) => {
    const rest = statements(`${name}Role`).filter((statement) => !onData(`${name}Role`).includes(statement));
    expect(rest).toEqual([
      { Effect: 'Allow', Action: ['logs:CreateLogStream', 'logs:PutLogEvents'], Resource: { 'Fn::GetAtt': [`${name}LogGroup`, 'Arn'] } },
    ]);
  });

  test('those of all functions together are what the operations of src/store/send.ts need', () => {
    // DynamoDB authorises a transaction by the actions it is made of. The type names every operation there is.
    const needed: Record<keyof Operations, string[]> = {
      BatchGetItem: ['BatchGetItem'],
      DeleteItem: ['DeleteItem'],
      GetItem: ['GetItem'],
      PutItem: ['PutItem'],
      Query: ['Query'],
      TransactWriteItems: ['PutItem', 'UpdateItem', 'DeleteItem', 'ConditionCheckItem'],
      UpdateItem: ['UpdateItem'],
    };
    const granted = ['ReadRole', 'WriteRole', 'AuthorizeRole', 'DescribeRole'].flatMap(onData).flatMap(({ Action }) => Action);
    expect(new Set(granted)).toEqual(new Set(Object.values(needed).flat().map((action) => `dynamodb:${action}`)));
  });

  test('nothing scans or describes the table', () => {
    expect(text).not.toMatch(/dynamodb:(Scan|DescribeTable|PartiQL\w*|\*)/);
  });
});

describe('preflights', () => {
  const preflights = events.filter(({ cors }) => cors !== undefined) as (Event & { cors: Cors; name: string })[];

  test('every path has one', () => {
    expect(preflights.map(({ path }) => path).sort()).toEqual([...paths].sort());
  });

  test.each(preflights)('$path allows the headers, origins and age of src/http/cors.ts', ({ cors }) => {
    expect(cors).toMatchObject({ headers: ALLOWED_HEADERS, maxAge: PREFLIGHT_MAX_AGE, origin: '${param:corsOrigins}' });
  });

  test.each(preflights.filter(({ path }) => !path.endsWith('+}')))('$path allows the methods that it takes', ({ path, cors }) => {
    const methods = events.filter((event) => event.path === path && event.method !== 'any').map(({ method }) => method.toUpperCase());
    expect([...cors.methods].sort()).toEqual([...new Set([...methods, ...(methods.includes('GET') ? ['HEAD'] : []), 'OPTIONS'])].sort());
  });
});

describe('errors of the gateway', () => {
  // All that API Gateway has: https://docs.aws.amazon.com/apigateway/latest/api/API_GatewayResponse.html
  const TYPES = [
    'ACCESS_DENIED', 'API_CONFIGURATION_ERROR', 'AUTHORIZER_CONFIGURATION_ERROR', 'AUTHORIZER_FAILURE', 'BAD_REQUEST_BODY',
    'BAD_REQUEST_PARAMETERS', 'DEFAULT_4XX', 'DEFAULT_5XX', 'EXPIRED_TOKEN', 'INTEGRATION_FAILURE', 'INTEGRATION_TIMEOUT',
    'INVALID_API_KEY', 'INVALID_SIGNATURE', 'MISSING_AUTHENTICATION_TOKEN', 'QUOTA_EXCEEDED', 'REQUEST_TOO_LARGE',
    'RESOURCE_NOT_FOUND', 'THROTTLED', 'UNAUTHORIZED', 'UNSUPPORTED_MEDIA_TYPE', 'WAF_FILTERED',
  ];
  const answers = Object.entries(resources)
    .filter(([, { Type }]) => Type === 'AWS::ApiGateway::GatewayResponse')
    .map(([logicalId, { Properties }]) => {
      const headers = Object.entries(Properties['ResponseParameters'] as Record<string, string>);
      const body = atStage((Properties['ResponseTemplates'] as Record<string, string>)['application/json'] ?? '', 'dev');
      return {
        logicalId,
        type: Properties['ResponseType'] as string,
        status: Number(Properties['StatusCode']),
        headers: Object.fromEntries(headers.map(([name, value]) => [name.replace('gatewayresponse.header.', ''), value])),
        problem: JSON.parse(body.replaceAll('$context.extendedRequestId', 'an-id')) as Record<string, unknown>,
      };
    });

  test('are all given', () => {
    expect(answers.map(({ type }) => type).sort()).toEqual(TYPES);
  });

  test.each(answers)('$type is a problem document of the catalogue', ({ status, problem }) => {
    const slug = String(problem['type']).replace('/dev/docs#', '') as ProblemType;
    expect(PROBLEM_TYPES).toContain(slug);
    expect(problem).toEqual({ type: `/dev/docs#${slug}`, ...describeProblem(slug), detail: expect.stringMatching(/^[A-Z].+\.$/) as string, instance: 'an-id' });
    expect(status).toBe(problem['status']);
  });

  test.each(answers)('$type has the headers of every answer', ({ headers }) => {
    expect(headers).toMatchObject({
      'Content-Type': "'application/problem+json'",
      'X-Request-Id': 'context.extendedRequestId',
      'Cache-Control': "'no-store'",
      'X-Content-Type-Options': "'nosniff'",
      'Content-Security-Policy': expect.any(String) as string,
      'Referrer-Policy': "'no-referrer'",
      Vary: "'Authorization, X-Api-Key'",
      'Server-Timing': expect.any(String) as string,
      'Strict-Transport-Security': expect.stringMatching(/^'max-age=\d+'$/) as string,
      'Access-Control-Allow-Origin': "'*'",
      'Access-Control-Expose-Headers': `'${EXPOSED_HEADERS.join(', ')}'`,
    });
  });

  test('those worth trying again say when, and those that want credentials say which', () => {
    for (const { status, headers } of answers) {
      expect(headers['Retry-After']).toEqual(status === 429 || status === 503 ? expect.stringMatching(/^'\d+'$/) : undefined);
      expect(headers['WWW-Authenticate'] !== undefined).toBe(status === 401);
    }
  });

  test('a token that is refused is told from one that is missing (RFC 6750 §3.1)', () => {
    const challenge = Object.fromEntries(answers.map(({ type, headers }) => [type, headers['WWW-Authenticate']]));
    expect(challenge).toMatchObject({ UNAUTHORIZED: "'Bearer'", INVALID_SIGNATURE: "'Bearer'", ACCESS_DENIED: `'Bearer error="invalid_token"'`, EXPIRED_TOKEN: `'Bearer error="invalid_token"'` });
  });

  test.each(answers)('$type has every header that the API description requires, and as it says', ({ status, headers, problem }) => {
    const sent = Object.entries(headers).map(([name, value]) => [name.toLowerCase(), /^'(.*)'$/.exec(value)?.[1] ?? 'an-id'] as const);
    // A quote within would end the value.
    for (const [, value] of sent) expect(value).not.toContain("'");
    const line = status === 404 ? 'GET /nothing/is/served/here' : 'POST /books';
    const trusted = trustedBy(readConfig({ ...process.env, ACCESS: 'rules', TOKEN_ISSUER: 'https://login.example', TOKEN_AUDIENCE: 'shelf', API_KEYS: 'required' }));
    expectDescribed(sampleResources, line, {}, { status, headers: Object.fromEntries(sent), body: problem, text: JSON.stringify(problem) }, trusted);
  });

  test('a path that no route has is 404, a missing key 403', () => {
    const status = Object.fromEntries(answers.map(({ type, status }) => [type, status]));
    expect(status).toMatchObject({ MISSING_AUTHENTICATION_TOKEN: 404, INVALID_API_KEY: 403, ACCESS_DENIED: 401, THROTTLED: 429, QUOTA_EXCEEDED: 429, AUTHORIZER_FAILURE: 503, UNAUTHORIZED: 401, REQUEST_TOO_LARGE: 413, UNSUPPORTED_MEDIA_TYPE: 415 });
  });

  test('are all made before the API is deployed', () => {
    expect(service.resources.extensions['ApiGatewayMethodAny']?.DependsOn).toEqual(answers.map(({ logicalId }) => logicalId));
  });
});
