// The app in the working directory: its resources, and what its package.json says of it.

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, extname, join } from 'node:path';
import { pathToFileURL } from 'node:url';

import type { Resource } from '../definition/resource';
import type { Info } from '../description/info';

/** Where an app lists its resources. */
export const RESOURCES = join('src', 'resources', 'index.ts');

/** Whether a resource file may declare changes, by the texts of the files. */
export function mayTellChanges(directory: string): boolean {
  const folder = join(directory, dirname(RESOURCES));
  return (
    existsSync(folder) &&
    readdirSync(folder, { recursive: true, encoding: 'utf8' }).some(
      (path) => extname(path) === '.ts' && /\bchanges\b/.test(readFileSync(join(folder, path), 'utf8')),
    )
  );
}

/** Whether there are resource files to load. */
export function hasResources(directory: string): boolean {
  return existsSync(join(directory, RESOURCES));
}

/**
 * Loads the resource files, once in a process.
 * @throws what loading them throws
 */
export function appResources(directory = process.cwd()): ReadonlyMap<string, Resource> {
  // eslint-disable-next-line @typescript-eslint/no-require-imports -- the command's TypeScript loader is in place
  return (require(join(directory, RESOURCES)) as { readonly resources: ReadonlyMap<string, Resource> }).resources;
}

/** What the app is called. */
export function appInfo(directory = process.cwd()): Info {
  const {
    name,
    version = '0.0.0',
    license,
  } = JSON.parse(readFileSync(join(directory, 'package.json'), 'utf8')) as {
    name: string;
    version?: string;
    license?: string;
  };
  return { name, version, license };
}

/** The words that run another file of this folder, which may load TypeScript, in a process of its own. */
export function nodeWords(name: string): string[] {
  return ['--import', pathToFileURL(require.resolve('tsx')).href, join(__dirname, `${name}${extname(__filename)}`)];
}
