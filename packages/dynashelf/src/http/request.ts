// An API Gateway event as a request: renamed and put in one form, nothing refused.
import { randomUUID } from 'node:crypto';
import type { APIGatewayProxyEvent } from 'aws-lambda';
import type { Credentials } from '../authentication/caller';
import type { Parsed } from './input/json';

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

/** @param remaining milliseconds until Lambda stops the function */
export function readRequest(event: APIGatewayProxyEvent, remaining: number = LONGEST): Request {
  const headers = readHeaders(event);
  return {
    id: event.requestContext?.requestId ?? randomUUID(),
    method: event.httpMethod.toUpperCase(),
    ...readPath(event),
    parameters: readParameters(event),
    header: (name) => headers.get(name),
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
  const own = path === '/' ? [] : all.slice(mounted(resource, all));
  const full = requestContext?.path ?? path;
  // A stage is in the request context's path alone, a custom domain's base path in both.
  const tail = `/${own.join('/')}`;
  const base = full.endsWith(tail) ? full.slice(0, full.length - tail.length) : own.length === 0 ? full : '';
  return { segments: own.map(decodeSegment), base: base.replace(/\/$/, '') };
}

/** How many segments of the path are a custom domain's base path: those before what the route's template matches. */
function mounted(template: string | undefined, segments: readonly string[]): number {
  const parts = template === undefined || template === '/' ? [] : template.split('/').slice(1);
  const offset = segments.length - parts.length;
  const fits =
    parts.length > 0 &&
    offset > 0 &&
    parts.every((part, index) => part.startsWith('{') || part === segments[offset + index]);
  // {rest+} matches any number of segments, so nothing can be said of those before it.
  return fits && !parts.at(-1)!.endsWith('+}') && parts.some((part) => part.startsWith('{')) ? offset : 0;
}

/** RFC 3986 §2.3: an encoded unreserved character is the character itself. */
export function decodeSegment(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}
