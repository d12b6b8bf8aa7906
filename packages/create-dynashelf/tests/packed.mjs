// `npm run test:package`: packs both packages, looks at what is in them, and has publint and attw do so, which npx
// brings.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const PACKAGES = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
const folder = mkdtempSync(join(tmpdir(), 'packed-'));
const run = (words, cwd, stdio = 'inherit') => execFileSync(words[0], words.slice(1), { cwd, encoding: 'utf8', stdio });

/** What is published, by its first folders, and the bytes that it may weigh packed. */
const PUBLISHED = {
  dynashelf: {
    files: [
      'CHANGELOG.md',
      'LICENSE',
      'README.md',
      'bin/dynashelf.cjs',
      'dist/LICENSE-openapi-typescript.txt',
      'dist/LICENSE-rapidoc.txt',
      'dist/LICENSE-recheck.txt',
      'dist/cjs',
      'dist/esm',
      'dist/rapidoc-min.js.LICENSE.txt',
      'dist/rapidoc.js',
      'jest-preset.cjs',
      'package.json',
      'supported-node.cjs',
      ...['bundling', 'functions', 'plugin', 'provider', 'resources', 'table'].map((name) => `serverless/${name}.cjs`),
    ],
    bytes: 2_350_000,
  },
  'create-dynashelf': {
    files: [
      'LICENSE',
      'README.md',
      'create.mjs',
      'package.json',
      ...[
        'README.md',
        'gitignore',
        'jest.config.js',
        'new-resource.txt',
        'package.json',
        'samples',
        'serverless.yml',
        'src',
        'tests',
        'tsconfig.json',
      ].map((name) => `template/${name}`),
      'write-app.mjs',
    ],
    bytes: 20_000,
  },
};

try {
  for (const name of ['dynashelf', 'create-dynashelf']) {
    const said = run(['npm', 'pack', '--silent', '--json', '--pack-destination', folder], join(PACKAGES, name), [
      'ignore',
      'pipe',
      'inherit',
    ]);
    const [{ filename, size, files }] = JSON.parse(said.slice(said.lastIndexOf('\n[\n') + 1)); // behind what its scripts print
    const folders = [...new Set(files.map(({ path }) => path.split('/').slice(0, 2).join('/')))].filter(
      (path) => !path.startsWith('docs/'),
    );
    assert.deepEqual(folders.sort(), PUBLISHED[name].files.sort());
    assert.deepEqual(
      files.filter(({ path }) => path.startsWith('docs/') && !/\.(md|svg|json)$/.test(path)),
      [],
    );
    assert.deepEqual(
      files.filter(({ path }) => path.startsWith('dist/') && !/\.(js|mjs|cjs|d\.ts|d\.mts|txt)$/.test(path)),
      [],
    );
    assert.ok(size < PUBLISHED[name].bytes, `${name} weighs ${size} bytes`);
    console.log(`${filename}: ${size} bytes, ${files.length} files`);
    const file = join(folder, filename);
    run(['npx', '--yes', 'publint@0.3', 'run', '--strict', file], folder);
    if (name !== 'dynashelf') continue;
    // What has no types has none to be wrong: a plugin, settings of jest, a script for browsers.
    run(
      [
        'npx',
        '--yes',
        '@arethetypeswrong/cli@0.18',
        file,
        '--profile',
        'node16',
        '--exclude-entrypoints',
        './serverless/plugin',
        './testing/jest',
        './dist/rapidoc.js',
      ],
      folder,
    );
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
