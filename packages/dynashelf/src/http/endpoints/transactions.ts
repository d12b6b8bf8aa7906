// POST /transactions: its operations are requests within the request, read like any other.
import { readCaller } from '../../authentication/caller';
import { openAccess } from '../../authorization/permission';
import { EVERYTHING } from '../../definition/access';
import { isObject, type Json, type JsonObject } from '../../definition/item';
import { LONGEST_URL, MOST_OPERATIONS } from '../../definition/limits';
import type { Result } from '../../operations/result';
import { combineFailed, runOperations, type Step } from '../../operations/transactions';
import { gatherFaults, Problem, pointer, type Faults } from '../../problem';
import type { Store } from '../../store/store';
import { parseBody } from '../input/body';
import { readPreconditions } from '../conditional';
import { isCostShown } from '../cost-shown';
import { refuseExcess, tooLong } from '../input/limits';
import { readIdempotency } from '../idempotency';
import {
  readDeleteInput,
  readReadInput,
  refuseParameters,
  type CollectionRoute,
  type Input,
  type Presentation,
} from '../input/item';
import { JSON_TYPE, negotiate, readContentType } from '../media-type';
import { decodeSegment, type Request } from '../request';
import { writeResult, type Reply } from '../response';
import { findRoute } from '../route';
import { refuseUnsendable } from '../sendable';
import type { Endpoint, Reading } from '../serve';
import { readReplaceInput } from '../input/replace';
import { readCreateInput, readPatchInput } from '../input/write';

/** The headers that an operation can have, in lower case. */
const OPERATION_HEADERS = ['accept', 'content-type', 'if-match', 'if-none-match', 'if-unmodified-since', 'prefer'];

/** What an operation can have. */
const MEMBERS = ['method', 'path', 'headers', 'body'];

const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'];

export const transactions: Endpoint<Store> = async ({ resources, config }, _route, request, store, done) => {
  const reading = {
    resources,
    cursorKeys: config.cursorKeys,
    access: openAccess(readCaller(config, request.credentials)),
  };
  negotiate(request);
  refuseParameters(request);
  readContentType(request, [JSON_TYPE]);
  // RFC 9110 §13.1.1: there is no representation of this path that a tag could match.
  if (readPreconditions(request).match !== undefined) {
    throw new Problem(
      'precondition-failed',
      'There is nothing at this path that If-Match could match: send it in the headers of an operation.',
    );
  }
  const operations = readOperations(request);
  refuseFailed(
    operations.flatMap(({ path }, index) =>
      (path as string).length > LONGEST_URL ? [[index, tooLong()] as const] : [],
    ),
  );
  const parts = operations.map((operation) => partOf(request, operation));
  const read = await Promise.all(parts.map((part) => readPart(reading, part)));
  const failed = read.flatMap((outcome, index) => (outcome instanceof Problem ? [[index, outcome] as const] : []));
  refuseFailed(failed);
  const steps = read as ReadPart[];
  refuseTwice(steps);
  done('input');
  const write = (result: Result): Reply => writeTransaction(parts, steps, result);
  const result = await runOperations(
    steps.map(({ step }) => step),
    store,
    readIdempotency(request, reading.access.caller, (outcome) => JSON.stringify(write(outcome))),
    (outcome) => refuseUnsendable(write(outcome)),
  );
  done('operation');
  return isCostShown(resources, request, { permission: EVERYTHING, access: reading.access }, result)
    ? write(result)
    : { ...write(result), isCostHidden: true };
};

interface ReadPart {
  readonly step: Step;
  readonly presentation: Presentation;
}

