// From method and path to what is asked for: 404 and 405 are found here.
import type { LoadedAction } from '../definition/action';
import type { FunctionDeclaration } from '../definition/function';
import { valuesIn, variablesIn } from '../definition/route-path';
import { isId } from '../values/id';
import { didYouMean } from '../values/nearest';
import type { Resource } from '../definition/resource';
import { Problem } from '../problem';
import type { Request } from './request';

/** What a request asks for. */
export type Route =
  | { readonly operation: 'list' | 'create'; readonly resource: Resource }
  | {
      readonly operation: 'related';
      /** The collection that is listed. */ readonly resource: Resource;
      readonly within: RelationParent;
    }
  | { readonly operation: 'read' | 'replace' | 'patch' | 'delete'; readonly resource: Resource; readonly id: string }
  | ({ readonly operation: 'act' } & ActionOf)
  /** An action that only reads. */
  | ({ readonly operation: 'view' } & ActionOf)
  | { readonly operation: 'call'; readonly declaration: FunctionDeclaration }
  | {
      readonly operation:
        'service' | 'openapi' | 'docs' | 'renderer' | 'health' | 'transact' | 'changes' | 'asyncapi' | 'ticket';
    }
  | { readonly operation: 'options'; readonly allow: string[] };

/** An action, of an item or of the collection. */
interface ActionOf {
  readonly resource: Resource;
  /** Undefined where it is of the collection. */
  readonly id: string | undefined;
  /** The action's name. */
  readonly name: string;
  readonly action: LoadedAction;
}

/** The item that a relation's list belongs to, and the attribute of the listed items that holds its id. */
export interface RelationParent {
  readonly resource: Resource;
  readonly id: string;
  readonly attribute: string;
}

/** What a route leads to. */
export type RoutedOperation = Route['operation'];

type ByMethod = Readonly<Partial<Record<string, Route>>>;

/**
 * Finds the route of a request.
 * @param isPrivate whether a path that is not served is not to name those that are
 * @param functions of the app's own
 * @throws Problem `not-found`, or `method-not-allowed` with `Allow`
 */
export function findRoute(
  resources: ReadonlyMap<string, Resource>,
  { method, segments }: Pick<Request, 'method' | 'segments'>,
  isPrivate = false,
  functions: readonly FunctionDeclaration[] = [],
): Route {
  const routes =
    routesOf(resources, segments) ??
    (globalThis.bundleLacks?.functionRoutes ? undefined : routesOfFunctions(functions, segments));
  const allow = routes === undefined ? [] : [...Object.keys(routes), ...(routes['GET'] === undefined ? [] : ['HEAD'])];
  if (method === 'OPTIONS') {
    return { operation: 'options', allow: [...allow, 'OPTIONS'] };
  }
  if (routes === undefined) {
    throw new Problem(
      'not-found',
      isPrivate ? 'There is nothing at this path: GET / lists what is served.' : describeServed(resources, segments),
    );
  }
  const route = routes[method === 'HEAD' ? 'GET' : method];
  if (route === undefined) {
    const methods = [...allow, 'OPTIONS'].join(', ');
    throw new Problem('method-not-allowed', `This path does not take ${method}: use one of ${methods}.`, {
      headers: { Allow: methods },
    });
  }
  refuseNoId(route);
  return route;
}

/** What there is instead of a path: under an item its actions and relations, else the collections. */
function describeServed(resources: ReadonlyMap<string, Resource>, segments: readonly string[]): string {
  const [first = '', , member = ''] = segments;
  const resource = resources.get(first);
  if (resource === undefined || segments.length !== 3) {
    const names = [...resources.keys()];
    return `There is nothing at this path: GET / lists what is served (${names.map((name) => `/${name}`).join(', ')}).${resource === undefined ? didYouMean(first, names) : ''}`;
  }
  const members = [...Object.keys(resource.actions), ...Object.keys(resource.relations)];
  return members.length === 0
    ? `There is nothing at this path: items of ${first} have neither actions nor relations.`
    : `There is nothing at this path: under an item of ${first} are its actions and relations (${members.join(', ')}).${didYouMean(member, members)}`;
}

/** No item has an id that PUT would refuse, nor has DynamoDB a key of every such text. */
function refuseNoId(route: Route): void {
  const named = 'within' in route ? route.within : 'id' in route && route.operation !== 'replace' ? route : undefined;
  if (named?.id !== undefined && !isId(named.id)) {
    throw new Problem(
      'not-found',
      `There is no such item in ${named.resource.name}: an id has 1 to 128 characters of A-Z a-z 0-9 . _ ~ -.`,
    );
  }
}

