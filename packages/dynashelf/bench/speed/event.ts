// The events that API Gateway makes of the measured requests, with the headers that it adds.

import type { APIGatewayProxyEvent } from 'aws-lambda';

import { changesOf, PARTITION, valuesOf, type Operation } from './item';

const HEADERS = {
  Accept: 'application/json',
  'Accept-Encoding': 'identity',
  Host: 'a1b2c3d4e5.execute-api.eu-central-1.amazonaws.com',
  'User-Agent': 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36',
  'X-Amzn-Trace-Id': 'Root=1-692f1c2b-0123456789abcdef01234567',
  'X-Forwarded-For': '203.0.113.7',
  'X-Forwarded-Port': '443',
  'X-Forwarded-Proto': 'https',
};

/** The request of an operation on an item, the one so many. */
export function eventOf(operation: Operation, id: string, number: number): APIGatewayProxyEvent {
  switch (operation) {
    case 'get':
      return gatewayEvent('GET', id);
    case 'list 25':
      return gatewayEvent('GET', undefined, { query: { limit: '25' } });
    case 'list 100':
      return gatewayEvent('GET', undefined, { query: { limit: '100' } });
    case 'create':
      return gatewayEvent('POST', undefined, { type: 'application/json', body: valuesOf(number) });
    case 'replace':
      return gatewayEvent('PUT', id, { type: 'application/json', body: valuesOf(number) });
    case 'patch':
      return gatewayEvent('PATCH', id, { type: 'application/merge-patch+json', body: changesOf(number) });
    case 'delete':
      return gatewayEvent('DELETE', id);
  }
}

interface Sent {
  readonly query?: Record<string, string>;
  readonly type?: string;
  readonly body?: unknown;
}

function gatewayEvent(
  httpMethod: string,
  id: string | undefined,
  { query, type, body }: Sent = {},
): APIGatewayProxyEvent {
  const path = id === undefined ? `/${PARTITION}` : `/${PARTITION}/${id}`;
  const headers: Record<string, string> = type === undefined ? HEADERS : { ...HEADERS, 'Content-Type': type };
  return {
    httpMethod,
    path,
    resource: id === undefined ? '/{collection}' : '/{collection}/{id}',
    headers,
    multiValueHeaders: Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, [value]])),
    queryStringParameters: query ?? null,
    multiValueQueryStringParameters:
      query === undefined ? null : Object.fromEntries(Object.entries(query).map(([name, value]) => [name, [value]])),
    pathParameters: id === undefined ? { collection: PARTITION } : { collection: PARTITION, id },
    stageVariables: null,
    // By the binary media types of serverless.yml, every body comes in base64.
    body: body === undefined ? null : Buffer.from(JSON.stringify(body)).toString('base64'),
    isBase64Encoded: body !== undefined,
    requestContext: {
      requestId: '5f6d3c2e-1111-4222-8333-944455566677',
      path: `/dev${path}`,
      stage: 'dev',
      httpMethod,
      protocol: 'HTTP/1.1',
      apiId: 'a1b2c3d4e5',
      domainName: HEADERS.Host,
      identity: { sourceIp: '203.0.113.7', userAgent: HEADERS['User-Agent'] },
    } as APIGatewayProxyEvent['requestContext'],
  };
}
