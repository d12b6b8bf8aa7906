// What DynamoDB's errors mean to a client.
import { logError } from '../../log';
import { Problem } from '../../problem';
import type { AttributeMap } from '../layout/value';

/** Said where an item is larger than DynamoDB takes, of whatever size. */
export const ITEM_TOO_LARGE =
  'An item is at most 400 KB as it is stored: make it smaller, or keep the large part elsewhere.';

/** Said where a transaction is larger than DynamoDB takes, of whatever size. */
export const TOO_MUCH_AT_ONCE = 'What is written at once is at most 4 MB: send less in one request.';

/** Seconds after which a client may try again. */
const RETRY_AFTER = '1';

const THROTTLED = new Set([
  'ProvisionedThroughputExceededException',
  'ThrottlingException',
  'Throttling',
  'RequestLimitExceeded',
  'ThrottledException',
]);

const UNAVAILABLE = new Set([
  'InternalServerError',
  'InternalServerErrorException',
  // https://docs.aws.amazon.com/IAM/latest/APIReference/CommonErrors.html
  'InternalFailure',
  'ServiceUnavailable',
  'ServiceUnavailableException',
  'ResourceNotFoundException',
  // Thrown when the SDK has asked again and again how a transaction ended: nobody knows yet.
  'TransactionInProgressException',
  'TimeoutError',
]);

/**
 * Errors whose names DynamoDB did not give: of an answer without one, such as a proxy's, or of credentials that ran
 * out.
 */
const NAMELESS = new Set(['Unknown', 'ExpiredTokenException', 'ExpiredToken', 'RequestExpired']);

/**
 * Whether nothing that is known of DynamoDB was said: an error of the network, of TLS or of what should be HTTP has a
 * code of Node's, and so has a mistake of ours, whose begins with ERR_.
 */
function isOfTheWay({
  name = '',
  code,
  $metadata,
  $fault,
}: {
  name?: string;
  code?: unknown;
  $metadata?: { httpStatusCode?: number };
  $fault?: string;
}): boolean {
  return (
    UNAVAILABLE.has(name) ||
    NAMELESS.has(name) ||
    (typeof code === 'string' &&
      !/^ERR_(?!TLS|SSL)/.test(code) &&
      $fault === undefined &&
      $metadata?.httpStatusCode === undefined)
  );
}

/** The problem that an error of a request to DynamoDB is to the client; what it is none to is thrown on, as a bug. */
export function toProblem(error: unknown): unknown {
  const { name, code, message = '' } = error as { name?: string; code?: string; message?: string };
  if (isOutcomeUnknown(error) && THROTTLED.has(name ?? '')) {
    return unknownOutcome();
  }
  if (THROTTLED.has(name ?? '')) {
    return throttled();
  }
  if (isOfTheWay(error as Parameters<typeof isOfTheWay>[0])) {
    logError({ message: 'The database cannot be reached.', error: { name, code, message } });
    return new Problem('unavailable', 'The database cannot be reached at the moment: try again later.', {
      headers: { 'Retry-After': RETRY_AFTER },
    });
  }
  if (name === 'ValidationException' && /item size/i.test(message)) {
    return new Problem('too-large', ITEM_TOO_LARGE);
  }
  if (name === 'ValidationException' && /payload size|aggregate size|transaction size|4 ?MB|4194304/i.test(message)) {
    return new Problem('too-large', TOO_MUCH_AT_ONCE);
  }
  return error;
}

/** The problem that the database has more requests than it takes. */
export function throttled(): Problem {
  return new Problem('throttled', 'The database takes no more requests at the moment: try again later.', {
    headers: { 'Retry-After': RETRY_AFTER },
  });
}

/** The code of the error that there is no time left to send a request. */
const TOO_LATE = 'ETIME';

/** The name of the error that an answer is longer than whoever asked would take. */
export const ANSWER_TOO_LONG = 'AnswerTooLong';

/** What happens before a request is on its way. */
const UNSENT = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH', TOO_LATE]);

/** The error of a request that is not sent, as its time is over. */
export function tooLate(): Error {
  return Object.assign(new Error('The time of the request is over.'), { name: 'TimeoutError', code: TOO_LATE });
}

/** Whether an error leaves open what became of the request: it was on its way, and nobody refused it. */
export function mayHaveTakenEffect(error: unknown): boolean {
  const { name, code, $metadata } = error as { name?: string; code?: string; $metadata?: { httpStatusCode?: number } };
  const status = $metadata?.httpStatusCode ?? 0;
  return (status < 400 || status >= 500 || name === 'TransactionInProgressException') && !UNSENT.has(code ?? '');
}

/** Notes on the last error of a request that an attempt before it left doubt. */
export function markOutcomeUnknown<E>(error: E): E {
  return Object.assign(error as object, { mayBeDone: true }) as E;
}

/** Whether the request of an error may have been carried out all the same, by an attempt whose answer never came. */
export function isOutcomeUnknown(error: unknown): boolean {
  return (error as { mayBeDone?: boolean }).mayBeDone === true;
}

/** The answer where nobody can tell whether the request was carried out: it neither claims nor denies it. */
export function unknownOutcome(): Problem {
  return new Problem(
    'unavailable',
    'The database did not say whether the request was carried out: look, or send it again with the same idempotency key.',
    { headers: { 'Retry-After': RETRY_AFTER } },
  );
}

/** Whether a write was refused because its condition does not hold. */
export function isConditionFailure(error: unknown): error is { readonly Item?: AttributeMap } {
  return (error as { name?: string }).name === 'ConditionalCheckFailedException';
}

/** Why one action of a transaction stood in its way, in the words of TransactionCanceledException. */
export interface CancellationReason {
  readonly Code?: string;
  readonly Message?: string;
  readonly Item?: AttributeMap;
}
