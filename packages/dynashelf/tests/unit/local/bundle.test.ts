// What is deployed: each function with what it needs and nothing else, within a budget.

import { runInNewContext } from 'node:vm';

import { APP } from '../../setup/places';
import { type Bundle, bundleFunctions, bundleHandler } from '../../../src/local/bundle';
import { usesOf } from '../../../src/local/declarations';
import { bundling } from '../../../src/serverless/bundling';
import { parameters } from '../../../src/serverless/parameters';
import { plainApp } from '../../setup/plain-app';

const ROOT = APP;
let bundles: Record<string, Bundle>;

beforeAll(async () => {
  bundles = Object.fromEntries((await bundleFunctions(ROOT)).map((bundle) => [bundle.name, bundle]));
});

/** What of a bundle fits a pattern. */
function within(name: string, pattern: RegExp): string[] {
  return bundles[name]!.inputs.map((path) =>
    path.replace(/^packages\/dynashelf\/dist\/esm\/(.*)\.mjs$/, 'src/$1.ts'),
  ).filter((path) => pattern.test(path));
}

// Raise a number only for what is worth a slower start. The docs page's renderer is 225 kB of describe's.
test.each([
  ['read', 43],
  ['write', 76],
  ['describe', 282],
  ['authorize', 22],
])('%s is an archive of at most %d kB', (name, budget) => {
  expect(bundles[name]!.zipSize / 1000).toBeLessThanOrEqual(budget);
});

// A new feature adds nothing here: what it adds is left out (docs/decisions/features.md).
test('of an app that uses nothing that can be left out, the archives are smaller', async () => {
  const app = plainApp();
  try {
    const sizes = (await bundleFunctions(app.directory)).map(({ name, zipSize }) => [name, zipSize / 1000] as const);
    const budgets: Record<string, number> = { read: 38, write: 68, describe: 274, authorize: 20 };
    expect(sizes.filter(([name, size]) => size > budgets[name]!)).toEqual([]);
  } finally {
    app.remove();
  }
});

test.each(['read', 'write', 'describe'])(
  '%s reaches DynamoDB without the AWS SDK, and holds neither it nor Dynamoose',
  (name) => {
    expect(within(name, /@aws-sdk|dynamoose|client-dynamodb|client\/sdk/)).toEqual([]);
    expect(within(name, /src\/store\/client\/https\.ts|src\/store\/client\/https\/signing\.ts/)).toHaveLength(2);
  },
);

test('read holds no validator, no writer and no description', () => {
  expect(
    within(
      'read',
      /values\/(check|rule|formats|convert|prepare|modify|json-schema)|http\/(input\/body|input\/write|endpoints\/transactions|endpoints\/documents)/,
    ),
  ).toEqual([]);
  expect(
    within('read', /src\/store\/(store|write\/(?!change|preconditions|condition)[a-z-]+)\.ts|src\/transaction/),
  ).toEqual([]);
  expect(within('read', /src\/operations/)).toEqual(
    ['expand', 'list', 'plan-list', 'read', 'refusal'].map((file) => `src/operations/${file}.ts`),
  );
  expect(within('read', /src\/description|rapidoc|node_modules\/uuid/)).toEqual([]);
});

test.each(['read', 'write', 'describe', 'authorize'])('%s holds no JSON Schema library', (name) => {
  expect(within(name, /cfworker/)).toEqual([]);
});

test('describe holds no operation and nothing that writes', () => {
  expect(within('describe', /src\/operations\/(?!refusal)|src\/store\/store\.ts|src\/transaction/)).toEqual([]);
});

test('write holds no description of the API', () => {
  expect(within('write', /src\/description|rapidoc/)).toEqual([]);
});

test('authorize holds nothing that leads to data', () => {
  expect(
    within('authorize', /src\/(store|operations|description)\/|@aws-sdk|@smithy|dynamoose|rapidoc|node_modules\/uuid/),
  ).toEqual([]);
  expect(within('authorize', /node_modules/).every((path) => path.startsWith('node_modules/jose/'))).toBe(true);
});

test.each(['read', 'write', 'describe', 'authorize'])(
  '%s is one CommonJS file with a handler, that asks for nothing but what Node has',
  (name) => {
    const required = new Set<string>();
    const module = { exports: {} as { handler?: unknown } };
    const environment = {
      TABLE_NAME: 't',
      CURSOR_KEY: 'a key of some length',
      AWS_REGION: 'eu-central-1',
      AWS_ACCESS_KEY_ID: 'id',
      AWS_SECRET_ACCESS_KEY: 'secret',
    };
    const globals = {
      module,
      exports: module.exports,
      process: { ...process, env: environment },
      Buffer,
      URL,
      TextEncoder,
      TextDecoder,
      console,
      performance,
      setTimeout,
      clearTimeout,
    };
    runInNewContext(Buffer.from(bundles[name]!.code).toString('utf8'), {
      ...globals,
      require: (id: string): unknown => {
        required.add(id);
        return jest.requireActual(id);
      },
    });
    expect(typeof module.exports.handler).toBe('function');
    expect(
      [...required]
        .filter((id) => !id.startsWith('node:'))
        .filter((id) => !['crypto', 'fs', 'https', 'stream', 'util', 'buffer', 'path'].includes(id)),
    ).toEqual([]);
  },
);

test('the source map of a bundle leads to the sources, and holds none of them', () => {
  const map = JSON.parse(Buffer.from(bundles['read']!.map).toString('utf8')) as {
    sources: string[];
    sourcesContent?: unknown;
  };
  expect(map.sources).toContain('../packages/dynashelf/dist/esm/operations/read.mjs');
  expect(map.sourcesContent).toBeUndefined();
});

test.each([
  ['read', true],
  ['write', true],
  // Its /health reads.
  ['describe', true],
  ['authorize', false],
])('with the parameter models: dynamoose, %s holds Dynamoose: %s', async (name, holds) => {
  const options = bundling(parameters({ service: 'dynashelf', stage: 'dev' }, { models: 'dynamoose' }));
  const { inputs, code } = await bundleHandler(ROOT, `src/functions/${name}.handler`, options, await usesOf(ROOT));
  expect(inputs.some((path) => path.startsWith('node_modules/dynamoose/'))).toBe(holds);
  expect(inputs.includes('packages/dynashelf/dist/esm/store/conversion/models.mjs')).toBe(holds);
  expect(code.length).toBeLessThan(holds ? 1_000_000 : 400_000);
});

test('a value that models cannot be is refused', () => {
  expect(() => bundling(parameters({ service: 'dynashelf', stage: 'dev' }, { models: 'mongoose' }))).toThrow(
    'The parameter models is "mongoose": set it to "compiled" or "dynamoose".',
  );
});

test('on the stage of npm start the functions reach DynamoDB by the AWS SDK, which knows profiles', async () => {
  const [read] = await bundleFunctions(ROOT, 'local');
  expect(read!.inputs).toContain('packages/dynashelf/dist/esm/store/client/sdk.mjs');
  expect(read!.inputs.filter((path) => path.includes('client/https'))).toEqual([]);
});
