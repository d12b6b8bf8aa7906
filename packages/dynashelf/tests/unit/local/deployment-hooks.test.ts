// What a deployment does in the account beside what Serverless does: against a stand-in for AWS, by the SDK that
// Serverless brings.

import { deploymentHooks, type Options, type Serverless } from '../../../src/local/deployment-hooks';
import { type Account, startAccount } from '../../setup/aws-account';

const NAME = '/shelf/dev/cursor-key';
const POLICY = [{ Effect: 'Deny', Principal: '*', Action: ['Update:Replace', 'Update:Delete'], Resource: '*' }];
const ENVIRONMENT = {
  TABLE_NAME: 'shelf-dev',
  CORS_ORIGINS: '*',
  READ_LIMIT: 10,
  TOKEN_ISSUER: '',
  TOKEN_AUDIENCE: '',
  API_KEYS: '',
};
const KEYED = { ...ENVIRONMENT, API_KEYS: 'required' };
const POOLED = {
  ...ENVIRONMENT,
  TOKEN_ISSUER: { 'Fn::Sub': 'https://cognito-idp…/${UserPool}' },
  TOKEN_AUDIENCE: { Ref: 'UserPoolClient' },
};

let account: Account;
beforeEach(async () => {
  account = await startAccount();
});
afterEach(async () => account.stop());

interface Given {
  readonly options?: Options;
  /** The variables of the functions as they are to be. */
  readonly environment?: object;
  readonly cursorKey?: string;
  /** A template that was packaged before. */
  readonly packaged?: unknown;
}

/** A deployment: each of its events, and what was printed. */
function deployment({
  options = {},
  environment = ENVIRONMENT,
  cursorKey = `{{resolve:ssm:${NAME}}}`,
  packaged,
}: Given = {}): {
  emit(...events: string[]): Promise<void>;
  options: Options;
  printed: string[];
  service: Serverless['service'];
} {
  const printed: string[] = [];
  const service: Serverless['service'] = {
    service: 'shelf',
    provider: {
      environment: environment as Record<string, unknown>,
      stackPolicy: POLICY,
      compiledCloudFormationTemplate: packaged,
    },
    package: {},
    getAllFunctions: () => ['read', 'describe'],
    getFunction: (name) => (name === 'read' ? { environment: { CURSOR_KEY: cursorKey } } : {}),
  };
  const serverless: Serverless = {
    serviceDir: '.',
    processedInput: { commands: ['deploy'] },
    configurationInput: { params: { default: { drop: '' } } },
    service,
    classes: { Error },
    getProvider: () => ({
      getStage: () => 'dev',
      getAwsSdkV3Config: async () => account.config,
      naming: { getStackName: () => 'shelf-dev' },
    }),
  };
  const hooks = deploymentHooks(serverless, options, { notice: (text) => printed.push(text) }, async () => []);
  return {
    options,
    printed,
    service,
    async emit(...events) {
      for (const event of events) {
        await hooks[event]!();
      }
    },
  };
}

const PACKAGE = 'before:package:initialize';
const CREATE = 'before:aws:deploy:deploy:createStack';
const BEFORE_UPDATE = 'before:aws:deploy:deploy:updateStack';
const AFTER_UPDATE = 'after:aws:deploy:deploy:updateStack';

function stackWith(environment: object): void {
  account.template = { Resources: { ReadLambdaFunction: { Properties: { Environment: { Variables: environment } } } } };
}

