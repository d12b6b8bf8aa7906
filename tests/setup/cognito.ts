// A Cognito user pool on this machine, by cognito-local: a real issuer of tokens, on a free port, that ends with the tests.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { answers, freePort } from '../../local/free-port';
import { runGuarded } from '../../local/guarded';

export interface UserPool {
  /** As its tokens name it. */
  readonly issuer: string;
  readonly jwksUri: string;
  readonly clientId: string;
  /** The tokens of a user, who is made a member of some groups. */
  signIn(name: string, groups: readonly string[]): Promise<{ AccessToken: string; IdToken: string }>;
  stop(): Promise<void>;
}

const PASSWORD = 'A password for tests, 1 of them';

export async function startUserPool(): Promise<UserPool> {
  const directory = mkdtempSync(join(tmpdir(), 'cognito-'));
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const script = join(dirname(require.resolve('cognito-local/package.json')), 'lib/bin/start.js');
  // It keeps its pools under the directory that it runs in.
  const start = `process.chdir(${JSON.stringify(directory)}); require(${JSON.stringify(script)})`;
  const running = runGuarded(process.execPath, ['-e', start], { ...process.env, HOST: '127.0.0.1', PORT: String(port), AWS_SDK_JS_SUPPRESS_MAINTENANCE_MODE_MESSAGE: '1' }, 500);
  let said = '';
  for (const stream of [running.output, running.errors]) stream.on('data', (text: Buffer) => (said += text.toString()));
  let over = false;
  void running.ended.then(() => (over = true));
  while (!(await answers(port))) {
    if (over) throw new Error(`cognito-local ended:\n${said}`);
    await sleep(50);
  }

  const ask = async (target: string, body: object): Promise<Record<string, Record<string, string>>> => {
    const reply = await fetch(url, {
      method: 'POST',
      headers: { 'Content-Type': 'application/x-amz-json-1.1', 'X-Amz-Target': `AWSCognitoIdentityProviderService.${target}` },
      body: JSON.stringify(body),
    });
    const text = await reply.text();
    if (!reply.ok) throw new Error(`${target} was answered ${reply.status}: ${text}`);
    return JSON.parse(text || '{}') as Record<string, Record<string, string>>;
  };

  const UserPoolId = (await ask('CreateUserPool', { PoolName: 'tests' }))['UserPool']!['Id']!;
  const ClientId = (await ask('CreateUserPoolClient', { UserPoolId, ClientName: 'tests', ExplicitAuthFlows: ['ALLOW_USER_PASSWORD_AUTH'] }))['UserPoolClient']!['ClientId']!;
  const issuer = `${url}/${UserPoolId}`;
  return {
    issuer,
    jwksUri: `${issuer}/.well-known/jwks.json`,
    clientId: ClientId,
    async signIn(name, groups) {
      const Username = `${name}@example.org`;
      await ask('AdminCreateUser', { UserPoolId, Username, MessageAction: 'SUPPRESS', UserAttributes: [{ Name: 'email', Value: Username }] });
      await ask('AdminSetUserPassword', { UserPoolId, Username, Password: PASSWORD, Permanent: true });
      for (const GroupName of groups) {
        await ask('CreateGroup', { UserPoolId, GroupName });
        await ask('AdminAddUserToGroup', { UserPoolId, Username, GroupName });
      }
      const { AuthenticationResult } = await ask('InitiateAuth', { ClientId, AuthFlow: 'USER_PASSWORD_AUTH', AuthParameters: { USERNAME: Username, PASSWORD } });
      return AuthenticationResult as unknown as { AccessToken: string; IdToken: string };
    },
    async stop() {
      await running.stop();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}
