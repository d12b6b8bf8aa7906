// Answers as API Gateway gives them: those of functions, its gateway responses, and those of this machine alone.

import { randomUUID } from 'node:crypto';
import { STATUS_CODES } from 'node:http';

import type { APIGatewayProxyResult } from 'aws-lambda';

import { describeProblem, type ProblemType } from '../problem';
import type { Service } from './gateway-route';

/** An answer as it is written to the client. */
export interface Answer {
  readonly status: number;
  /** By name in lower case. */
  readonly headers: Readonly<Record<string, string | string[]>>;
  readonly body: Buffer;
}

/** The types of gateway responses that are given here. */
export type ResponseType =
  | 'ACCESS_DENIED'
  | 'AUTHORIZER_FAILURE'
  | 'INTEGRATION_FAILURE'
  | 'INVALID_API_KEY'
  | 'MISSING_AUTHENTICATION_TOKEN'
  | 'REQUEST_TOO_LARGE'
  | 'UNAUTHORIZED';

/** Bytes of an answer that Lambda gives. */
const MOST_ANSWER_BYTES = 6 * 1024 * 1024;

/** @throws Error for what is no answer of a function */
export function answerOf(result: APIGatewayProxyResult): Answer {
  if (typeof result?.statusCode !== 'number' || typeof (result.body ?? '') !== 'string') {
    throw new Error(
      'A function answered with something that API Gateway does not take: give a statusCode, and a body that is text.',
    );
  }
  const { statusCode: status, headers = {}, multiValueHeaders = {}, body = '', isBase64Encoded = false } = result;
  const bytes = Buffer.from(body, isBase64Encoded ? 'base64' : 'utf8');
  if (bytes.length > MOST_ANSWER_BYTES) {
    throw new Error(`A function answered with ${bytes.length} bytes, and Lambda gives ${MOST_ANSWER_BYTES} at most.`);
  }
  const named = Object.fromEntries(
    [...Object.entries(headers), ...Object.entries(multiValueHeaders)].map(([name, value]) => [
      name.toLowerCase(),
      Array.isArray(value) ? value.map(String) : String(value),
    ]),
  );
  return {
    status,
    headers: { ...(bytes.length > 0 && { 'content-type': 'application/json' }), ...named },
    body: bytes,
  };
}

/** What serverless.yml says that API Gateway answers where it refuses by itself. */
export function gatewayResponse({ responses }: Pick<Service, 'responses'>, type: ResponseType, id: string): Answer {
  const { StatusCode, ResponseParameters, ResponseTemplates } = responses.find(
    ({ ResponseType }) => ResponseType === type,
  )!;
  const headers = Object.entries(ResponseParameters)
    .map(
      ([parameter, value]) =>
        [
          parameter.replace('gatewayresponse.header.', '').toLowerCase(),
          value.startsWith('context.') ? id : value.slice(1, -1),
        ] as const,
    )
    .filter(([name]) => name !== 'strict-transport-security'); // without TLS it means nothing
  return {
    status: Number(StatusCode),
    headers: Object.fromEntries(headers),
    body: Buffer.from(ResponseTemplates['application/json']!.replace(/\$context\.\w+/g, id)),
  };
}

/** A refusal that only this machine knows. */
export function problemAnswer(type: ProblemType, detail: string): Answer {
  return problem({ type: `/docs#${type}`, ...describeProblem(type), detail });
}

/** A refusal that HTTP has a status for and the API no type. */
export function statusAnswer(status: number, detail: string): Answer {
  // RFC 9457 §4.2.1
  return problem({ type: 'about:blank', status, title: STATUS_CODES[status] ?? '', detail });
}

function problem(document: {
  readonly type: string;
  readonly status: number;
  readonly title: string;
  readonly detail: string;
}): Answer {
  const id = randomUUID();
  const headers = {
    'content-type': 'application/problem+json',
    'x-request-id': id,
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
    'access-control-allow-origin': '*',
  };
  return { status: document.status, headers, body: Buffer.from(JSON.stringify({ ...document, instance: id })) };
}
