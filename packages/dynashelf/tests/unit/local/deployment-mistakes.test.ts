// What is refused before anything is packaged, and what would be lost: by the words of a deployment alone.

import { existsSync } from 'node:fs';
import { join } from 'node:path';

import { deploymentLosses, environmentsIn, liftsProtection } from '../../../src/local/deployment-losses';
import { type Deployment, deploymentMistakes } from '../../../src/local/deployment-mistakes';
import { defaultParameters } from '../../../src/serverless/parameters';
import { copyProject, type ProjectCopy } from '../../setup/project-copy';
import { runServerless } from '../../setup/serverless';

const params: Deployment['params'] = {
  default: defaultParameters({ service: 'shelf', stage: 'dev' }),
  prod: { logDays: 90 },
};

const environment = {
  TABLE_NAME: 'shelf-dev',
  CORS_ORIGINS: '*',
  READ_LIMIT: 10,
  TOKEN_ISSUER: '',
  TOKEN_AUDIENCE: '',
  API_KEYS: '',
};
const withKey = { ...environment, CURSOR_KEY: '{{resolve:ssm:/shelf/dev/cursor-key}}' };
const sound: Deployment = {
  stage: 'dev',
  params,
  given: [],
  environments: { read: withKey, write: environment, authorize: environment, describe: environment },
};
const OWN_POOL = {
  TOKEN_ISSUER: { 'Fn::Sub': 'https://cognito-idp.${AWS::Region}.${AWS::URLSuffix}/${UserPool}' },
  TOKEN_AUDIENCE: { Ref: 'UserPoolClient' },
};

/** What is said where all functions have these variables besides. */
function saidOf(variables: object, more: Partial<Deployment> = {}): string[] {
  const environments = Object.fromEntries(
    Object.entries(sound.environments).map(([name, own]) => [name, { ...own, ...variables }]),
  );
  return deploymentMistakes({ ...sound, environments, ...more });
}

describe('mistakes', () => {
  test('there are none as it stands, with what CloudFormation resolves, and with every parameter that has a default', () => {
    expect(deploymentMistakes(sound)).toEqual([]);
    expect(saidOf(OWN_POOL)).toEqual([]);
    expect(
      saidOf({
        TOKEN_ISSUER: '{{resolve:ssm:/issuer}}',
        TOKEN_AUDIENCE: '{{resolve:secretsmanager:a:SecretString:b}}',
      }),
    ).toEqual([]);
    const given = Object.keys(params['default']!)
      .filter((name) => name !== 'drop')
      .map((name) => `${name}=x`);
    expect(saidOf({}, { given })).toEqual([]);
  });

  test('the stage of npm start', () => {
    expect(deploymentMistakes({ ...sound, stage: 'local' })).toEqual([
      expect.stringMatching(/^The stage "local" is for npm start.*--stage dev\.$/),
    ]);
  });

  test.each([
    ['apiKey=required', 'There is no parameter "apiKey", which the command line names. Did you mean "apiKeys"?'],
    [
      'tokenIsuer=https://login.example?a=b',
      'There is no parameter "tokenIsuer", which the command line names. Did you mean "tokenIssuer"?',
    ],
    ['constructor=x', 'There is no parameter "constructor", which the command line names.'],
    ['zzzzzzzzzzzz=1', 'There is no parameter "zzzzzzzzzzzz", which the command line names.'],
  ])('a parameter that there is none of: %s', (given, sentence) => {
    expect(deploymentMistakes({ ...sound, given: [given] })).toEqual([sentence]);
  });

  test('one in the file, under whatever stage', () => {
    expect(deploymentMistakes({ ...sound, params: { ...params, staging: { corsOrigin: '*' } } })).toEqual([
      'There is no parameter "corsOrigin", which params.staging of serverless.yml names. Did you mean "corsOrigins"?',
    ]);
  });

  test.each<[string, object, RegExp]>([
    [
      'an issuer without audience',
      { TOKEN_ISSUER: 'https://login.example' },
      /^The environment variable TOKEN_AUDIENCE is not set.* The parameter tokenAudience sets TOKEN_AUDIENCE\./,
    ],
    [
      'an audience without issuer',
      { TOKEN_AUDIENCE: 'shelf' },
      /TOKEN_ISSUER is not.*The parameter tokenIssuer sets TOKEN_ISSUER/,
    ],
    [
      'an issuer without TLS',
      { TOKEN_ISSUER: 'http://login.example', TOKEN_AUDIENCE: 'shelf' },
      /TOKEN_ISSUER is "http:/,
    ],
    [
      'an origin without scheme',
      { CORS_ORIGINS: 'app.example' },
      /CORS_ORIGINS names "app\.example".*The parameter corsOrigins sets CORS_ORIGINS/,
    ],
    ['a limit of nothing', { READ_LIMIT: '0' }, /READ_LIMIT is "0".*The parameter readLimit sets READ_LIMIT/],
    [
      'a secret that can be guessed',
      { CURSOR_KEY: 'short' },
      /CURSOR_KEY holds a secret shorter.*The parameter cursorKey sets CURSOR_KEY/,
    ],
    [
      'an old secret beside a reference that can be guessed',
      { CURSOR_KEY: '{{resolve:ssm:/a}},short' },
      /CURSOR_KEY holds a secret shorter/,
    ],
    ['open access', { ACCESS: 'open' }, /ACCESS is "open"/],
  ])('what the functions would not start with: %s, said once', (_what, variables, sentence) => {
    expect(saidOf(variables)).toEqual([expect.stringMatching(sentence)]);
  });

  test('no secret for the function that gives cursors', () => {
    expect(deploymentMistakes({ ...sound, environments: { ...sound.environments, read: environment } })).toEqual([
      expect.stringMatching(
        /^The environment variable CURSOR_KEY is not set.* The parameter cursorKey sets CURSOR_KEY\.$/,
      ),
    ]);
  });

  test('parameters that speak against each other', () => {
    expect(saidOf(OWN_POOL, { given: ['userPool=own', 'tokenIssuer=https://login.example'] })).toEqual([
      expect.stringMatching(/userPool is "own".*leave out tokenIssuer, or userPool/),
    ]);
    expect(saidOf({}, { given: ['tokens=required'] })).toEqual([
      expect.stringMatching(/tokens is "required", and no tokens are trusted/),
    ]);
    expect(saidOf(OWN_POOL, { given: ['tokens=required'] })).toEqual([]);
  });

  test('what may go, said for good, or in a word that means nothing', () => {
    expect(deploymentMistakes({ ...sound, params: { ...params, dev: { drop: 'userPool' } } })).toEqual([
      expect.stringMatching(/drop is for one deployment: say it on the command line/),
    ]);
    expect(deploymentMistakes({ ...sound, given: ['drop=apiKeys,userpool'] })).toEqual([
      'The parameter drop names "userpool", which is none of table, userPool, tokenIssuer, apiKeys, description. Did you mean "userPool"?',
    ]);
    expect(deploymentMistakes({ ...sound, given: ['drop=apiKeys, table'] })).toEqual([]);
  });
});

