// What a function serves: for each kind of request the stations of its own, between the caller and the reply.
import type { Config } from '../../config';
import type { FunctionDeclaration } from '../../definition/function';
import type { Resource } from '../../definition/resource';
import type { Info } from '../../description/info';
import type { Operation } from '../../operations/result';
import type { Send } from '../../store/client/send';
import type { Reader } from '../../store/reader';
import type { PartResponseOptions, ResponseOptions, ReadInput } from '../input/input';
import type { Request } from '../request';
import type { Reply } from '../response';
import type { Route, RoutedOperation } from '../route';
import type { Timing } from '../timing';

/** What is served, and of what. */
export interface Api {
  readonly resources: ReadonlyMap<string, Resource>;
  readonly config: Config;
  readonly send: Send;
  /** What the app is called, for the functions that say it. */
  readonly info?: Info | undefined;
  /** The functions of the app's own, for those that route to them and describe them. */
  readonly functions?: readonly FunctionDeclaration[] | undefined;
  /** The ARN of the topic and the name of the bus that changes are published to, for the function that says it. */
  readonly publishedTo?: { readonly topic?: string | undefined; readonly bus?: string | undefined } | undefined;
  /** How many actions a transaction holds; DynamoDB's own limit without it. */
  readonly transactionSize?: number;
}

/** The stations of requests on data, one kind of them: a plan is made of a list alone. */
interface Stations<R, I, S, P, O> {
  readonly readInput: ReadInput<R, I, O>;
  readonly plan?: (resource: Resource, input: I) => P;
  readonly operation: Operation<I, S, P>;
}

/** How requests on data are answered, whatever the types between the stations are. */
export type Endpoint<S> = Stations<Route, unknown, S, unknown, ResponseOptions | PartResponseOptions>;

/** What the API says of itself, or a function of the app's own: answered in one step. */
export type DocumentEndpoint<S = Reader> = (api: Api, request: Request, store: S, timing: Timing) => Promise<Reply>;

/** What one function serves, by the operation of the route. */
export type Endpoints<S> = Readonly<Partial<Record<RoutedOperation, Endpoint<S> | DocumentEndpoint<S>>>>;

/** Puts stations together that fit: each takes what the one before it gives. */
export function endpoint<R, I, S, P = undefined, O extends ResponseOptions | PartResponseOptions = ResponseOptions>(
  stations: Stations<R, I, S, P, O>,
): Endpoint<S> {
  return stations as unknown as Endpoint<S>;
}
