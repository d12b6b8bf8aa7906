// Compile errors that name a misspelt keyword: inference takes any key, and this gives the wrong ones a type that says
// what is wrong with them.
import type { AttributeDefinition, SchemaDefinition } from '../values/attribute';

/** A schema as it is given; where a keyword of it is none, that has a type whose name says so. */
export type CheckedSchema<S> = [Faulty<S, keyof S | 'id'>] extends [never] ? S : Marked<S, keyof S | 'id'>;

/** That all keywords of an object are among those of `T`. */
export type KnownKeywords<K, T> = {
  readonly [Word in keyof K]: Word extends keyof T ? unknown : UnknownKeyword<Word, keyof T>;
};

/** That the keys of an object are attributes of a schema. */
export type KnownAttributes<O, S> = {
  readonly [Name in keyof O]: Name extends keyof S ? unknown : UnknownAttribute<Name, keyof S>;
};

/** Objects by names of the file's own, such as relations, whose keywords are among those of `T`. */
export type CheckedEntries<E, T> = {
  readonly [Name in keyof E]: {
    readonly [Word in keyof E[Name]]: Word extends keyof T ? E[Name][Word] : UnknownKeyword<Word, keyof T>;
  };
};

/** The text of the compile error. */
type UnknownKeyword<Word, Known> = Word extends string ? `unknown keyword "${Word}"${DidYouMean<Word, Known>}` : never;

/** The text of the compile error where a name is none of the attributes. */
type UnknownAttribute<Name, Known> = Name extends string
  ? `unknown attribute "${Name}"${DidYouMean<Name, Known>}`
  : never;

/** Words are near that begin alike: a distance would take the compiler long, and slips are rarely in front. */
export type DidYouMean<Word extends string, Known> = [Near<Word, Known>] extends [never]
  ? ''
  : `: did you mean "${Near<Word, Known>}"?`;

type Near<Word extends string, Known> = Word extends `${infer A}${infer B}${infer C}${infer D}${string}`
  ? [Extract<Known, `${A}${B}${C}${D}${string}`>] extends [never]
    ? Extract<Known, `${A}${B}${C}${string}`>
    : Extract<Known, `${A}${B}${C}${D}${string}`>
  : never;

/** The keywords of a schema that are none, and the owners it names that are no attributes. */
type Faulty<S, Names> = { [Name in keyof S]: FaultyOf<S[Name], Names> }[keyof S];

type FaultyOf<A, Names> = A extends { readonly type: unknown }
  ? | Exclude<keyof A, keyof AttributeDefinition>
    | (A extends { readonly schema: infer I } ? FaultyInside<I, Names> : never)
    | (A extends { readonly readableBy: infer R } ? Exclude<OwnersIn<R>, Names> : never)
    | (A extends { readonly writableBy: infer R } ? Exclude<OwnersIn<R>, Names> : never)
  : never;

type FaultyInside<I, Names> = I extends readonly [infer E]
  ? FaultyOf<E, Names>
  : I extends SchemaDefinition
    ? Faulty<I, Names>
    : never;

/** A schema with the types that say what is wrong. */
type Marked<S, Names> = { readonly [Name in keyof S]: MarkedOf<S[Name], Names> };

type MarkedOf<A, Names> = A extends { readonly type: unknown }
  ? {
      readonly [Word in keyof A]: Word extends 'schema'
        ? MarkedInside<A[Word], Names>
        : Word extends 'readableBy' | 'writableBy'
          ? [Exclude<OwnersIn<A[Word]>, Names>] extends [never]
            ? A[Word]
            : UnknownAttribute<Exclude<OwnersIn<A[Word]>, Names>, Names>
          : Word extends keyof AttributeDefinition
            ? A[Word]
            : UnknownKeyword<Word, keyof AttributeDefinition>;
    }
  : A;

type MarkedInside<I, Names> = I extends readonly [infer E]
  ? readonly [MarkedOf<E, Names>]
  : I extends SchemaDefinition
    ? Marked<I, Names>
    : I;

/** The owners that rules of an attribute name. */
type OwnersIn<R> = R extends readonly (infer E)[]
  ? OwnersIn<E>
  : R extends { readonly owner: infer O }
    ? O extends readonly (infer E)[]
      ? E
      : O
    : never;
