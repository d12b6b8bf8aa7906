// `npm run test:package`: packs both packages and has publint and attw look at them, which npx brings.

import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const PACKAGES = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
const folder = mkdtempSync(join(tmpdir(), 'packed-'));
const run = (words, cwd, stdio = 'inherit') => execFileSync(words[0], words.slice(1), { cwd, encoding: 'utf8', stdio });

try {
  for (const name of ['dynashelf', 'create-dynashelf']) {
    const lines = run(['npm', 'pack', '--silent', '--pack-destination', folder], join(PACKAGES, name), ['ignore', 'pipe', 'inherit']).trim().split('\n');
    const file = join(folder, lines.at(-1));
    run(['npx', '--yes', 'publint@0.3', 'run', '--strict', file], folder);
    if (name !== 'dynashelf') continue;
    // What has no types has none to be wrong: a plugin, settings of jest, a script for browsers.
    run(['npx', '--yes', '@arethetypeswrong/cli@0.18', file, '--profile', 'node16', '--exclude-entrypoints', './serverless/plugin', './testing/jest', './dist/rapidoc.js'], folder);
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
