// An API Gateway event as a request: renamed and put in one form, nothing refused.
import { randomUUID } from 'node:crypto';
import type { APIGatewayProxyEvent } from 'aws-lambda';
import type { Credentials } from '../authentication/caller';
import type { Parsed } from './input/json';

/** A request in one form, whatever form the event of the gateway has. */
export interface Request {
  /** Identifies the request in answers and logs. */
  readonly id: string;
  /** Upper case; HEAD as it came. */
  readonly method: string;
  /** The path as its segments, decoded, without stage or base path; none for `/`. */
  readonly segments: readonly string[];
  /** What stands before the path in every link: `/prod`, or nothing. */
  readonly base: string;
  /** Query parameters, decoded, in the order they came. */
  readonly parameters: readonly (readonly [name: string, value: string])[];
  /** A header's value by its name in lower case; several lines joined by commas (RFC 9110 §5.3). */
  header(name: string): string | undefined;
  /** All headers, by their names in lower case, of a request that came as an event. */
  readonly headers?: ReadonlyMap<string, string>;
  readonly body: { readonly text: string; readonly isBase64: boolean } | undefined;
  /** The body parsed already, of a request within another. */
  readonly parsed?: Parsed | undefined;
  /** What API Gateway and the authorizer have verified of it. */
  readonly credentials: Credentials;
  /** When the function's time is over, in milliseconds since 1970. */
  readonly deadline: number;
}

/** Milliseconds that stay for the answer when the time for the work is over. */
const MARGIN = 1_500;

/** API Gateway waits 29 s for the function. */
const LONGEST = 29_000;

/**
 * Reads an event, whatever it lacks.
 * @param remaining milliseconds until Lambda stops the function
 */
export function readRequest(raw: unknown, remaining: number = LONGEST): Request {
  const event = normalizeEvent(raw);
  const headers = readHeaders(event);
  return {
    id: event.requestContext?.requestId ?? randomUUID(),
    method: event.httpMethod.toUpperCase(),
    ...readPath(event),
    parameters: readParameters(event),
    header: (name) => headers.get(name),
    headers,
    body:
      event.body === null || event.body === undefined || event.body === ''
        ? undefined
        : { text: event.body, isBase64: event.isBase64Encoded },
    credentials: readCredentials(event),
    deadline: Date.now() + Math.min(remaining, LONGEST) - MARGIN,
  };
}

function readCredentials({ requestContext }: APIGatewayProxyEvent): Credentials {
  const apiKeyId = requestContext?.identity?.apiKeyId as unknown;
  return {
    context: requestContext?.authorizer,
    apiKeyId: typeof apiKeyId === 'string' && apiKeyId !== '' ? apiKeyId : undefined,
  };
}

function readHeaders({ headers, multiValueHeaders }: APIGatewayProxyEvent): Map<string, string> {
  const lines: Readonly<Record<string, string | string[] | undefined>> = multiValueHeaders ?? headers ?? {};
  const read = new Map<string, string>();
  for (const name of Object.keys(lines)) {
    const value = lines[name];
    if (value !== undefined) {
      read.set(
        name.toLowerCase(),
        typeof value === 'string' ? value : value.length === 1 ? value[0]! : value.join(', '),
      );
    }
  }
  return read;
}

function readParameters({
  queryStringParameters,
  multiValueQueryStringParameters,
}: APIGatewayProxyEvent): [string, string][] {
  return multiValueQueryStringParameters === null || multiValueQueryStringParameters === undefined
    ? Object.entries(queryStringParameters ?? {}).map(([name, value]) => [name, value ?? ''])
    : Object.entries(multiValueQueryStringParameters).flatMap(([name, values]) =>
        (values ?? []).map((value): [string, string] => [name, value]),
      );
}

function readPath({ path, resource, requestContext }: APIGatewayProxyEvent): Pick<Request, 'segments' | 'base'> {
  const all = path.split('/').slice(1);
  const own = path === '/' ? [] : all.slice(basePathLength(resource, all));
  const full = requestContext?.path ?? path;
  // A stage is in the request context's path alone, a custom domain's base path in both.
  const tail = `/${own.join('/')}`;
  const base = full.endsWith(tail) ? full.slice(0, full.length - tail.length) : own.length === 0 ? full : '';
  return { segments: own.map(decodeSegment), base: base.replace(/\/$/, '') };
}

/** How many segments of the path are a custom domain's base path: those before what the route's template matches. */
function basePathLength(template: string | undefined, segments: readonly string[]): number {
  // {rest+} matches any number of segments, so nothing can be said of those before it.
  if (template === undefined || template.endsWith('+}')) {
    return 0;
  }
  const parts = template === '/' ? [] : template.split('/').slice(1);
  const offset = segments.length - parts.length;
  const fits = offset > 0 && parts.every((part, index) => part.startsWith('{') || part === segments[offset + index]);
  return fits ? offset : 0;
}

/** RFC 3986 §2.3: an encoded unreserved character is the character itself. */
export function decodeSegment(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}

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

/**
 * The event held to the form that API Gateway gives it, whatever calls the function: a field of another type counts as
 * absent.
 */
export function normalizeEvent(event: unknown): APIGatewayProxyEvent {
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

/** Whether an event is a request that API Gateway passes on. */
export function isGatewayEvent(event: unknown): event is APIGatewayProxyEvent {
  const given = recordOf(event);
  return typeof given?.['httpMethod'] === 'string' && recordOf(given['requestContext']) !== undefined;
}
