// What `npx serverless package` makes of serverless.yml, with no network and no credentials.

import { execFile } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, statSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { bundleFunctions } from '../../local/bundle';
import { ALLOWED_HEADERS, PREFLIGHT_MAX_AGE } from '../../src/http/cors';

interface Resource {
  Type: string;
  DependsOn?: string | string[];
  DeletionPolicy?: string;
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- templates are as free in shape as CloudFormation is
  Properties: Record<string, any>;
}
type Template = Record<string, Resource>;
interface Statement { Action: string | string[]; Resource: unknown }

const root = join(__dirname, '../..');
const directories: string[] = [];
let dev: Template;
let prod: Template;
let twoOrigins: Template;

beforeAll(async () => {
  [dev, prod, twoOrigins] = await Promise.all([
    packaged(),
    packaged('--stage', 'prod'),
    packaged('--param', 'corsOrigins=https://a.example, https://b.example'),
  ]);
}, 180_000);

afterAll(() => {
  for (const directory of directories) rmSync(directory, { recursive: true, force: true });
});

/** Packages a copy of the sources, since packaging empties the folder that a running `npm start` serves from. */
async function packaged(...options: string[]): Promise<Template> {
  const directory = mkdtempSync(join(tmpdir(), 'dynashelf-package-'));
  directories.push(directory);
  for (const name of ['serverless.yml', 'package.json', 'tsconfig.json', 'src']) cpSync(join(root, name), join(directory, name), { recursive: true });
  symlinkSync(join(root, 'node_modules'), join(directory, 'node_modules'), 'junction');
  const command = join(dirname(require.resolve('serverless/package.json')), 'bin/serverless.js');
  const env = {
    PATH: process.env['PATH'],
    HOME: directory,
    USERPROFILE: directory,
    // A way out that leads nowhere, and variables of `npm start` left in a shell.
    HTTPS_PROXY: 'http://127.0.0.1:9',
    HTTP_PROXY: 'http://127.0.0.1:9',
    TABLE_NAME: 'stray',
    CURSOR_KEY: 'stray',
    CORS_ORIGINS: 'stray',
  };
  await promisify(execFile)(process.execPath, [command, 'package', '--package', join(directory, 'out'), ...options], { cwd: directory, env });
  const template = readFileSync(join(directory, 'out/cloudformation-template-update-stack.json'), 'utf8');
  return (JSON.parse(template) as { Resources: Template }).Resources;
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
    Properties: { TableName: 'dynashelf-dev', DeletionProtectionEnabled: false, PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: false } },
  });
});

test('the functions run on Node 24 on arm64 with what src/config.ts reads, and nothing of the shell that packaged them', () => {
  for (const [, { Properties }] of ofType(prod, 'AWS::Lambda::Function')) {
    expect(Properties).toMatchObject({
      Runtime: 'nodejs24.x',
      Architectures: ['arm64'],
      TracingConfig: { Mode: 'Active' },
      Environment: { Variables: { TABLE_NAME: 'dynashelf-prod', CURSOR_KEY: '{{resolve:ssm:/dynashelf/prod/cursor-key}}', CORS_ORIGINS: '*' } },
    });
  }
  expect(JSON.stringify([dev, prod, twoOrigins])).not.toContain('stray');
});

test('the archives are those that npm run build measures, and that their budget is for', async () => {
  const [directory] = directories as [string];
  for (const { name, zipSize } of await bundleFunctions(directory)) {
    const { size } = statSync(join(directory, `out/${name}.zip`));
    expect(Math.abs(size / zipSize - 1)).toBeLessThan(0.02);
  }
});

test('the renderer of the docs page is in the archive of describe and in no other', () => {
  const [directory] = directories as [string];
  const has = ['read', 'write', 'describe'].map((name) => readFileSync(join(directory, `out/${name}.zip`)).includes('node_modules/rapidoc/dist/rapidoc-min.js'));
  expect(has).toEqual([false, false, true]);
});

test('each function has one role and one permission, and the stack no function besides', () => {
  expect(ofType(dev, 'AWS::Lambda::Function').map(([, { Properties }]) => Properties['Role'] as unknown)).toEqual(
    ['Read', 'Write', 'Describe'].map((name) => ({ 'Fn::GetAtt': [`${name}Role`, 'Arn'] })),
  );
  expect(ofType(dev, 'AWS::Lambda::Permission')).toHaveLength(3);
  expect(ofType(dev, 'AWS::IAM::Role').map(([name]) => name).sort()).toEqual(['AccessLogRole', 'DescribeRole', 'ReadRole', 'WriteRole']);
});

