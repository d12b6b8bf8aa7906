// `npm run prepare`: the app at the root of this repository, as a template. What is of the repository alone is left
// out.

import { cpSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const HERE = dirname(fileURLToPath(import.meta.url));
const ROOT = join(HERE, '..', '..');
const TEMPLATE = join(HERE, 'template');

rmSync(TEMPLATE, { recursive: true, force: true });
for (const name of ['src', 'samples', 'tests', 'serverless.yml', 'tsconfig.json'])
  cpSync(join(ROOT, name), join(TEMPLATE, name), { recursive: true });
// What `--sample none` begins with.
cpSync(join(ROOT, 'packages/dynashelf/src/local/new-resource.txt'), join(TEMPLATE, 'new-resource.txt'));
cpSync(join(HERE, 'app.md'), join(TEMPLATE, 'README.md'));
cpSync(join(ROOT, 'LICENSE'), join(HERE, 'LICENSE'));

const { engines, scripts, devDependencies, overrides, allowScripts } = JSON.parse(
  readFileSync(join(ROOT, 'package.json'), 'utf8'),
);
const { version } = JSON.parse(readFileSync(join(ROOT, 'packages/dynashelf/package.json'), 'utf8'));
const used = ['start', 'build', 'token', 'rekey', 'openapi', 'client'];
const app = {
  name: 'app',
  version: '0.1.0',
  private: true,
  engines,
  scripts: {
    ...Object.fromEntries(used.map((name) => [name, scripts[name]])),
    test: 'npm run --silent types && jest',
    types: 'tsc --noEmit',
  },
  dependencies: { dynashelf: `^${version}` },
  devDependencies,
  overrides: Object.fromEntries(
    ['unrs-resolver', 'serverless-offline', 'test-exclude'].map((name) => [name, overrides[name]]),
  ),
  // What is refused belongs to packages that no app has.
  allowScripts: Object.fromEntries(Object.entries(allowScripts).filter(([, isAllowed]) => isAllowed)),
};
writeFileSync(join(TEMPLATE, 'package.json'), `${JSON.stringify(app, undefined, 2)}\n`);
writeFileSync(
  join(TEMPLATE, 'jest.config.js'),
  `// How the tests run: with a database of their own, in memory.
module.exports = { ...require('dynashelf/testing/jest'), roots: ['<rootDir>/tests'], testTimeout: 30_000 };
`,
);
// npm leaves a .gitignore out of a package.
writeFileSync(
  join(TEMPLATE, 'gitignore'),
  ['node_modules/', '.dynamodb/', '.serverless/', '.build/', 'coverage/', '*.log', ''].join('\n'),
);
