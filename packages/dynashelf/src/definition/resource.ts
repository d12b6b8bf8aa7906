// What a resource file says, and the resource that is made of it.
import type { AccessDeclaration, AccessRule } from './access';
import type { Action, DefineAction, DefineCollectionAction, LoadedActions, OnWriteInput } from './action';
import type { ActionTypes } from './typed-action';
import type { CheckedEntries, CheckedSchema, KnownAttributes } from './keywords';
import type { SchemaDefinition, StoredDate } from '../values/attribute';
import type { Item } from './item';
import type { AnyOwnProblem } from './thrown';
import type { JsonObject } from '../values/json';
import type { SchemaNode } from '../values/node';
import type { Relation } from './relation';
import type { States, StatesDefinition } from './states';

/** An index: items by `partition` (all items together without it), ordered by `sort`. */
export interface Index<Name extends string = string> {
  /** The attribute that one list fixes, as in `?author=…`. */
  readonly partition?: Name | undefined;
  /** The attribute that orders the list, or several, the first being the most significant. */
  readonly sort?: Name | readonly Name[] | undefined;
  /**
   * Whether actions list by it (`transaction.list`), with an answer that holds until they are carried out. Each write
   * of an item in it is then a transaction, and takes an action more.
   */
  readonly transactional?: boolean | undefined;
}

/** An attribute of a unique group; with `[]` behind it, each of its elements. */
export type UniquePart<S = SchemaDefinition> =
  NamesOf<S, KeyType> | `${NamesOf<S, ArrayConstructor | SetConstructor>}[]`;

/** Something that must hold across the attributes of an item. */
export interface Rule<S extends SchemaDefinition, C = unknown> {
  /** Whether it does, of the item as it will be. */
  readonly holds: (item: Item<{ readonly schema: S; readonly computed: C }>) => boolean;
  /** What to do where it does not: a sentence for a person. */
  readonly detail: string;
  /** The attribute to name then. */
  readonly attribute?: Extract<keyof S, string> | undefined;
}

/**
 * What a resource file may say.
 * @typeParam S the schema
 * @typeParam N the name
 * @typeParam C the functions of the attributes that are computed
 * @typeParam R the relations
 * @typeParam A the actions
 * @typeParam K the keywords that the file has
 * @typeParam D the actions of the collection
 */
export interface ResourceDefinition<
  S extends SchemaDefinition,
  N extends string = string,
  C = unknown,
  R = unknown,
  A = unknown,
  K = unknown,
  D = unknown,
> {
  /** The collection's URL segment, and the file's name: lower case letters, digits and hyphens. */
  readonly name: N;
  /**
   * What one item is called, in types of the description and of clients: `person` makes `Person`, `PersonInput`
   * and `PersonChange`. Without it, the English singular of the name.
   */
  readonly singular?: string | undefined;
  /** What the collection holds, for people: one sentence or more. */
  readonly description: string;
  /** The attributes of an item: a Dynamoose schema, with JSON Schema's keywords beside. */
  readonly schema: CheckedSchema<S>;
  /** The orders and partitions by which lists are served, by a name of your own. */
  readonly indexes?: { readonly [name: string]: Index<NamesOf<NoInfer<S>, KeyType>> } | undefined;
  /**
   * Groups of attributes of which no two items have the same values, such as `[['user', 'tool']]`. With `[]` behind it,
   * each element of an attribute is compared by itself: `[['tool', 'days[]']]`. An item that lacks one is not compared.
   */
  readonly unique?: readonly (readonly UniquePart<NoInfer<S>>[])[] | undefined;
  /** The lists at `/{collection}/{id}/{name}`: the items of another collection that refer to this one. */
  readonly relations?: CheckedEntries<R, Relation> | undefined;
  /** Attributes that follow from the others, computed on every write: declare them `readOnly`. */
  readonly computed?:
    | ({ readonly [K in keyof C]: (item: Item<{ readonly schema: NoInfer<S> }>) => C[K] } & KnownAttributes<
        NoInfer<C>,
        S
      >)
    | undefined;
  /** What must hold across attributes, on every write. */
  readonly rules?: readonly Rule<NoInfer<S>, Functions<NoInfer<C>>>[] | undefined;
  /** The states that items go through: from which to which, on every write. */
  readonly states?: StatesDefinition<NoInfer<S>> | undefined;
  /** Who may do what, and to which items. What is not declared is refused, but where access is open. */
  readonly access?:
    | AccessDeclaration<
        NamesOf<NoInfer<S>, StringConstructor> | 'id',
        ActionNames<NoInfer<A>, NoInfer<K>, 'actions'> | ActionNames<NoInfer<D>, NoInfer<K>, 'collectionActions'>
      >
    | undefined;
  /** Operations of the resource's own, at `POST /{collection}/{id}/{name}`. */
  readonly actions?: ((action: DefineAction<NoInfer<S>, Functions<NoInfer<C>>>) => A) | undefined;
  /** Operations of the collection as a whole, at `POST /{collection}/{name}`: an item cannot have such an id. */
  readonly collectionActions?: ((action: DefineCollectionAction) => D) | undefined;
  /**
   * Called before every write of an item, in the same transaction, and again where what it read has changed: it does
   * nothing but by its `transaction`. It refuses the write by throwing a problem.
   */
  readonly onWrite?: ((write: OnWriteInput<NoInfer<S>, Functions<NoInfer<C>>>) => Promise<void>) | undefined;
  /** The problem types of the app's own that `onWrite` throws, each made by `defineProblem`. */
  readonly problems?: readonly AnyOwnProblem[] | undefined;
  /**
   * Over how many partitions of the table the items are spread, 1 to 64; 1 without it. Each takes about 1000 writes
   * a second; a list reads them all. Changing it on a table with data needs `npm run rekey`.
   */
  readonly shards?: number | undefined;
  /** `required`: PUT, PATCH and DELETE without a precondition are refused with 428. */
  readonly preconditions?: 'optional' | 'required' | undefined;
  /** For how many seconds a cache may answer GET without asking; without it, never. */
  readonly maxAge?: number | undefined;
  /**
   * Whether every change is in a feed, once and in order: at `GET /changes`, and for whoever else is to know. How many
   * `days` it is kept there, 1 to 3650, 30 without it; over how many `partitions` of the table the feed is spread, 1 to
   * 16, 1 without it.
   */
  readonly changes?: true | Partial<ChangesOptions> | undefined;
}

