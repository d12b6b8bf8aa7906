// API Gateway's own errors as problem documents (RFC 9457), with the headers of every answer. Its templates substitute
// variables and do no more, so each names its status. All 21 types are here, or one would fall back to a default of
// another status. They tell nothing of anyone, so any origin may read them: a template cannot choose one of several.

import { EXPOSED_HEADERS } from '../http/cors';
import { STRICT_TRANSPORT } from '../http/headers';
import { describeProblem, type ProblemType } from '../problem';
import type { Parameters } from './parameters';

interface Answer {
  /** As API Gateway names it. */
  readonly type: string;
  readonly problem: ProblemType;
  readonly detail: string;
  /** Those of its own. */
  readonly headers?: Readonly<Record<string, string>>;
}

const NOTHING_HERE = 'Nothing is served at this path. The service document at the root of the API names what is.';
const SOON = { 'Retry-After': '1' };
const CHALLENGE = { 'WWW-Authenticate': 'Bearer' };
/** RFC 6750 §3.1. */
const BAD_TOKEN = { 'WWW-Authenticate': 'Bearer error="invalid_token"' };

/** By the names of their resources. */
const ANSWERS: Readonly<Record<string, Answer>> = {
  GatewayDefault4XX: {
    type: 'DEFAULT_4XX',
    problem: 'malformed-request',
    detail: 'The request could not be taken in. Compare it with the API description at /openapi.json.',
  },
  GatewayBadRequestBody: {
    type: 'BAD_REQUEST_BODY',
    problem: 'malformed-request',
    detail: 'The body could not be read. Send one JSON document as the API description at /openapi.json shows.',
  },
  GatewayBadRequestParameters: {
    type: 'BAD_REQUEST_PARAMETERS',
    problem: 'malformed-request',
    detail: 'A parameter is missing or wrong. Compare the request with the API description at /openapi.json.',
  },
  // The authorizer says `Unauthorized`, or the gateway itself, where a request has no token.
  GatewayUnauthorized: {
    type: 'UNAUTHORIZED',
    problem: 'unauthenticated',
    detail: 'A token is wanted here. Send one in the Authorization header, behind the word Bearer.',
    headers: CHALLENGE,
  },
  GatewayAccessDenied: {
    type: 'ACCESS_DENIED',
    problem: 'unauthenticated',
    detail: 'The token has expired, or is not one that is trusted here. Get a new one and send the request again.',
    headers: BAD_TOKEN,
  },
  GatewayExpiredToken: {
    type: 'EXPIRED_TOKEN',
    problem: 'unauthenticated',
    detail: 'The credentials have expired. Get new ones and send the request again.',
    headers: BAD_TOKEN,
  },
  GatewayInvalidSignature: {
    type: 'INVALID_SIGNATURE',
    problem: 'unauthenticated',
    detail: 'The Authorization header is not one that this API takes. Send a bearer token.',
    headers: CHALLENGE,
  },
  GatewayInvalidApiKey: {
    type: 'INVALID_API_KEY',
    problem: 'forbidden',
    detail: 'The API key is missing or not valid here. Send a valid one in the X-Api-Key header, or ask for one.',
  },
  GatewayWafFiltered: {
    type: 'WAF_FILTERED',
    problem: 'forbidden',
    detail: 'A firewall rule refused the request. Ask whoever runs this API if it should pass.',
  },
  GatewayMissingAuthenticationToken: {
    type: 'MISSING_AUTHENTICATION_TOKEN',
    problem: 'not-found',
    detail: NOTHING_HERE,
  },
  GatewayResourceNotFound: { type: 'RESOURCE_NOT_FOUND', problem: 'not-found', detail: NOTHING_HERE },
  GatewayRequestTooLarge: {
    type: 'REQUEST_TOO_LARGE',
    problem: 'too-large',
    detail: 'The body is larger than the gateway takes. Send at most 1 MiB.',
  },
  GatewayUnsupportedMediaType: {
    type: 'UNSUPPORTED_MEDIA_TYPE',
    problem: 'unsupported-media-type',
    detail: 'The body is of a media type that is not read here. Send application/json.',
  },
  GatewayThrottled: {
    type: 'THROTTLED',
    problem: 'throttled',
    detail: 'Requests come faster than is allowed. Wait as long as Retry-After says, then send it again.',
    headers: SOON,
  },
  GatewayQuotaExceeded: {
    type: 'QUOTA_EXCEEDED',
    problem: 'throttled',
    detail: 'The quota of this API key is used up. Send again when its period ends, or ask for a larger one.',
    headers: { 'Retry-After': '3600' },
  },
  GatewayDefault5XX: {
    type: 'DEFAULT_5XX',
    problem: 'internal',
    detail: 'The request failed by no fault of yours. If it happens again, report the id in instance.',
  },
  GatewayApiConfigurationError: {
    type: 'API_CONFIGURATION_ERROR',
    problem: 'internal',
    detail: 'The request failed by no fault of yours. If it happens again, report the id in instance.',
  },
  GatewayAuthorizerConfigurationError: {
    type: 'AUTHORIZER_CONFIGURATION_ERROR',
    problem: 'internal',
    detail: 'Credentials could not be checked. If it happens again, report the id in instance.',
  },
  GatewayAuthorizerFailure: {
    type: 'AUTHORIZER_FAILURE',
    problem: 'unavailable',
    detail: 'Credentials cannot be checked now. Wait as long as Retry-After says, then send the request again.',
    headers: SOON,
  },
  GatewayIntegrationFailure: {
    type: 'INTEGRATION_FAILURE',
    problem: 'unavailable',
    detail: 'The service could not be reached. Wait as long as Retry-After says, then send the request again.',
    headers: SOON,
  },
  GatewayIntegrationTimeout: {
    type: 'INTEGRATION_TIMEOUT',
    problem: 'unavailable',
    detail: 'No answer came in time. A write may still have taken effect: read the item before you send it again.',
    headers: SOON,
  },
};

