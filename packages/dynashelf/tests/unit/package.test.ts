// What `npx serverless package` makes of serverless.yml, with no network and no credentials.

import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { bundleFunctions } from '../../src/local/bundle';
import { APP } from '../setup/places';
import { copyProject, type ProjectCopy } from '../setup/project-copy';
import { runServerless } from '../setup/serverless';

interface Resource {
  Type: string;
  DependsOn?: string | string[];
  DeletionPolicy?: string;
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- templates are as free in shape as CloudFormation is
  Properties: Record<string, any>;
}
type Template = Record<string, Resource>;

const copies: ProjectCopy[] = [];
let dev: Template;
let prod: Template;
let twoOrigins: Template;
let guarded: Template;
/** By what `packaged` was told. */
const conditions = new Map<Template, Record<string, unknown>>();

beforeAll(async () => {
  // One works out what the others use again.
  dev = await packaged();
  [prod, twoOrigins, guarded] = await Promise.all([
    packaged('--stage', 'prod'),
    packaged(
      '--param',
      'corsOrigins=https://a.example, https://b.example',
      '--param',
      'tokenIssuer=https://login.example',
      '--param',
      'tokenAudience=shelf',
      '--param',
      'description=private',
    ),
    packaged(
      '--stage',
      'prod',
      ...[
        'userPool=own',
        'tracing=on',
        'tokens=required',
        'apiKeys=required',
        'apiKeyQuota=5000',
        'apiKeyPeriod=MONTH',
        'defaultEndpoint=closed',
      ].flatMap((param) => ['--param', param]),
    ),
  ]);
});

afterAll(() => {
  for (const copy of copies) {
    copy.remove();
  }
});

/** Packages a copy, since packaging empties the folder that a running `npm start` serves from. */
async function packaged(...options: string[]): Promise<Template> {
  const copy = copyProject();
  copies.push(copy);
  const { directory } = copy;
  // Variables of `npm start` left in a shell.
  const stray = {
    TABLE_NAME: 'stray',
    CURSOR_KEY: 'stray',
    CORS_ORIGINS: 'stray',
    ACCESS: 'stray',
    API_KEY: 'stray',
    API_KEYS: 'stray',
    TOKEN_ISSUER: 'stray',
    TOKEN_AUDIENCE: 'stray',
    API_DESCRIPTION: 'stray',
  };
  const { code, said } = await runServerless(
    directory,
    ['package', '--package', join(directory, 'out'), ...options],
    stray,
  );
  if (code !== 0) {
    throw new Error(said);
  }
  const template = readFileSync(join(directory, 'out/cloudformation-template-update-stack.json'), 'utf8');
  const { Resources, Conditions } = JSON.parse(template) as {
    Resources: Template;
    Conditions: Record<string, unknown>;
  };
  conditions.set(Resources, Conditions);
  return Resources;
}

function ofType(template: Template, type: string): [string, Resource][] {
  return Object.entries(template).filter(([, { Type }]) => Type === type);
}

test('the table of prod is recoverable, encrypted by the account’s key and not to be deleted', () => {
  expect(prod['Table']).toMatchObject({
    DeletionPolicy: 'Retain',
    UpdateReplacePolicy: 'Retain',
    Properties: {
      TableName: 'dynashelf-prod',
      DeletionProtectionEnabled: true,
      PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
      SSESpecification: { SSEEnabled: true },
    },
  });
});

test('the table of another stage goes with its stack', () => {
  expect(dev['Table']).toMatchObject({
    DeletionPolicy: 'Delete',
    Properties: {
      TableName: 'dynashelf-dev',
      DeletionProtectionEnabled: false,
      PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: false },
    },
  });
});

