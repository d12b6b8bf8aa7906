// Compile errors where a resource file names a collection, or an attribute of one, that is not there. They are found
// where all resources are listed: files that ask each other for their types would make a circle.
import type { Resource } from './resource';
import type { DidYouMean } from './keywords';

/** Resources as they are listed; one that names what is not there has a type whose text says so. */
export type Linked<L extends readonly Resource[]> = {
  readonly [I in keyof L]: [BrokenLink<L[I], L[number]>] extends [never] ? L[I] : BrokenLink<L[I], L[number]>;
};

type BrokenLink<R, All extends Resource> = R extends {
  readonly name: infer N extends string;
  readonly schema: infer S;
  readonly relations: infer L;
}
  ? // What is not known at compile time is checked at load.
    string extends N | All['name'] | keyof S
    ? never
    : | {
          [A in keyof S]: S[A] extends { readonly references: infer C }
            ? Unlisted<`attribute "${A & string}" of ${N} references`, C, All>
            : never;
        }[keyof S]
      | {
          [A in keyof S]: S[A] extends { readonly counts: infer B }
            ? BrokenWay<`attribute "${A & string}" of ${N} counts`, B, N, All>
            : S[A] extends { readonly sums: infer B }
              ? BrokenWay<`attribute "${A & string}" of ${N} sums`, B, N, All> | BrokenSum<A, B, N, All>
              : never;
        }[keyof S]
      | { [A in keyof L]: BrokenWay<`relation "${A & string}" of ${N} lists`, L[A], N, All> }[keyof L]
  : never;

type Unlisted<Says extends string, C, All extends Resource> = string extends C
  ? never
  : C extends All['name']
    ? never
    : `${Says} "${C & string}", which is not listed${DidYouMean<C & string, All['name']>}`;

/** Of a Number of another collection. */
type BrokenSum<A, Sum, N extends string, All extends Resource> = Sum extends {
  readonly collection: infer C extends string;
  readonly of: infer Of extends string;
}
  ? Extract<All, { readonly name: C }>['schema'] extends infer S
    ? Of extends keyof S
      ? S[Of] extends NumberConstructor | { readonly type: NumberConstructor }
        ? never
        : `attribute "${A & string}" of ${N} sums "${Of}" of ${C}, which is no Number`
      : `attribute "${A & string}" of ${N} sums the unknown attribute "${Of}" of ${C}${DidYouMean<Of, keyof S>}`
    : never
  : never;

/** By an attribute of another collection that references this one. */
type BrokenWay<Says extends string, Way, N extends string, All extends Resource> = Way extends {
  readonly collection: infer C extends string;
  readonly attribute: infer A extends string;
}
  ? C extends All['name']
    ? Extract<All, { readonly name: C }>['schema'] extends infer S
      ? A extends keyof S
        ? S[A] extends { readonly references: N }
          ? never
          : `${Says} ${C} by "${A}", which does not reference ${N}`
        : `${Says} ${C} by the unknown attribute "${A}"${DidYouMean<A, keyof S>}`
      : never
    : Unlisted<Says, C, All>
  : never;
