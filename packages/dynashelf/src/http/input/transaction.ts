// POST /transactions: its operations are requests within the request, read like any other.
import type { JsonObject } from '../../values/json';
import { LONGEST_URL } from '../../definition/limits';
import { combineFailed, type Step, type TransactionInput } from '../../operations/transactions';
import { gatherFaults, Problem, pointer } from '../../problem';
import { readPreconditions } from '../conditional';
import { readIdempotency } from '../idempotency';
import { refuseExcess, tooLong } from '../limits';
import { JSON_TYPE, negotiate, readContentType } from '../media-type';
import { decodeSegment, type Request } from '../request';
import { findRoute, type Route } from '../route';
import type { CollectionRoute, Input, InputContext, PartResponseOptions, ResponseOptions } from './input';
import { readDeleteInput, readReadInput, refuseParameters } from './item';
import { readReplaceInput } from './replace';
import { readOperations } from './transaction-body';
import { readCreateInput, readPatchInput } from './write';

/** What an operation is to do, and how the client wants the answer to it. */
interface ReadPart {
  readonly step: Step;
  readonly responseOptions: ResponseOptions;
}

/**
 * The input of POST /transactions.
 * @throws Problem naming each operation that cannot be read
 */
export async function readTransactionInput(
  _route: Route,
  request: Request,
  context: InputContext,
): Promise<Input<TransactionInput, PartResponseOptions>> {
  const { access } = context;
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
  const requests = operations.map((operation) => partOf(request, operation));
  const read = await Promise.all(requests.map((part) => readPart(context, part)));
  refuseFailed(read.flatMap((outcome, index) => (outcome instanceof Problem ? [[index, outcome] as const] : [])));
  const parts = read as ReadPart[];
  refuseTwice(parts);
  return {
    input: { steps: parts.map(({ step }) => step), idempotency: readIdempotency(request, access.caller) },
    responseOptions: {
      parts: parts.map(({ responseOptions }, index) => ({ request: requests[index]!, responseOptions })),
      access,
    },
  };
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
async function readPart(context: InputContext, part: Request): Promise<ReadPart | Problem> {
  try {
    refuseExcess(part);
    const route = findRoute(context.resources, part, true);
    switch (route.operation) {
      case 'create':
        return await readCreate(route, part, context);
      case 'replace':
        return stepOf('replace', route, await readReplaceInput(route, part, context));
      case 'patch':
        return stepOf('patch', route, readPatchInput(route, part, context));
      case 'delete':
        return stepOf('delete', route, readDeleteInput(route, part, context));
      case 'read': {
        const { responseOptions } = readReadInput(route, part, context);
        // Of a transaction If-None-Match is a condition, not a question whether to send the item.
        const preconditions = readPreconditions({ ...part, method: 'PUT' });
        return {
          step: {
            operation: 'check',
            resource: route.resource,
            input: { id: route.id, permission: responseOptions.permission, preconditions },
          },
          responseOptions,
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

async function readCreate(route: CollectionRoute, part: Request, context: InputContext): Promise<ReadPart | Problem> {
  const { input, responseOptions } = await readCreateInput(route, part, context);
  return input.kind === 'one'
    ? {
        step: {
          operation: 'create',
          resource: route.resource,
          values: input.values,
          preconditions: input.preconditions,
        },
        responseOptions,
      }
    : new Problem('invalid', 'An operation of a transaction makes one item: send an operation for each.');
}

function stepOf<O extends 'replace' | 'patch' | 'delete'>(
  operation: O,
  { resource }: { resource: Step['resource'] },
  { input, responseOptions }: Input<Extract<Step, { operation: O }>['input']>,
): ReadPart {
  return { step: { operation, resource, input } as unknown as Step, responseOptions };
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
