// The Lambda authorizer: verifies the token of a request before API Gateway calls a function on data. What its bearer
// may do is for that function to say; docs/decisions/authorizer.md tells why.
import type { APIGatewayAuthorizerResult, APIGatewayRequestAuthorizerEvent } from 'aws-lambda';
import type { VerifiedToken } from '../../authentication/caller';
import { isPublic } from '../../authorization/grant';
import { unauthenticated } from '../../authorization/refusal';
import { tokenVerifier, type TokenVerifier } from '../../authentication/token';
import type { Resource } from '../../definition/resource';
import { logWarning } from '../../log';
import { Problem } from '../../problem';
import { requestIdOf } from '../request';
import { readRequest, type Request } from '../request';
import { findRoute, type Route } from '../route';
import type { Api } from './endpoint';

/** A Lambda authorizer of the type REQUEST. */
export type Authorizer = (event: APIGatewayRequestAuthorizerEvent) => Promise<APIGatewayAuthorizerResult>;

/** What the authorizer needs of the API: nothing that leads to data. */
export type ProtectedApi = Pick<Api, 'config' | 'resources' | 'functions'>;

/**
 * Makes the authorizer. Where a request has an `Authorization` header, the answer depends on that header alone: API
 * Gateway may keep it, and give it to every request with the same header. A token that is refused is answered by a
 * denial, its ACCESS_DENIED, which serverless.yml makes a 401 with `error="invalid_token"`.
 * @throws Error `Unauthorized` for a request without a token that has to have one: API Gateway's word for 401. Any
 * other where tokens cannot be verified now: its AUTHORIZER_FAILURE, which serverless.yml makes a 503
 */
export function authorizer(api: ProtectedApi): Authorizer {
  const { access, tokens, deployed } = api.config;
  const verify = tokens === undefined || access === 'open' ? undefined : tokenVerifier(tokens, !deployed);
  return async (event) => {
    const isKnown = access === 'open' || isDeclared(api, event);
    if (verify === undefined && isKnown) {
      return allow(event);
    }
    const headers = linesOf(event, 'authorization');
    if (headers.length > 0 && verify !== undefined) {
      const token = await verified(verify, headers, requestIdOf(event.requestContext));
      return token === 'refused' ? answer(event, 'Deny') : allow(event, token);
    }
    if (!isKnown || !admitsAnonymous(api, readRequest(event))) {
      throw new Error('Unauthorized');
    }
    return allow(event);
  };
}

const READS = ['GET', 'HEAD'];

/** What the engine's own functions are asked for behind this authorizer: methods by the template of a path. */
const OWN_ROUTES = new Map<string, readonly string[]>([
  ...['/', '/openapi.json', '/asyncapi.json', '/docs', '/docs/rapidoc.js', '/health'].map(
    (path) => [path, READS] as const,
  ),
  ['/transactions', ['POST']],
  ['/{collection}', [...READS, 'POST']],
  ['/{collection}/{id}', [...READS, 'POST', 'PUT', 'PATCH', 'DELETE']],
  ['/{collection}/{id}/{member}', [...READS, 'POST']],
]);

/**
 * Whether something says who may come by a route of the gateway. A function that serverless.yml has beside those, and
 * that declares nothing, is open to no stranger, also where it shares the path of one that does.
 */
function isDeclared(
  { functions = [] }: ProtectedApi,
  { resource: template, httpMethod: method }: Pick<APIGatewayRequestAuthorizerEvent, 'resource' | 'httpMethod'>,
): boolean {
  return (
    (template as string | undefined) === undefined ||
    OWN_ROUTES.get(template)?.includes(method) === true ||
    functions.some(({ route }) => route?.path === template && route.method === (method === 'HEAD' ? 'GET' : method))
  );
}

/**
 * Whether a request without a token is for the function to decide about. Where no rule can let it in, the gateway says
 * 401 itself, since in its own answers alone the header `WWW-Authenticate` keeps its name.
 */
function admitsAnonymous(api: ProtectedApi, request: Pick<Request, 'method' | 'segments'>): boolean {
  if (api.config.apiKeys) {
    return true; // the gateway asks for a key next, and nobody with one is anonymous
  }
  try {
    return isOpen(api, findRoute(api.resources, request, false, api.functions));
  } catch {
    return true; // 404, 405 and the 500 of a rule that throws are the function's to say
  }
}

