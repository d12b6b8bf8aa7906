// What a resource file calls, and the list of those that are served: each is checked as it is loaded.
import type { LoadedAction, LoadedActions } from './action';
import { checkLacks } from './features';
import type { KnownKeywords } from './keywords';
import type { SchemaDefinition } from '../values/attribute';
import type { Linked } from './links';
import { checkSameProblems } from './mistakes/actions';
import { checkEventPaths } from './mistakes/changes';
import { checkResource } from './mistakes/resource';
import type { SchemaNode } from '../values/node';
import { readNodes } from '../values/read-schema';
import type { Relation } from './relation';
import { checkAcross } from './mistakes/relations';
import { readChanges } from './changes';
import { readStates } from './states';
import { flatRules } from './ways';
import type { None, Actions, ResourceDefinition, Resource, Resources } from './resource';
import type { TypesOf } from './typed-action';

/**
 * Defines a resource.
 * @throws Error naming the file, the attribute and the remedy, for each mistake found
 */
export function defineResource<
  const S extends SchemaDefinition,
  const N extends string,
  C extends { readonly [attribute: string]: unknown } = None,
  const R extends { readonly [name: string]: Relation } = None,
  A extends Actions = Actions,
  K = unknown,
  D extends Actions = Actions,
>(
  definition: ResourceDefinition<S, N, C, R, A, K, D> & KnownKeywords<K, ResourceDefinition<S>>,
): Resource<S, N, C, R, TypesOf<A, D, K>> {
  const file = `src/resources/${String(definition.name)}.ts`;
  const schema = definition.schema as S;
  const attributes = nodes(file, schema);
  const resource: Resource<S> = {
    name: definition.name,
    singular: definition.singular,
    description: definition.description,
    schema,
    attributes,
    indexes: definition.indexes ?? {},
    unique: definition.unique ?? [],
    relations: definition.relations ?? {},
    computed: definition.computed ?? {},
    rules: definition.rules ?? [],
    states: readStates(definition.states, attributes),
    trees: [...attributes].filter(([, { keywords }]) => keywords.acyclic === true).map(([name]) => name),
    actions: actions(file, definition.actions),
    collectionActions: actions(file, definition.collectionActions),
    onWrite: definition.onWrite,
    problems: definition.problems ?? [],
    access: new Map(
      Object.entries(definition.access ?? {}).map(([operation, rules]) => [
        operation,
        rules === undefined ? [] : flatRules(rules),
      ]),
    ),
    shards: definition.shards ?? 1,
    preconditions: definition.preconditions ?? 'optional',
    maxAge: definition.maxAge,
    changes: readChanges(definition.changes),
  };
  fail(file, [...checkLacks(resource), ...(globalThis.bundleLacks?.checks ? [] : checkResource(definition, resource))]);
  return resource as unknown as Resource<S, N, C, R, TypesOf<A, D, K>>;
}

/**
 * Lists the resources that are served.
 * @throws Error where two have one name, or one speaks of another that is not so; each mistake with its file
 */
export function listResources<const L extends readonly Resource[]>(...resources: Linked<L>): Resources<L> {
  const byName = new Map<string, Resource>();
  for (const resource of resources as readonly Resource[]) {
    if (byName.has(resource.name)) {
      throw new Error(
        `src/resources/index.ts: two resources have the name "${resource.name}": give one of them another`,
      );
    }
    byName.set(resource.name, resource);
  }
  const linking = globalThis.bundleLacks?.webhooks
    ? []
    : [...byName.values()].flatMap((resource) => resource.link?.(byName) ?? []);
  const mistakes = globalThis.bundleLacks?.checks
    ? []
    : [...checkAcross(byName), ...checkSameProblems(byName), ...checkEventPaths(byName), ...linking];
  if (mistakes.length > 0) {
    throw new Error(mistakes.join('\n'));
  }
  return byName;
}

function nodes(file: string, schema: SchemaDefinition): ReadonlyMap<string, SchemaNode> {
  try {
    return readNodes(schema);
  } catch (error) {
    throw new Error(`${file}: ${(error as Error).message}`, { cause: error });
  }
}

function actions(file: string, define: ((action: never) => Actions) | undefined): LoadedActions {
  const definitions = define?.(((action: unknown) => action) as never) ?? {};
  return Object.fromEntries(
    Object.entries(definitions).map(([name, definition]): [string, LoadedAction] => {
      const { description, safe = false, body = {}, query = {}, maxAge, response, problems = [], run } = definition;
      return [
        name,
        {
          description,
          safe,
          body: nodes(file, body),
          query: nodes(file, query),
          maxAge,
          response: response && nodes(file, response),
          problems,
          keywords: Object.keys(definition),
          run: run as LoadedAction['run'],
        },
      ];
    }),
  );
}

function fail(file: string, mistakes: string[]): void {
  if (mistakes.length > 0) {
    throw new Error(mistakes.map((mistake) => `${file}: ${mistake}`).join('\n'));
  }
}
