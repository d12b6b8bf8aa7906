// What DynamoDB answered: its outputs, its refusals as the errors that the SDK makes of them, or an answer that was
// damaged.
import type { IncomingHttpHeaders } from 'node:http';
import { crc32 } from 'node:zlib';
import { toBytes } from './bytes';
import type { HttpsReply } from './exchange';

/**
 * The document of an answer; nothing in it where something between us and DynamoDB refused.
 * @throws TimeoutError where it is not what DynamoDB sent: as good as one that never arrived
 */
export function readAnswer({ status, headers, body }: HttpsReply): Record<string, unknown> {
  const sum = headers['x-amz-crc32'];
  const text = body.toString('utf8');
  const answer = sum === undefined || crc32(body) === Number(sum) ? parse(text) : undefined;
  if (answer === undefined && (status === 200 || sum !== undefined)) {
    throw Object.assign(new Error('The answer of DynamoDB was damaged on its way.'), { name: 'TimeoutError' });
  }
  return toBytes(text, answer ?? {});
}

function parse(text: string): Record<string, unknown> | undefined {
  try {
    const answer: unknown = JSON.parse(text);
    return typeof answer === 'object' && answer !== null && !Array.isArray(answer)
      ? (answer as Record<string, unknown>)
      : undefined;
  } catch {
    return undefined;
  }
}

/**
 * A refusal as an error, with the name, the message and the members that DynamoDB gives: `Item`, `CancellationReasons`
 * and so on.
 */
export function serviceError(status: number, headers: IncomingHttpHeaders, answer: Record<string, unknown>): Error {
  const { __type, message, Message, ...members } = answer;
  const type = headers['x-amzn-errortype'] ?? __type;
  const error = new Error(
    typeof message === 'string' ? message : typeof Message === 'string' ? Message : 'UnknownError',
  );
  const name = typeof type === 'string' ? nameIn(type) : status >= 500 ? 'ServiceUnavailable' : 'Unknown';
  return Object.assign(error, members, { name, ...retryAfter(headers) });
}

/** `com.amazonaws.dynamodb.v20120810#ThrottlingException` and `ThrottlingException:http://…` name one error. */
function nameIn(type: string): string {
  return type.replace(/^.*#/, '').replace(/[:,].*$/, '');
}

function retryAfter(headers: IncomingHttpHeaders): { retryAfter?: number } {
  const milliseconds = Number(headers['x-amz-retry-after']);
  return milliseconds > 0 ? { retryAfter: milliseconds } : {};
}
