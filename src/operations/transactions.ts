// POST /transactions: operations on items of any collections, all or none.
import { includes, type Permission } from '../definition/access';
import type { Resource } from '../definition/resource';
import { Problem, pointer, type Fault } from '../problem';
import { preconditionsHold, type Preconditions } from '../store/preconditions';
import type { Store } from '../store/store';
import { createIn, type NewItem } from './create';
import { patchIn, type PatchInput } from './patch';
import { preconditionFailed, refusal } from './refusal';
import { removeIn, type RemoveInput } from './remove-in';
import { replaceIn, type ReplaceInput } from './replace';
import type { Idempotency, Result } from './result';
import type { Origin, Session } from './session';
import { transact } from './transact';

/** One operation of a transaction. */
export type Step = { readonly resource: Resource } & (
  | { readonly operation: 'create'; readonly values: NewItem }
  | { readonly operation: 'replace'; readonly input: ReplaceInput }
  | { readonly operation: 'patch'; readonly input: PatchInput }
  | { readonly operation: 'remove'; readonly input: RemoveInput }
  /** Nothing is written; the item is there, and fulfils the preconditions, when the others are done. */
  | { readonly operation: 'check'; readonly input: CheckInput }
);

interface CheckInput {
  readonly id: string;
  readonly permission: Permission;
  readonly preconditions: Preconditions;
}

/**
 * @param inspect looks at what would be answered, and throws a Problem to have nothing written
 * @throws Problem naming each operation that fails, nothing having been written
 */
export async function runTransaction(steps: readonly Step[], store: Store, idempotency: Idempotency | undefined, inspect: (result: Result) => void): Promise<Result> {
  const reads = steps.flatMap((step) => (step.operation === 'create' ? [] : [{ resource: step.resource, id: step.input.id }]));
  return transact(store, { idempotency, reads, place: (origin) => pointer(...origin) }, async (session) => {
    const results: Result[] = [];
    const failures: [number, Problem][] = [];
    for (const [index, step] of steps.entries()) {
      try {
        results.push(await run(session, step, originOf(index)));
      } catch (error) {
        if (!(error instanceof Problem)) {
          throw error;
        }
        failures.push([index, error]);
      }
    }
    refuseFailed(failures);
    const result: Result = { kind: 'transacted', results };
    // Before anything is written.
    inspect(result);
    return result;
  });
}

/** One problem of several operations' problems, each fault leading to its operation. */
export function refuseFailed(failures: readonly (readonly [index: number, problem: Problem])[]): void {
  const [first] = failures;
  if (first !== undefined) {
    const errors = failures.map(([index, { detail, more }]): Fault => ({
      detail: [detail, ...(more.errors ?? []).map((fault) => `${placeOf(fault)}: ${fault.detail}`)].join(' '),
      pointer: pointer(...originOf(index)),
    }));
    const { headers } = first[1].type === 'unauthenticated' ? first[1].more : {};
    // Of several failures it would not be clear whose item it is.
    const current = failures.length === 1 ? first[1].more.current : undefined;
    throw new Problem(first[1].type, 'The transaction was not carried out, and nothing was changed: correct the operations that "errors" names.', { errors, ...(headers !== undefined && { headers }), ...(current !== undefined && { current }) });
  }
}

function originOf(index: number): Origin {
  return ['operations', index];
}

function placeOf(fault: Fault): string {
  return 'pointer' in fault ? fault.pointer : 'header' in fault ? fault.header : fault.parameter;
}

async function run(session: Session, step: Step, origin: Origin): Promise<Result> {
  switch (step.operation) {
    case 'create': return createIn(session, step.resource, step.values, origin);
    case 'replace': return replaceIn(session, step.resource, step.input, origin);
    case 'patch': return patchIn(session, step.resource, step.input, origin);
    case 'remove': return removeIn(session, step.resource, step.input, origin);
    case 'check': return check(session, step.resource, step.input);
  }
}

async function check(session: Session, resource: Resource, input: CheckInput): Promise<Result> {
  const { id, permission, preconditions } = input;
  const found = await session.read(resource, id);
  const isThere = found !== undefined && includes(permission.grant, found.item);
  if (!isThere && preconditions.noneMatch === '*') {
    return { kind: 'deleted' };
  }
  if (!isThere) {
    throw refusal(resource, id, undefined, input);
  }
  if (!preconditionsHold(preconditions, found.item)) {
    throw preconditionFailed(found.item, permission);
  }
  return { kind: 'found', item: found.item };
}
