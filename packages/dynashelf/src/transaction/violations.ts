// What stands in the way of a transaction, as problems.
import { Problem, pointer, type Fault } from '../problem';
import type { WritePlan } from '../store/write/constraint';
import type { Violation } from '../store/write/write';
import type { Failure, Origin, PlaceFault } from './entry';

/** The problem that items refer to an item which was to be deleted. */
export function inUse(id: string, collections: readonly string[]): Problem {
  return new Problem(
    'conflict',
    `"${id}" cannot be deleted while items of ${collections.join(' and ')} refer to it: delete those first.`,
  );
}

/** The problem that a deletion of the item, or of what it refers to, is under way. */
export function beingDeleted(collection: string, id: string): Problem {
  return new Problem(
    'conflict',
    `"${id}" of ${collection} is being deleted, or what it refers to is: wait until that is done, or send its DELETE again to finish it.`,
    { headers: { 'Retry-After': '1' } },
  );
}

/** The problem that something which refers to the item is; the caller may not see which. */
export function partlyBeingDeleted(collection: string, id: string): Problem {
  return new Problem(
    'conflict',
    `"${id}" of ${collection}, or something that refers to it, is being deleted by another DELETE that is not finished: wait until that is done, or send that again to finish it.`,
    { headers: { 'Retry-After': '1' } },
  );
}

/** The failures that violations of a plan's constraints are. */
export function failuresOf(
  violations: readonly Violation[],
  { changes, origins }: WritePlan & { readonly origins: readonly Origin[] },
  place: PlaceFault,
): Failure[] {
  return violations.flatMap((violation): Failure[] => {
    if (!('change' in violation) || violation.kind === 'changed') {
      return [];
    }
    const { resource, id } = changes[violation.change]!;
    const origin = origins[violation.change] ?? [];
    const failure = (detail: string, ...inner: string[]): Failure => ({
      origin,
      problem: new Problem('conflict', detail, { errors: [{ detail, pointer: place(origin, pointer(...inner)) }] }),
    });
    switch (violation.kind) {
      case 'duplicate':
        return [duplicateFailure(resource.name, violation, origin, place)];
      case 'dangling':
        return [
          failure(
            `"${violation.attribute}" refers to an item that ${violation.collection} does not have: name one that exists.`,
            violation.attribute,
          ),
        ];
      case 'referred':
        return [failure(inUse(id, violation.collections).detail)];
      case 'deleting':
        return [{ origin, problem: beingDeleted(resource.name, id), kind: 'deleting' }];
    }
  });
}

/** The failure that another item has a unique value: a fault at each attribute that makes it. */
function duplicateFailure(
  collection: string,
  { group: { attributes, each }, element }: Extract<Violation, { kind: 'duplicate' }>,
  origin: Origin,
  place: PlaceFault,
): Failure {
  const values = attributes.map((name) => (name === each ? `this element of "${name}"` : `this "${name}"`));
  const remedy =
    values.length > 1 ? 'change one of them' : each === undefined ? 'choose another value' : 'choose another';
  const detail = `Another item of ${collection} has ${values.join(' and ')}${values.length > 1 ? ' too' : ''}: ${remedy}.`;
  const errors = attributes.map((name): Fault => {
    const inner = name === each && element !== undefined ? pointer(name, element) : pointer(name);
    return { detail, pointer: place(origin, inner) };
  });
  return { origin, problem: new Problem('conflict', detail, { errors }) };
}

/** One problem of several: that of the first, with the faults of all. */
export function combine(failures: readonly Failure[]): Problem {
  const [first, ...others] = failures.map(({ problem }) => problem);
  if (others.length === 0) {
    return first!;
  }
  const errors = [first!, ...others].flatMap(({ detail, more }): Fault[] => more.errors ?? [{ detail, pointer: '#' }]);
  const distinct = [...new Map(errors.map((fault) => [JSON.stringify(fault), fault])).values()];
  const detail = distinct.every((fault) => fault.detail === distinct[0]!.detail)
    ? distinct[0]!.detail
    : `The request ${first!.type === 'invalid' ? 'is not valid' : 'conflicts with items that exist'}: correct what "errors" names. Nothing was changed.`;
  return new Problem(first!.kind, detail, { ...first!.more, errors: distinct });
}
