// The body of POST /transactions: its operations, well-formed.
import { isObject, type Json, type JsonObject } from '../../values/json';
import { MOST_OPERATIONS } from '../../definition/limits';
import { Problem, pointer, type Faults } from '../../problem';
import type { Request } from '../request';
import { parseBody } from './body';

/** The headers that an operation can have, in lower case. */
const OPERATION_HEADERS = ['accept', 'content-type', 'if-match', 'if-none-match', 'if-unmodified-since', 'prefer'];

/** What an operation can have. */
const MEMBERS = ['method', 'path', 'headers', 'body'];

const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'];

/**
 * The operations as the body has them.
 * @throws Problem `invalid` with every fault, `too-large` for too many operations
 */
export function readOperations(request: Request): JsonObject[] {
  const { value, faults } = parseBody(request);
  const operations = isObject(value) && Object.hasOwn(value, 'operations') ? value['operations'] : undefined;
  if (Array.isArray(operations) && operations.length > MOST_OPERATIONS) {
    throw new Problem(
      'too-large',
      `The transaction has ${operations.length} operations, and at most ${MOST_OPERATIONS} fit: send the rest in further requests.`,
    );
  }
  if (isObject(value)) {
    findUnknown(
      value,
      (name) => name === 'operations',
      (name) => `"${name}" is not known: remove it.`,
      [],
      faults,
    );
  }
  if (Array.isArray(operations) && operations.length > 0) {
    operations.forEach((operation, index) => findOperationFaults(operation, index, faults));
  } else {
    faults.add(() => ({
      detail: `Must be an array of 1 to ${MOST_OPERATIONS} operations.`,
      pointer: pointer('operations'),
    }));
  }
  if (faults.count > 0) {
    throw new Problem('invalid', 'The body is no transaction: correct what "errors" names. Nothing was changed.', {
      errors: faults,
    });
  }
  return operations as JsonObject[];
}

function findOperationFaults(operation: Json, index: number, faults: Faults): void {
  const add = (detail: string, ...inner: string[]): void =>
    faults.add(() => ({ detail, pointer: pointer('operations', index, ...inner) }));
  if (!isObject(operation)) {
    return add('Must be an object with "method" and "path".');
  }
  findUnknown(
    operation,
    (name) => MEMBERS.includes(name),
    (name) => `"${name}" is not known: remove it.`,
    ['operations', index],
    faults,
  );
  if (!METHODS.includes(operation['method'] as string)) {
    add(`Must be one of ${METHODS.join(', ')}.`, 'method');
  }
  if (typeof operation['path'] !== 'string' || !operation['path'].startsWith('/')) {
    add('Must be a path such as "/collection/id".', 'path');
  }
  const headers = operation['headers'] ?? {};
  if (!isObject(headers) || Object.values(headers).some((value) => typeof value !== 'string')) {
    add('Must be an object whose members are strings.', 'headers');
  }
  if (isObject(headers)) {
    findUnknown(
      headers,
      (name) => OPERATION_HEADERS.includes(name.toLowerCase()),
      (name) =>
        `"${name}" has no meaning in an operation: ${name.toLowerCase() === 'idempotency-key' ? 'send it with the transaction' : 'remove it'}.`,
      ['operations', index, 'headers'],
      faults,
    );
  }
}

function findUnknown(
  object: JsonObject,
  isKnown: (name: string) => boolean,
  detail: (name: string) => string,
  at: readonly (string | number)[],
  faults: Faults,
): void {
  for (const name of Object.keys(object)) {
    if (!isKnown(name)) {
      faults.add(() => ({ detail: detail(name), pointer: pointer(...at, name) }));
    }
  }
}
