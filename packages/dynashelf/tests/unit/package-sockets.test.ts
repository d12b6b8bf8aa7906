// What `npx serverless package` makes of an app that tells changes on sockets: the WebSocket API, and who may what.

import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { addFunction } from '../../src/local/add-function';
import { bundleFunctions, type Bundle } from '../../src/local/bundle';
import { copyProject, type ProjectCopy } from '../setup/project-copy';
import { runServerless } from '../setup/serverless';

interface Resource {
  Type: string;
  DependsOn?: string | string[];
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- templates are as free in shape as CloudFormation is
  Properties: Record<string, any>;
}

interface Statement {
  Action: string | string[];
  Resource: unknown;
  Condition?: { 'ForAllValues:StringLike'?: { 'dynamodb:LeadingKeys': string[] } };
}

let project: ProjectCopy;
let template: { Resources: Record<string, Resource>; Outputs: Record<string, { Value: unknown }> };
let bundles: Record<string, Bundle>;

beforeAll(async () => {
  project = copyProject();
  const { directory } = project;
  const path = join(directory, 'src/resources/books.ts');
  const text = readFileSync(path, 'utf8');
  writeFileSync(path, text.replace(/^ {2}name: 'books',$/m, "  name: 'books',\n  changes: true,"));
  addFunction(directory, 'publish');
  addFunction(directory, 'socket');
  const { code, said } = await runServerless(directory, [
    'package',
    '--package',
    join(directory, 'out'),
    '--param',
    'socketsPerCaller=7',
  ]);
  if (code !== 0) {
    throw new Error(said);
  }
  template = JSON.parse(
    readFileSync(join(directory, 'out/cloudformation-template-update-stack.json'), 'utf8'),
  ) as typeof template;
  bundles = Object.fromEntries((await bundleFunctions(directory)).map((bundle) => [bundle.name, bundle]));
});

afterAll(() => project.remove());

const statements = (role: string): Statement[] =>
  (template.Resources[role]!.Properties['Policies'] as { PolicyDocument: { Statement: Statement[] } }[]).flatMap(
    ({ PolicyDocument }) => PolicyDocument.Statement,
  );

test('the API has three routes, which lead to the function socket', () => {
  const { Resources } = template;
  const routes = Object.values(Resources).filter(({ Type }) => Type === 'AWS::ApiGatewayV2::Route');
  expect(routes.map(({ Properties }) => Properties['RouteKey'] as string)).toEqual([
    '$connect',
    '$disconnect',
    '$default',
  ]);
  expect(JSON.stringify(Resources['SocketIntegration'])).toContain('${SocketLambdaFunction.Arn}');
  expect(Resources['SocketPermission']!.Properties).toMatchObject({
    FunctionName: { 'Fn::GetAtt': ['SocketLambdaFunction', 'Arn'] },
    Principal: 'apigateway.amazonaws.com',
  });
  expect(Resources['SocketDeployment']!.DependsOn).toEqual([
    'SocketConnectRoute',
    'SocketDisconnectRoute',
    'SocketDefaultRoute',
  ]);
});

