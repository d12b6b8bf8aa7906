// What an error of DynamoDB, of the network or of ours is to a client, and what it leaves open.

import {
  isConditionFailure,
  mayHaveTakenEffect,
  isOutcomeUnknown,
  throttled,
  toProblem,
  tooLate,
  unknownOutcome,
  markOutcomeUnknown,
} from '../../../../src/store/client/failure';

beforeEach(() => void jest.spyOn(console, 'error').mockImplementation(() => undefined));
afterEach(() => jest.restoreAllMocks());

/** The type of the problem that an error is; `none` where it is thrown on. */
function typeOf(error: object): string {
  const problem = toProblem(error);
  return problem === error ? 'none' : (problem as { type: string }).type;
}

test.each([
  'ProvisionedThroughputExceededException',
  'ThrottlingException',
  'Throttling',
  'RequestLimitExceeded',
  'ThrottledException',
])('%s is 429, or 503 where an attempt before it may have been carried out', (name) => {
  expect(toProblem({ name })).toEqual(throttled());
  expect(toProblem(markOutcomeUnknown({ name }))).toEqual(unknownOutcome());
});

test('429 and 503 say when to try again', () => {
  expect(throttled()).toMatchObject({ type: 'throttled', more: { headers: { 'Retry-After': '1' } } });
  expect(unknownOutcome()).toMatchObject({ type: 'unavailable', more: { headers: { 'Retry-After': '1' } } });
  expect(toProblem({ name: 'TimeoutError' })).toMatchObject({
    type: 'unavailable',
    more: { headers: { 'Retry-After': '1' } },
  });
});

test.each<[string, object]>([
  ['InternalServerError', { name: 'InternalServerError' }],
  ['InternalServerErrorException', { name: 'InternalServerErrorException' }],
  ['ServiceUnavailable', { name: 'ServiceUnavailable' }],
  ['ServiceUnavailableException', { name: 'ServiceUnavailableException' }],
  ['ResourceNotFoundException', { name: 'ResourceNotFoundException' }],
  ['TransactionInProgressException', { name: 'TransactionInProgressException' }],
  ['TimeoutError', { name: 'TimeoutError' }],
  ['an answer without a name', { name: 'Unknown' }],
  ['ExpiredTokenException', { name: 'ExpiredTokenException' }],
  ['ExpiredToken', { name: 'ExpiredToken' }],
  ['RequestExpired', { name: 'RequestExpired' }],
  ['a refused connection', { name: 'Error', code: 'ECONNREFUSED' }],
  ['a code without a name', { code: 'ECONNRESET' }],
  ['a certificate', { code: 'ERR_TLS_CERT_ALTNAME_INVALID' }],
  ['TLS', { code: 'ERR_SSL_WRONG_VERSION_NUMBER' }],
  ['a code with metadata of no answer', { code: 'ECONNRESET', $metadata: {} }],
])('%s is 503 and is logged', (_what, error) => {
  expect(typeOf(error)).toBe('unavailable');
  expect(console.error).toHaveBeenCalledWith(expect.stringContaining('The database cannot be reached.'));
});

test.each<[string, object]>([
  ['a mistake of ours in Node', { code: 'ERR_INVALID_ARG_TYPE' }],
  ['what DynamoDB answered with a code', { name: 'X', code: 'X', $metadata: { httpStatusCode: 400 } }],
  ['what the SDK has a fault for', { name: 'X', code: 'X', $fault: 'client' }],
  ['a bug', { name: 'TypeError', message: 'x is not a function' }],
  ['a code that is no text', { name: 'X', code: 7 }],
  ['a validation that is ours', { name: 'ValidationException', message: 'Invalid KeyConditionExpression' }],
  ['the message of a size by another name', { name: 'Error', message: 'Item size has exceeded' }],
  ['the message of a payload by another name', { name: 'Error', message: 'payload size' }],
  ['nothing', {}],
])('%s is thrown on', (_what, error) => {
  expect(typeOf(error)).toBe('none');
});

test.each([
  ['Item size has exceeded the maximum allowed size', '400 KB'],
  ['Transaction size exceeds', '4 MB'],
  ['Collection aggregate size', '4 MB'],
  ['Request payload size', '4 MB'],
  ['more than 4 MB', '4 MB'],
  ['more than 4MB', '4 MB'],
  ['4194304 bytes', '4 MB'],
])('the validation %j is 413, and names %s', (message, size) => {
  expect(toProblem({ name: 'ValidationException', message })).toMatchObject({
    type: 'too-large',
    detail: expect.stringContaining(size) as string,
  });
});

test.each<[string, object, boolean]>([
  ['the network on the way', { code: 'ECONNRESET' }, true],
  ['a time that is over', { name: 'TimeoutError' }, true],
  ['500', { $metadata: { httpStatusCode: 500 } }, true],
  ['503', { $metadata: { httpStatusCode: 503 } }, true],
  ['399', { $metadata: { httpStatusCode: 399 } }, true],
  ['400', { $metadata: { httpStatusCode: 400 } }, false],
  ['499', { $metadata: { httpStatusCode: 499 } }, false],
  ['a transaction under way', { name: 'TransactionInProgressException', $metadata: { httpStatusCode: 400 } }, true],
  ['a refused connection', { code: 'ECONNREFUSED' }, false],
  ['an unknown host', { code: 'ENOTFOUND' }, false],
  ['an unknown host for now', { code: 'EAI_AGAIN' }, false],
  ['a host out of reach', { code: 'EHOSTUNREACH' }, false],
  ['a network out of reach', { code: 'ENETUNREACH' }, false],
  ['a request that was too late', tooLate(), false],
])('%s leaves doubt: %j', (_what, error, doubt) => {
  expect(mayHaveTakenEffect(error)).toBe(doubt);
});

test('doubt is noted on the error itself', () => {
  const error = new Error('x');
  expect(isOutcomeUnknown(error)).toBe(false);
  expect(markOutcomeUnknown(error)).toBe(error);
  expect(isOutcomeUnknown(error)).toBe(true);
});

test('a failed condition is known by its name, and being too late by its own', () => {
  expect(isConditionFailure({ name: 'ConditionalCheckFailedException' })).toBe(true);
  expect(isConditionFailure({ name: 'ValidationException' })).toBe(false);
  expect(tooLate()).toMatchObject({ name: 'TimeoutError', code: 'ETIME' });
  expect(typeOf(tooLate())).toBe('unavailable');
});
