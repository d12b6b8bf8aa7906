// An event as it came, held to the form that API Gateway gives it: whatever calls the function, what it lacks is empty.
import type { APIGatewayProxyEvent } from 'aws-lambda';

/** A request id that can be a header and a line of a log. */
const REQUEST_ID = /^[\x21-\x7e]{1,128}$/;

/**
 * The id of a request. API Gateway's `requestId` can be chosen by clients, so it is the last resort: access logs name
 * the other.
 */
export function requestIdOf({
  extendedRequestId,
  requestId,
}: {
  readonly extendedRequestId?: unknown;
  readonly requestId?: unknown;
}): string | undefined {
  return [extendedRequestId, requestId].map(textOf).find((id) => id !== undefined && REQUEST_ID.test(id));
}

/** The event with each field that is read of the type that it should have. */
export function soundEvent(event: unknown): APIGatewayProxyEvent {
  const given = recordOf(event) ?? {};
  const context = recordOf(given['requestContext']) ?? {};
  const path = textOf(given['path']) ?? textOf(context['path']) ?? '/';
  return {
    ...given,
    httpMethod: textOf(given['httpMethod']) ?? '',
    path,
    resource: textOf(given['resource']),
    headers: textsOf(given['headers'], textOf) ?? {},
    multiValueHeaders: textsOf(given['multiValueHeaders'], listOf) ?? null,
    queryStringParameters: textsOf(given['queryStringParameters'], textOf) ?? null,
    multiValueQueryStringParameters: textsOf(given['multiValueQueryStringParameters'], listOf) ?? null,
    body: textOf(given['body']) ?? null,
    isBase64Encoded: given['isBase64Encoded'] === true,
    requestContext: { ...context, requestId: requestIdOf(context), path: textOf(context['path']) ?? path },
  } as unknown as APIGatewayProxyEvent;
}

function recordOf(value: unknown): Record<string, unknown> | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : undefined;
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

function listOf(value: unknown): string[] | undefined {
  return !Array.isArray(value) ? undefined : value.every(isText) ? value : value.filter(isText);
}

function isText(value: unknown): value is string {
  return typeof value === 'string';
}

/** The members of a record that are of the right type; the record itself where all are. */
function textsOf<T>(value: unknown, read: (inner: unknown) => T | undefined): Record<string, T> | undefined {
  const record = recordOf(value);
  if (record === undefined || Object.values(record).every((inner) => read(inner) === inner)) {
    return record as Record<string, T> | undefined;
  }
  return Object.fromEntries(
    Object.entries(record).flatMap(([name, inner]) => {
      const text = read(inner);
      return text === undefined ? [] : [[name, text]];
    }),
  );
}
