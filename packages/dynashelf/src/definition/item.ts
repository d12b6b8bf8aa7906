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

/** An item of one resource, as a client sees it: `Item<typeof theResource>`. */
export type Item<R extends { readonly schema: SchemaDefinition }> = Simplify<
  Attributes<R['schema']> & SystemAttributes
>;

/** The attributes that a schema declares, as JSON: those `required` are there, the others may be. */
export type Attributes<S extends SchemaDefinition> = Simplify<
  { -readonly [K in keyof S as S[K] extends { required: true } ? K : never]: Value<S[K]> } & {
    -readonly [K in keyof S as S[K] extends { required: true } ? never : K]?: Value<S[K]>;
  }
>;

type Value<A extends Attribute> = A extends { enum: readonly (infer E)[] }
  ? E
  : A extends { type: infer T; schema: infer S }
    ? Nested<T, S>
    : A extends { type: infer T }
      ? Scalar<T>
      : Scalar<A>;

type Nested<T, S> = T extends ObjectConstructor
  ? S extends SchemaDefinition
    ? Attributes<S>
    : JsonObject
  : S extends readonly [infer E extends Attribute]
    ? Value<E>[]
    : Json[];

type Scalar<T> = T extends NumberConstructor
  ? number
  : T extends BooleanConstructor
    ? boolean
    : T extends StringConstructor | DateConstructor | BufferConstructor | StoredDate
      ? string
      : Json;

type Simplify<T> = { [K in keyof T]: T[K] } & {};
