// What `npx serverless package` makes of functions of an app's own: their rights, routes and logs, and what the
// engine's functions know of them.

import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { addFunction } from '../../src/local/add-function';
import { bundleFunctions, type Bundle } from '../../src/local/bundle';
import { copyProject, type ProjectCopy } from '../setup/project-copy';
import { runServerless } from '../setup/serverless';

interface Resource {
  Type: string;
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- templates are as free in shape as CloudFormation is
  Properties: Record<string, any>;
}

let project: ProjectCopy;
let template: Record<string, Resource>;
let bundles: Record<string, Bundle>;

/** Adds a function that declares something. */
function give(name: string, keywords: string): void {
  addFunction(project.directory, name);
  writeFileSync(
    join(project.directory, `src/functions/${name}.ts`),
    `import { defineFunction } from 'dynashelf/lambda';\nimport { resources } from '../resources/index';\nimport { lent } from '../messages';\nexport const handler = defineFunction({ resources }, { ${keywords}, run: () => undefined });\n`,
  );
}

beforeAll(async () => {
  project = copyProject();
  const { directory } = project;
  give(
    'webhook',
    "route: 'POST /payments/webhook', access: 'public', body: 'raw', description: 'Takes payments.', writes: ['loans']",
  );
  give(
    'report',
    "route: 'GET /reports/loans', access: { role: 'librarian' }, description: 'Counts loans.', reads: ['loans']",
  );
  give(
    'yearly',
    "route: 'GET /reports/yearly/{year}', access: 'public', params: { year: Number }, description: 'Counts loans of a year.'",
  );
  give('expire', "schedule: 'cron(0 3 * * ? *)', description: 'Ends what is over.'");
  writeFileSync(
    join(directory, 'src/messages.ts'),
    "import { defineMessage } from 'dynashelf';\nexport const lent = defineMessage({ name: 'book-lent', description: 'A book was lent.', body: { loan: String } });\n",
  );
  give('mail', "message: lent, description: 'Sends mail.', reads: ['loans']");
  addFunction(directory, 'publish');
  const { code, said } = await runServerless(directory, [
    'package',
    '--package',
    join(directory, 'out'),
    '--param',
    'tokenIssuer=https://login.example',
    '--param',
    'tokenAudience=shelf',
    '--param',
    'apiKeys=required',
  ]);
  if (code !== 0) {
    throw new Error(said);
  }
  template = (
    JSON.parse(readFileSync(join(directory, 'out/cloudformation-template-update-stack.json'), 'utf8')) as {
      Resources: Record<string, Resource>;
    }
  ).Resources;
  bundles = Object.fromEntries((await bundleFunctions(directory)).map((bundle) => [bundle.name, bundle]));
});

afterAll(() => project.remove());

/** The methods of a path, as `POST webhook: CUSTOM, key`. */
function methods(...path: string[]): string[] {
  const idOf = (parts: readonly string[]): unknown =>
    parts.reduce<unknown>(
      (parent, part) => ({
        Ref: Object.entries(template).find(
          ([, { Type, Properties }]) =>
            Type === 'AWS::ApiGateway::Resource' &&
            Properties['PathPart'] === part &&
            JSON.stringify(Properties['ParentId']) === JSON.stringify(parent),
        )?.[0],
      }),
      { 'Fn::GetAtt': ['ApiGatewayRestApi', 'RootResourceId'] },
    );
  const id = JSON.stringify(idOf(path));
  return Object.values(template)
    .filter(
      ({ Type, Properties }) => Type === 'AWS::ApiGateway::Method' && JSON.stringify(Properties['ResourceId']) === id,
    )
    .map(({ Properties }) => {
      const [, called = ''] = /"(\w+)LambdaFunction"/.exec(JSON.stringify(Properties['Integration'])) ?? [];
      return `${Properties['HttpMethod']} ${called}: ${Properties['AuthorizationType']}${Properties['ApiKeyRequired'] === true ? ', key' : ''}`;
    })
    .sort();
}

const actionsOf = (role: string): string[] =>
  (template[role]!.Properties['Policies'] as { PolicyDocument: { Statement: { Action: string | string[] }[] } }[])
    .flatMap(({ PolicyDocument }) => PolicyDocument.Statement)
    .flatMap(({ Action }) => Action);

test('a variable of a route is one of the gateway, and its rest is described too', () => {
  expect(methods('reports', 'yearly', '{year}')).toEqual([
    'ANY Describe: NONE',
    'GET Yearly: NONE',
    'HEAD Yearly: NONE',
  ]);
});

test('a route leads to its function, by whoever it is for, and what else its path is asked to describe', () => {
  expect(methods('reports', 'loans')).toEqual([
    'ANY Describe: NONE',
    'GET Report: CUSTOM, key',
    'HEAD Report: CUSTOM, key',
  ]);
});

test('one that is public alone asks neither for a token nor for a key, whatever the API asks for', () => {
  expect(methods('payments', 'webhook')).toEqual(['ANY Describe: NONE', 'POST Webhook: NONE']);
});

