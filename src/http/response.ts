// Results and problems as API Gateway's answers.
import type { APIGatewayProxyResult } from 'aws-lambda';
import type { AnyItem, JsonObject } from '../definition/item';
import type { Resource } from '../definition/resource';
import type { Result } from '../operations/result';
import type { Problem } from '../problem';
import { entityTag, httpDate, isNotModified } from './conditional';
import type { Presentation } from './input';
import { JSON_TYPE } from './media-type';
import type { Request } from './request';

/** An answer before the headers that every answer has. */
export interface Reply {
  readonly status: number;
  readonly headers: Record<string, string>;
  readonly body?: unknown;
}

/** The answer to a request on a resource. */
export function writeResult(request: Request, resource: Resource, result: Result, presentation: Presentation, seal: (position: string) => string): Reply {
  switch (result.kind) {
    case 'deleted': return { status: 204, headers: { 'Cache-Control': 'no-cache' } };
    case 'page': return writePage(request, resource, result, presentation, seal);
    default: return writeItem(request, resource, result, presentation);
  }
}

/** The answer to a request that failed (RFC 9457). */
export function writeProblem(request: Pick<Request, 'id' | 'base'>, { type, title, status, detail, more }: Problem): Reply {
  const { errors, headers, current } = more;
  return {
    status,
    headers: { 'Content-Type': 'application/problem+json', 'Cache-Control': 'no-store', ...(current !== undefined && { ETag: entityTag(current) }), ...headers },
    body: { type: `${request.base}/docs#${type}`, title, status, detail, instance: request.id, ...(errors !== undefined && { errors }), ...(current !== undefined && { current }) },
  };
}

/** A reply as API Gateway takes it; the answer to HEAD has no body (RFC 9110 §9.3.2). */
export function toGateway(request: Pick<Request, 'method'>, { status, headers, body }: Reply): APIGatewayProxyResult {
  return { statusCode: status, headers, body: body === undefined || request.method === 'HEAD' ? '' : JSON.stringify(body), isBase64Encoded: false };
}

function writeItem(request: Request, resource: Resource, { kind, item }: Extract<Result, { item: AnyItem }>, { fields, preferences }: Presentation): Reply {
  const isRead = kind === 'found';
  const tag = fields === undefined ? entityTag(item) : undefined;
  const headers: Record<string, string> = {
    'Cache-Control': isRead ? cacheControl(resource) : 'no-cache',
    'Last-Modified': httpDate(item.updatedAt),
    ...(tag !== undefined && { ETag: tag }),
    ...(kind === 'created' && { Location: `${request.base}/${resource.name}/${item.id}` }),
    ...(!isRead && preferences.return !== undefined && { 'Preference-Applied': `return=${preferences.return}` }),
  };
  if (isRead && isNotModified(request, tag, item.updatedAt)) {
    return { status: 304, headers };
  }
  const status = kind === 'created' ? 201 : 200;
  return !isRead && preferences.return === 'minimal'
    ? { status, headers }
    : { status, headers: { 'Content-Type': JSON_TYPE, ...headers }, body: select(item, fields) };
}

function writePage(request: Request, resource: Resource, { items, next }: Extract<Result, { kind: 'page' }>, { fields }: Presentation, seal: (position: string) => string): Reply {
  const link = next === undefined ? undefined : nextLink(request, seal(next));
  return {
    status: 200,
    headers: {
      'Content-Type': JSON_TYPE,
      'Cache-Control': cacheControl(resource),
      // RFC 8288
      ...(link !== undefined && { Link: `<${link}>; rel="next"` }),
    },
    body: { items: items.map((item) => select(item, fields)), ...(link !== undefined && { next: link }) },
  };
}

/** The request's own path and parameters with the cursor of the next page. */
function nextLink({ base, segments, parameters }: Request, cursor: string): string {
  const query = [...parameters.filter(([name]) => name !== 'cursor'), ['cursor', cursor] as const];
  return `${base}/${segments.join('/')}?${query.map((pair) => pair.map(encodeURIComponent).join('=')).join('&')}`;
}

function select(item: AnyItem, fields: ReadonlySet<string> | undefined): AnyItem | JsonObject {
  return fields === undefined ? item : Object.fromEntries(Object.entries(item).filter(([name]) => fields.has(name))) as JsonObject;
}

function cacheControl({ maxAge }: Resource): string {
  return maxAge === undefined ? 'no-cache' : `max-age=${maxAge}`;
}
