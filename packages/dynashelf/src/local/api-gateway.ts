// What API Gateway does with one request, by the service as Serverless resolved it: finds the route, asks the
// authorizer, checks the API key, calls the function, and answers with its gateway responses where it refuses by
// itself. Not done: answers of the authorizer are not kept, usage plans do not count.
import { randomUUID } from 'node:crypto';

import type { APIGatewayAuthorizerResult, APIGatewayProxyResult } from 'aws-lambda';

import { type Answer, answerOf, gatewayResponse, type ResponseType } from './gateway-answer';
import { authorizerEvent, proxyEvent, type Received } from './gateway-event';
import { findRoute, type FoundRoute, type Service } from './gateway-route';
import { type Invoke, InvocationError } from './invoke';

/** Bytes of a body that API Gateway takes, and of an event that Lambda does. */
const MOST_BODY_BYTES = 10 * 1024 * 1024;
const MOST_EVENT_BYTES = 6 * 1024 * 1024;

/** Answers one request; never rejects. */
export type ApiGateway = (received: Received) => Promise<Answer>;

/** @param report is told what went wrong in a function, in lines for its developer */
export function apiGateway(
  service: Service,
  invoke: Invoke,
  apiKey: string | undefined,
  report: (line: string) => void,
): ApiGateway {
  return async (received) => {
    const id = randomUUID();
    try {
      return await answer(received, id);
    } catch (error) {
      if (!(error instanceof Refused)) {
        report(error instanceof InvocationError ? error.message : String((error as Error).stack));
      }
      return gatewayResponse(service, error instanceof Refused ? error.type : 'INTEGRATION_FAILURE', id);
    }
  };

  async function answer(received: Received, id: string): Promise<Answer> {
    const found = findRoute(service, received.method, received.path);
    if (found === undefined) {
      throw new Refused('MISSING_AUTHENTICATION_TOKEN');
    }
    if (received.body.length > MOST_BODY_BYTES) {
      throw new Refused('REQUEST_TOO_LARGE');
    }
    const authorizer = await authorize(received, found, id);
    const isKnown = apiKey !== undefined && received.header('x-api-key') === apiKey;
    if (found.route.private === true && !isKnown) {
      throw new Refused('INVALID_API_KEY');
    }

    const isBinary = service.binaryMediaTypes.includes('*/*');
    const event = JSON.stringify(proxyEvent(received, found, id, isBinary, authorizer, isKnown ? 'local' : undefined));
    if (Buffer.byteLength(event) > MOST_EVENT_BYTES) {
      throw new Refused('REQUEST_TOO_LARGE');
    }
    return answerOf((await invoke(found.functionName, event)) as APIGatewayProxyResult);
  }

  /** What the authorizer passes on to the function. */
  async function authorize(
    received: Received,
    found: FoundRoute,
    id: string,
  ): Promise<Record<string, string> | undefined> {
    const { authorizer } = found.route;
    if (authorizer === undefined || authorizer === '') {
      return undefined;
    }
    if (authorizer.identitySource !== undefined && received.header('authorization') === undefined) {
      throw new Refused('UNAUTHORIZED');
    }
    const result = (await invoke(
      service.functions[authorizer.name]!.name,
      JSON.stringify(authorizerEvent(received, found, id)),
    ).catch((error: Error) => {
      if (error instanceof InvocationError && error.reason === 'Unauthorized') {
        throw new Refused('UNAUTHORIZED');
      }
      report(error.message);
      throw new Refused('AUTHORIZER_FAILURE');
    })) as APIGatewayAuthorizerResult;
    const context = contextOf(result);
    if (context === undefined) {
      throw new Refused('ACCESS_DENIED');
    }
    return context;
  }
}

/** What of an authorizer's answer is passed on to the function; undefined where it lets nobody through. */
export function contextOf({
  principalId,
  policyDocument: { Statement },
  context,
}: APIGatewayAuthorizerResult): Record<string, string> | undefined {
  const says = (effect: string): boolean => Statement.some(({ Effect }) => Effect === effect);
  return says('Allow') && !says('Deny')
    ? {
        principalId,
        ...Object.fromEntries(Object.entries(context ?? {}).map(([name, value]) => [name, String(value)])),
      }
    : undefined;
}

class Refused extends Error {
  constructor(readonly type: ResponseType) {
    super(type);
  }
}
