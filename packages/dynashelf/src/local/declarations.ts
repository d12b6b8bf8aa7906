// The functions of an app's own, as others have to know them, for processes that have no TypeScript loader: found in a
// process of its own.

import { execFile } from 'node:child_process';

import type { Plugin } from 'esbuild';

import type { FunctionDeclaration } from '../definition/function';
import { nodeWords } from './app';
import { hasOwnFunctions, ownFunctions, type OwnFunctions } from './own-functions';

let once: Promise<readonly FunctionDeclaration[]> | undefined;

/**
 * The same each time, for a process that reads serverless.yml once.
 * @throws Error with each mistake as a sentence
 */
export async function declarationsOnce(): Promise<readonly FunctionDeclaration[]> {
  return (once ??= found(process.cwd()).then(({ declarations, mistakes }) => {
    if (mistakes.length > 0) {
      throw new Error(mistakes.join(' '));
    }
    return declarations;
  }));
}

/** The functions of an app in a folder, but those that are not sound: others say what is wrong with them. */
export async function declarationsIn(directory: string): Promise<readonly FunctionDeclaration[]> {
  return (await found(directory)).declarations;
}

async function found(directory: string): Promise<Omit<OwnFunctions, 'handlers'>> {
  if (!hasOwnFunctions(directory)) {
    return { declarations: [], mistakes: [] };
  }
  return new Promise((resolve, reject) => {
    execFile(
      process.execPath,
      nodeWords('declarations'),
      { cwd: directory, maxBuffer: 64 * 1024 * 1024 },
      (error, stdout, stderr) =>
        error === null
          ? resolve(JSON.parse(stdout.slice(stdout.lastIndexOf(MARK) + MARK.length)) as OwnFunctions)
          : reject(new Error(stderr.trim())),
    );
  });
}

/** Before what is printed here: a file may print something when it is loaded. */
const MARK = '\u0000declarations\u0000';

/** Puts the functions of an app into the bundles of those that have to know them: `describe` and `authorize`. */
export function withDeclarations(directory: string): Plugin {
  return {
    name: 'dynashelf-declarations',
    setup({ onLoad }) {
      onLoad({ filter: /[\\/]definition[\\/]declared-functions\.(mjs|js|ts)$/ }, async () => ({
        contents: `export const declaredFunctions = ${JSON.stringify(await declarationsIn(directory))};`,
        loader: 'js',
      }));
    },
  };
}

if (require.main === module) {
  const { declarations, mistakes } = ownFunctions();
  process.stdout.write(`${MARK}${JSON.stringify({ declarations, mistakes })}`);
}