test('the functions run on Node 24 on arm64 with what src/config.ts reads, and nothing of the shell that packaged them', () => {
  for (const [, { Properties }] of ofType(prod, 'AWS::Lambda::Function')) {
    expect(Properties).toMatchObject({
      Runtime: 'nodejs24.x',
      Architectures: ['arm64'],
      Environment: { Variables: { TABLE_NAME: 'dynashelf-prod', CORS_ORIGINS: '*' } },
    });
  }
  const secrets = ofType(prod, 'AWS::Lambda::Function').map(([name, { Properties }]) => [
    name,
    Properties['Environment'].Variables.CURSOR_KEY as unknown,
  ]);
  expect(Object.fromEntries(secrets)).toEqual({
    ReadLambdaFunction: '{{resolve:ssm:/dynashelf/prod/cursor-key}}',
    WriteLambdaFunction: undefined,
    AuthorizeLambdaFunction: undefined,
    DescribeLambdaFunction: undefined,
  });
  expect(JSON.stringify([dev, prod, twoOrigins, guarded])).not.toContain('stray');
});

test('X-Ray traces, with the right that AWS has for it, where it is asked to and nowhere else', () => {
  const traced = (template: Template): unknown[] => [
    ...ofType(template, 'AWS::Lambda::Function').map(
      ([, { Properties }]) => (Properties['TracingConfig'] as { Mode?: string } | undefined)?.Mode,
    ),
    ...ofType(template, 'AWS::IAM::Role')
      .filter(([, { Properties }]) =>
        JSON.stringify(Properties['AssumeRolePolicyDocument']).includes('lambda.amazonaws.com'),
      )
      .flatMap(([, { Properties }]) =>
        (Properties['ManagedPolicyArns'] as { 'Fn::Sub': string }[]).map((policy) => policy['Fn::Sub']),
      ),
  ];
  expect(new Set(traced(guarded))).toEqual(
    new Set(['Active', 'arn:${AWS::Partition}:iam::aws:policy/AWSXRayDaemonWriteAccess']),
  );
  expect(new Set(traced(prod))).toEqual(new Set([undefined]));
});

test('the archives are those that npm run build measures, and that their budget is for', async () => {
  const [{ directory }] = copies as [ProjectCopy];
  for (const { name, zipSize } of await bundleFunctions(directory)) {
    const { size } = statSync(join(directory, `out/${name}.zip`));
    expect(Math.abs(size / zipSize - 1)).toBeLessThan(0.02);
  }
});

test('the renderer of the docs page is in the archive of describe and in no other', () => {
  const [{ directory }] = copies as [ProjectCopy];
  const has = ['read', 'write', 'authorize', 'describe'].map((name) =>
    readFileSync(join(directory, `out/${name}.zip`)).includes('node_modules/dynashelf/dist/rapidoc.js'),
  );
  expect(has).toEqual([false, false, false, true]);
});

test('API Gateway takes and gives bytes, as compressed answers are, and neither compresses nor decompresses by itself', () => {
  for (const template of [dev, guarded]) {
    expect(template['ApiGatewayRestApi']?.Properties).toMatchObject({ BinaryMediaTypes: ['*/*'] });
    expect(template['ApiGatewayRestApi']?.Properties).not.toHaveProperty('MinimumCompressionSize');
  }
});

test('the address that AWS gives the API is closed where it is asked to be, and nowhere else', () => {
  expect(
    [dev, prod, guarded].map(
      (template) => template['ApiGatewayRestApi']?.Properties['DisableExecuteApiEndpoint'] as unknown,
    ),
  ).toEqual([undefined, undefined, true]);
});

test('each function has one role and one permission, and the stack no function besides', () => {
  expect(ofType(dev, 'AWS::Lambda::Function').map(([, { Properties }]) => Properties['Role'] as unknown)).toEqual(
    ['Read', 'Write', 'Authorize', 'Describe'].map((name) => ({ 'Fn::GetAtt': [`${name}Role`, 'Arn'] })),
  );
  expect(ofType(dev, 'AWS::Lambda::Permission')).toHaveLength(4);
  expect(
    ofType(dev, 'AWS::IAM::Role')
      .map(([name]) => name)
      .sort(),
  ).toEqual(['AccessLogRole', 'AuthorizeRole', 'DescribeRole', 'ReadRole', 'WriteRole']);
});

