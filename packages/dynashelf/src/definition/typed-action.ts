// What the compiler knows of the actions of a resource, for those who call them.
import type { SchemaDefinition } from '../values/attribute';

/** What an action is called with and answers, for types. */
export interface ActionType {
  /** Its body, or the parameters of one that only reads. */
  readonly given: SchemaDefinition;
  /** Never where it answers with an item. */
  readonly response: SchemaDefinition;
  readonly isSafe: boolean;
}

/** The actions of a resource by their names, for types. */
export interface ActionTypes {
  readonly items: { readonly [action: string]: ActionType };
  readonly collection: { readonly [action: string]: ActionType };
}

/**
 * The types of the actions of a file, where it has some.
 * @typeParam K the keywords of the file
 */
export interface TypesOf<A, D, K> {
  readonly items: K extends { readonly actions: unknown } ? TypesOfActions<A> : None;
  readonly collection: K extends { readonly collectionActions: unknown } ? TypesOfActions<D> : None;
}

/** The types of actions as `action` made them. */
type TypesOfActions<A> = {
  readonly [N in keyof A]: A[N] extends {
    readonly body?: infer B;
    readonly query?: infer Q;
    readonly response?: infer R;
    readonly safe?: infer F;
  }
    ? {
        readonly given: Declared<B> & Declared<Q>;
        readonly response: NonNullable<R>;
        readonly isSafe: [NonNullable<F>] extends [true] ? true : false;
      }
    : never;
};

/** The attributes that are declared: where none are, the compiler has any. */
type Declared<S> = string extends keyof NonNullable<S> ? None : NonNullable<S>;

/** Where nothing is declared. */
type None = Record<never, never>;