/** The operations as the body has them, well-formed. */
function readOperations(request: Request): JsonObject[] {
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

/** An operation as a request of its own. */
function partOf(request: Request, { method, path, headers, body }: JsonObject): Request {
  const [, pathname = '', query = ''] = /^([^?#]*)\??([^#]*)/.exec(path as string)!;
  const lines = new Map(
    Object.entries((headers ?? {}) as Record<string, string>).map(([name, value]) => [name.toLowerCase(), value]),
  );
  return {
    id: request.id,
    method: method as string,
    segments: pathname === '/' ? [] : pathname.split('/').slice(1).map(decodeSegment),
    base: request.base,
    parameters: [...new URLSearchParams(query)],
    header: (name) => lines.get(name),
    body: body === undefined ? undefined : { text: '', isBase64: false },
    parsed: body === undefined ? undefined : { value: body, faults: gatherFaults() },
    credentials: request.credentials,
    deadline: request.deadline,
  };
}

function refuseFailed(failed: Parameters<typeof combineFailed>[0]): void {
  if (failed.length > 0) {
    throw combineFailed(failed);
  }
}

/** What an operation is to do, or the problem with it. */
async function readPart(reading: Reading, part: Request): Promise<ReadPart | Problem> {
  try {
    refuseExcess(part);
    const route = findRoute(reading.resources, part, true);
    switch (route.operation) {
      case 'create':
        return await readCreate(route, part, reading);
      case 'replace':
        return stepOf('replace', route, await readReplaceInput(route, part, reading));
      case 'patch':
        return stepOf('patch', route, readPatchInput(route, part, reading));
      case 'delete':
        return stepOf('delete', route, readDeleteInput(route, part, reading));
      case 'read': {
        const { presentation } = readReadInput(route, part, reading);
        // Of a transaction If-None-Match is a condition, not a question whether to send the item.
        const preconditions = readPreconditions({ ...part, method: 'PUT' });
        return {
          step: {
            operation: 'check',
            resource: route.resource,
            input: { id: route.id, permission: presentation.permission, preconditions },
          },
          presentation,
        };
      }
      default:
        return new Problem(
          'invalid',
          'An operation of a transaction makes, reads or writes one item: send POST to a collection, or GET, PUT, PATCH or DELETE to an item.',
        );
    }
  } catch (error) {
    if (error instanceof Problem) {
      return error;
    }
    throw error;
  }
}

async function readCreate(route: CollectionRoute, part: Request, reading: Reading): Promise<ReadPart | Problem> {
  const { input, presentation } = await readCreateInput(route, part, reading);
  return input.kind === 'one'
    ? {
        step: {
          operation: 'create',
          resource: route.resource,
          values: input.values,
          preconditions: input.preconditions,
        },
        presentation,
      }
    : new Problem('invalid', 'An operation of a transaction makes one item: send an operation for each.');
}

function stepOf<O extends 'replace' | 'patch' | 'delete'>(
  operation: O,
  { resource }: { resource: Step['resource'] },
  { input, presentation }: Input<Extract<Step, { operation: O }>['input']>,
): ReadPart {
  return { step: { operation, resource, input } as unknown as Step, presentation };
}

/** DynamoDB takes one action on an item in a transaction, and what two would mean is not clear. */
function refuseTwice(parts: readonly ReadPart[]): void {
  const seen = new Map<string, number>();
  const errors = gatherFaults();
  for (const [index, { step }] of parts.entries()) {
    if (step.operation === 'create') {
      continue;
    }
    const name = `${step.resource.name}/${step.input.id}`;
    const earlier = seen.get(name);
    if (earlier === undefined) {
      seen.set(name, index);
    } else {
      errors.add(() => ({
        detail: `Is on the same item as operation ${earlier}: put both into one.`,
        pointer: pointer('operations', index),
      }));
    }
  }
  if (errors.count > 0) {
    throw new Problem('invalid', 'Two operations are on one item: correct what "errors" names. Nothing was changed.', {
      errors,
    });
  }
}

function writeTransaction(parts: readonly Request[], steps: readonly ReadPart[], result: Result): Reply {
  const write = (index: number, one: Result): Reply =>
    writeResult(parts[index]!, steps[index]!.step.resource, one, steps[index]!.presentation, String);
  return result.kind === 'transacted'
    ? {
        status: 200,
        headers: { 'Content-Type': JSON_TYPE, 'Cache-Control': 'no-cache' },
        body: { results: result.results.map((one, index) => write(index, one)) },
      }
    : write(0, result);
}