describe('rights', () => {
  interface Statement {
    readonly of: string;
    readonly Effect: string;
    readonly Action?: string | string[];
    readonly NotAction?: unknown;
    readonly Resource?: unknown;
    readonly NotResource?: unknown;
    readonly Principal?: unknown;
    readonly NotPrincipal?: unknown;
  }

  /** Every statement of every policy of a template, wherever in it: of roles, buckets, queues, whatever has one. */
  function statements(template: Template): Statement[] {
    const found: Statement[] = [];
    const visit = (of: string, value: unknown): void => {
      if (typeof value !== 'object' || value === null) {
        return;
      }
      if ('Effect' in value) {
        found.push({ of, ...(value as Omit<Statement, 'of'>) });
      }
      for (const inner of Object.values(value)) {
        visit(of, inner);
      }
    };
    for (const [name, resource] of Object.entries(template)) {
      visit(name, resource);
    }
    return found;
  }

  const everywhere = (): Template[] => [dev, prod, guarded];
  const has = (value: unknown, text: string): boolean => (JSON.stringify(value) ?? '').includes(text);

  test('none has a wildcard', () => {
    for (const template of everywhere()) {
      const allowed = statements(template).filter(({ Effect }) => Effect === 'Allow');
      expect(allowed.length).toBeGreaterThan(10);
      const wild = allowed.filter(
        ({ Action, Resource, NotAction, NotResource }) =>
          has(Action, '*') || has(Resource, '*') || NotAction !== undefined || NotResource !== undefined,
      );
      expect(wild).toEqual([]);
    }
  });

  test('none is for everyone: what names all principals denies them', () => {
    for (const template of everywhere()) {
      expect(
        statements(template).filter(
          ({ Effect, Principal, NotPrincipal }) =>
            (Effect === 'Allow' && has(Principal, '*')) || NotPrincipal !== undefined,
        ),
      ).toEqual([]);
    }
  });

  test('functions are called by API Gateway alone, and by this API alone', () => {
    for (const [, { Properties }] of ofType(guarded, 'AWS::Lambda::Permission')) {
      expect(Properties).toMatchObject({ Action: 'lambda:InvokeFunction', Principal: 'apigateway.amazonaws.com' });
      expect(JSON.stringify(Properties['SourceArn'])).toMatch(/execute-api.*AWS::AccountId.*"Ref":"ApiGatewayRestApi"/);
    }
  });

  test('the only policy of AWS’s own is the one for access logs, which its service prescribes', () => {
    const managed = Object.entries(prod).filter(
      ([, { Properties }]) => ((Properties?.['ManagedPolicyArns'] ?? []) as unknown[]).length > 0,
    );
    expect(managed.map(([name, { Properties }]) => [name, Properties['ManagedPolicyArns'] as unknown])).toEqual([
      [
        'AccessLogRole',
        [{ 'Fn::Sub': 'arn:${AWS::Partition}:iam::aws:policy/service-role/AmazonAPIGatewayPushToCloudWatchLogs' }],
      ],
    ]);
  });
});

