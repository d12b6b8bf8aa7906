// Which function API Gateway calls for a request, by the routes of serverless.yml.

import type { StreamMapping } from './event-source';

/** The service as Serverless resolved it, as far as API Gateway is concerned. */
export interface Service {
  readonly functions: Readonly<
    Record<
      string,
      {
        readonly name: string;
        readonly routes: readonly Route[];
        /** When it is called, as EventBridge has it. */
        readonly schedules?: readonly string[];
        /** How it is given the table's stream. */
        readonly streams?: readonly StreamMapping[];
      }
    >
  >;
  readonly binaryMediaTypes: readonly string[];
  readonly responses: readonly GatewayResponse[];
  /** The topic and the bus that changes are published to. */
  readonly publishedTo?: readonly string[];
}

/** An `http` event of a function. */
export interface Route {
  readonly path: string;
  readonly method: string;
  /** Nothing is asked where it is empty. */
  readonly authorizer?: '' | { readonly name: string; readonly identitySource?: string };
  readonly private?: boolean;
}

/** The properties of an AWS::ApiGateway::GatewayResponse. */
export interface GatewayResponse {
  readonly ResponseType: string;
  readonly StatusCode: string;
  readonly ResponseParameters: Readonly<Record<string, string>>;
  readonly ResponseTemplates: Readonly<Record<string, string>>;
}

/** The route of a request, and the function behind it. */
export interface FoundRoute {
  /** The function's name as Lambda knows it. */
  readonly functionName: string;
  readonly route: Route;
  readonly pathParameters: Readonly<Record<string, string>> | null;
}

/** A literal segment goes before a variable, a named method before `any`; undefined where there is no route. */
export function findRoute({ functions }: Service, method: string, path: string): FoundRoute | undefined {
  const segments = path.split('/').slice(1);
  const fitting = Object.values(functions)
    .flatMap(({ name, routes }) =>
      routes.map((route) => ({ functionName: name, route, parts: route.path.replace(/^\//, '').split('/') })),
    )
    .filter(({ parts }) => fits(parts, segments));
  const best = fitting.toSorted((one, other) => comparePaths(one.route.path, other.route.path))[0];
  const here = fitting.filter(({ route }) => route.path === best?.route.path);
  const found =
    here.find(({ route }) => route.method.toUpperCase() === method) ??
    here.find(({ route }) => route.method.toUpperCase() === 'ANY');
  return found && { ...found, pathParameters: parametersOf(found.parts, segments) };
}

function fits(parts: readonly string[], segments: readonly string[]): boolean {
  return (
    (isRest(parts.at(-1)) ? segments.length >= parts.length : segments.length === parts.length) &&
    parts.every((part, index) => isVariable(part) || part === segments[index])
  );
}

/** Orders paths that fit the same segments: level by level a literal first, a rest last. */
export function comparePaths(one: string, other: string): number {
  return rank(one).localeCompare(rank(other));
}

function rank(path: string): string {
  return path
    .replace(/^\//, '')
    .split('/')
    .map((part) => (isRest(part) ? '2' : isVariable(part) ? '1' : '0'))
    .join('');
}

function parametersOf(parts: readonly string[], segments: readonly string[]): Record<string, string> | null {
  const found = parts.flatMap((part, index) =>
    isVariable(part)
      ? [
          [
            part.replace(/[{}+]/g, ''),
            decoded(isRest(part) ? segments.slice(index).join('/') : segments[index]!),
          ] as const,
        ]
      : [],
  );
  return found.length === 0 ? null : Object.fromEntries(found);
}

function isVariable(part: string): boolean {
  return part.startsWith('{');
}

function isRest(part: string | undefined): boolean {
  return part?.endsWith('+}') === true;
}

function decoded(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}
