// The events that API Gateway makes of a request, for a function and for its authorizer.

import type { IncomingMessage } from 'node:http';

import type { APIGatewayProxyEvent, APIGatewayRequestAuthorizerEvent } from 'aws-lambda';

import type { FoundRoute } from './gateway-route';

/** A request as it came, whole. */
export interface Received {
  /** Upper case. */
  readonly method: string;
  /** The path as it was sent, without the query. */
  readonly path: string;
  /** Each name once, as it was first written, and its lines. */
  readonly lines: Readonly<Record<string, string[]>>;
  /** The lines of a header, by its name in lower case, joined by commas. */
  header(name: string): string | undefined;
  /** The query, decoded; null without one. */
  readonly parameters: Readonly<Record<string, string[]>> | null;
  readonly body: Buffer;
  readonly address: string;
}

const STAGE = 'local';

/** A request as API Gateway reads it off the wire: its path, parameters and headers in the forms that an event has. */
export function receive(request: IncomingMessage, body: Buffer): Received {
  // RFC 9112 §3.2.2: a client may send the whole URL.
  const target = (request.url ?? '/').replace(/^https?:\/\/[^/?]*/i, '');
  const [path = '', query = ''] = split(target);
  // Without a prototype: names are the client's, and `constructor` is one.
  const names = new Map<string, string>();
  const lines: Record<string, string[]> = Object.create(null) as Record<string, string[]>;
  for (let at = 0; at < request.rawHeaders.length; at += 2) {
    const [name = '', value = ''] = request.rawHeaders.slice(at, at + 2);
    const first = names.get(name.toLowerCase()) ?? name;
    names.set(name.toLowerCase(), first);
    (lines[first] ??= []).push(value);
  }
  return {
    method: request.method ?? 'GET',
    path: path === '' ? '/' : path,
    lines,
    header: (name) => lines[names.get(name) ?? '']?.join(', '),
    parameters: parametersOf(query),
    body,
    address: request.socket.remoteAddress ?? '',
  };
}

/** @param isBinary whether bodies are handed over in base64, as where the binary media types are all */
export function proxyEvent(
  received: Received,
  found: FoundRoute,
  id: string,
  isBinary: boolean,
  authorizer: Record<string, string> | undefined,
  apiKeyId: string | undefined,
): APIGatewayProxyEvent {
  const { body } = received;
  const { requestContext, ...event } = common(received, found, id);
  return {
    ...event,
    body: body.length === 0 ? null : body.toString(isBinary ? 'base64' : 'utf8'),
    isBase64Encoded: isBinary && body.length > 0,
    requestContext: {
      ...requestContext,
      ...(authorizer && { authorizer }),
      identity: { ...requestContext.identity, apiKeyId: apiKeyId ?? null },
    },
  } as unknown as APIGatewayProxyEvent;
}

/** The event that API Gateway sends to an authorizer of the type REQUEST. */
export function authorizerEvent(received: Received, found: FoundRoute, id: string): APIGatewayRequestAuthorizerEvent {
  const methodArn = `arn:aws:execute-api:us-east-1:000000000000:local/${STAGE}/${received.method}${received.path}`;
  return { type: 'REQUEST', methodArn, ...common(received, found, id) } as unknown as APIGatewayRequestAuthorizerEvent;
}

function common(
  { method, path, lines, header, parameters, address }: Received,
  { route, pathParameters }: FoundRoute,
  id: string,
) {
  return {
    resource: route.path,
    path,
    httpMethod: method,
    headers: lastOf(lines),
    multiValueHeaders: lines,
    queryStringParameters: parameters && lastOf(parameters),
    multiValueQueryStringParameters: parameters,
    pathParameters,
    stageVariables: null,
    requestContext: {
      requestId: id,
      extendedRequestId: id,
      stage: STAGE,
      path,
      httpMethod: method,
      resourcePath: route.path,
      protocol: 'HTTP/1.1',
      requestTimeEpoch: Date.now(),
      identity: { sourceIp: address, userAgent: header('user-agent') ?? null },
    },
  };
}

function split(target: string): [path: string, query: string] {
  const at = target.indexOf('?');
  return at < 0 ? [target, ''] : [target.slice(0, at), target.slice(at + 1)];
}

function parametersOf(query: string): Record<string, string[]> | null {
  const all = new URLSearchParams(query);
  const names = new Set(all.keys());
  return names.size === 0 ? null : Object.fromEntries([...names].map((name) => [name, all.getAll(name)]));
}

function lastOf(lists: Readonly<Record<string, string[]>>): Record<string, string> {
  return Object.fromEntries(Object.entries(lists).map(([name, values]) => [name, values.at(-1) ?? '']));
}