describe('losses', () => {
  const lost = (deployed: object, next: object, drop = ''): string[] =>
    deploymentLosses({ ...environment, ...deployed }, { ...environment, ...next }, drop, 'prod');

  test.each<[word: string, deployed: object, next: object, sentence: RegExp]>([
    [
      'table',
      {},
      { TABLE_NAME: 'other' },
      /give up the table "shelf-dev" with its data, for an empty one named "other"/,
    ],
    ['userPool', OWN_POOL, {}, /give up the user pool with its users/],
    ['userPool', OWN_POOL, { TOKEN_ISSUER: 'https://login.example' }, /give up the user pool/],
    [
      'tokenIssuer',
      { TOKEN_ISSUER: 'https://login.example' },
      {},
      /trust no tokens any more, where those of "https:\/\/login\.example" were trusted/,
    ],
    ['apiKeys', { API_KEYS: 'required' }, {}, /ask for no API key any more/],
    ['description', { API_DESCRIPTION: 'private' }, { API_DESCRIPTION: 'public' }, /tell everyone what is served/],
  ])('%s: refused, and allowed by that word alone', (word, deployed, next, sentence) => {
    expect(lost(deployed, next)).toEqual([expect.stringMatching(sentence)]);
    expect(lost(deployed, next)[0]).toMatch(
      new RegExp(`under params\\.prod of serverless\\.yml\\. If it is meant: --param drop=${word}$`),
    );
    expect(lost(deployed, next, `x, ${word}`)).toEqual([]);
    expect(lost(deployed, next, 'x')).toHaveLength(1);
  });

  test('several are all named', () => {
    expect(lost({ ...OWN_POOL, API_KEYS: 'required' }, {})).toHaveLength(2);
  });

  test('nothing is lost by what is the same, or more, or another of its kind', () => {
    expect(lost({ ...OWN_POOL, API_KEYS: 'required' }, { ...OWN_POOL, API_KEYS: 'required' })).toEqual([]);
    expect(lost({}, { ...OWN_POOL, API_KEYS: 'required', API_DESCRIPTION: 'private' })).toEqual([]);
    expect(lost({ TOKEN_ISSUER: 'https://a.example' }, { TOKEN_ISSUER: 'https://b.example' })).toEqual([]);
    expect(lost({ TOKEN_ISSUER: 'https://a.example' }, OWN_POOL)).toEqual([]);
  });

  test('a table and a pool are what the stack policy is lifted for', () => {
    expect(['table', 'userPool', 'apiKeys,userPool', 'apiKeys', ''].map(liftsProtection)).toEqual([
      true,
      true,
      true,
      false,
      false,
    ]);
  });

  test('the variables are found in a template, whatever else is in it', () => {
    const template = {
      Resources: {
        Bucket: { Type: 'AWS::S3::Bucket' },
        Other: { Properties: { Environment: { Variables: {} } } },
        Read: { Properties: { Environment: { Variables: environment } } },
      },
    };
    expect(environmentsIn(template)).toEqual([environment]);
    for (const none of [undefined, null, '', {}, { Resources: {} }]) {
      expect(environmentsIn(none)).toEqual([]);
    }
  });
});

describe('the command', () => {
  let copy: ProjectCopy;
  beforeAll(() => {
    copy = copyProject();
  });
  afterAll(() => copy.remove());

  test('serverless package and deploy say it, ask nobody, and make nothing', async () => {
    const [packaged, deployed] = await Promise.all([
      runServerless(copy.directory, ['package', '--param', 'apiKey=required']),
      runServerless(copy.directory, ['deploy', '--stage', 'local']),
    ]);
    expect([packaged.code, deployed.code]).toEqual([1, 1]);
    expect(packaged.said).toMatch(/There is no parameter "apiKey".* Did you mean "apiKeys"\?/);
    expect(deployed.said).toMatch(/The stage "local" is for npm start/);
    expect(existsSync(join(copy.directory, '.serverless'))).toBe(false);
  });
});
