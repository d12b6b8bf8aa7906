// A client of the API for tests: requests as API Gateway's events, sent to the function that API Gateway would call.

import { gunzipSync } from 'node:zlib';

import type { APIGatewayProxyEvent } from 'aws-lambda';

import { readConfig, type Config } from '../config';
import { trustedBy } from '../description/trusted';
import type { Resource } from '../definition/resource';
import { describeFunction, readFunction, writeFunction } from '../lambda';
import type { Handler } from '../http/serve';
import { appInfo, appResources } from '../local/app';
import { ROUTES } from '../serverless/routes';
import { connect } from '#connect';
import { expectDescribed } from './described';
import type { Send } from '../store/client/send';

/** An answer, as a client sees it. */
export interface Answer {
  readonly status: number;
  /** By name in lower case. */
  readonly headers: Record<string, string | undefined>;
  /** The body as JSON; undefined where there is none. */
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- a test asserts what it is
  readonly body: any;
  /** Decompressed, where it is compressed. */
  readonly text: string;
  /** The bytes of the body as it is sent. */
  readonly length: number;
}

/** A caller, as a test names it. */
export type As =
  | {
      readonly subject: string;
      readonly roles?: readonly string[];
      readonly claims?: object;
      readonly expires?: number;
    }
  | { readonly key: string };

export interface Ask {
  readonly headers?: Record<string, string>;
  /** An object is sent as JSON, a string and bytes as they are. */
  readonly body?: unknown;
  /** Who asks: what the authorizer has verified, or the id of the API key; nobody without it. */
  readonly as?: As | undefined;
  /** The stage, or base path, that stands before the path on AWS. */
  readonly base?: string;
}

/** Sends a request such as `ask('PUT /things/1', { body })`. */
export type Client = (line: string, ask?: Ask) => Promise<Answer>;

export interface ClientOptions {
  readonly resources?: ReadonlyMap<string, Resource>;
  readonly config?: Partial<Config>;
  readonly send?: Send;
  /** How many actions a transaction holds; DynamoDB's limit without it. */
  readonly transactionSize?: number;
  /** Milliseconds that the function has for a request; API Gateway's without it. */
  readonly remaining?: number;
  /** `false` where answers are not held against the description: many of one form, or measured ones. */
  readonly described?: boolean;
}

/**
 * The client of an API; without options, of the resources of the app in the working directory. What the description
 * does not say fails the test.
 */
export function createClient({
  resources = appResources(),
  config,
  send = connect(),
  transactionSize,
  remaining,
  described = true,
}: ClientOptions = {}): Client {
  const api = {
    resources,
    info: appInfo(),
    config: { ...readConfig(process.env), ...config },
    send,
    ...(transactionSize !== undefined && { transactionSize }),
  };
  const functions: Record<string, Handler> = {
    read: readFunction(api),
    write: writeFunction(api),
    describe: describeFunction(api),
  };
  return async (line, ask = {}) => {
    const event = gatewayEvent(line, ask);
    const name = functionOf(event.httpMethod, event.resource);
    const result = await functions[name]!(
      event,
      remaining === undefined ? undefined : { getRemainingTimeInMillis: () => remaining },
    );
    const headers = Object.fromEntries(
      Object.entries(result.headers ?? {}).map(([key, value]) => [key.toLowerCase(), String(value)]),
    );
    // Bytes are sent for what is compressed alone.
    const text =
      result.isBase64Encoded === true ? gunzipSync(Buffer.from(result.body, 'base64')).toString() : result.body;
    const isJson = headers['content-type']?.includes('json') === true && text !== '';
    const length = Buffer.byteLength(result.body, result.isBase64Encoded === true ? 'base64' : 'utf8');
    const answer = { status: result.statusCode, headers, body: isJson ? JSON.parse(text) : undefined, text, length };
    if (described) {
      expectDescribed(resources, line, ask, answer, trustedBy(api.config));
    }
    return answer;
  };
}

/** The event that API Gateway makes of a request. */
export function gatewayEvent(line: string, { headers = {}, body, base = '', as }: Ask = {}): APIGatewayProxyEvent {
  const [method = '', target = ''] = line.split(' ');
  const { pathname, searchParams } = new URL(target, 'http://api.example');
  // By the binary media types of the API, every body comes in base64.
  const bytes =
    body === undefined
      ? undefined
      : Buffer.from(body instanceof Uint8Array || typeof body === 'string' ? body : JSON.stringify(body));
  const parameters =
    [...searchParams.keys()].length === 0
      ? null
      : Object.fromEntries([...searchParams.keys()].map((name) => [name, searchParams.getAll(name)]));
  return {
    httpMethod: method,
    path: pathname,
    resource: templateOf(pathname),
    headers,
    multiValueHeaders: Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, [value]])),
    queryStringParameters:
      parameters && Object.fromEntries(Object.entries(parameters).map(([name, values]) => [name, values.at(-1)])),
    multiValueQueryStringParameters: parameters,
    pathParameters: null,
    stageVariables: null,
    body: bytes === undefined ? null : bytes.toString('base64'),
    isBase64Encoded: bytes !== undefined,
    requestContext: {
      requestId: `request-${requests++}`,
      path: `${base}${pathname === '/' && base !== '' ? '' : pathname}`,
      stage: base.slice(1),
      httpMethod: method,
      ...credentialsOf(as),
    } as APIGatewayProxyEvent['requestContext'],
  };
}

/** What API Gateway adds of a caller. */
function credentialsOf(as: As | undefined): object {
  if (as === undefined) {
    return {};
  }
  const {
    subject,
    roles = [],
    claims = {},
    expires = Math.floor(Date.now() / 1000) + 300,
  } = 'key' in as ? { subject: undefined } : as;
  return 'key' in as
    ? { identity: { apiKeyId: as.key } }
    : {
        authorizer: {
          principalId: subject,
          subject,
          roles: JSON.stringify(roles),
          claims: JSON.stringify({ sub: subject, ...claims }),
          expires: String(expires),
        },
      };
}

let requests = 0;

interface Route {
  readonly name: string;
  readonly method: string;
  readonly path: string;
}

const routes: Route[] = Object.entries(ROUTES).flatMap(([name, of]) =>
  of.map(({ method, path }) => ({ name, method: method.toUpperCase(), path })),
);

/** The path template that API Gateway finds for a path: literal segments before variables. */
function templateOf(pathname: string): string {
  const segments = pathname.split('/').slice(1);
  const fits = (template: string): boolean => {
    const parts = template.split('/').slice(1);
    return (
      (parts.at(-1)!.endsWith('+}') ? segments.length >= parts.length : segments.length === parts.length) &&
      parts.every((part, index) => part.startsWith('{') || part === segments[index])
    );
  };
  const templates = [...new Set(routes.map(({ path }) => path))].filter(fits);
  return templates.find((template) => !template.includes('{')) ?? templates[0] ?? pathname;
}

function functionOf(method: string, template: string): string {
  const here = routes.filter(({ path }) => path === template);
  return (
    (here.find((route) => route.method === method) ?? here.find((route) => route.method === 'ANY'))?.name ?? 'describe'
  );
}
