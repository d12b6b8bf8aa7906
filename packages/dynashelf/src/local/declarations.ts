// What processes without a TypeScript loader have to know of an app's files: its own functions, and the features of the
// engine that it uses. Found in a process of its own.

import { execFile } from 'node:child_process';

import type { BuildOptions, Plugin } from 'esbuild';

import { type Feature, unusedFeatures } from '../definition/features';
import type { FunctionDeclaration } from '../definition/function';
import { PLAIN_APP, type StackApp } from '../serverless/stack-app';
import { appResources, hasResources, mayTellChanges, nodeWords } from './app';
import { Failure, messageOf } from './failure';
import { loadedResources } from './resource-mistakes';
import { webhookMistakes } from './webhook-mistakes';
import { changesMistakes, functionNames, hasOwnFunctions, ownFunctions } from './own-functions';

/** What bundles have to know of the app that they are made of. */
export interface AppUses {
  readonly declarations: readonly FunctionDeclaration[];
  /** What no file of it asks for. */
  readonly unused: readonly Feature[];
}

let once: Promise<StackApp> | undefined;

/**
 * What the stack has to know of an app, the same each time, for a process that reads serverless.yml once.
 * @throws Error with each mistake as a sentence
 */
export async function stackAppOnce(): Promise<StackApp> {
  return (once ??= found(process.cwd()).then(({ mistakes, ...app }) => {
    if (mistakes.length > 0) {
      throw new Error(mistakes.join(' '));
    }
    return app;
  }));
}

/** The functions of an app in a folder, but those that are not sound: others say what is wrong with them. */
export async function declarationsIn(directory: string): Promise<readonly FunctionDeclaration[]> {
  return (await found(directory)).declarations;
}

/**
 * What an app uses. Nothing counts as unused where there are no resource files to look at.
 * @throws Failure where its files cannot be loaded
 */
export async function usesOf(directory: string): Promise<AppUses> {
  return hasResources(directory)
    ? inProcess<AppUses>(directory, 'uses')
    : { declarations: await declarationsIn(directory), unused: [] };
}

/** An app, with what is wrong with its functions. */
interface FoundApp extends StackApp {
  readonly mistakes: readonly string[];
}

async function found(directory: string): Promise<FoundApp> {
  return hasOwnFunctions(directory) || mayTellChanges(directory)
    ? inProcess(directory, 'functions')
    : { ...PLAIN_APP, names: functionNames(directory), mistakes: [] };
}

/** What this file prints as a program, in the folder of an app. */
async function inProcess<T>(directory: string, what: 'functions' | 'uses'): Promise<T> {
  return new Promise((resolve, reject) => {
    execFile(
      process.execPath,
      [...nodeWords('declarations'), what],
      { cwd: directory, maxBuffer: 64 * 1024 * 1024 },
      (error, stdout, stderr) =>
        error === null
          ? resolve(JSON.parse(stdout.slice(stdout.lastIndexOf(MARK) + MARK.length)) as T)
          : reject(new Failure(stderr.trim())),
    );
  });
}

/** Before what is printed here: a file may print something when it is loaded. */
const MARK = '\u0000declarations\u0000';

/**
 * Puts the functions of an app into the bundles of those that have to know them: `describe` and `authorize`.
 * @param find asked when such a bundle is made
 */
export function withDeclarations(find: () => Promise<readonly FunctionDeclaration[]>): Plugin {
  return {
    name: 'dynashelf-declarations',
    setup({ onLoad }) {
      onLoad({ filter: /[\\/]definition[\\/]declared-functions\.(mjs|js|ts)$/ }, async () => ({
        contents: `export const declaredFunctions = ${JSON.stringify(await find())};`,
        loader: 'js',
      }));
    },
  };
}

/** What a bundle lacks, as esbuild's `define` writes it into the sources (src/definition/features.ts). */
export function lacking({ unused }: Pick<AppUses, 'unused'>): NonNullable<BuildOptions['define']> {
  const name = 'globalThis.bundleLacks';
  return {
    [name]: JSON.stringify(Object.fromEntries(unused.map((feature) => [feature, true]))),
    ...Object.fromEntries(unused.map((feature) => [`${name}.${feature}`, 'true'])),
  };
}

function functions(): FoundApp {
  const { declarations, mistakes } = ownFunctions();
  const app = { declarations, changing: changingIn(), names: functionNames(process.cwd()) };
  return { ...app, mistakes: [...mistakes, ...changesMistakes(app)] };
}

/** The collections whose changes are kept; none where the resource files cannot be loaded, which others say. */
function changingIn(): string[] {
  try {
    return [...appResources().values()].filter(({ changes }) => changes !== undefined).map(({ name }) => name);
  } catch {
    return [];
  }
}

/** @throws Error with each mistake: what is bundled is not checked again */
function uses(): AppUses {
  const resources = loadedResources();
  const { mistakes: found, declarations, names } = functions();
  const mistakes = [...found, ...webhookMistakes([...resources.values()], names)];
  if (mistakes.length > 0) {
    throw new Failure(mistakes.join('\n'));
  }
  return {
    declarations,
    unused: [...unusedFeatures({ resources: resources.values(), functions: declarations, names }), 'checks'],
  };
}

if (require.main === module) {
  try {
    process.stdout.write(`${MARK}${JSON.stringify(process.argv.at(-1) === 'uses' ? uses() : functions())}`);
  } catch (error) {
    process.exitCode = 1;
    console.error(messageOf(error));
  }
}
