// What the file of a function of the app's own is written with: its keywords with their types, and the Lambda function
// that they make.
import type { FunctionKeywords } from '../definition/function';
import type { VariablesOf } from '../definition/route-path';
import { loadFunction } from '../definition/load-function';
import type { Attributes, NewAttributes, Value } from '../definition/item';
import type { Message } from '../definition/message';
import type { FunctionAnswer } from '../http/endpoints/call';
import type { Api } from '../http/endpoints/endpoint';
import type { CheckedSchema } from '../definition/keywords';
import type { SchemaDefinition } from '../values/attribute';
import type { Caller } from '../values/caller';
import type { Client, NameOf } from './client';
import type { FunctionHandler } from './defined';
import { functionHandler } from './handler';

/** The request of a call by a route. */
export interface FunctionRequest {
  /** As answers and logs have it. */
  readonly id: string;
  readonly method: string;
  readonly path: string;
  /** By their names in lower case; several lines of one are joined by commas (RFC 9110 §5.3). */
  readonly headers: { readonly [name: string]: string | undefined };
}

/** What a function is given. */
export interface FunctionInput<
  R,
  B,
  Q extends SchemaDefinition,
  Reads extends string,
  Writes extends string,
  M,
  T = undefined,
  P extends SchemaDefinition = Record<never, never>,
> {
  /** Undefined where it is not called by a route. */
  readonly request: FunctionRequest;
  /** As `body` says: attributes, checked, with their defaults; or the bytes as they came. */
  readonly body: M extends SchemaDefinition
    ? Attributes<M>
    : B extends SchemaDefinition
      ? Attributes<B>
      : B extends 'raw'
        ? Uint8Array
        : undefined;
  /** The variables of the path, checked: texts, where `params` says nothing else. */
  readonly params: ParamsOf<T, P>;
  /** The parameters of the query, checked, with their defaults. */
  readonly query: Attributes<Q>;
  /** Who calls; of a schedule, and where another program calls, the system. */
  readonly caller: Caller;
  /** The app's store, with the rights of the system; `api.as(caller)` has those of a caller. */
  readonly api: Client<R, Exclude<Reads, Writes>, Writes>;
  /** The moment of the call; of a schedule, the time that it is for. */
  readonly now: Date;
  /** Of a message: the same however often it is delivered, and no other message's. */
  readonly key: M extends SchemaDefinition ? string : undefined;
  /** Of a message: 1 the first time. */
  readonly attempt: M extends SchemaDefinition ? number : undefined;
  /** When the function's time is over. */
  readonly deadline: Date;
}

/** The variables of a route with their values. */
type ParamsOf<T, P extends SchemaDefinition> = {
  readonly [Name in VariablesOf<T>]: Name extends keyof P ? Value<P[Name]> : string;
};

/** What is said of the variables of a route, and of no others. */
type CheckedParams<T, P> = CheckedSchema<P> & {
  readonly [Name in keyof P]: Name extends VariablesOf<T> ? unknown : NoVariable<Name>;
};

/** The text of the compile error. */
type NoVariable<Name> = Name extends string ? `no variable of the route is called "${Name}"` : never;

/** All that the file of a function may say. */
export interface FunctionDefinition<
  R,
  B,
  Q extends SchemaDefinition,
  A extends SchemaDefinition,
  Reads extends string,
  Writes extends string,
  M,
  T = undefined,
  P extends SchemaDefinition = Record<never, never>,
> extends Omit<FunctionKeywords, 'route' | 'body' | 'params' | 'query' | 'answer' | 'message'> {
  readonly route?: (T & string) | undefined;
  readonly params?: CheckedParams<T, P> | undefined;
  readonly message?: Message<Extract<M, SchemaDefinition>> | undefined;
  readonly body?: CheckedBody<B> | undefined;
  readonly query?: CheckedSchema<Q> | undefined;
  readonly answer?: CheckedSchema<A> | undefined;
  readonly reads?: readonly Reads[];
  readonly writes?: readonly Writes[];
  run(this: void, input: FunctionInput<R, B, Q, Reads, Writes, M, T, P>): Promise<Answered<A>> | Answered<A>;
}

/** The body as it is given, or with the types that say what of it is no keyword. */
type CheckedBody<B> = B extends SchemaDefinition ? CheckedSchema<B> : B & 'raw';

/** Where `answer` says nothing, a body may be anything. */
type Answered<A extends SchemaDefinition> =
  | (Omit<FunctionAnswer, 'body'> & { readonly body?: string extends keyof A ? unknown : NewAttributes<A> })
  | undefined
  | void;

/**
 * Defines a function of the app's own: `export const handler = defineFunction({ resources }, { … })`.
 * @throws Error with each mistake as a sentence that says what to do
 */
export function defineFunction<
  R extends Api['resources'],
  const B = undefined,
  const Q extends SchemaDefinition = Record<never, never>,
  const A extends SchemaDefinition = SchemaDefinition,
  const Reads extends NameOf<R> = never,
  const Writes extends NameOf<R> = never,
  const M = undefined,
  const T extends string = never,
  const P extends SchemaDefinition = Record<never, never>,
>(
  served: { readonly resources: R } & Partial<Api>,
  definition: FunctionDefinition<R, B, Q, A, Reads, Writes, M, T, P>,
): FunctionHandler {
  const loaded = loadFunction(definition as FunctionKeywords & typeof definition, served.resources);
  return functionHandler(served, loaded);
}