/** How changes are kept. */
export interface ChangesOptions {
  /** For how many days. */
  readonly days: number;
  /** Over how many partitions of the table the feed is spread. */
  readonly partitions: number;
}

/** The attributes of some types. While the compiler has not seen the schema, any name can be one. */
type NamesOf<S, T> = string extends keyof S
  ? string
  : Extract<{ [K in keyof S]: S[K] extends T | { readonly type: T } ? K : never }[keyof S], string>;

/** The names of the actions, of a file that has some; any name while the compiler has not seen them. */
type ActionNames<A, K, Word extends string> = K extends { readonly [W in Word]: unknown }
  ? Extract<keyof A, string>
  : never;

/** The types of attributes that a key can hold. */
type KeyType = StringConstructor | NumberConstructor | BooleanConstructor | DateConstructor | StoredDate;

/** The actions of a file: each takes the items of its own resource. */
export interface Actions {
  readonly [name: string]: Pick<Action, 'description' | 'body' | 'query' | 'maxAge' | 'problems'> & {
    readonly safe?: boolean | undefined;
    readonly response?: SchemaDefinition | undefined;
    readonly run: unknown;
  };
}

/** Where a file does not say any. */
export type None = Record<never, never>;

/** What is computed as the functions that do. */
type Functions<C> = { readonly [K in keyof C]: (item: never) => C[K] };

/** A resource as all other code knows it. */
export interface Resource<
  S extends SchemaDefinition = SchemaDefinition,
  N extends string = string,
  C = { readonly [attribute: string]: unknown },
  R = { readonly [name: string]: Relation },
  B = ActionTypes,
> {
  readonly name: N;
  /** What one item is called in types, where the file says so. */
  readonly singular: string | undefined;
  readonly description: string;
  readonly schema: S;
  /** The declared attributes, shorthands spelled out. */
  readonly attributes: ReadonlyMap<string, SchemaNode>;
  readonly indexes: { readonly [name: string]: Index };
  /** Groups of attributes that are unique together; `uniqueGroups` has them with those that are by themselves. */
  readonly unique: readonly (readonly string[])[];
  readonly relations: R;
  readonly computed: { readonly [attribute in keyof C]: (item: AnyItem) => C[attribute] };
  readonly rules: readonly {
    readonly holds: (item: AnyItem) => boolean;
    readonly detail: string;
    readonly attribute?: string | undefined;
  }[];
  readonly states: States | undefined;
  /** The attributes that are `acyclic`. */
  readonly trees: readonly string[];
  readonly actions: LoadedActions;
  readonly collectionActions: LoadedActions;
  readonly onWrite: ((write: AnyItem) => Promise<void>) | undefined;
  readonly problems: readonly AnyOwnProblem[];
  /** The rules by operation and action: one is enough. */
  readonly access: ReadonlyMap<string, readonly AccessRule[]>;
  readonly shards: number;
  readonly preconditions: 'optional' | 'required';
  readonly maxAge: number | undefined;
  /** How its changes are kept; undefined where they are not. */
  readonly changes: ChangesOptions | undefined;
  /** Of the engine's own resources: attributes that the answer to the request has which makes an item, and no other. */
  readonly shownAtCreation?: ((item: AnyItem) => JsonObject) | undefined;
  /** Of the engine's own resources: told of all that are served. @returns its mistakes, each with its file */
  readonly link?: ((resources: ReadonlyMap<string, Resource>) => readonly string[]) | undefined;
  /** What its actions are given and answer with; for types, and nothing else. */
  readonly actionTypes?: B | undefined;
}

// eslint-disable-next-line @typescript-eslint/no-explicit-any -- each takes the items of its own resource
type AnyItem = any;

/** What is served, by name. */
export interface Resources<L extends readonly Resource[] = readonly Resource[]> extends ReadonlyMap<string, Resource> {
  /** The resources that these are; for types, and nothing else. */
  readonly of?: L | undefined;
}
