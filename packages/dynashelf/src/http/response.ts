// Results and problems as API Gateway's answers.
import type { APIGatewayProxyResult } from 'aws-lambda';
import type { CallerAccess } from '../authorization/permission';
import { show } from '../definition/access';
import { refuseLacked } from '../definition/features';
import type { AnyItem } from '../definition/item';
import type { JsonObject } from '../values/json';
import type { Resource } from '../definition/resource';
import type { Expanded } from '../operations/expand';
import type { ItemResult, PageResult, Result, ViewResult } from '../operations/result';
import { Problem } from '../problem';
import { revisionOf } from '../store/write/preconditions';
import { encode } from './coding';
import { entityTag, httpDate, isNotModified, weakTag } from './conditional';
import type { PartResponseOptions, ResponseOptions } from './input/input';
import { JSON_TYPE } from './media-type';
import type { Request } from './request';

/** An answer before the headers that every answer has. */
export interface Reply {
  readonly status: number;
  readonly headers: Record<string, string>;
  readonly body?: unknown;
  /** A body that is text already. */
  readonly text?: string;
  /** A body of bytes, sent as they are. */
  readonly bytes?: Uint8Array;
  /** Where its compressed form is kept, of a body that is sent many times. */
  readonly kept?: { gzip?: string };
  /** Request headers that change the answer, besides those that change all (RFC 9110 §12.5.5). */
  readonly vary?: readonly string[];
  /** What the request cost would tell of items that its caller may not see. */
  readonly isCostHidden?: boolean;
}

/** The answer to a request on data. */
export function writeResult(
  request: Request,
  result: Result,
  responseOptions: ResponseOptions | PartResponseOptions,
): Reply {
  if (result.kind === 'replayed') {
    return replay(result.response);
  }
  if ('parts' in responseOptions) {
    return writeParts(result, responseOptions);
  }
  switch (result.kind) {
    case 'deleted':
      return { status: 204, headers: { 'Cache-Control': 'no-cache' } };
    case 'answered':
      return { status: 200, headers: { 'Content-Type': JSON_TYPE, 'Cache-Control': 'no-cache' }, body: result.body };
    case 'viewed':
      return globalThis.bundleLacks?.safeActions
        ? refuseLacked('safeActions')
        : writeView(request, result, responseOptions);
    case 'all-created':
      return writeAll(
        result.images.map(({ item }) => item),
        responseOptions,
      );
    case 'page':
      return writePage(request, result, responseOptions);
    case 'transacted':
      throw new Error('The results of a transaction are presented as its parts want them.');
    default:
      return writeItem(request, result, responseOptions);
  }
}

/** The answer to a request that failed (RFC 9457). */
export function writeProblem(
  request: Pick<Request, 'id' | 'base'>,
  { type, title, status, detail, more }: Problem,
): Reply {
  const { errors, headers, current, extension } = more;
  return {
    status,
    headers: {
      'Content-Type': 'application/problem+json',
      'Cache-Control': 'no-store',
      ...(current !== undefined && { ETag: entityTag(current.revision) }),
      ...headers,
    },
    body: {
      type: `${request.base}/docs#${type}`,
      title,
      status,
      detail,
      instance: request.id,
      ...extension,
      ...(errors !== undefined && { errors }),
      ...(current !== undefined && { current: current.item }),
    },
  };
}

/**
 * A reply as API Gateway takes it; the answer to HEAD has no body, and the length that GET's has (RFC 9110 §9.3.2,
 * §8.6).
 */
export function toGateway(
  request: Pick<Request, 'method' | 'header'>,
  { status, headers, body, text, bytes, kept }: Reply,
): APIGatewayProxyResult {
  const sent =
    bytes === undefined
      ? encode(request, { status, headers, text: text ?? (body === undefined ? '' : JSON.stringify(body)), kept })
      : { headers, body: Buffer.from(bytes).toString('base64'), isBase64Encoded: true };
  if (request.method !== 'HEAD' || sent.body === '') {
    return { statusCode: status, ...sent };
  }
  const length = Buffer.byteLength(sent.body, sent.isBase64Encoded ? 'base64' : 'utf8');
  return {
    statusCode: status,
    headers: { ...sent.headers, 'Content-Length': String(length) },
    body: '',
    isBase64Encoded: false,
  };
}

/** The answer that was kept for the same request. */
function replay(outcome: string): Reply {
  const reply = JSON.parse(outcome) as Reply;
  return { ...reply, headers: { ...reply.headers, 'Idempotent-Replayed': 'true' } };
}

/** The answer to a transaction: those to its parts, in order. */
function writeParts(result: Result, { parts }: PartResponseOptions): Reply {
  const results = result.kind === 'transacted' ? result.results : [result];
  return {
    status: 200,
    headers: { 'Content-Type': JSON_TYPE, 'Cache-Control': 'no-cache' },
    body: {
      results: results.map((one, index) => writeResult(parts[index]!.request, one, parts[index]!.responseOptions)),
    },
  };
}

function writeAll(items: readonly AnyItem[], { resource, fields, preferences, permission }: ResponseOptions): Reply {
  const shown = items.map((item) => show(permission, item)).filter((item) => item !== undefined);
  const headers = {
    'Cache-Control': 'no-cache',
    ...(preferences.return !== undefined && { 'Preference-Applied': `return=${preferences.return}` }),
  };
  // What the caller may not read is no answer to its writing either.
  return preferences.return === 'minimal' || shown.length < items.length
    ? { status: 201, headers }
    : {
        status: 201,
        headers: { 'Content-Type': JSON_TYPE, ...headers },
        body: { items: shown.map((item) => select(madeOf(resource, item), fields)) },
      };
}