describe('the secret', () => {
  test('is made where there is none: 256 random bits, of a type that CloudFormation reads, and not printed', async () => {
    const { emit, printed } = deployment();
    await emit(PACKAGE);
    const { Type, Value } = account.parameters.get(NAME)!;
    expect([Type, Value]).toEqual(['String', expect.stringMatching(/^[0-9a-f]{64}$/)]);
    expect(printed).toEqual([`Made the secret that signs cursors: ${NAME} in Systems Manager.`]);
    account.parameters.clear();
    await deployment().emit(PACKAGE);
    expect(account.parameters.get(NAME)!.Value).not.toBe(Value);
  });

  test('is left as it is where there is one, also where another deployment makes it meanwhile', async () => {
    account.parameters.set(NAME, { Type: 'String', Value: 'a secret of the account', changed: new Date() });
    const one = deployment();
    await one.emit(PACKAGE);
    expect(account.parameters.get(NAME)!.Value).toBe('a secret of the account');
    expect(one.printed).toEqual([]);
    account.parameters.clear();
    const two = [deployment(), deployment()];
    await Promise.all(two.map(async ({ emit }) => emit(PACKAGE)));
    expect(two.flatMap(({ printed }) => printed)).toHaveLength(1);
  });

  test('is no business of a deployment where it comes from elsewhere', async () => {
    for (const cursorKey of ['{{resolve:secretsmanager:shelf/cursor-key}}', 'a secret in the open']) {
      await deployment({ cursorKey }).emit(PACKAGE);
    }
    expect(account.asked).toEqual(['DescribeStacks', 'DescribeStacks']);
  });

  test.each([
    ['can be guessed', 'String', '0123456', /CURSOR_KEY holds a secret shorter than 16 characters/],
    [
      'CloudFormation does not resolve',
      'SecureString',
      'AQICAHh…',
      /is a SecureString, which CloudFormation does not put into the environment.*make it a String/,
    ],
  ])('that %s ends the deployment, and is not quoted', async (_what, Type, Value, sentence) => {
    account.parameters.set(NAME, { Type, Value, changed: new Date() });
    const error = await deployment()
      .emit(PACKAGE)
      .catch((reason: Error) => reason.message);
    expect(error).toMatch(sentence);
    expect(error).not.toContain(Value);
  });

  test('that was replaced after the last deployment is deployed, though no file has changed; otherwise a deployment may be skipped', async () => {
    stackWith(ENVIRONMENT);
    const forced = async (secret: string): Promise<boolean | undefined> => {
      account.parameters.set(NAME, { Type: 'String', Value: 'a secret of the account', changed: new Date(secret) });
      const { emit, options } = deployment();
      await emit(PACKAGE);
      return options.force;
    };
    account.created = new Date('2026-03-01');
    expect([await forced('2026-02-01'), await forced('2026-04-01')]).toEqual([undefined, true]);
    account.changed = new Date('2026-05-01');
    expect([await forced('2026-04-01'), await forced('2026-06-01')]).toEqual([undefined, true]);
  });
});

describe('what would be lost', () => {
  test('ends the deployment before anything is made, the secret too', async () => {
    stackWith(KEYED);
    await expect(deployment().emit(PACKAGE)).rejects.toThrow(/would ask for no API key any more.*--param drop=apiKeys/);
    expect(account.parameters.size).toBe(0);
  });

  test('may go where it is said', async () => {
    stackWith(KEYED);
    await deployment({ options: { param: ['drop=apiKeys'] } }).emit(PACKAGE);
  });

  test('by a template that was packaged before is what that template says', async () => {
    stackWith(KEYED);
    const packaged = (environment: object): object => ({
      Resources: { Read: { Properties: { Environment: { Variables: environment } } } },
    });
    await expect(
      deployment({ options: { package: 'out' }, environment: KEYED, packaged: packaged(ENVIRONMENT) }).emit(CREATE),
    ).rejects.toThrow(/no API key any more/);
    await deployment({ options: { package: 'out' }, environment: ENVIRONMENT, packaged: packaged(KEYED) }).emit(CREATE);
  });
});

describe('the stack policy', () => {
  const set = (): object[][] => account.policies.map(({ Statement }) => Statement);

  test('is set after the stack was made, which Serverless leaves out', async () => {
    await deployment().emit(PACKAGE, CREATE, BEFORE_UPDATE, AFTER_UPDATE);
    expect(set()).toEqual([POLICY]);
  });

  test('is left to Serverless after an update', async () => {
    stackWith(ENVIRONMENT);
    await deployment().emit(PACKAGE, CREATE, BEFORE_UPDATE, AFTER_UPDATE);
    expect(set()).toEqual([]);
  });

  test('is lifted where a pool may go, and stands again afterwards, also where the deployment fails', async () => {
    stackWith(POOLED);
    const one = deployment({ options: { param: ['drop=userPool'] } });
    await one.emit(PACKAGE, CREATE, BEFORE_UPDATE);
    expect(set()).toEqual([[{ Effect: 'Allow', Principal: '*', Action: 'Update:*', Resource: '*' }]]);
    await one.emit(AFTER_UPDATE);
    expect(set().at(-1)).toEqual(POLICY);
    const failing = deployment({ options: { param: ['drop=userPool'] } });
    await failing.emit(PACKAGE, CREATE, BEFORE_UPDATE, 'error');
    expect(set().slice(2)).toEqual([expect.anything(), POLICY]);
  });

  test('is not lifted for what it does not protect', async () => {
    stackWith(KEYED);
    await deployment({ options: { param: ['drop=apiKeys'] } }).emit(
      PACKAGE,
      CREATE,
      BEFORE_UPDATE,
      AFTER_UPDATE,
      'error',
    );
    expect(set()).toEqual([]);
  });
});

test('the value of an API key is not printed by a deployment', async () => {
  const { emit, options } = deployment();
  await emit(PACKAGE, CREATE);
  expect(options.conceal).toBe(true);
});

test('a function by itself is not deployed', async () => {
  await expect(deployment().emit('before:deploy:function:initialize')).rejects.toThrow(/run serverless deploy/);
  expect(account.asked).toEqual([]);
});
