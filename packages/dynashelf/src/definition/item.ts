// The TypeScript types of items, inferred from a resource's schema.
import type { Json, JsonObject } from '../values/json';
import type { Attribute, SchemaDefinition, StoredDate } from '../values/attribute';

/** What the system itself keeps of every item. */
export interface SystemAttributes {
  /** Unique within the collection; UUIDv7 (RFC 9562) where the server made it. */
  id: string;
  /** 1 on creation, one more with every write. */
  version: number;
  /** RFC 3339, UTC, milliseconds. */
  createdAt: string;
  /** RFC 3339, UTC, milliseconds. */
  updatedAt: string;
}

/** An item of any resource, as a client sees it. */
export type AnyItem = SystemAttributes & { [attribute: string]: unknown };

/**
 * An item of one resource: `Item<typeof theResource>`. What is `required`, has a `default` or is always computed is
 * there; an item that was last written before the file said so can lack it.
 */
export type Item<R extends { readonly schema: SchemaDefinition }> = Simplify<
  Attributes<R['schema'], AlwaysComputed<R>> & SystemAttributes
>;

/**
 * The attributes that a schema declares, as JSON: those with a value of their own are there, the others may be.
 * @typeParam C the names of those that are computed and always have a value
 */
export type Attributes<S extends SchemaDefinition, C = never> = Simplify<
  { -readonly [K in keyof S as K extends C ? K : IsThere<S[K]> extends true ? K : never]: Value<S[K]> } & {
    -readonly [K in keyof S as K extends C ? never : IsThere<S[K]> extends true ? never : K]?: Value<S[K]>;
  }
>;

/**
 * What a new item is made of: what is `required` and has no `default` has to be given; undefined is as if the key were
 * left out. What counts or sums other items nobody gives.
 */
export type NewAttributes<S extends SchemaDefinition> = Simplify<
  { -readonly [K in keyof S as IsNeeded<S[K]> extends true ? K : never]: NewValue<S[K]> } & {
    -readonly [K in keyof S as IsNeeded<S[K]> extends true ? never : S[K] extends Kept ? never : K]?:
      NewValue<S[K]> | undefined;
  }
>;

/**
 * What is changed of an item: null removes an attribute; undefined is as if the key were left out. What counts or sums
 * other items nobody changes.
 */
export type Changes<S extends SchemaDefinition> = {
  -readonly [K in keyof S as S[K] extends Kept ? never : K]?: NewValue<S[K]> | null | undefined;
};

/** What counts or sums other items: writes of those change it, and nothing else does. */
type Kept = { readonly counts: unknown } | { readonly sums: unknown };

/** The names of the attributes whose function gives a value of every item. */
type AlwaysComputed<R> = R extends { readonly computed: infer C }
  ? { [K in keyof C]: C[K] extends (...given: never) => infer V ? (undefined extends V ? never : K) : never }[keyof C]
  : never;

type IsThere<A> =
  MayGiveNothing<A, 'get'> extends true ? false : A extends { readonly required: true } ? true : HasDefault<A>;

type IsNeeded<A> = A extends { readonly required: true } ? (HasDefault<A> extends true ? false : true) : false;

type HasDefault<A> = A extends { readonly default: infer D }
  ? undefined extends (D extends (...given: never) => infer V ? Awaited<V> : D)
    ? false
    : A extends { readonly onDelete: 'setNull' }
      ? false
      : MayGiveNothing<A, 'set'> extends true
        ? false
        : true
  : false;

/** Whether a function of an attribute may give undefined, which takes the value away. */
type MayGiveNothing<A, F extends 'get' | 'set'> = A extends { readonly [K in F]: (...given: never) => infer V }
  ? undefined extends Awaited<V>
    ? true
    : false
  : false;

/** What an attribute holds, as JSON. */
export type Value<A extends Attribute> = A extends { enum: readonly (infer E)[] }
  ? E
  : A extends { type: infer T; schema: infer S }
    ? T extends ObjectConstructor
      ? S extends SchemaDefinition
        ? Attributes<S>
        : JsonObject
      : S extends readonly [infer E extends Attribute]
        ? Value<E>[]
        : Json[]
    : A extends { type: infer T }
      ? Scalar<T>
      : Scalar<A>;

type NewValue<A extends Attribute> = A extends { type: infer T; schema: infer S }
  ? T extends ObjectConstructor
    ? S extends SchemaDefinition
      ? NewAttributes<S>
      : JsonObject
    : S extends readonly [infer E extends Attribute]
      ? readonly NewValue<E>[]
      : readonly Json[]
  : Value<A>;

type Scalar<T> = T extends NumberConstructor
  ? number
  : T extends BooleanConstructor
    ? boolean
    : T extends StringConstructor | DateConstructor | BufferConstructor | StoredDate
      ? string
      : Json;

type Simplify<T> = { [K in keyof T]: T[K] } & {};
