// `npm run test:deploy`: deploys to an emulated AWS on this machine, and looks at what comes of it. It needs Python
// 3.10 with pip, and takes about a minute; the emulator (ministack, of PyPI) is installed once, beneath node_modules.

import assert from 'node:assert/strict';
import { execFile, execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { awsClient, type Send } from '../../src/local/deployed-stack';
import { answers, freePort } from '../../src/local/free-port';
import { runGuarded } from '../../src/local/guarded';
import { APP } from '../setup/places';
import { copyProject, leaveOutFunctions } from '../setup/project-copy';
import { tellChanges } from './changes';
import { callFunctions, giveFunctions } from './own-functions';

const VERSION = '1.5.33';
const VENV = join(__dirname, '../../node_modules/.cache/ministack', VERSION);
const CREDENTIALS = {
  AWS_ACCESS_KEY_ID: 'test',
  AWS_SECRET_ACCESS_KEY: 'test',
  AWS_REGION: 'us-east-1',
  AWS_DEFAULT_REGION: 'us-east-1',
};
const SECRET = '/dynashelf/dev/cursor-key';
/** A path for each route. */
const PATHS = [
  '/',
  '/openapi.json',
  '/docs',
  '/docs/rapidoc.js',
  '/health',
  '/transactions',
  '/members',
  '/members/1',
  '/members/1/loans',
  '/members/1/loans/2',
];
const DATA = ['/members', '/members/1', '/members/1/loans'];
const KEEP = ['--param', 'userPool=own', '--param', 'apiKeys=required'];
const PRIVATE = ['--param', 'description=private'];

process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] = 'true';

interface Account {
  readonly cloudFormation: Send;
  readonly systemsManager: Send;
  readonly lambda: Send;
  readonly apiGateway: Send;
  readonly events: Send;
  readonly endpoint: string;
}

async function main(): Promise<void> {
  if (!install()) {
    return console.log('Skipped: the emulated AWS needs Python 3.10 or later with venv and pip.');
  }
  const port = await freePort();
  const endpoint = `http://127.0.0.1:${port}`;
  const home = mkdtempSync(join(tmpdir(), 'deploy-'));
  const environment = {
    PATH: process.env['PATH'],
    HOME: home,
    ...CREDENTIALS,
    AWS_ENDPOINT_URL: endpoint,
    AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
  };
  // It listens on every address unless it is told not to.
  const emulator = runGuarded(
    join(VENV, 'bin/ministack'),
    [],
    {
      ...environment,
      BIND_HOST: '127.0.0.1',
      MINISTACK_HOST: '127.0.0.1',
      GATEWAY_PORT: String(port),
      IOT_MTLS_ENABLED: '0',
      LOG_LEVEL: 'ERROR',
    },
    2_000,
  );
  emulator.output.resume();
  emulator.errors.pipe(process.stderr);
  const project = copyProject();
  const sample = copyProject(APP);
  // The emulated CloudFormation has no WebSocket APIs.
  rmSync(join(sample.directory, 'src/functions/socket.ts'));
  leaveOutFunctions(sample.directory);
  giveFunctions(project.directory);
  try {
    for (let tries = 0; tries < 150 && !(await answers(port, '127.0.0.1')); tries += 1) {
      await sleep(200);
    }
    const account = accountAt(endpoint);
    if (process.argv[2] !== 'changes') {
      await deployments(async (...args) => run(project.directory, environment, args), account);
    }
    await withChanges(async (...args) => run(sample.directory, environment, args), account);
  } finally {
    await emulator.stop();
    project.remove();
    sample.remove();
    rmSync(home, { recursive: true, force: true });
  }
}

/** Each deployment, and what it has to come to. */
async function deployments(serverless: (...args: string[]) => Promise<string>, account: Account): Promise<void> {
  const variables = async (): Promise<Record<string, string>> =>
    (
      (await account.lambda('GetFunctionConfiguration', { FunctionName: 'dynashelf-dev-read' })) as {
        Environment: { Variables: Record<string, string> };
      }
    ).Environment.Variables;

  assert.match(await serverless('deploy', '--param', 'apiKey=required'), /^1 [^]*no parameter "apiKey"/);
  console.log('ok: an unknown parameter is refused');

  const first = await serverless('deploy', ...KEEP);
  assert.match(first, /^0 [^]*Made the secret/, first);
  const { items } = (await account.apiGateway('GetApiKeys', { includeValues: true })) as { items: { value: string }[] };
  assert.equal(first.includes(items[0]!.value), false);
  const { StackPolicyBody } = await account.cloudFormation('GetStackPolicy', { StackName: 'dynashelf-dev' });
  assert.match(String(StackPolicyBody), /"Deny"/);
  assert.match((await variables())['CURSOR_KEY']!, /^[0-9a-f]{64}$/);
  console.log('ok: one command deploys, makes the secret and the stack policy, and prints no key');

  await requests(account, items[0]!.value);
  console.log('ok: it answers, compressed, under true tags; refusals are problem documents');

  await callFunctions(await baseOf(account), account.lambda, account.events);

  await preflights(account, DATA);
  console.log('ok: preflights of every path are answered without key and token');

  assert.match(await serverless('deploy'), /^1 [^]*give up the user pool[^]*no API key any more/);
  assert.match(await serverless('deploy', ...PRIVATE, '--param', 'drop=userPool,apiKeys'), /^0 /);
  console.log('ok: a forgotten parameter takes nothing away, unless it is said');

  await preflights(account, ['/', '/openapi.json', '/docs', '/docs/rapidoc.js', ...DATA]);
  console.log('ok: whoever has no credentials is refused a private description, and not its preflights');

  assert.match(await serverless('deploy', ...PRIVATE), /^0 [^]*No changes to deploy/);
  await account.systemsManager('PutParameter', { Name: SECRET, Value: 'a new secret of the account', Overwrite: true });
  assert.match(await serverless('deploy', ...PRIVATE), /^0 [^]*Service deployed/);
  assert.equal((await variables())['CURSOR_KEY'], 'a new secret of the account');
  console.log('ok: a replaced secret is deployed');

  assert.match(await serverless('remove'), /^0 /);
  console.log('ok: removed');
}