function routesOf(resources: ReadonlyMap<string, Resource>, segments: readonly string[]): ByMethod | undefined {
  const [first, id, member, ...rest] = segments;
  if (first === undefined) {
    return { GET: { operation: 'service' } };
  }
  if (first === 'health' && id === undefined) {
    return { GET: { operation: 'health' } };
  }
  if (first === 'openapi.json' && id === undefined) {
    return { GET: { operation: 'openapi' } };
  }
  if (first === 'docs' && (id === undefined || (id === 'rapidoc.js' && member === undefined))) {
    return { GET: { operation: id === undefined ? 'docs' : 'renderer' } };
  }
  if (first === 'transactions' && id === undefined) {
    return { POST: { operation: 'transact' } };
  }
  if (!globalThis.bundleLacks?.changes && first === 'changes' && id === undefined && hasChanges(resources)) {
    return { GET: { operation: 'changes' } };
  }
  if (!globalThis.bundleLacks?.changes && first === 'asyncapi.json' && id === undefined && hasChanges(resources)) {
    return { GET: { operation: 'asyncapi' } };
  }
  if (!globalThis.bundleLacks?.sockets && first === 'tickets' && id === undefined && hasChanges(resources)) {
    return { POST: { operation: 'ticket' } };
  }
  const resource = resources.get(first);
  if (resource === undefined || id === '' || rest.length > 0) {
    return undefined;
  }
  if (id !== undefined && member !== undefined) {
    return memberRoutes(resources, resource, id, member);
  }
  // Its path is the action's: no item has such an id.
  const action =
    !globalThis.bundleLacks?.actions && id !== undefined && Object.hasOwn(resource.collectionActions, id)
      ? resource.collectionActions[id]
      : undefined;
  if (action !== undefined) {
    return action.safe
      ? { GET: { operation: 'view', resource, id: undefined, name: id!, action } }
      : { POST: { operation: 'act', resource, id: undefined, name: id!, action } };
  }
  return id === undefined
    ? { GET: { operation: 'list', resource }, POST: { operation: 'create', resource } }
    : {
        GET: { operation: 'read', resource, id },
        PUT: { operation: 'replace', resource, id },
        PATCH: { operation: 'patch', resource, id },
        DELETE: { operation: 'delete', resource, id },
      };
}

/** Whether anything is in a feed: else its path is that of a collection. */
function hasChanges(resources: ReadonlyMap<string, Resource>): boolean {
  return [...resources.values()].some(({ changes }) => changes !== undefined);
}

/** A path of functions of the app's own; no collection has one. */
function routesOfFunctions(
  functions: readonly FunctionDeclaration[],
  segments: readonly string[],
): ByMethod | undefined {
  const fitting = functions.filter(({ route }) => route !== undefined && valuesIn(route.path, segments) !== undefined);
  const paths = fitting.map(({ route }) => route!.path);
  // As API Gateway goes by it, a literal segment goes before a variable.
  const path = paths.find(
    (one) => variablesIn(one).length === Math.min(...paths.map((two) => variablesIn(two).length)),
  );
  const here = fitting.flatMap((declaration): [string, Route][] =>
    declaration.route!.path === path ? [[declaration.route!.method, { operation: 'call', declaration }]] : [],
  );
  return here.length === 0 ? undefined : Object.fromEntries(here);
}

/** `/{collection}/{id}/{member}`: a relation, or an action. */
function memberRoutes(
  resources: ReadonlyMap<string, Resource>,
  resource: Resource,
  id: string,
  member: string,
): ByMethod | undefined {
  const relation = Object.hasOwn(resource.relations, member) ? resource.relations[member] : undefined;
  const action =
    !globalThis.bundleLacks?.actions && Object.hasOwn(resource.actions, member) ? resource.actions[member] : undefined;
  if (action !== undefined) {
    return action.safe
      ? { GET: { operation: 'view', resource, id, name: member, action } }
      : { POST: { operation: 'act', resource, id, name: member, action } };
  }
  return (
    relation && {
      GET: {
        operation: 'related',
        resource: resources.get(relation.collection)!,
        within: { resource, id, attribute: relation.attribute },
      },
    }
  );
}