/** Whether some rule lets in whoever asks for this without credentials. */
function isOpen({ resources, config }: ProtectedApi, route: Route): boolean {
  const isPublicFor = (resource: Resource, ...operations: string[]): boolean =>
    operations.some((operation) => isPublic(resource, operation));
  switch (route.operation) {
    case 'list':
    case 'related':
      return isPublicFor(route.resource, 'list');
    case 'replace':
      return isPublicFor(route.resource, 'create', 'replace');
    case 'delete':
      return isPublicFor(route.resource, 'delete');
    case 'act':
    case 'view':
      return isPublicFor(route.resource, route.name);
    case 'create':
    case 'read':
    case 'patch':
      return isPublicFor(route.resource, route.operation);
    case 'call':
      return route.declaration.isPublic;
    case 'transact':
      return [...resources.values()].some((resource) => isPublicFor(resource, ...resource.access.keys()));
    case 'ticket':
      return [...resources.values()].some(
        (resource) => resource.changes !== undefined && isPublicFor(resource, 'list'),
      );
    case 'service':
    case 'openapi':
    case 'docs':
    case 'renderer':
      return config.description === 'public';
    default:
      return true;
  }
}

/** RFC 9110 §11.4: the scheme in any case, then spaces; RFC 6750 §2.1: what a token is made of. */
const BEARER = /^bearer +([\w.~+/-]+=*)$/i;

/**
 * @throws Error `Unauthorized` for what is no token (RFC 6750 §3.1: no code then), or is refused for no reason that
 * lasts
 */
async function verified(
  verify: TokenVerifier,
  headers: readonly string[],
  requestId: string | undefined,
): Promise<VerifiedToken | 'refused'> {
  // Of several lines API Gateway keeps answers by one, and who is to say which.
  const token = headers.length === 1 ? BEARER.exec(headers[0]!.trim())?.[1] : undefined;
  try {
    if (token === undefined) {
      throw new Problem('unauthenticated', 'The Authorization header is not one line with a token behind Bearer.');
    }
    return fitting(await verify(token));
  } catch (error) {
    if (error instanceof Problem && error.type === 'unauthenticated') {
      // The gateway's answer is the same for every reason, so whoever runs this reads it here.
      logWarning({
        message: 'a token was refused',
        reason: error.detail,
        ...(requestId !== undefined && { requestId }),
      });
      if (error.more.headers?.['WWW-Authenticate']?.includes('invalid_token') === true) {
        return 'refused';
      }
      throw new Error('Unauthorized');
    }
    throw error;
  }
}

/** AWS documents 8 kB for an authorizer's whole answer; the policy and the names are the rest. */
const LARGEST_CONTEXT = 7_000;

/**
 * Refuses a token that is too large to be passed on, however API Gateway writes it: what is not ASCII may be six bytes
 * for each half of a pair.
 */
function fitting(token: VerifiedToken): VerifiedToken {
  const size = JSON.stringify([token.subject, token]).replace(/[^\x20-\x7e]/g, '\\u0000').length;
  if (size > LARGEST_CONTEXT) {
    throw unauthenticated(
      `The claims of the token are larger than ${LARGEST_CONTEXT} bytes, more than API Gateway passes on: have the issuer leave some out.`,
      'invalid_token',
    );
  }
  return token;
}

function linesOf({ headers, multiValueHeaders }: APIGatewayRequestAuthorizerEvent, name: string): string[] {
  const lines =
    Object.entries(multiValueHeaders ?? {}).length > 0
      ? Object.entries(multiValueHeaders!)
      : Object.entries(headers ?? {}).map(([key, value]): [string, string[] | undefined] => [
          key,
          value === undefined ? undefined : [value],
        ]);
  return lines.filter(([key]) => key.toLowerCase() === name).flatMap(([, values]) => values ?? []);
}

function allow(event: APIGatewayRequestAuthorizerEvent, token?: VerifiedToken): APIGatewayAuthorizerResult {
  return { ...answer(event, 'Allow', token?.subject), ...(token === undefined ? {} : { context: { ...token } }) };
}

/**
 * Speaks of every method of the stage that was called. Narrower, a kept answer would be wrong for the same bearer's
 * next request; wider, it would speak for other stages and APIs.
 */
function answer(
  { methodArn }: APIGatewayRequestAuthorizerEvent,
  effect: 'Allow' | 'Deny',
  subject = 'anonymous',
): APIGatewayAuthorizerResult {
  const [api, stage] = methodArn.split('/'); // arn:aws:execute-api:<region>:<account>:<api>/<stage>/<method>/<path>
  return {
    principalId: subject,
    policyDocument: {
      Version: '2012-10-17',
      Statement: [{ Effect: effect, Action: 'execute-api:Invoke', Resource: `${api}/${stage}/*` }],
    },
  };
}
