// POST /transactions: operations on items of any collections, all or none.
import { includes } from '../definition/access';
import type { Resource } from '../definition/resource';
import { LONGEST_TEXT, Problem, pointer, type Fault } from '../problem';
import type { SentMessage } from '../store/layout/outbox';
import { preconditionsHold, type Preconditions } from '../store/write/preconditions';
import type { Idempotency } from '../transaction/replay';
import { runTransaction } from '../transaction/run';
import type { Failure, Origin } from '../transaction/entry';
import type { Transaction } from '../transaction/transaction';
import { createIn, requireCollection, type NewItem } from './create';
import { deleteIn, type DeleteInput } from './delete';
import { patchIn, type PatchInput } from './patch';
import { preconditionFailed, refusal, type Demands } from './refusal';
import { replaceIn, type ReplaceInput } from './replace';
import type { Operation, Result } from './result';

/** One operation of a transaction. */
export type Step = { readonly resource: Resource } & (
  | { readonly operation: 'create'; readonly values: NewItem; readonly preconditions: Preconditions }
  | { readonly operation: 'replace'; readonly input: ReplaceInput }
  | { readonly operation: 'patch'; readonly input: PatchInput }
  | { readonly operation: 'delete'; readonly input: DeleteInput }
  /** Nothing is written; the item is there, and fulfils the preconditions, when the others are done. */
  | { readonly operation: 'check'; readonly input: Demands }
);

/** What a transaction of several operations takes. */
export interface TransactionInput {
  readonly steps: readonly Step[];
  readonly idempotency?: Idempotency | undefined;
  /** What is sent with the writes. */
  readonly messages?: readonly SentMessage[] | undefined;
}

/** @throws Problem naming each operation that fails, nothing having been written */
export const transact: Operation<TransactionInput> = async (
  _resource,
  { steps, idempotency, messages = [] },
  store,
) => {
  const reads = steps.flatMap((step) =>
    step.operation === 'create' ? [] : [{ resource: step.resource, id: step.input.id }],
  );
  const combine = (failures: readonly Failure[]): Problem =>
    combineFailed(failures.map(({ origin, problem }) => [Number(origin[1]), problem]));
  return runTransaction<Result>(
    store,
    { idempotency, reads, place: (origin) => pointer(...origin), combine },
    async (transaction) => {
      messages.forEach((message) => transaction.send(message));
      const results: (() => Result)[] = [];
      for (const [index, step] of steps.entries()) {
        const origin = originOf(index);
        try {
          results.push(await run(transaction, step, origin));
        } catch (error) {
          if (!(error instanceof Problem)) {
            throw error;
          }
          transaction.fail({ origin, problem: error });
        }
      }
      return () => ({ kind: 'transacted', results: results.map((result) => result()) });
    },
  );
};

/** One problem of several operations' problems, each fault leading to its operation: in their order. */
export function combineFailed(failed: readonly (readonly [index: number, problem: Problem])[]): Problem {
  const failures = failed.toSorted(([a], [b]) => a - b);
  const [, first] = failures[0]!;
  const errors = failures.map(([index, problem]): Fault => ({
    detail: textOf(problem),
    pointer: pointer(...originOf(index)),
  }));
  const { headers } = ['unauthenticated', 'conflict'].includes(first.type) ? first.more : {};
  // Of several failures it would not be clear whose item it is.
  const current = failures.length === 1 ? first.more.current : undefined;
  const { extension } = first.more;
  return new Problem(
    first.kind,
    'The transaction was not carried out, and nothing was changed: correct the operations that "errors" names.',
    {
      errors,
      ...(headers !== undefined && { headers }),
      ...(current !== undefined && { current }),
      ...(extension !== undefined && { extension }),
    },
  );
}

/** A problem with its faults, as far as one text may be long. */
function textOf({ detail, more: { errors = [] } }: Problem): string {
  let text = detail;
  for (const fault of errors.filter((one) => one.detail !== detail)) {
    if (text.length > LONGEST_TEXT) {
      break;
    }
    text += ` ${placeOf(fault)}: ${fault.detail}`;
  }
  return text;
}

function originOf(index: number): Origin {
  return ['operations', index];
}

function placeOf(fault: Fault): string {
  return 'pointer' in fault ? fault.pointer : 'header' in fault ? fault.header : fault.parameter;
}

async function run(transaction: Transaction, step: Step, origin: Origin): Promise<() => Result> {
  switch (step.operation) {
    case 'create': {
      requireCollection(step.preconditions);
      return createIn(transaction, step.resource, step.values, origin);
    }
    case 'replace':
      return replaceIn(transaction, step.resource, step.input, origin);
    case 'patch':
      return patchIn(transaction, step.resource, step.input, origin);
    case 'delete':
      return deleteIn(transaction, step.resource, step.input, origin);
    case 'check':
      return check(transaction, step.resource, step.input);
  }
}

async function check(transaction: Transaction, resource: Resource, demands: Demands): Promise<() => Result> {
  const { id, permission, preconditions } = demands;
  const image = await transaction.read(resource, id);
  const isThere = image !== undefined && includes(permission.grant, image.item);
  if (!isThere && preconditions.noneMatch === '*') {
    return () => ({ kind: 'deleted' });
  }
  if (!isThere) {
    throw refusal(resource, id, undefined, demands);
  }
  if (!preconditionsHold(preconditions, image.record)) {
    throw preconditionFailed(image, permission);
  }
  return () => ({ kind: 'found', image: transaction.result(resource, id) });
}
