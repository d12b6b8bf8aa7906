// `npm run test:node24`: the API tests, the bundles and the packaging under the Node.js of the deployed functions, which
// is installed beside this file where it is not there yet. Words behind it are jest's, such as `-- --testPathPatterns items`.

import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { delimiter, join } from 'node:path';

const HERE = import.meta.dirname;
const BIN = join(HERE, 'node_modules', '.bin');
const node = join(HERE, 'node_modules', 'node', 'bin', process.platform === 'win32' ? 'node.exe' : 'node');
const { version } = JSON.parse(readFileSync(join(HERE, 'package-lock.json'), 'utf8')).packages['node_modules/node'];

if (versionOf(node) !== version) {
  console.log(`Installing Node.js ${version} …`);
  const npm = spawnSync('npm', ['ci', '--no-audit', '--no-fund'], {
    cwd: HERE,
    stdio: 'inherit',
    shell: process.platform === 'win32',
  });
  if (npm.status !== 0 || versionOf(node) !== version) {
    console.error(`Node.js ${version} could not be installed: see what npm said above.`);
    process.exit(1);
  }
}

const given = process.argv.slice(2);
const jest = createRequire(import.meta.url).resolve('jest/bin/jest');
const words =
  given.length > 0
    ? given
    : ['--testPathPatterns', '/tests/api/', 'unit/local/(bundle|packaging)', 'unit/package', '/tests/[^/]+[.]test'];
const { status } = spawnSync(node, [jest, ...words], {
  stdio: 'inherit',
  // What the tests start by the name `node`, too.
  env: { ...process.env, PATH: `${BIN}${delimiter}${process.env.PATH}` },
});
process.exit(status ?? 1);

function versionOf(path) {
  return existsSync(path) ? spawnSync(path, ['--version'], { encoding: 'utf8' }).stdout.trim().slice(1) : undefined;
}
