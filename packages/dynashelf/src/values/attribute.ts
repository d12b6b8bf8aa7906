// The keywords of an attribute: Dynamoose's own, and JSON Schema's beside them. These types are their reference.
import type { Caller } from './caller';

/** How a Date is stored: milliseconds (default) or seconds since 1970, or RFC 3339 text. */
export interface StoredDate {
  readonly value: DateConstructor;
  readonly settings: { readonly storage: 'milliseconds' | 'seconds' | 'iso' };
}

/**
 * An attribute's type. In JSON a `Date` is an RFC 3339 date-time, a `Set` an array of distinct
 * values, a `Buffer` base64 text (RFC 4648 §4).
 */
export type AttributeType =
  | StringConstructor
  | NumberConstructor
  | BooleanConstructor
  | DateConstructor
  | BufferConstructor
  | ObjectConstructor
  | ArrayConstructor
  | SetConstructor
  | StoredDate;

/** The formats a string can be held to (JSON Schema validation §7.3). */
export const FORMATS = [
  'date',
  'date-time',
  'duration',
  'email',
  'hostname',
  'ipv4',
  'ipv6',
  'time',
  'uri',
  'uri-reference',
  'uuid',
] as const;

/** What Dynamoose calls on the way to the table and back. `value` is as stored for `set` and `validate`. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any -- the value's type depends on the attribute's
type Modifier = (value: any) => unknown;

/** As a method's, a parameter's type can be narrower: an item of the collection that is meant. */
interface Judging {
  of(this: void, item: { readonly [attribute: string]: unknown }): boolean;
}

/** Which items of another collection are counted. */
export interface Counting {
  /** The collection whose items are counted. */
  readonly collection: string;
  /** Their attribute that references the item on which they are counted. */
  readonly attribute: string;
  /**
   * Which of them count; without it, all. It is typed where it names what it takes:
   * `(ticket: Item<typeof tickets>) => …`.
   */
  readonly where?: Judging['of'] | undefined;
}

/** Of which items of another collection a number is added up. */
export interface Summing extends Counting {
  /** Their Number that is added up; an item without it adds nothing. */
  readonly of: string;
}

/**
 * Who may see, or set, an attribute. `nobody` keeps it to the resource's own code; `owner` is the item's owner by any
 * rule of `access`, `{ owner: … }` the caller whose subject these attributes hold, or one of them.
 */
export type AttributeRule =
  | 'public'
  | 'authenticated'
  | 'nobody'
  | 'owner'
  | { readonly role: string | readonly string[] }
  | { readonly owner: string | readonly string[] }
  | ((caller: Caller) => boolean);

/** One rule, or several of which one is enough. */
export type AttributeRules = AttributeRule | readonly AttributeRule[];

/** All that can be said of one attribute. */
export interface AttributeDefinition {
  /** The type; with `schema` for what an object, array or set holds. */
  readonly type: AttributeType;
  /**
   * What is inside: attributes of an object, `[element]` of an array or set. `'any'` takes any
   * JSON, which is stored and returned as it came.
   */
  readonly schema?: SchemaDefinition | readonly [Attribute] | 'any' | undefined;

  // Dynamoose's keywords (https://dynamoosejs.com/guide/Schema)

  /** The attribute must have a value once defaults are applied. */
  readonly required?: boolean | undefined;
  /** The value where a new item has none: a value, or a function (also async) that makes one. */
  readonly default?: unknown;
  /** The default replaces whatever was given, on every write. Such an attribute is read-only. */
  readonly forceDefault?: boolean | undefined;
  /** The values allowed, as they are stored. */
  readonly enum?: readonly (string | number)[] | undefined;
  /** A check beyond JSON Schema's: a regular expression, or a function (also async) that says true. */
  readonly validate?: RegExp | Modifier | undefined;
  /** Changes a value that is read, before it is sent. May be async. */
  readonly get?: Modifier | undefined;
  /** Changes a value before it is checked and stored, such as to lower case. May be async. */
  readonly set?: Modifier | undefined;

  // Words of this project

  /** Never taken from a request body; ignored there. */
  readonly readOnly?: boolean | undefined;
  /**
   * The collection of which the attribute holds an item's id, such as `'authors'`: a String of the item itself, not
   * inside another attribute.
   */
  readonly references?: string | undefined;
  /**
   * What becomes of this item when the one it references is deleted: that is refused (default), this one goes too, or
   * the attribute does.
   */
  readonly onDelete?: 'restrict' | 'cascade' | 'setNull' | undefined;
  /**
   * The references of the collection to itself make a tree: no item is above itself, at any distance. Beside
   * `references` to the same collection.
   */
  readonly acyclic?: boolean | undefined;
  /**
   * The number of items of another collection that refer to this one, kept with every write of theirs: a Number that is
   * `readOnly`, with `default: 0`.
   */
  readonly counts?: Counting | undefined;
  /**
   * The sum of a Number of the items of another collection that refer to this one, in decimal arithmetic, kept with
   * every write of theirs: a Number that is `readOnly`, with `default: 0`.
   */
  readonly sums?: Summing | undefined;
  /** No two items of the collection have the same value: a String or Number of the item itself. */
  readonly unique?: boolean | undefined;
  /**
   * Who sees the attribute: everyone who may read the item, without it. For others it does not exist. Of the item
   * itself, not inside another attribute.
   */
  readonly readableBy?: AttributeRules | undefined;
  /**
   * Who sets the attribute: everyone who may write the item, without it. In the body of others it is ignored, as one
   * that is `readOnly`.
   */
  readonly writableBy?: AttributeRules | undefined;
  /** A number without a fraction. */
  readonly integer?: boolean | undefined;

  // JSON Schema's keywords (draft 2020-12)

  /** A short name for people. */
  readonly title?: string | undefined;
  /** What the attribute means, for people. */
  readonly description?: string | undefined;
  /** Values that serve as examples in the description. */
  readonly examples?: readonly unknown[] | undefined;
  /** Clients should stop using the attribute. */
  readonly deprecated?: boolean | undefined;
  /** Least length of a string, in Unicode code points. */
  readonly minLength?: number | undefined;
  /** Greatest length of a string, in Unicode code points. */
  readonly maxLength?: number | undefined;
  /** A regular expression (ECMA-262, flag u) that a string must match somewhere. */
  readonly pattern?: string | undefined;
  /** What a string stands for. */
  readonly format?: (typeof FORMATS)[number] | undefined;
  /** Least number. */
  readonly minimum?: number | undefined;
  /** Greatest number. */
  readonly maximum?: number | undefined;
  /** The number is greater than this. */
  readonly exclusiveMinimum?: number | undefined;
  /** The number is less than this. */
  readonly exclusiveMaximum?: number | undefined;
  /** The number is a multiple of this. */
  readonly multipleOf?: number | undefined;
  /** Least count of elements of an array or set. */
  readonly minItems?: number | undefined;
  /** Greatest count of elements of an array or set. */
  readonly maxItems?: number | undefined;
  /** No two elements of an array are equal. */
  readonly uniqueItems?: boolean | undefined;
}

/** An attribute: its type alone, or all its keywords. */
export type Attribute = AttributeType | AttributeDefinition;

/** The attributes of an item or of an object within one, by name. */
export interface SchemaDefinition {
  readonly [name: string]: Attribute;
}
