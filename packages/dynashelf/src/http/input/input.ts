// The station "input": what a request is read by, and what comes of it.
import type { CallerAccess } from '../../authorization/permission';
import type { Permission } from '../../definition/access';
import type { Resource } from '../../definition/resource';
import type { CursorKeys } from '../../store/query/cursor';
import type { Request } from '../request';
import type { Route, RelationParent } from '../route';

/** What the input of a request is read by. */
export interface InputContext {
  readonly resources: ReadonlyMap<string, Resource>;
  readonly cursorKeys: CursorKeys;
  /** What the caller may do, which is asked first of all. */
  readonly access: CallerAccess;
}

/** A request made into what its operation takes. */
export interface Input<I, P = ResponseOptions> {
  readonly input: I;
  readonly responseOptions: P;
}

/** How the input of a request is read. */
export type ReadInput<R, I, P = ResponseOptions> = (
  route: R,
  request: Request,
  context: InputContext,
) => Input<I, P> | Promise<Input<I, P>>;

/** How the client wants the answer. */
export interface ResponseOptions {
  /** The collection that the request names. */
  readonly resource: Resource;
  readonly fields?: ReadonlySet<string> | undefined;
  readonly preferences: Preferences;
  /** What the caller may see of the resource's items, and of others'. */
  readonly permission: Permission;
  readonly access: CallerAccess;
}

/** The response options of the requests within a transaction, in order. */
export interface PartResponseOptions {
  readonly parts: readonly { readonly request: Request; readonly responseOptions: ResponseOptions }[];
  readonly access: CallerAccess;
}

/** What `Prefer` asks for (RFC 7240). */
export interface Preferences {
  /** Whether the client wants the item in the answer to a write, if it said. */
  readonly return?: 'minimal' | 'representation';
  /** Whether the client wants to know how many items a list has. */
  readonly count?: 'exact';
}

/** The route of an action. */
export type ActRoute = Extract<Route, { operation: 'act' }>;
/** A route to an action that only reads. */
export type ViewRoute = Extract<Route, { operation: 'view' }>;
/** The route of an item: GET, PUT, PATCH and DELETE of it. */
export type ItemRoute = Exclude<Extract<Route, { id: string }>, ActRoute | ViewRoute>;
/** The route of a collection, or of a relation. */
export type CollectionRoute = Exclude<Extract<Route, { resource: Resource }>, ItemRoute | ActRoute | ViewRoute>;

/** Whose items are listed; of a relation, those whose attribute holds an item's id. */
export interface ListRoute {
  readonly resource: Resource;
  readonly within?: RelationParent;
}