/**
 * The headers of every answer. A list of sources that is empty is 'none', and a value of these parameters has no single
 * quote in it.
 */
const HEADERS = {
  'Content-Type': 'application/problem+json',
  'Cache-Control': 'no-store',
  'X-Content-Type-Options': 'nosniff',
  'Content-Security-Policy': 'default-src; frame-ancestors',
  'Referrer-Policy': 'no-referrer',
  Vary: 'Authorization, X-Api-Key',
  'Server-Timing': 'gateway',
  'Strict-Transport-Security': STRICT_TRANSPORT,
  'Access-Control-Allow-Origin': '*',
  'Access-Control-Expose-Headers': EXPOSED_HEADERS.join(', '),
};

/** The names of the resources that these are. */
export const GATEWAY_RESPONSES = Object.keys(ANSWERS);

/** The answers as resources of the stack, by name. */
export function gatewayResponses(parameters: Pick<Parameters, 'of'>): Record<string, object> {
  return Object.fromEntries(
    Object.entries(ANSWERS).map(([resource, { type, problem, detail, headers }]) => {
      const { status, title } = describeProblem(problem);
      const fixed = Object.entries({ ...HEADERS, ...headers }).map(([name, value]) => [
        `gatewayresponse.header.${name}`,
        `'${value}'`,
      ]);
      const document = {
        type: `${parameters.of('docsPath')}#${problem}`,
        title,
        status,
        detail,
        instance: '$context.extendedRequestId',
      };
      return [
        resource,
        {
          Type: 'AWS::ApiGateway::GatewayResponse',
          Properties: {
            RestApiId: { Ref: 'ApiGatewayRestApi' },
            ResponseType: type,
            StatusCode: String(status),
            ResponseParameters: {
              ...(Object.fromEntries(fixed) as Record<string, string>),
              'gatewayresponse.header.X-Request-Id': 'context.extendedRequestId',
            },
            ResponseTemplates: { 'application/json': JSON.stringify(document) },
          },
        },
      ];
    }),
  );
}
