// The TypeScript type of an item as a resource's Dynamoose model has it: JavaScript's own dates, sets and bytes.
import type { ModelType } from 'dynamoose/dist/General';
import type { Item } from 'dynamoose/dist/Item';
import type { Attribute, SchemaDefinition, StoredDate } from '../values/attribute';
import type { Json, JsonObject } from '../values/json';

/** The key of an item in the table; no interface, which Dynamoose's type of a key would not take. */
export type ItemKey = {
  /** The partition: the collection, with `shards` one of its parts. */
  readonly pk: string;
  /** The item's id. */
  readonly sk: string;
};

/** An item of one resource as its model reads it: `ModelItem<typeof theResource>`. */
export type ModelItem<R extends { readonly schema: SchemaDefinition }> = Item &
  ItemKey & { readonly version: number; readonly createdAt: string; readonly updatedAt: string } & Stored<R['schema']>;

/** The Dynamoose model of one resource. */
export type ResourceModel<R extends { readonly schema: SchemaDefinition }> = ModelType<ModelItem<R>>;

type Stored<S extends SchemaDefinition> = {
  -readonly [K in keyof S as S[K] extends { required: true } ? K : never]: Value<S[K]>;
} & { -readonly [K in keyof S as S[K] extends { required: true } ? never : K]?: Value<S[K]> };

type Value<A extends Attribute> = A extends { enum: readonly (infer E)[] }
  ? E
  : A extends { type: infer T; schema: infer S }
    ? Nested<T, S>
    : A extends { type: infer T }
      ? Scalar<T>
      : Scalar<A>;

type Nested<T, S> = T extends ObjectConstructor
  ? S extends SchemaDefinition
    ? Stored<S>
    : JsonObject
  : S extends readonly [infer E extends Attribute]
    ? T extends SetConstructor
      ? Set<Value<E>>
      : Value<E>[]
    : Json[];

type Scalar<T> = T extends NumberConstructor
  ? number
  : T extends BooleanConstructor
    ? boolean
    : T extends DateConstructor | StoredDate
      ? Date
      : T extends BufferConstructor
        ? Buffer
        : T extends StringConstructor
          ? string
          : Json;
