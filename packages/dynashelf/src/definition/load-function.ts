// The file of a function as it is loaded: read, and checked.
import { readNodes } from '../values/read-schema';
import { checkFunction } from './mistakes/function';
import type { SchemaDefinition } from '../values/attribute';
import type { Resource } from './resource';
import { variablesIn } from './route-path';
import { flatRules } from './ways';
import type { FunctionKeywords, LoadedFunction, FunctionRoute, FunctionRule } from './function';

/**
 * Reads the keywords of a function.
 * @throws Error with each mistake as a sentence that says what to do
 */
export function loadFunction(
  keywords: FunctionKeywords & { readonly run: LoadedFunction['run'] },
  resources: ReadonlyMap<string, Resource>,
): LoadedFunction {
  const [method = '', path = ''] = String(keywords.route ?? '').split(' ');
  const read: LoadedFunction = {
    description: keywords.description,
    route: keywords.route === undefined ? undefined : { method: method as FunctionRoute['method'], path },
    schedule: keywords.schedule,
    message: keywords.message?.name,
    subscribes: undefined,
    access: keywords.access === undefined ? [] : (flatRules(keywords.access) as FunctionRule[]),
    body: keywords.body === undefined || keywords.body === 'raw' ? keywords.body : readNodes(keywords.body),
    params: readNodes({ ...strings(variablesIn(path)), ...keywords.params }),
    query: readNodes(keywords.query ?? {}),
    answer: keywords.answer === undefined ? undefined : readNodes(keywords.answer),
    problems: keywords.problems ?? [],
    reads: keywords.reads ?? [],
    writes: keywords.writes ?? [],
    run: keywords.run,
  };
  const mistakes = globalThis.bundleLacks?.checks ? [] : [...checkFunction(keywords, read, resources)];
  if (mistakes.length > 0) {
    throw new Error(mistakes.join('\n'));
  }
  return read;
}

/** What a segment of a path is, where nothing else is said of it. */
function strings(names: readonly string[]): SchemaDefinition {
  return Object.fromEntries(names.map((name) => [name, String]));
}
