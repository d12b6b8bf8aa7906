// Every mistake of the resource files and of the app's functions: those that loading them shows, and those that take
// longer to find; and what in them does nothing, and is no mistake.

import { existsSync } from 'node:fs';
import { relative } from 'node:path';

import { actionsOf } from '../definition/action';
import type { Resource } from '../definition/resource';
import { checkTypeNames } from '../description/type-names';
import { appResources, RESOURCES } from './app';
import { webhookMistakes } from './webhook-mistakes';
import { Failure, messageOf } from './failure';
import {
  callLines,
  changesMistakes,
  functionNames,
  ownFunctions,
  takersOf,
  unreachableFunctions,
} from './own-functions';

/** @returns each mistake as a sentence with its file */
export async function resourceMistakes(): Promise<string[]> {
  return (await resourceFindings()).mistakes;
}

/** What there is to say of the resource files: each a sentence with its file. */
export interface Findings {
  readonly mistakes: string[];
  /** What in them does nothing, where there is no mistake. */
  readonly remarks: string[];
  /** How the functions of the app's own are called, in lines. */
  readonly calls?: readonly string[];
  /** The functions that take messages, by kind. */
  readonly takers?: Readonly<Record<string, string>>;
}

/** Loads the resource files of the app; their mistakes, and what in them has no effect. */
export async function resourceFindings(): Promise<Findings> {
  const loaded = load();
  if (typeof loaded === 'string') {
    return { mistakes: [loaded], remarks: [] };
  }
  const functions = ownFunctions();
  const { declarations } = functions;
  const changing = loaded.filter(({ changes }) => changes !== undefined).map(({ name }) => name);
  const names = functionNames(process.cwd());
  const { patternMistakes } = await import('./patterns.js');
  return {
    mistakes: [
      ...functions.mistakes,
      ...changesMistakes({ declarations, changing, names }),
      ...webhookMistakes(loaded, names),
      ...patternMistakes(loaded),
    ],
    remarks: [...loaded.flatMap(unreachableActions), ...unreachableFunctions(functions.declarations)],
    calls: callLines(functions.declarations),
    takers: takersOf(functions.declarations),
  };
}

/** Actions that nobody may carry out, though nothing says so. */
export function unreachableActions(resource: Resource): string[] {
  const { name, access } = resource;
  return Object.keys(actionsOf(resource))
    .filter((action) => !access.has(action))
    .map(
      (action) =>
        `src/resources/${name}.ts: nobody may carry out the action "${action}" where access goes by rules, for access does not speak of it: add it there.`,
    );
}

function load(): string | Resource[] {
  try {
    return [...loadedResources().values()];
  } catch (error) {
    return messageOf(error);
  }
}

/**
 * The resources of the app, for a command.
 * @throws Failure that says in a sentence what stopped the loading
 */
export function loadedResources(): ReadonlyMap<string, Resource> {
  if (!existsSync(RESOURCES)) {
    throw new Failure(`There is no ${RESOURCES}, which lists what is served: put it back.`);
  }
  let resources: ReadonlyMap<string, Resource>;
  try {
    resources = appResources();
  } catch (error) {
    throw new Failure(sentenceOf(error));
  }
  const mistakes = [...checkTypeNames(resources)];
  if (mistakes.length > 0) {
    throw new Failure(mistakes.join('\n'));
  }
  return resources;
}

function sentenceOf(error: unknown): string {
  const { code, requireStack: [from] = [] } = error as { code?: unknown; requireStack?: readonly string[] };
  // Node's own names every file on the way.
  if (code === 'MODULE_NOT_FOUND' && from !== undefined) {
    return `${relative(process.cwd(), from)}: ${messageOf(error).split('\n')[0]}: correct the import.`;
  }
  // esbuild's begins with a count of faults, and names the file twice.
  const [, place, fault] = /^Transform failed .*\n(.*?): ERROR: (.*)/.exec(messageOf(error)) ?? [];
  if (place !== undefined) {
    return `${relative(process.cwd(), place)}: ${fault}: correct it.`;
  }
  return `${messageOf(error)}${placeOf(error)}`;
}

/** Where a program failed that a resource file contains; a mistake in a definition says by itself where it is. */
function placeOf(error: unknown): string {
  const place =
    error instanceof Error && error.name !== 'Error'
      ? /src\/resources\/[^)\s]+:\d+:\d+/.exec(error.stack ?? '')?.[0]
      : undefined;
  return place === undefined ? '' : ` (${place})`;
}