test('no right has a wildcard but the two of X-Ray, which AWS grants in no other way', () => {
  const statements = Object.values(prod)
    .filter(({ Type }) => Type.startsWith('AWS::IAM::'))
    .flatMap(({ Properties }) => (Properties['Policies'] ?? []) as { PolicyDocument: { Statement: Statement[] } }[])
    .flatMap(({ PolicyDocument }) => PolicyDocument.Statement);
  const wild = statements.filter(({ Action, Resource }) => JSON.stringify([Action, Resource]).includes('*'));
  expect(statements.length).toBeGreaterThan(wild.length);
  expect(new Set(wild.map(({ Action }) => [Action].flat().join()))).toEqual(new Set(['xray:PutTraceSegments,xray:PutTelemetryRecords']));
});

test('every log expires', () => {
  const groups = ofType(dev, 'AWS::Logs::LogGroup');
  expect(groups.map(([, { Properties }]) => Properties['LogGroupName'] as string).sort()).toEqual([
    '/aws/api-gateway/dynashelf-dev',
    '/aws/lambda/dynashelf-dev-describe',
    '/aws/lambda/dynashelf-dev-read',
    '/aws/lambda/dynashelf-dev-write',
  ]);
  for (const [, { Properties }] of groups) expect(Properties['RetentionInDays']).toBe(30);
});

describe('preflights', () => {
  const options = (template: Template): [string, Record<string, string>, string][] =>
    ofType(template, 'AWS::ApiGateway::Method')
      .filter(([, { Properties }]) => Properties['HttpMethod'] === 'OPTIONS')
      .map(([name, { Properties }]) => {
        const { IntegrationResponses } = Properties['Integration'] as { IntegrationResponses: Record<'ResponseParameters' | 'ResponseTemplates', Record<string, string>>[] };
        const [answer] = IntegrationResponses;
        return [name, answer?.ResponseParameters ?? {}, answer?.ResponseTemplates['application/json'] ?? ''];
      });

  test('every path answers them with all the headers of the contract', () => {
    expect(options(dev)).toHaveLength(ofType(dev, 'AWS::ApiGateway::Resource').length + 1);
    for (const [, headers] of options(dev)) {
      expect(headers).toMatchObject({
        'method.response.header.Access-Control-Allow-Headers': `'${ALLOWED_HEADERS.join(',')}'`,
        'method.response.header.Access-Control-Allow-Origin': "'*'",
        'method.response.header.Access-Control-Max-Age': `'${PREFLIGHT_MAX_AGE}'`,
      });
    }
  });

  test('an item allows its five methods', () => {
    const [, headers] = options(dev).find(([name]) => name === 'ApiGatewayMethodCollectionVarIdVarOptions') ?? [];
    expect(headers?.['method.response.header.Access-Control-Allow-Methods']).toBe("'GET,HEAD,PUT,PATCH,DELETE,OPTIONS'");
  });

  test('of several configured origins the one that asks is allowed', () => {
    for (const [, headers, template] of options(twoOrigins)) {
      expect(headers['method.response.header.Access-Control-Allow-Origin']).toBe("'https://a.example'");
      expect(template).toContain('$origin.matches("https://a[.]example") || $origin.matches("https://b[.]example")');
    }
  });
});

test('the API is deployed after all its methods and gateway responses', () => {
  const [deployment] = ofType(dev, 'AWS::ApiGateway::Deployment').map(([name]) => name);
  const before = new Set<string>();
  const visit = (name: string): void => {
    if (before.has(name)) return;
    before.add(name);
    [dev[name]?.DependsOn ?? []].flat().forEach(visit);
  };
  visit(deployment ?? '');
  for (const type of ['AWS::ApiGateway::Method', 'AWS::ApiGateway::GatewayResponse']) {
    for (const [name] of ofType(dev, type)) expect(before).toContain(name);
  }
});

test('the stack is far below CloudFormation’s 500 resources', () => {
  expect(Object.keys(dev).length).toBeLessThan(100);
});

test('no variable of serverless.yml is left unresolved', () => {
  expect(JSON.stringify([dev, prod, twoOrigins])).not.toMatch(/\$\{(param|self|sls|env|opt):/);
});
