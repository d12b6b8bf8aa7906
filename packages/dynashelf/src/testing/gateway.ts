// What API Gateway does with a request before it calls a function: it finds the route, asks the authorizer where data
// is concerned, and answers by itself where that refuses.

import type { APIGatewayProxyEvent, APIGatewayProxyResult, APIGatewayRequestAuthorizerEvent } from 'aws-lambda';

import type { Config } from '../config';
import type { Authorizer } from '../http/endpoints/authorizer';
import { gatewayResponse, type ResponseType } from '../local/gateway-answer';
import { contextOf } from '../local/api-gateway';
import { comparePaths, type GatewayResponse } from '../local/gateway-route';
import { gatewayResponses } from '../serverless/gateway-responses';
import type { FunctionDeclaration } from '../definition/function';
import { routesOf, type Route as GatewayRoute } from '../serverless/routes';

/** A route, and the function that API Gateway calls by it. */
export type Route = GatewayRoute & { readonly name: string };

/**
 * All routes of an app, of which some functions are its own.
 * @param changing the collections whose changes are kept
 */
export function routesWith(
  declarations: readonly FunctionDeclaration[] = [],
  changing: readonly string[] = [],
): readonly Route[] {
  return Object.entries(routesOf({ declarations, changing })).flatMap(([name, of]) =>
    of.map((route) => ({ name, ...route })),
  );
}

const engineRoutes = routesWith();

/** The path template that API Gateway finds for a path: literal segments before variables. */
export function templateOf(pathname: string, routes: readonly Route[] = engineRoutes): string {
  const segments = pathname.split('/').slice(1);
  const fits = (template: string): boolean => {
    const parts = template.split('/').slice(1);
    return (
      (parts.at(-1)!.endsWith('+}') ? segments.length >= parts.length : segments.length === parts.length) &&
      parts.every((part, index) => part.startsWith('{') || part === segments[index])
    );
  };
  const templates = [...new Set(routes.map(({ path }) => path))].filter(fits);
  return templates.toSorted(comparePaths)[0] ?? pathname;
}

/** The route of a method and a template; undefined where API Gateway has none. */
export function routeOf(method: string, template: string, routes: readonly Route[] = engineRoutes): Route | undefined {
  const here = routes.filter(({ path }) => path === template);
  return here.find((route) => route.method === method.toLowerCase()) ?? here.find((route) => route.method === 'any');
}

/** The event with what the authorizer says of its sender, or the answer where it lets nobody through. */
export type Guard = (event: APIGatewayProxyEvent) => Promise<APIGatewayProxyEvent | APIGatewayProxyResult>;

/** Whether API Gateway asks the authorizer before it calls a function by a route. */
export function isGuarded({ guard }: GatewayRoute, { description }: Pick<Config, 'description'>): boolean {
  return guard === 'data' || (guard === 'description' && description === 'private');
}

/** @param ask makes the authorizer, when the first request comes */
export function guardedBy(ask: () => Authorizer): Guard {
  let authorizer: Authorizer | undefined;
  return async (event) => {
    authorizer ??= ask();
    const { httpMethod, path, requestContext } = event;
    const asked = {
      ...event,
      type: 'REQUEST',
      methodArn: `arn:aws:execute-api:us-east-1:000000000000:test/test/${httpMethod}${path}`,
      requestContext: { ...requestContext, authorizer: undefined },
    } as unknown as APIGatewayRequestAuthorizerEvent;
    try {
      const context = contextOf(await authorizer(asked));
      return context === undefined
        ? refusal('ACCESS_DENIED', requestContext.requestId)
        : { ...event, requestContext: { ...requestContext, authorizer: context } };
    } catch (error) {
      const isUnauthorized = (error as Error).message === 'Unauthorized';
      return refusal(isUnauthorized ? 'UNAUTHORIZED' : 'AUTHORIZER_FAILURE', requestContext.requestId);
    }
  };
}

const responses = Object.values(gatewayResponses({ of: () => '/docs' })).map(
  (resource) => (resource as { Properties: GatewayResponse }).Properties,
);

function refusal(type: ResponseType, id: string): APIGatewayProxyResult {
  const { status, headers, body } = gatewayResponse({ responses }, type, id);
  return { statusCode: status, headers: headers as Record<string, string>, body: body.toString() };
}
