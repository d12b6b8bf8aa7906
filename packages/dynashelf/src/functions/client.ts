// A client of the app's own store, for its functions: each method is the HTTP operation of the same name, with its
// checks, rules, tags and problems, and no HTTP between.
import type { AnyItem, Changes, Item, NewAttributes } from '../definition/item';
import type { Resource, Resources } from '../definition/resource';
import type { SchemaDefinition } from '../values/attribute';
import type { Caller } from '../values/caller';
import type { Acting } from './acting';
import type { Operation } from './transaction';
import type { WriteOptions } from './write-options';

/** A value that a list compares with. */
type Operand = string | number | boolean;

/** What a list asks of an attribute: to be equal, or each of these. */
type Asked =
  | Operand
  | {
      readonly ne?: Operand;
      readonly gt?: Operand;
      readonly gte?: Operand;
      readonly lt?: Operand;
      readonly lte?: Operand;
      readonly begins?: string;
      readonly contains?: Operand;
      /** None of them has a comma. */
      readonly in?: readonly Operand[];
      readonly exists?: boolean;
    };

/** Which items of a collection are listed, and in which order. */
export type ListOptions<S extends SchemaDefinition> = {
  readonly [K in Extract<keyof S, string> | 'id' | 'version' | 'createdAt' | 'updatedAt' | `${string}.${string}`]?:
    Asked | undefined;
} & {
  /** An order that an index serves, as `sort` of the HTTP API has it; newest first without it. */
  readonly sort?: string | undefined;
  /** How many at most; all without it. */
  readonly limit?: number | undefined;
};

/** The items of one collection. What a method is refused, it throws as a `Problem`. */
interface Items<T extends Resource> {
  /** @throws Problem `not-found` */
  get(id: string): Promise<Item<T>>;
  /** The items of a list, page after page, each read when it is asked for. */
  list(options?: ListOptions<T['schema']>): AsyncIterable<Item<T>>;
}

/** A collection to be read. */
export interface Reading<T extends Resource> extends Items<T>, Acting<T, never, true> {}

/** A collection to be written, too. `Unseen` is what a caller is given that may write an item, and not read it. */
export interface Collection<T extends Resource, Unseen> extends Items<T>, Acting<T, Unseen, boolean> {
  create(attributes: NewAttributes<T['schema']>, options?: WriteOptions): Promise<Item<T> | Unseen>;
  /** Replaces an item, or makes one of this id. */
  replace(
    id: string,
    attributes: NewAttributes<T['schema']>,
    options?: Omit<WriteOptions, 'idempotencyKey'> & {
      /** Makes it, and never replaces one (412). */ readonly ifNoneMatch?: '*' | undefined;
    },
  ): Promise<Item<T> | Unseen>;
  /** Changes attributes of an item by a merge patch (RFC 7396): null removes one. */
  patch(id: string, changes: Changes<T['schema']>, options?: WriteOptions): Promise<Item<T> | Unseen>;
  delete(id: string, options?: Omit<WriteOptions, 'idempotencyKey'>): Promise<void>;
}

/** The resources that some are a list of. */
export type Listed<R> = R extends Resources<infer All> ? All[number] : Resource;

/** The names of collections. */
export type NameOf<R> = Listed<R>['name'];

type Named<R, N> = Extract<Listed<R>, { readonly name: N }>;

/** The collections that a function declares, by name, and what is common to all. */
export type Client<R, Reads extends string, Writes extends string, Unseen = never> = {
  readonly [N in Reads]: Reading<Named<R, N>>;
} & { readonly [N in Writes]: Collection<Named<R, N>, Unseen> } & {
  /** The same with the rights of a caller, by the rules of the resource files. */
  as(caller: Caller): Client<R, Reads, Writes, Unseen | undefined>;
  /**
   * Several operations, all or none; their items in the same order, undefined for what is deleted.
   * @throws Problem that names each operation that failed
   */
  transaction(
    operations: readonly Operation<Named<R, Writes>, Named<R, Reads | Writes>>[],
    options?: Pick<WriteOptions, 'idempotencyKey'>,
  ): Promise<(AnyItem | undefined)[]>;
};
