// What a resource file says, and the resource that is made of it.
import type { AccessDeclaration, AccessRule } from './access';
import type { Action, DefineAction, LoadedAction } from './action';
import type { AttributeDefinition, SchemaDefinition } from '../values/attribute';
import { checkResource } from './mistakes/resource';
import type { Item } from './item';
import { type SchemaNode } from '../values/node';
import { readNodes } from '../values/read-schema';
import { checkAcross, type Relation } from './relation';
import { flatRules } from './ways';

/** An index: items by `partition` (all items together without it), ordered by `sort`. */
export interface Index<Name extends string = string> {
  /** The attribute that one list fixes, as in `?author=…`. */
  readonly partition?: Name;
  /** The attribute that orders the list, or several, the first being the most significant. */
  readonly sort?: Name | readonly Name[];
}

/** An attribute of a unique group; with `[]` behind it, each of its elements. */
export type UniquePart<Name extends string = string> = Name | `${Name}[]`;

/** Something that must hold across the attributes of an item. */
export interface Rule<S extends SchemaDefinition> {
  /** Whether it does, of the item as it will be. */
  readonly holds: (item: Item<{ readonly schema: S }>) => boolean;
  /** What to do where it does not: a sentence for a person. */
  readonly detail: string;
  /** The attribute to name then. */
  readonly attribute?: Extract<keyof S, string>;
}

/** What a resource file may say. */
export interface ResourceDefinition<S extends SchemaDefinition> {
  /** The collection's URL segment, and the file's name: lower case letters, digits and hyphens. */
  readonly name: string;
  /** What the collection holds, for people: one sentence or more. */
  readonly description: string;
  /** The attributes of an item: a Dynamoose schema, with JSON Schema's keywords beside. */
  readonly schema: S & KnownWords<S>;
  /** The orders and partitions by which lists are served, by a name of your own. */
  readonly indexes?: { readonly [name: string]: Index<Extract<keyof S, string>> };
  /**
   * Groups of attributes of which no two items have the same values, such as `[['user', 'tool']]`. With `[]` behind it,
   * each element of an attribute is compared by itself: `[['tool', 'days[]']]`. An item that lacks one is not compared.
   */
  readonly unique?: readonly (readonly UniquePart<Extract<keyof NoInfer<S>, string>>[])[];
  /** The lists at `/{collection}/{id}/{name}`: the items of another collection that refer to this one. */
  readonly relations?: { readonly [name: string]: Relation };
  /** Attributes that follow from the others, computed on every write: declare them `readOnly`. */
  readonly computed?: {
    readonly [K in Extract<keyof NoInfer<S>, string>]?: (item: Item<{ readonly schema: NoInfer<S> }>) => unknown;
  };
  /** What must hold across attributes, on every write. */
  readonly rules?: readonly Rule<NoInfer<S>>[];
  /** Who may do what, and to which items. What is not declared is refused, but where access is open. */
  readonly access?: AccessDeclaration<Extract<keyof NoInfer<S>, string> | 'id'>;
  /** Operations of the resource's own, at `POST /{collection}/{id}/{name}`. */
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- `action` gives each body its types
  readonly actions?: (action: DefineAction<NoInfer<S>>) => { readonly [name: string]: Action<NoInfer<S>, any> };
  /**
   * Over how many partitions of the table the items are spread, 1 to 64; 1 without it. Each takes about 1000 writes
   * a second; a list reads them all. Changing it on a table with data needs `npm run rekey`.
   */
  readonly shards?: number;
  /** `required`: PUT, PATCH and DELETE without a precondition are refused with 428. */
  readonly preconditions?: 'optional' | 'required';
  /** For how many seconds a cache may answer GET without asking; without it, never. */
  readonly maxAge?: number;
}

/** Makes a word that no attribute has a compile error: inference alone would take any. */
type KnownWords<S> = { readonly [Name in keyof S]: KnownWordsOf<S[Name]> };