describe('who is let in', () => {
  const ON_DATA = [
    'CollectionVarGet',
    'CollectionVarHead',
    'CollectionVarPost',
    'CollectionVarIdVarGet',
    'CollectionVarIdVarHead',
    'CollectionVarIdVarPost',
    'CollectionVarIdVarPut',
    'CollectionVarIdVarPatch',
    'CollectionVarIdVarDelete',
    'CollectionVarIdVarMemberVarGet',
    'CollectionVarIdVarMemberVarHead',
    'CollectionVarIdVarMemberVarPost',
    'TransactionsPost',
  ]
    .map((name) => `ApiGatewayMethod${name}`)
    .sort();

  const SAYING = ['', 'Openapijson', 'Docs', 'DocsRapidocjs'].flatMap((path) => [
    `ApiGatewayMethod${path}Get`,
    `ApiGatewayMethod${path}Any`,
  ]);

  test('every method that leads to data asks the authorizer, those of the description where it is private, and no other does, whatever the parameters', () => {
    for (const template of [dev, prod, twoOrigins, guarded]) {
      const methods = ofType(template, 'AWS::ApiGateway::Method');
      const toData = methods
        .filter(([, { Properties }]) => /"(Read|Write)LambdaFunction"/.test(JSON.stringify(Properties['Integration'])))
        .map(([name]) => name);
      expect(toData.sort()).toEqual(ON_DATA);
      for (const [name, { Properties }] of methods) {
        expect({
          name,
          type: Properties['AuthorizationType'] as string,
          by: Properties['AuthorizerId'] as unknown,
        }).toEqual(
          ON_DATA.includes(name) || (template === twoOrigins && SAYING.includes(name))
            ? { name, type: 'CUSTOM', by: { Ref: 'AuthorizeApiGatewayAuthorizer' } }
            : { name, type: 'NONE', by: undefined },
        );
      }
    }
  });

  test('without a parameter no answer of the authorizer is kept, and each request is one of its own', () => {
    expect(dev['AuthorizeApiGatewayAuthorizer']?.Properties).toMatchObject({
      Type: 'REQUEST',
      AuthorizerResultTtlInSeconds: 0,
    });
    expect(dev['AuthorizeApiGatewayAuthorizer']?.Properties).not.toHaveProperty('IdentitySource');
  });

  test('where tokens are required, its answers are kept for five minutes by the header that holds the token', () => {
    expect(guarded['AuthorizeApiGatewayAuthorizer']?.Properties).toMatchObject({
      Type: 'REQUEST',
      AuthorizerResultTtlInSeconds: 300,
      IdentitySource: 'method.request.header.Authorization',
    });
  });

  test('by default nobody’s tokens are trusted, there is no user pool, and no key is asked for', () => {
    for (const template of [dev, prod]) {
      expect(conditions.get(template)).toEqual({ HasUserPool: { 'Fn::Equals': ['none', 'own'] } });
      expect(template['ReadLambdaFunction']?.Properties['Environment'].Variables).toMatchObject({
        TOKEN_ISSUER: '',
        TOKEN_AUDIENCE: '',
        API_KEYS: '',
      });
      expect(
        Object.values(template)
          .map(({ Type }) => Type)
          .filter((type) => /ApiKey|UsagePlan/.test(type)),
      ).toEqual([]);
      for (const [, { Properties }] of ofType(template, 'AWS::ApiGateway::Method')) {
        expect(Properties['ApiKeyRequired'] ?? false).toBe(false);
      }
    }
  });

  test('an issuer of one’s own is trusted by all functions', () => {
    for (const [, { Properties }] of ofType(twoOrigins, 'AWS::Lambda::Function')) {
      expect(Properties['Environment'].Variables).toMatchObject({
        TOKEN_ISSUER: 'https://login.example',
        TOKEN_AUDIENCE: 'shelf',
      });
    }
  });

  test('the user pool is trusted where it is made, is for users that somebody made, and stays in prod', () => {
    expect(conditions.get(guarded)).toEqual({ HasUserPool: { 'Fn::Equals': ['own', 'own'] } });
    expect(guarded['AuthorizeLambdaFunction']?.Properties['Environment'].Variables).toMatchObject({
      TOKEN_ISSUER: { 'Fn::Sub': 'https://cognito-idp.${AWS::Region}.${AWS::URLSuffix}/${UserPool}' },
      TOKEN_AUDIENCE: { Ref: 'UserPoolClient' },
    });
    expect(guarded['UserPool']).toMatchObject({
      DeletionPolicy: 'Retain',
      Properties: { DeletionProtection: 'ACTIVE', AdminCreateUserConfig: { AllowAdminCreateUserOnly: true } },
    });
    const ofPool = Object.values(guarded).filter(({ Type }) => Type.startsWith('AWS::Cognito::')) as (Resource & {
      Condition?: string;
    })[];
    expect(ofPool.map(({ Condition }) => Condition)).toEqual([
      'HasUserPool',
      'HasUserPool',
      'HasUserPool',
      'HasUserPool',
    ]);
  });

  test('where keys are required, every method on data asks for one of a plan that bounds rate, burst and quota', () => {
    const asking = ofType(guarded, 'AWS::ApiGateway::Method').filter(
      ([, { Properties }]) => Properties['ApiKeyRequired'] === true,
    );
    expect(asking.map(([name]) => name).sort()).toEqual(ON_DATA);
    expect(guarded['ApiGatewayUsagePlan']?.Properties).toMatchObject({
      Throttle: { RateLimit: 50, BurstLimit: 100 },
      Quota: { Limit: 5000, Period: 'MONTH' },
    });
    expect(guarded['ApiGatewayApiKey1']?.Properties).toMatchObject({ Name: 'dynashelf-prod', Enabled: true });
    expect(guarded['ApiGatewayApiKey1']?.Properties).not.toHaveProperty('Value');
    expect(guarded['ApiGatewayUsagePlanKey1']?.Properties).toMatchObject({
      KeyId: { Ref: 'ApiGatewayApiKey1' },
      UsagePlanId: { Ref: 'ApiGatewayUsagePlan' },
    });
    expect(guarded['ReadLambdaFunction']?.Properties['Environment'].Variables.API_KEYS).toBe('required');
  });

  test('a parameter that is neither is no package', async () => {
    await expect(packaged('--param', 'tokens=requierd')).rejects.toThrow();
  });
});

