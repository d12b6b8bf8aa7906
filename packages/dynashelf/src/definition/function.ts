// A function of an app's own: what its file says, read into one form, and what of it is told to others.
import type { OwnProblemType } from '../problem';
import { itemSchema, requestSchema } from '../values/json-schema';
import type { JsonSchema } from '../values/kind';
import type { SchemaNode } from '../values/node';
import type { SchemaDefinition } from '../values/attribute';
import type { Caller } from '../values/caller';
import type { AnyMessage } from './message';
import type { AnyOwnProblem } from './thrown';

/** By which requests a function is called. */
export interface FunctionRoute {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Such as `/payments/webhook`, or `/reports/{year}`. */
  readonly path: string;
}

/** Who may call a function by its route: without items there are no owners. */
export type FunctionRule =
  | 'public'
  | 'authenticated'
  | { readonly role: string | readonly string[] }
  | { readonly any: readonly FunctionRule[] }
  | { readonly all: readonly (FunctionRule | readonly FunctionRule[])[] }
  | ((caller: Caller) => boolean);

/** What the file of a function says, but for its types. */
export interface FunctionKeywords {
  /** By which requests it is called: a method and a path, such as `POST /payments/webhook` or `GET /reports/{year}`. */
  readonly route?: string;
  /** When it is called: `rate(1 day)`, or `cron(0 3 * * ? *)` in UTC, as EventBridge has it. */
  readonly schedule?: string;
  /** The kind of message that it takes, as `defineMessage` made it. */
  readonly message?: AnyMessage;
  /** What it does, for people: one sentence or more. */
  readonly description: string;
  /** Who may call it by its route; nobody, without it. `public` alone: neither token nor key is asked for. */
  readonly access?: FunctionRule | readonly FunctionRule[];
  /** What it is called with: attributes, checked like an item's; or `raw`, the bytes of a request as they came. */
  readonly body?: 'raw' | SchemaDefinition;
  /** The variables of the route's path: Strings, where nothing else is said, Numbers, Booleans and Dates. */
  readonly params?: SchemaDefinition;
  /** The parameters of the route's query: Strings, Numbers, Booleans and Dates. */
  readonly query?: SchemaDefinition;
  /** The attributes of the JSON that it answers with, for the description. */
  readonly answer?: SchemaDefinition;
  /** The problem types of the app's own that `run` throws, beside those that resource files name. */
  readonly problems?: readonly AnyOwnProblem[];
  /** The collections that its `api` reads. */
  readonly reads?: readonly string[];
  /** The collections that its `api` reads and writes. */
  readonly writes?: readonly string[];
}

/** What a function is told of. */
export interface Subscription {
  readonly collection: string;
  /** The kinds of changes that it handles: `created`, `updated`, `deleted`; `any` for those that are none of these. */
  readonly kinds: readonly SubscribedKind[];
}

/** The names of a subscriber's handlers. */
export const SUBSCRIBED_KINDS = ['created', 'updated', 'deleted', 'any'] as const;

/** A kind of change, as subscribers name it. */
export type SubscribedKind = (typeof SUBSCRIBED_KINDS)[number];

/** A function as all other code knows it. */
export interface LoadedFunction {
  readonly description: string;
  readonly route: FunctionRoute | undefined;
  readonly schedule: string | undefined;
  /** The name of the kind of message that it takes. */
  readonly message: string | undefined;
  /** Whose changes it handles; undefined where it is no subscriber. */
  readonly subscribes: Subscription | undefined;
  /** One is enough; none lets nobody in. */
  readonly access: readonly FunctionRule[];
  readonly body: 'raw' | ReadonlyMap<string, SchemaNode> | undefined;
  /** Each variable of the route's path. */
  readonly params: ReadonlyMap<string, SchemaNode>;
  readonly query: ReadonlyMap<string, SchemaNode>;
  readonly answer: ReadonlyMap<string, SchemaNode> | undefined;
  readonly problems: readonly AnyOwnProblem[];
  readonly reads: readonly string[];
  readonly writes: readonly string[];
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- each takes what its own keywords say
  run(this: void, input: any): unknown;
}

/**
 * What others have to know of a function: the gateway, the authorizer, the description. It is JSON, as none of these
 * is bundled with the function's code.
 */
export interface FunctionDeclaration {
  /** Its name in serverless.yml. */
  readonly name: string;
  readonly description: string;
  readonly route?: FunctionRoute;
  readonly schedule?: string;
  /** The name of the kind of message that it takes. */
  readonly message?: string;
  /** The collection whose changes it handles. */
  readonly subscribes?: string;
  /** `function` stands for one, of which nobody knows what it says. */
  readonly access: readonly DeclaredRule[];
  /** Whether it lets in whoever has no credentials. */
  readonly isPublic: boolean;
  readonly body?: 'raw' | JsonSchema;
  readonly params?: JsonSchema;
  readonly query?: JsonSchema;
  readonly answer?: JsonSchema;
  readonly problems?: readonly DeclaredProblem[];
  readonly reads: readonly string[];
  readonly writes: readonly string[];
}

/** A problem type of the app's own as others know it. */
export interface DeclaredProblem extends OwnProblemType {
  readonly description: string;
  /** What its documents have beside what every problem has. */
  readonly schema: JsonSchema;
}

/** A rule as others know it. */
export type DeclaredRule =
  | 'public'
  | 'authenticated'
  | 'function'
  | { readonly role: string | readonly string[] }
  | { readonly all: readonly (readonly DeclaredRule[])[] };

/** What others have to know of a function. */
export function declarationOf(name: string, loaded: LoadedFunction, isPublic: boolean): FunctionDeclaration {
  const { description, route, schedule, message, subscribes, access } = loaded;
  const { body, params, query, answer, problems, reads, writes } = loaded;
  return {
    name,
    description,
    ...(route !== undefined && { route }),
    ...(schedule !== undefined && { schedule }),
    ...(message !== undefined && { message }),
    ...(subscribes !== undefined && { subscribes: subscribes.collection }),
    access: access.map(declared),
    isPublic,
    ...(body !== undefined && { body: body === 'raw' ? body : requestSchema(body) }),
    ...(params.size > 0 && { params: requestSchema(params) }),
    ...(query.size > 0 && { query: requestSchema(query) }),
    ...(answer !== undefined && { answer: requestSchema(answer) }),
    ...(problems.length > 0 && { problems: problems.map(declaredProblem) }),
    reads,
    writes,
  };
}

function declaredProblem({ type, status, title, description, attributes }: AnyOwnProblem): DeclaredProblem {
  return { type, status, title, description, schema: itemSchema(attributes) };
}

/** Its rules are flat: what stood under `any` is among the others, the parts of `all` are arrays. */
function declared(rule: FunctionRule): DeclaredRule {
  return typeof rule === 'function'
    ? 'function'
    : typeof rule === 'object' && 'all' in rule
      ? { all: rule.all.map((part) => [part].flat().map((one) => declared(one))) }
      : (rule as DeclaredRule);
}

/** Whether API Gateway asks nobody who calls by a route for credentials. */
export function isUnguarded({ access }: { readonly access: readonly unknown[] }): boolean {
  return access.length === 1 && access[0] === 'public';
}
