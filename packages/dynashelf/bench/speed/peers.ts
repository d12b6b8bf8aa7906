// The packages that we are measured against: dependencies of bench/peers alone, installed when they are needed.

import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { Failure } from '../../src/local/failure';

const PEERS = join(__dirname, '../peers');

/** The packages of bench/peers with the versions that are measured, installed where they are not there yet. */
export function installPeers(): Record<string, string> {
  const { dependencies } = JSON.parse(readFileSync(join(PEERS, 'package.json'), 'utf8')) as {
    dependencies: Record<string, string>;
  };
  if (Object.entries(dependencies).some(([name, version]) => versionOf(name) !== version)) {
    console.log('The packages that the API is measured against are not installed: npm ci in bench/peers …');
    const { status } = spawnSync('npm', ['ci', '--prefix', PEERS], {
      stdio: 'inherit',
      shell: process.platform === 'win32',
    });
    if (status !== 0) {
      throw new Failure('The packages of bench/peers could not be installed: see what npm said above.');
    }
  }
  return dependencies;
}

function versionOf(name: string): string | undefined {
  const path = join(PEERS, 'node_modules', name, 'package.json');
  return existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as { version: string }).version : undefined;
}
