// What the own code of a resource file lists by, as TypeScript checks it: `{ tool: id, to: { gte: from } }`.
import type { Item } from './item';
import type { SchemaDefinition } from '../values/attribute';

/** Conditions of items, all of which hold: a value that an attribute has, or what is asked of it by operators. */
export type ListConditions<R extends { readonly schema: SchemaDefinition }> = {
  readonly [K in keyof Item<R>]?: Condition<NonNullable<Item<R>[K]>>;
} & {
  /** An attribute inside an object: `'address.city'`. */
  readonly [path: `${string}.${string}`]: Condition<string | number | boolean>;
};

/** Of a union, such as an enum's, as a whole. */
type Condition<V> = [V] extends [readonly (infer E)[]]
  ? { readonly contains?: E; readonly exists?: boolean }
  : [V] extends [string | number | boolean]
    ? V | Operators<V>
    : { readonly exists?: boolean };

/** The operators of lists, as `?to[gte]=…` has them. */
interface Operators<V> {
  readonly eq?: V;
  readonly ne?: V;
  readonly gt?: V;
  readonly gte?: V;
  readonly lt?: V;
  readonly lte?: V;
  readonly in?: readonly V[];
  /** Of a string: how it begins. */
  readonly begins?: V & string;
  /** Of a string: what is in it. */
  readonly contains?: V & string;
  readonly exists?: boolean;
}