test('whatever the stack refers to is in it', () => {
  const known = [
    ...Object.keys(template.Resources),
    'AWS::Region',
    'AWS::Partition',
    'AWS::AccountId',
    'AWS::URLSuffix',
  ];
  const text = JSON.stringify(template);
  const named = [
    ...[...text.matchAll(/"Ref":"([^"]+)"/g)].map(([, name]) => name!),
    ...[...text.matchAll(/"Fn::GetAtt":\["([^"]+)"/g)].map(([, name]) => name!),
    ...[...text.matchAll(/\$\{([\w:]+)(?:\.\w+)?\}/g)].map(([, name]) => name!),
  ];
  expect([...new Set(named)].filter((name) => !known.includes(name))).toEqual([]);
});

test('functions are told where sockets are, and what bounds them', () => {
  const variables = (name: string): Record<string, unknown> =>
    (template.Resources[`${name}LambdaFunction`]!.Properties['Environment'] as { Variables: Record<string, unknown> })
      .Variables;
  const of = (scheme: string): object => ({
    'Fn::Sub': `${scheme}://\${SocketApi}.execute-api.\${AWS::Region}.\${AWS::URLSuffix}/dev`,
  });
  expect(variables('Write')).toMatchObject({ SOCKET_URL: of('wss') });
  expect(variables('Publish')).toMatchObject({ SOCKET_CONNECTIONS: of('https') });
  expect(variables('Publish')['CURSOR_KEY']).toEqual(variables('Read')['CURSOR_KEY']);
  expect(variables('Socket')).toMatchObject({
    SOCKET_CONNECTIONS: of('https'),
    SOCKETS_PER_CALLER: '7',
    SOCKET_SUBSCRIPTIONS: '20',
  });
  expect(template.Outputs['SocketUrl']!.Value).toEqual(of('wss'));
});

test('socket may read the feed and what sockets keep, and send; publish may append too; neither sees an item otherwise', () => {
  for (const role of ['SocketRole', 'PublishRole']) {
    const onTable = statements(role).filter(({ Resource }) => JSON.stringify(Resource).includes('["Table","Arn"]'));
    const partitions = onTable.flatMap(
      ({ Condition }) => Condition?.['ForAllValues:StringLike']?.['dynamodb:LeadingKeys'] ?? ['anything'],
    );
    expect([role, partitions.filter((name) => !name.startsWith('#'))]).toEqual([role, []]);
    expect(statements(role)).toContainEqual(
      expect.objectContaining({
        Action: 'execute-api:ManageConnections',
        Resource: {
          'Fn::Sub':
            'arn:${AWS::Partition}:execute-api:${AWS::Region}:${AWS::AccountId}:${SocketApi}/dev/*/@connections/*',
        },
      }),
    );
  }
  const writesFeed = (role: string): boolean =>
    statements(role).some(
      ({ Action, Condition }) =>
        Action.includes('dynamodb:PutItem') &&
        Condition?.['ForAllValues:StringLike']?.['dynamodb:LeadingKeys'].includes('#changes#books') === true,
    );
  expect([writesFeed('PublishRole'), writesFeed('SocketRole')]).toEqual([true, false]);
});

test('the stream calls publish for items of collections whose changes are kept, and a schedule each minute', () => {
  const [mapping] = Object.values(template.Resources).filter(({ Type }) => Type === 'AWS::Lambda::EventSourceMapping');
  expect(mapping!.Properties).toMatchObject({
    MaximumRecordAgeInSeconds: 86_400,
    FilterCriteria: { Filters: [{ Pattern: '{"dynamodb":{"Keys":{"pk":{"S":["books",{"prefix":"books#"}]}}}}' }] },
  });
  const rules = Object.values(template.Resources).filter(({ Type }) => Type === 'AWS::Events::Rule');
  expect(rules.map(({ Properties }) => Properties['ScheduleExpression'] as string)).toEqual(['rate(1 minute)']);
});

test('bundles stay small, and reach AWS without its SDK', () => {
  for (const [name, most] of [
    ['socket', 60],
    ['publish', 60],
  ] as const) {
    expect(bundles[name]!.zipSize / 1000).toBeLessThanOrEqual(most);
    expect(bundles[name]!.inputs.filter((path) => /@aws-sdk|dynamoose\/|src\/description/.test(path))).toEqual([]);
  }
});

test('a function socket where no changes are told, and changes that nobody keeps, are refused', async () => {
  const wrong = copyProject();
  try {
    addFunction(wrong.directory, 'socket');
    const path = join(wrong.directory, 'src/resources/books.ts');
    const text = readFileSync(path, 'utf8');
    const packaging = async (): Promise<string> =>
      (await runServerless(wrong.directory, ['package', '--package', join(wrong.directory, 'out')])).said;
    // Nothing in the resource files speaks of changes.
    expect(await packaging()).toContain('no resource file declares changes');
    writeFileSync(path, text.replace(/^ {2}name: 'books',$/m, "  name: 'books',\n  changes: true,"));
    expect(await packaging()).toContain('npx dynashelf add function publish');
  } finally {
    wrong.remove();
  }
});
