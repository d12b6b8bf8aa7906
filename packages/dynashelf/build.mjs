// `npm run prepare`: what is published, in dist/. Each source becomes one file of plain JavaScript, as an ES module
// (which a bundler can leave parts of out) and in CommonJS (which jest and the commands load), with its types beside
// it.

import { spawnSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

import { build } from 'esbuild';

const ROOT = dirname(fileURLToPath(import.meta.url));
const require = createRequire(import.meta.url);
const DIST = join(ROOT, 'dist');
/** Written beside, then put in its place, so that what runs meanwhile finds the old one or the new one. */
const NEW = join(ROOT, `.dist-${process.pid}`);
const OLD = `${NEW}-old`;
/** What is written from now on is newer than what this makes (rebuild.cjs). */
const began = new Date();

const sources = readdirSync(join(ROOT, 'src'), { recursive: true, encoding: 'utf8' }).map((name) =>
  join(ROOT, 'src', name),
);

/**
 * What stays here, bundled into one file each: a part of it is used, and many packages, a Java archive or binaries would be
 * installed (docs/decisions/light.md).
 */
const BROUGHT = ['recheck', 'openapi-typescript'];

/** What the names of `imports` in package.json are called where they lead into dist. */
const IN_DIST = { '#connect': '#transport', '#conversion': '#models' };

/**
 * Leaves imports as they are, but that files get the endings of what they become, and names that lead into src those
 * that lead into dist.
 */
const rewritten = (ending) => ({
  name: 'rewritten',
  setup({ onResolve }) {
    onResolve({ filter: /.*/ }, ({ path, kind, importer }) => {
      if (kind === 'entry-point') return undefined;
      if (path in IN_DIST) return { path: IN_DIST[path], external: true };
      if (BROUGHT.includes(path))
        return { path: ending === '.js' ? relativeTo(importer, join(ROOT, `src/${path}.js`)) : path, external: true };
      if (!path.startsWith('.')) return { path, external: true };
      const target = resolve(dirname(importer), path.replace(/\.js$/, ''));
      const file = [`${target}.ts`, join(target, 'index.ts')].find(existsSync);
      return { path: file === undefined ? path : relativeTo(importer, file.replace(/\.ts$/, ending)), external: true };
    });
  },
});

function relativeTo(importer, file) {
  const path = relative(dirname(importer), file).replaceAll('\\', '/');
  return path.startsWith('.') ? path : `./${path}`;
}

/** What no function is bundled of, so that it is needed in CommonJS alone. */
const ON_MACHINES = /[\\/]src[\\/](local|testing|serverless|dynamoose)[\\/]/;

async function transpile(folder, format, ending) {
  await build({
    entryPoints: sources.filter((path) => path.endsWith('.ts') && (format === 'cjs' || !ON_MACHINES.test(path))),
    outdir: join(NEW, folder),
    outbase: join(ROOT, 'src'),
    outExtension: { '.js': ending },
    bundle: true,
    plugins: [rewritten(ending)],
    format,
    platform: 'node',
    target: 'node20',
    logLevel: 'warning',
  });
}

function declare() {
  const tsc = join(dirname(require.resolve('typescript/package.json')), 'bin/tsc');
  const options = ['-p', join(ROOT, 'tsconfig.build.json'), '--outDir', join(NEW, 'cjs')];
  if (spawnSync(process.execPath, [tsc, ...options], { stdio: ['ignore', 'inherit', 'inherit'] }).status !== 0)
    process.exit(1); // it has said why
  // `npm run types` has checked them. The same for ES modules, which name each other by their endings.
  for (const name of readdirSync(join(NEW, 'cjs'), { recursive: true, encoding: 'utf8' }).filter(
    (one) => one.endsWith('.d.ts') && !ON_MACHINES.test(join(ROOT, 'src', one)),
  )) {
    const from = join(NEW, 'cjs', name);
    const to = join(NEW, 'esm', name.replace(/\.d\.ts$/, '.d.mts'));
    mkdirSync(dirname(to), { recursive: true });
    writeFileSync(
      to,
      readFileSync(from, 'utf8').replace(
        /((?:from|import\()\s*['"])(\.{1,2}\/[^'"]*)(['"])/g,
        (_all, before, path, after) => {
          const target = resolve(dirname(from), path.replace(/\.js$/, ''));
          return `${before}${path.replace(/\.js$/, '')}${existsSync(`${target}.d.ts`) ? '' : '/index'}.mjs${after}`;
        },
      ),
    );
  }
}

/** Bundles a package, with the licences of all that is in it. */
async function bring(name) {
  const { metafile } = await build({
    entryPoints: [require.resolve(name)],
    outfile: join(NEW, `cjs/${name}.js`),
    bundle: true,
    format: 'cjs',
    platform: 'node',
    target: 'node20',
    minify: true,
    metafile: true,
    absWorkingDir: ROOT,
    logLevel: 'error',
    legalComments: 'none',
    external: ['typescript'],
    // Of recheck, the engine in JavaScript, and in this thread.
    define: { 'process.env.RECHECK_BACKEND': '"pure"', 'process.env.RECHECK_SYNC_BACKEND': '"pure"' },
  });
  const [{ inputs }] = Object.values(metafile.outputs);
  const folders = Object.keys(inputs).flatMap((path) => /^.*node_modules\/(?:@[^/]+\/)?[^/]+(?=\/)/.exec(path) ?? []);
  const texts = [...new Set(folders)].sort().map((folder) => licenceOf(join(ROOT, folder)));
  writeFileSync(join(NEW, `LICENSE-${name}.txt`), `${texts.join(`\n\n${'-'.repeat(80)}\n\n`)}\n`);
}

function licenceOf(folder) {
  const { name, version, license } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  const files = readdirSync(folder).filter((file) => /^(licen[cs]e|notice)/i.test(file));
  const texts = files.map((file) => readFileSync(join(folder, file), 'utf8').trim());
  return [`${name} ${version} (${license})`, ...texts].join('\n\n');
}

process.on('exit', () => [NEW, OLD].forEach((path) => rmSync(path, { recursive: true, force: true })));
await Promise.all([transpile('cjs', 'cjs', '.js'), transpile('esm', 'esm', '.mjs'), ...BROUGHT.map(bring)]);
declare();
for (const path of sources.filter((one) => /\.(cjs|txt)$/.test(one)))
  cpSync(path, join(NEW, 'cjs', relative(join(ROOT, 'src'), path)));
// What a client of an app gets is its source.
cpSync(join(ROOT, 'src/local/changes-client.ts'), join(NEW, 'cjs/local/changes-client.txt'));
cpSync(require.resolve('rapidoc/dist/rapidoc-min.js'), join(NEW, 'rapidoc.js'));
// What is taken over from others stands under their licences.
cpSync(join(dirname(require.resolve('rapidoc/package.json')), 'LICENSE.txt'), join(NEW, 'LICENSE-rapidoc.txt'));
cpSync(require.resolve('rapidoc/dist/rapidoc-min.js.LICENSE.txt'), join(NEW, 'rapidoc-min.js.LICENSE.txt'));
rmSync(join(ROOT, 'docs'), { recursive: true, force: true });
for (const name of ['LICENSE', 'CHANGELOG.md', 'docs'])
  cpSync(join(ROOT, '../..', name), join(ROOT, name), { recursive: true });
utimesSync(NEW, began, began);
replace();

/** Of two builds that end at once the later one stays. */
function replace(tries = 1) {
  try {
    if (existsSync(DIST)) renameSync(DIST, OLD);
    renameSync(NEW, DIST);
  } catch (error) {
    if (tries === 5 || !['ENOENT', 'ENOTEMPTY', 'EEXIST'].includes(error.code)) throw error;
    rmSync(OLD, { recursive: true, force: true });
    replace(tries + 1);
  }
}
