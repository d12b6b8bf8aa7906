// What a function of the app's own carries with it, so that others can find out what it is made of.
import type { LoadedFunction } from '../definition/function';
import type { Api } from '../http/endpoints/endpoint';

/** What Lambda tells of a call. */
export interface Context {
  getRemainingTimeInMillis?(): number;
}

/** A function as Lambda calls it. */
export type FunctionHandler = ((event: unknown, context?: Context) => Promise<unknown>) & {
  readonly [DEFINED]: Defined;
};

/** What a handler is made of. */
export interface Defined {
  readonly served: { readonly resources: Api['resources'] } & Partial<Api>;
  readonly loaded: LoadedFunction;
}

/** One for all copies of the package that a process has loaded. */
export const DEFINED = Symbol.for('dynashelf/function');

/** What a handler is made of; undefined of anything else. */
export function definedOf(handler: unknown): Defined | undefined {
  return typeof handler === 'function' ? (handler as Partial<FunctionHandler>)[DEFINED] : undefined;
}