test('the policy for who deploys names every service that the stack has resources of', () => {
  const { Statement } = JSON.parse(readFileSync(join(APP, 'docs/deploy-policy.json'), 'utf8')) as {
    Statement: { Action: string | string[] }[];
  };
  const granted = new Set(Statement.flatMap(({ Action }) => Action).map((action) => action.split(':')[0]));
  // Most are called in IAM as they are in CloudFormation.
  const names: Record<string, string> = { Cognito: 'cognito-idp', ApiGateway: 'apigateway' };
  const services = Object.values(guarded)
    .map(({ Type }) => Type.split('::')[1]!)
    .map((service) => names[service] ?? service.toLowerCase());
  expect([...granted]).toEqual(
    expect.arrayContaining([...new Set(services), 'cloudformation', 'ssm', 'secretsmanager', 'sts']),
  );
});

test('every log expires', () => {
  const groups = ofType(dev, 'AWS::Logs::LogGroup');
  expect(groups.map(([, { Properties }]) => Properties['LogGroupName'] as string).sort()).toEqual([
    '/aws/api-gateway/dynashelf-dev',
    '/aws/lambda/dynashelf-dev-authorize',
    '/aws/lambda/dynashelf-dev-describe',
    '/aws/lambda/dynashelf-dev-read',
    '/aws/lambda/dynashelf-dev-write',
  ]);
  for (const [, { Properties }] of groups) {
    expect(Properties['RetentionInDays']).toBe(30);
  }
});

test('OPTIONS of every path reaches `describe`, without credentials: a preflight has none', () => {
  for (const template of [dev, twoOrigins, guarded]) {
    const methods = ofType(template, 'AWS::ApiGateway::Method').map(([, { Properties }]) => ({
      at: JSON.stringify(Properties['ResourceId']),
      HttpMethod: Properties['HttpMethod'] as string,
      Integration: Properties['Integration'] as unknown,
      ...Properties,
    }));
    for (const at of new Set(methods.map((method) => method.at))) {
      const here = methods.filter((method) => method.at === at);
      const answering =
        here.find(({ HttpMethod }) => HttpMethod === 'OPTIONS') ?? here.find(({ HttpMethod }) => HttpMethod === 'ANY');
      expect(answering).toMatchObject({
        AuthorizationType: 'NONE',
        ApiKeyRequired: false,
        Integration: { Type: 'AWS_PROXY' },
      });
      expect(JSON.stringify(answering!.Integration)).toContain('DescribeLambdaFunction');
    }
  }
});

test('the API is deployed after all its methods and gateway responses', () => {
  const [deployment] = ofType(dev, 'AWS::ApiGateway::Deployment').map(([name]) => name);
  const before = new Set<string>();
  const visit = (name: string): void => {
    if (before.has(name)) {
      return;
    }
    before.add(name);
    [dev[name]?.DependsOn ?? []].flat().forEach(visit);
  };
  visit(deployment ?? '');
  for (const type of ['AWS::ApiGateway::Method', 'AWS::ApiGateway::GatewayResponse']) {
    for (const [name] of ofType(dev, type)) {
      expect(before).toContain(name);
    }
  }
});

test('the stack is far below CloudFormation’s 500 resources', () => {
  expect(Object.keys(guarded).length).toBeLessThan(110);
});

test('no variable of serverless.yml is left unresolved', () => {
  expect(JSON.stringify([dev, prod, twoOrigins, guarded])).not.toMatch(/\$\{(param|self|sls|env|opt|file)[:(]/);
});