/** The sample, which tells changes, with a topic. */
async function withChanges(serverless: (...args: string[]) => Promise<string>, account: Account): Promise<void> {
  const key = 'emulated-key-of-20-characters';
  const given = [`apiKeyValue=${key}`, 'apiKeys=required', 'topic=standard'];
  const deployed = await serverless('deploy', ...given.flatMap((one) => ['--param', one]));
  assert.match(deployed, /^0 /, deployed);
  await tellChanges(await baseOf(account), key, account.endpoint);
  assert.match(await serverless('remove'), /^0 /);
}

async function baseOf({ apiGateway, endpoint }: Account): Promise<string> {
  const { items } = (await apiGateway('GetRestApis', {})) as { items: { id: string; name: string }[] };
  return `${endpoint}/restapis/${items.find(({ name }) => name === 'dev-dynashelf')!.id}/dev/_user_request_`;
}

async function requests(account: Account, key: string): Promise<void> {
  const base = await baseOf(account);
  assert.equal((await fetch(`${base}/health`)).status, 200);
  const [zipped, plain] = await Promise.all(
    ['gzip', 'identity'].map(async (coding) =>
      fetch(`${base}/openapi.json`, { headers: { 'Accept-Encoding': coding } }),
    ),
  );
  assert.deepEqual([zipped!.headers.get('content-encoding'), plain!.headers.get('content-encoding')], ['gzip', null]);
  assert.equal(zipped!.headers.get('etag'), plain!.headers.get('etag')!.replace(/"$/, '+gzip"'));
  assert.equal(await zipped!.text(), await plain!.text());
  for (const [headers, status] of [
    [{}, 403],
    [{ 'X-Api-Key': key }, 401],
    [{ 'X-Api-Key': key, Authorization: 'Bearer none' }, 401],
  ] as const) {
    const reply = await fetch(`${base}/members`, { headers });
    assert.deepEqual([reply.status, reply.headers.get('content-type')], [status, 'application/problem+json']);
    if ('Authorization' in headers) {
      assert.equal(reply.headers.get('www-authenticate'), 'Bearer error="invalid_token"');
    }
  }
}

/** @param closed what nobody gets without credentials */
async function preflights(account: Account, closed: readonly string[]): Promise<void> {
  const base = await baseOf(account);
  for (const path of PATHS) {
    const preflight = {
      Origin: 'https://app.example',
      'Access-Control-Request-Method': 'PATCH',
      'Access-Control-Request-Headers': 'authorization, if-match',
    };
    for (const headers of [{}, preflight]) {
      const { status, headers: sent } = await fetch(base + path, { method: 'OPTIONS', headers });
      assert.deepEqual([path, status, sent.get('access-control-allow-origin')], [path, 204, '*']);
      assert.match(String(sent.get('allow')), /OPTIONS$/, path); // which nobody but the function says
      assert.match(String(sent.get('access-control-allow-headers')), /Authorization.*If-Match/, path);
    }
  }
  for (const path of closed) {
    assert.match(String((await fetch(base + path)).status), /^40[13]$/, path);
  }
}

function accountAt(endpoint: string): Account {
  const config = { endpoint, region: 'us-east-1', credentials: { accessKeyId: 'test', secretAccessKey: 'test' } };
  const client = (service: string, type: string): Send => awsClient(service, type, config);
  return {
    endpoint,
    cloudFormation: client('cloudformation', 'CloudFormationClient'),
    systemsManager: client('ssm', 'SSMClient'),
    lambda: client('lambda', 'LambdaClient'),
    apiGateway: client('api-gateway', 'APIGatewayClient'),
    events: client('eventbridge', 'EventBridgeClient'),
  };
}

/** Installs the emulator where it is not; false where it cannot be. */
function install(): boolean {
  if (existsSync(join(VENV, 'bin/ministack'))) {
    return true;
  }
  try {
    execFileSync('python3', ['-c', 'import sys, venv; sys.exit(sys.version_info < (3, 10))'], { stdio: 'ignore' });
    execFileSync('python3', ['-m', 'venv', VENV], { stdio: 'ignore' });
  } catch {
    return false;
  }
  execFileSync(join(VENV, 'bin/pip'), ['-q', 'install', `ministack==${VERSION}`, 'cryptography'], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  return true;
}

/** The exit code of a command of Serverless, and what it printed. */
async function run(directory: string, env: NodeJS.ProcessEnv, args: readonly string[]): Promise<string> {
  const serverless = join(dirname(require.resolve('serverless/package.json')), 'bin/serverless.js');
  return new Promise((resolve) => {
    execFile(process.execPath, [serverless, ...args], { cwd: directory, env }, (error, stdout, stderr) =>
      resolve(`${error?.code ?? 0} ${stdout}${stderr}`),
    );
  });
}

main().catch((error: unknown) => {
  process.exitCode = 1;
  console.error(error);
});
