#!/usr/bin/env node
// `npm create dynashelf my-api`: writes an app, installs what it needs, and says the two commands.

import { spawnSync } from 'node:child_process';
import { basename, resolve } from 'node:path';
import { parseArgs } from 'node:util';

import { Refusal, writeApp } from './write-app.mjs';

const USAGE = 'npm create dynashelf my-api [-- --sample none] [--no-install]';

try {
  create();
} catch (error) {
  if (!(error instanceof Refusal)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}

function create() {
  const { folder, sample, isInstalled } = readWords();
  const directory = resolve(folder);
  writeApp(directory, basename(directory), sample);
  if (isInstalled) {
    console.log(`${folder} is there. Installing what it needs …`);
    const npm = spawnSync('npm', ['install', '--no-audit', '--no-fund'], {
      cwd: directory,
      stdio: 'inherit',
      shell: process.platform === 'win32',
      env: environment(),
    });
    if (npm.status !== 0)
      throw new Refusal(`npm install failed in ${folder}: mend what it says, and run it there again.`);
  }
  console.log(
    [
      '',
      `  cd ${folder}`,
      ...(isInstalled ? [] : ['  npm install']),
      '  npm start      the API on http://localhost:3000',
      '  npm test       its tests',
      '',
    ].join('\n'),
  );
}

/** Without what npm tells a command that it runs: this npm has words of its own. */
function environment() {
  return Object.fromEntries(
    Object.entries(process.env).filter(
      ([name]) => !/^npm_(config_sample|config_install|command|lifecycle|package)/.test(name),
    ),
  );
}

function readWords() {
  let values, positionals;
  try {
    ({ values, positionals } = parseArgs({
      allowPositionals: true,
      options: {
        sample: { type: 'string' },
        install: { type: 'boolean', default: true },
        'no-install': { type: 'boolean' },
      },
    }));
  } catch (error) {
    throw new Refusal(`${error.message.replace(/\.?$/, '.')} ${USAGE}`);
  }
  // `npm create dynashelf my-api --sample none`, without `--`: npm takes the word, and leaves the other one.
  const [folder, stray] = positionals;
  const sample =
    values.sample ??
    (process.env.npm_config_sample === undefined ? 'library' : (stray ?? process.env.npm_config_sample));
  if (folder === undefined) throw new Refusal(`In which folder? ${USAGE}`);
  if (!['library', 'none'].includes(sample))
    throw new Refusal(`--sample is "${sample}": it is "library", or "none". ${USAGE}`);
  return { folder, sample, isInstalled: !values['no-install'] };
}
