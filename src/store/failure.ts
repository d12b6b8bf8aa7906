// What DynamoDB's errors mean to a client.
import { Problem } from '../problem';

/** Seconds after which a client may try again. */
const RETRY_AFTER = '1';

const THROTTLED = new Set([
  'ProvisionedThroughputExceededException', 'ThrottlingException', 'Throttling', 'RequestLimitExceeded', 'ThrottledException',
]);

const UNAVAILABLE = new Set([
  'InternalServerError', 'InternalServerErrorException', 'ServiceUnavailable', 'ServiceUnavailableException', 'ResourceNotFoundException',
  'TimeoutError', 'ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ETIMEDOUT', 'ENETUNREACH',
]);

/** The problem that an error of a request to DynamoDB is to the client; what it is none to is thrown on, as a bug. */
export function toProblem(error: unknown): unknown {
  const { name, code, message = '' } = error as { name?: string; code?: string; message?: string };
  if (THROTTLED.has(name ?? '')) {
    return new Problem('throttled', 'The database takes no more requests at the moment: try again later.', { headers: { 'Retry-After': RETRY_AFTER } });
  }
  if (UNAVAILABLE.has(name ?? '') || UNAVAILABLE.has(code ?? '')) {
    console.error(JSON.stringify({ level: 'error', message: 'The database cannot be reached.', error: { name, code, message } }));
    return new Problem('unavailable', 'The database cannot be reached at the moment: try again later.', { headers: { 'Retry-After': RETRY_AFTER } });
  }
  if (name === 'ValidationException' && /item size/i.test(message)) {
    return new Problem('too-large', 'An item is at most 400 KB as it is stored: make it smaller, or keep the large part elsewhere.');
  }
  return error;
}

/** Whether a write was refused because its condition does not hold. */
export function isConditionFailure(error: unknown): error is { Item?: Record<string, import('@aws-sdk/client-dynamodb').AttributeValue>; $metadata?: { attempts?: number } } {
  return (error as { name?: string }).name === 'ConditionalCheckFailedException';
}