type KnownWordsOf<A> = A extends { readonly type: unknown }
  ? {
      readonly [Word in keyof A]: Word extends 'schema'
        ? KnownInside<A[Word]>
        : Word extends keyof AttributeDefinition
          ? unknown
          : never;
    }
  : unknown;

type KnownInside<S> = S extends readonly [infer E]
  ? readonly [KnownWordsOf<E>]
  : S extends SchemaDefinition
    ? KnownWords<S>
    : unknown;

/** A resource as all other code knows it. */
export interface Resource<S extends SchemaDefinition = SchemaDefinition> {
  readonly name: string;
  readonly description: string;
  readonly schema: S;
  /** The declared attributes, shorthands spelled out. */
  readonly attributes: ReadonlyMap<string, SchemaNode>;
  readonly indexes: { readonly [name: string]: Index };
  /** Groups of attributes that are unique together; `uniqueGroups` has them with those that are by themselves. */
  readonly unique: readonly (readonly string[])[];
  readonly relations: { readonly [name: string]: Relation };
  readonly computed: { readonly [attribute: string]: (item: AnyItem) => unknown };
  readonly rules: readonly {
    readonly holds: (item: AnyItem) => boolean;
    readonly detail: string;
    readonly attribute?: string;
  }[];
  readonly actions: { readonly [name: string]: LoadedAction };
  /** The rules by operation and action: one is enough. */
  readonly access: ReadonlyMap<string, readonly AccessRule[]>;
  readonly shards: number;
  readonly preconditions: 'optional' | 'required';
  readonly maxAge: number | undefined;
}

// eslint-disable-next-line @typescript-eslint/no-explicit-any -- each takes the items of its own resource
type AnyItem = any;

/**
 * Defines a resource.
 * @throws Error naming the file, the attribute and the remedy, for each mistake found
 */
export function defineResource<const S extends SchemaDefinition>(definition: ResourceDefinition<S>): Resource<S> {
  const file = `src/resources/${String(definition.name)}.ts`;
  const resource: Resource<S> = {
    name: definition.name,
    description: definition.description,
    schema: definition.schema,
    attributes: nodes(file, definition.schema),
    indexes: definition.indexes ?? {},
    unique: definition.unique ?? [],
    relations: definition.relations ?? {},
    computed: (definition.computed ?? {}) as Resource['computed'],
    rules: definition.rules ?? [],
    actions: actions(file, definition.actions?.((action) => action) ?? {}),
    access: new Map(
      Object.entries(definition.access ?? {}).map(([operation, rules]) => [
        operation,
        rules === undefined ? [] : flatRules(rules),
      ]),
    ),
    shards: definition.shards ?? 1,
    preconditions: definition.preconditions ?? 'optional',
    maxAge: definition.maxAge,
  };
  fail(file, checkResource(definition, resource));
  return resource;
}

/**
 * Lists the resources that are served.
 * @throws Error where two have one name, or one speaks of another that is not so; each mistake with its file
 */
export function listResources(...resources: Resource[]): ReadonlyMap<string, Resource> {
  const byName = new Map<string, Resource>();
  for (const resource of resources) {
    if (byName.has(resource.name)) {
      throw new Error(
        `src/resources/index.ts: two resources have the name "${resource.name}": give one of them another`,
      );
    }
    byName.set(resource.name, resource);
  }
  const mistakes = [...checkAcross(byName)];
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

function actions(
  file: string,
  definitions: { readonly [name: string]: Pick<Action, 'description' | 'body'> & { readonly run: unknown } },
): Resource['actions'] {
  return Object.fromEntries(
    Object.entries(definitions).map(([name, { description, body, run }]) => [
      name,
      { description, body: nodes(file, body ?? {}), run: run as LoadedAction['run'] },
    ]),
  );
}

function fail(file: string, mistakes: string[]): void {
  if (mistakes.length > 0) {
    throw new Error(mistakes.map((mistake) => `${file}: ${mistake}`).join('\n'));
  }
}
