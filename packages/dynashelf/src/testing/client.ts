// A client of the API for tests: requests as API Gateway's events, sent to the function that API Gateway would call.
import { gunzipSync } from 'node:zlib';
import type { APIGatewayProxyEvent } from 'aws-lambda';
import { readConfig, type Config } from '../config';
import { trustedBy } from '../description/trusted-credentials';
import type { Resource } from '../definition/resource';
import { authorizeFunction, describeFunction, readFunction, writeFunction } from '../lambda';
import type { Handler } from '../http/serve';
import { definedOf, type FunctionHandler } from '../functions/defined';
import { declare, functionHandler } from '../functions/handler';
import { appInfo, appResources } from '../local/app';
import { appFunctions } from '../local/own-functions';
import { connect } from '#connect';
import { expectDescribed } from './described';
import { guardedBy, isGuarded, routeOf, routesWith, templateOf, type Route } from './gateway';
import type { Send } from '../store/client/send';
import type { Tokens } from './tokens';
import type { Ask, Answer, As } from './ask';

/** Sends a request such as `ask('PUT /things/1', { body })`. */
export type Client = (line: string, ask?: Ask) => Promise<Answer>;

/** How the API of a test client is. */
export interface ClientOptions {
  readonly resources?: ReadonlyMap<string, Resource>;
  /** The handlers of the app's own functions, by name; without `resources` and this, those of the app. */
  readonly functions?: Readonly<Record<string, FunctionHandler>>;
  readonly config?: Partial<Config>;
  /** Whose tokens the API trusts: access goes by the rules, and the authorizer is asked as where it is deployed. */
  readonly tokens?: Tokens;
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
  resources: given,
  functions: own = given === undefined ? appFunctions() : {},
  config,
  tokens,
  send = connect(),
  transactionSize,
  remaining,
  described = true,
}: ClientOptions = {}): Client {
  const resources = given ?? appResources();
  const declared = Object.entries(own).map(([name, handler]) => declare(name, definedOf(handler)!));
  const changing = [...resources.values()].filter(({ changes }) => changes !== undefined).map(({ name }) => name);
  const routes = routesWith(declared, changing);
  const api = {
    resources,
    functions: declared,
    info: appInfo(),
    config: {
      ...readConfig(process.env),
      ...config,
      ...(tokens && { access: 'rules' as const, tokens: tokens.trust }),
    },
    send,
    ...(transactionSize !== undefined && { transactionSize }),
  };
  const functions: Record<string, Handler> = {
    read: readFunction(api),
    write: writeFunction(api),
    describe: describeFunction(api),
    ...Object.fromEntries(
      Object.entries(own).map(([name, handler]) => [
        name,
        functionHandler(
          { ...api, resources: definedOf(handler)!.served.resources },
          definedOf(handler)!.loaded,
        ) as unknown as Handler,
      ]),
    ),
  };
  const guard = guardedBy(() =>
    authorizeFunction({
      resources,
      functions: declared,
      config: { ...api.config, ...(tokens && { tokens: { ...api.config.tokens!, jwksUri: tokens.jwksUri() } }) },
    }),
  );
  return async (line, ask = {}) => {
    if (ask.as && 'token' in ask.as && tokens === undefined) {
      throw new Error('The API of this client trusts no tokens: make it by createClient({ tokens: useTokens() }).');
    }
    const event = gatewayEvent(line, ask, routes);
    const route = routeOf(event.httpMethod, event.resource, routes);
    const isAsked =
      tokens !== undefined && !(ask.as && 'subject' in ask.as) && route !== undefined && isGuarded(route, api.config);
    const passed = isAsked ? await guard(event) : event;
    const result =
      'statusCode' in passed
        ? passed
        : await functions[route?.name ?? 'describe']!(
            passed,
            remaining === undefined ? undefined : { getRemainingTimeInMillis: () => remaining },
          );
    const headers = Object.fromEntries(
      Object.entries(result.headers ?? {}).map(([key, value]) => [key.toLowerCase(), String(value)]),
    );
    const sent = Buffer.from(result.body, result.isBase64Encoded === true ? 'base64' : 'utf8');
    // The answer to HEAD has the headers of a body, and none.
    const bytes = headers['content-encoding'] === 'gzip' && sent.length > 0 ? gunzipSync(sent) : sent;
    const text = bytes.toString();
    const isJson = headers['content-type']?.includes('json') === true && text !== '';
    const answer = {
      status: result.statusCode,
      headers,
      body: isJson ? JSON.parse(text) : undefined,
      text,
      bytes,
      length: sent.length,
    };
    if (described) {
      expectDescribed(resources, line, ask, answer, trustedBy(api.config), declared);
    }
    return answer;
  };
}

/**
 * The event that API Gateway makes of a request.
 * @param routes those of the app, where functions of its own have some
 */
export function gatewayEvent(line: string, ask: Ask = {}, routes?: readonly Route[]): APIGatewayProxyEvent {
  const { body, base = '', as } = ask;
  const headers = { ...ask.headers, ...(as && 'token' in as && { Authorization: `Bearer ${as.token}` }) };
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
    resource: templateOf(pathname, routes),
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
  if (as === undefined || 'token' in as) {
    return {}; // of a token the authorizer says it
  }
  if ('key' in as) {
    return { identity: { apiKeyId: as.key } };
  }
  const { subject, roles = [], claims = {}, expires = Math.floor(Date.now() / 1000) + 300 } = as;
  return {
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