function writeItem(
  request: Request,
  { kind, image: { item, record }, of, expanded }: ItemResult,
  { resource: asked, fields, preferences, permission, access }: ResponseOptions,
): Reply {
  const resource = of ?? asked;
  const shown = show(resource === asked ? permission : access.permission(resource, 'read'), item);
  const isRead = kind === 'found';
  const tag = fields === undefined && expanded === undefined ? entityTag(revisionOf(record)) : undefined;
  // What is expanded changes, and vanishes, without this item: no date of its own says so.
  const modified = expanded === undefined ? item.updatedAt : undefined;
  const headers: Record<string, string> = {
    'Cache-Control': isRead ? cacheControl(resource, access) : 'no-cache',
    ...(modified !== undefined && { 'Last-Modified': httpDate(modified) }),
    ...(tag !== undefined && { ETag: tag }),
    ...(kind === 'created' && { Location: `${request.base}/${resource.name}/${item.id}` }),
    ...(!isRead && preferences.return !== undefined && { 'Preference-Applied': `return=${preferences.return}` }),
  };
  // RFC 9110 §13.1.3: a method that does something does it, and is not answered 304.
  if (isRead && request.method !== 'POST' && isNotModified(request, tag, modified)) {
    return { status: 304, headers };
  }
  // RFC 7240 §4.2, and what the caller may not read: an answer without a body says so by its status.
  return shown === undefined || (!isRead && preferences.return === 'minimal')
    ? { status: kind === 'created' ? 201 : 204, headers }
    : {
        status: kind === 'created' ? 201 : 200,
        headers: { 'Content-Type': JSON_TYPE, ...headers },
        body: present(kind === 'created' ? madeOf(resource, shown) : shown, fields, expanded),
      };
}

/** An item as the answer has it to the request that makes it. */
function madeOf({ shownAtCreation }: Resource, item: AnyItem): AnyItem {
  return globalThis.bundleLacks?.webhooks || shownAtCreation === undefined
    ? item
    : { ...item, ...shownAtCreation(item) };
}

/** The answer of an action that only reads: it has no version, so its tag is weak, and no date. */
function writeView(
  request: Request,
  result: ViewResult,
  { resource: asked, permission, access }: ResponseOptions,
): Reply {
  const body =
    'body' in result
      ? result.body
      : show(result.of === asked ? permission : access.permission(result.of, 'read'), result.item);
  if (body === undefined) {
    throw new Problem('forbidden', 'These credentials do not allow to read what this would be answered with.');
  }
  const text = JSON.stringify(body);
  const tag = weakTag(text);
  const headers = { 'Cache-Control': cacheControl(result, access), ETag: tag };
  return isNotModified(request, tag, undefined)
    ? { status: 304, headers }
    : { status: 200, headers: { 'Content-Type': JSON_TYPE, ...headers }, text };
}

function writePage(
  request: Request,
  { items, next, expanded, total }: PageResult,
  { resource, fields, permission, access }: ResponseOptions,
): Reply {
  const link = next === undefined ? undefined : linkTo(request, 'cursor', next);
  const text = JSON.stringify({
    items: items.map((item, index) => present(show(permission, item)!, fields, expanded?.[index])),
    ...(total !== undefined && { total }),
    ...(link !== undefined && { next: link }),
  });
  const tag = weakTag(text);
  const reply = { headers: { 'Cache-Control': cacheControl(resource, access), ETag: tag }, vary: ['Prefer'] };
  // §13.1.3 and §13.1.4: a list has no date, so conditions on one are ignored.
  if (isNotModified(request, tag, undefined)) {
    return { status: 304, ...reply };
  }
  return {
    ...reply,
    status: 200,
    headers: {
      'Content-Type': JSON_TYPE,
      ...reply.headers,
      // RFC 8288
      ...(link !== undefined && link.length <= LONGEST_LINK && { Link: `<${link}>; rel="next"` }),
      ...(total !== undefined && { 'Preference-Applied': 'count=exact' }),
    },
    text,
  };
}

/** API Gateway sends 10,240 bytes of headers; what is longer stands in the body alone. */
const LONGEST_LINK = 6_000;

/** The request's own path and parameters, one of them with another value. */
export function linkTo({ base, segments, parameters }: Request, parameter: string, value: string): string {
  const query = [...parameters.filter(([name]) => name !== parameter), [parameter, value] as const];
  return `${base}/${segments.join('/')}?${query.map((pair) => pair.map(encodeURIComponent).join('=')).join('&')}`;
}

/** An item as it is shown: the attributes wanted, and beside them what is expanded. */
function present(item: AnyItem, fields: ReadonlySet<string> | undefined, expanded: Expanded | undefined): object {
  return expanded === undefined ? select(item, fields) : { ...select(item, fields), expand: expanded };
}

function select(item: AnyItem, fields: ReadonlySet<string> | undefined): AnyItem | JsonObject {
  return fields === undefined
    ? item
    : (Object.fromEntries(Object.entries(item).filter(([name]) => fields.has(name))) as JsonObject);
}

/** RFC 9111 §5.2.2.7: what one caller is shown is not for a cache that others share. */
function cacheControl({ maxAge }: Pick<Resource, 'maxAge'>, { caller }: CallerAccess): string {
  return maxAge === undefined
    ? 'no-cache'
    : `${caller.kind === 'open' || caller.subject === '' ? '' : 'private, '}max-age=${maxAge}`;
}
