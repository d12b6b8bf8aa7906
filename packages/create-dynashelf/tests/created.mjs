// `npm run test:create`: packs both packages, makes an app of them in an empty folder, and does there what a user does:
// starts it, tests it, packages it, adds a resource, upgrades the engine, and again. It takes minutes, and prints what
// an app weighs.

import assert from 'node:assert/strict';
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const PACKAGES = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
const folder = mkdtempSync(join(tmpdir(), 'created-'));
/** Without what npm tells of the command that runs this. */
const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('npm_')));

const run = (command, args, cwd) =>
  execFileSync(command, args, { cwd, env, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'], maxBuffer: 1e8 });
const npm = (cwd, ...args) => run('npm', args, cwd);

/** Packs a package, under another version where one is named. */
function pack(name, version) {
  const copy = join(folder, `${name}-${version ?? 'now'}`);
  cpSync(join(PACKAGES, name), copy, { recursive: true, filter: (path) => !/node_modules|[\\/]\.dist-/.test(path) });
  const path = join(copy, 'package.json');
  const content = JSON.parse(readFileSync(path, 'utf8'));
  // It is built already; a copy has nothing to build it with.
  writeFileSync(path, JSON.stringify({ ...content, version: version ?? content.version, scripts: {} }));
  return join(folder, npm(copy, 'pack', '--silent', '--pack-destination', folder).trim());
}

async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.on('listening', resolve));
  const { port } = server.address();
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** Runs `npm start`, and what is to be done meanwhile. */
async function started(app, does) {
  const port = await freePort();
  const child = spawn('npm', ['start'], {
    cwd: app,
    env: { ...env, PORT: String(port) },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (text) => (said += text));
  const ended = new Promise((resolve) => child.on('exit', resolve));
  try {
    while (!said.includes(' is ready at ')) {
      if (child.exitCode !== null) throw new Error(`npm start ended:\n${said}`);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    await does(`http://127.0.0.1:${port}`);
  } finally {
    child.kill('SIGTERM');
    await ended;
  }
}

const get = async (url) => {
  const answer = await fetch(url);
  return { status: answer.status, body: await answer.json() };
};

/** What was there and is deprecated. */
const DEPRECATED = /^(node-domexception@|inflight@|glob@(\d|1[0-2])\.|rimraf@[0-3]\.)/;

/** The packages of a lock, by name and version. */
function packagesOf(app) {
  const { packages } = JSON.parse(readFileSync(join(app, 'package-lock.json'), 'utf8'));
  return Object.entries(packages).flatMap(([path, { version }]) =>
    path === '' ? [] : [`${path.split('node_modules/').at(-1)}@${version}`],
  );
}

function megabytes(path) {
  return Math.round(Number(run('du', ['-sm', path]).split('\t')[0]));
}

async function journey(sample, collection) {
  const app = join(folder, `my-${sample}`);
  const creator = join(folder, 'creator');
  mkdirSync(creator, { recursive: true });
  if (!existsSync(join(creator, 'node_modules'))) {
    npm(creator, 'init', '--yes');
    npm(creator, 'install', '--no-audit', '--no-fund', pack('create-dynashelf'));
  }
  run(
    process.execPath,
    [join(creator, 'node_modules/create-dynashelf/create.mjs'), app, '--sample', sample, '--no-install'],
    folder,
  );
  assert.deepEqual(
    readdirSync(app).sort(),
    [
      '.gitignore',
      'README.md',
      'jest.config.js',
      'package.json',
      ...(sample === 'none' ? [] : ['samples']),
      'serverless.yml',
      'src',
      'tests',
      'tsconfig.json',
    ].sort(),
  );
  assert.ok(readFileSync(join(app, 'serverless.yml'), 'utf8').split('\n').length <= 150);

  // The registry does not have it yet.
  const installed = spawnSync('npm', ['install', '--no-audit', '--no-fund', '--save', pack('dynashelf')], {
    cwd: app,
    env,
    encoding: 'utf8',
  });
  assert.equal(installed.status, 0, installed.stderr);
  // Where npm warns; not every registry tells what is deprecated.
  assert.doesNotMatch(installed.stderr, /deprecated/);
  assert.deepEqual(
    packagesOf(app).filter((name) => DEPRECATED.test(name)),
    [],
  );
  rmSync(join(app, 'node_modules'), { recursive: true });
  const began = Date.now();
  npm(app, 'ci', '--no-audit', '--no-fund');
  const weight = {
    seconds: (Date.now() - began) / 1000,
    megabytes: megabytes(join(app, 'node_modules')),
    packages: packagesOf(app).length,
  };
  console.log(
    `${sample}: npm ci took ${weight.seconds.toFixed(1)} s; ${weight.packages} packages, ${weight.megabytes} MB`,
  );
  assert.ok(weight.megabytes <= 350, 'node_modules is at most 350 MB');

  const whole = async () => {
    await started(app, async (url) => {
      assert.equal((await get(`${url}/${collection}`)).status, 200);
      assert.equal((await get(url)).body.name, `my-${sample}`);
      assert.equal((await fetch(`${url}/docs/rapidoc.js`)).status, 200);
    });
    const tests = Date.now();
    npm(app, 'test');
    console.log(`${sample}: npm test took ${((Date.now() - tests) / 1000).toFixed(1)} s`);
    run('npx', ['serverless', 'package'], app);
    const { Resources } = JSON.parse(
      readFileSync(join(app, '.serverless/cloudformation-template-update-stack.json'), 'utf8'),
    );
    assert.equal(Resources.Table.Properties.TableName, `my-${sample}-dev`);
  };
  await whole();

  run('npx', ['dynashelf', 'add', 'shelves'], app);
  assert.throws(() => run('npx', ['jest', 'access'], app), /shelves/);
  run('npx', ['jest', 'access', '-u'], app);
  await started(app, async (url) => {
    assert.equal(
      (
        await fetch(`${url}/shelves`, {
          method: 'POST',
          body: '{"name":"A"}',
          headers: { 'Content-Type': 'application/json' },
        })
      ).status,
      201,
    );
  });

  npm(app, 'install', '--no-audit', '--no-fund', '--save', pack('dynashelf', '0.1.1'));
  assert.equal(JSON.parse(readFileSync(join(app, 'node_modules/dynashelf/package.json'), 'utf8')).version, '0.1.1');
  await whole();
}

/** The example is an app by itself: installed, tested and packaged like one. */
async function example() {
  const app = join(folder, 'toolshare');
  cpSync(join(PACKAGES, '../examples/toolshare'), app, {
    recursive: true,
    filter: (path) => !/node_modules|\.serverless|\.build|\.dynamodb/.test(path),
  });
  npm(app, 'install', '--no-audit', '--no-fund', '--save', pack('dynashelf'));
  npm(app, 'test');
  await started(app, async (url) => {
    assert.equal((await get(`${url}/tools`)).body.items.length, 3);
    run('npx', ['dynashelf', 'call', 'expire'], app);
  });
  run('npx', ['serverless', 'package'], app);
  console.log('toolshare: installed, tested, started and packaged.');
}

try {
  // As they are published.
  for (const name of ['dynashelf', 'create-dynashelf']) npm(join(PACKAGES, name), 'run', 'prepare');
  await journey('library', 'books');
  await journey('none', 'things');
  await example();
  console.log('An app is created, started, tested, packaged, extended and upgraded.');
} catch (error) {
  console.error(error.stderr ? `${error.stdout}\n${error.stderr}` : error);
  process.exitCode = 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}