test('each has the rights that it declares, and its own log', () => {
  const logs = ['logs:CreateLogStream', 'logs:PutLogEvents'];
  const reading = ['dynamodb:GetItem', 'dynamodb:BatchGetItem', 'dynamodb:Query', 'dynamodb:Query'];
  expect(actionsOf('ReportRole')).toEqual([...reading, ...logs]);
  expect(new Set(actionsOf('WebhookRole'))).toEqual(new Set(actionsOf('WriteRole')));
  expect(actionsOf('ExpireRole')).toEqual(logs);
  for (const name of ['Report', 'Webhook', 'Expire']) {
    expect(template[`${name}LambdaFunction`]!.Properties['Role']).toEqual({ 'Fn::GetAtt': [`${name}Role`, 'Arn'] });
    expect(template[`${name}LogGroup`]!.Type).toBe('AWS::Logs::LogGroup');
    expect(JSON.stringify(template[`${name}Role`])).toContain(`{"Fn::GetAtt":["${name}LogGroup","Arn"]}`);
  }
});

test('a schedule calls its function, and nothing else does', () => {
  const rules = Object.values(template).filter(({ Type }) => Type === 'AWS::Events::Rule');
  expect(rules.map(({ Properties }) => Properties['ScheduleExpression'] as unknown)).toEqual([
    'cron(0 3 * * ? *)',
    // What the stream has missed.
    'rate(5 minutes)',
  ]);
  expect(JSON.stringify(rules)).toContain('ExpireLambdaFunction');
});

test('where a function takes messages the table has a stream, which calls publish for what is sent, and publish may move and hand on messages alone', () => {
  expect(template['Table']!.Properties['StreamSpecification']).toEqual({ StreamViewType: 'NEW_AND_OLD_IMAGES' });
  const [mapping] = Object.values(template).filter(({ Type }) => Type === 'AWS::Lambda::EventSourceMapping');
  expect(mapping!.Properties).toMatchObject({
    EventSourceArn: { 'Fn::GetAtt': ['Table', 'StreamArn'] },
    FunctionName: { 'Fn::GetAtt': ['PublishLambdaFunction', 'Arn'] },
    FunctionResponseTypes: ['ReportBatchItemFailures'],
    MaximumRetryAttempts: 5,
    BisectBatchOnFunctionError: true,
    StartingPosition: 'TRIM_HORIZON',
    DestinationConfig: { OnFailure: { Destination: { 'Fn::GetAtt': ['PublishDeadLetters', 'Arn'] } } },
    FilterCriteria: {
      Filters: [{ Pattern: '{"eventName":["INSERT"],"dynamodb":{"Keys":{"pk":{"S":[{"prefix":"#outbox#"}]}}}}' }],
    },
  });
  expect(template['PublishLambdaFunction']!.Properties).toMatchObject({
    Timeout: 900,
    Environment: { Variables: { MESSAGE_HANDLERS: { 'Fn::Sub': 'book-lent=${MailLambdaFunction}' } } },
  });
  const role = JSON.stringify(template['PublishRole']);
  expect(role).toContain('"dynamodb:LeadingKeys":["#outbox#0","#outbox#1","#outbox#2","#outbox#3","#undelivered"]');
  expect(role).toContain(
    '{"Effect":"Allow","Action":"lambda:InvokeFunction","Resource":[{"Fn::GetAtt":["MailLambdaFunction","Arn"]}]}',
  );
  expect(actionsOf('PublishRole').filter((action) => action.endsWith('*'))).toEqual([]);
  expect(bundles['publish']!.zipSize / 1000).toBeLessThanOrEqual(20);
  expect(
    bundles['publish']!.inputs.filter((path) => /@aws-sdk|src\/(description|operations|definition)/.test(path)),
  ).toEqual([]);
});

test('describe and authorize know them, and hold none of their code; read and write know nothing of them', () => {
  const holds = (name: string, text: string): boolean => Buffer.from(bundles[name]!.code).includes(text);
  for (const name of ['describe', 'authorize']) {
    expect([name, holds(name, '/payments/webhook')]).toEqual([name, true]);
    expect(
      bundles[name]!.inputs.filter((path) => /src\/functions\/(webhook|report)|esm\/functions\//.test(path)),
    ).toEqual([]);
  }
  for (const name of ['read', 'write']) {
    expect([name, holds(name, '/payments/webhook')]).toEqual([name, false]);
    expect(bundles[name]!.inputs.filter((path) => /esm\/functions\/|authorization\/call/.test(path))).toEqual([]);
  }
});

test('a function is an archive of at most 100 kB beside its own code, and reaches DynamoDB without the AWS SDK', () => {
  expect(bundles['webhook']!.zipSize / 1000).toBeLessThanOrEqual(100);
  expect(bundles['webhook']!.inputs.filter((path) => /@aws-sdk|dynamoose\/|src\/description/.test(path))).toEqual([]);
});

test('a mistake in one ends the packaging with a sentence', async () => {
  give('wrong', "route: 'GET /books/wrong', description: 'Lies under a collection.'");
  const { code, said } = await runServerless(project.directory, [
    'package',
    '--package',
    join(project.directory, 'out2'),
  ]);
  expect(code).not.toBe(0);
  expect(said).toContain('src/functions/wrong.ts: the route "GET /books/wrong" lies under the collection "books"');
  expect(existsSync(join(project.directory, 'out2'))).toBe(false);
});
