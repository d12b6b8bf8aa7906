// The states of items: each step that a write makes of one is judged, not the way from the first to the last alone.
import { Problem, type Fault } from '../problem';
import type { Resource } from '../definition/resource';
import { listStates, nextStates, type States } from '../definition/states';
import type { Image } from '../store/layout/record';
import type { Store } from '../store/store';
import { notValid } from '../store/write/new-image';

/** A step of an item, and how a fault of it is told. */
export interface Step {
  /** The item before; undefined for one that is made. */
  readonly before: Image | undefined;
  readonly after: Image;
  /** The pointer of the attribute that holds the state. */
  readonly pointer: string;
  /** Whether the caller may see an attribute of an item, and so know which state that has. */
  readonly maySee: Store['maySee'];
}

/** Why an item may not take a step; undefined where it may. Staying as it is, it may always. */
export function refuseStep(resource: Resource, states: States, step: Step): Problem | undefined {
  const { before, after, pointer } = step;
  const to = after.record[states.attribute]?.S;
  if (before === undefined) {
    return to !== undefined && states.initial.includes(to)
      ? undefined
      : notValid([{ detail: `Must be ${listStates(states.initial)} in a new item.`, pointer }]);
  }
  const from = before.record[states.attribute]?.S;
  if (from === to || (to !== undefined && nextStates(states, from).includes(to))) {
    return undefined;
  }
  const isTold = step.maySee(resource, before.item, states.attribute);
  const fault: Fault = { detail: isTold ? told(states, from) : untold(states, to), pointer };
  return new Problem('conflict', fault.detail, { errors: [fault] });
}

function told(states: States, from: string | undefined): string {
  const next = nextStates(states, from);
  const { attribute, all } = states;
  if (from === undefined || !all.includes(from)) {
    const is = from === undefined ? 'has no value' : `is "${from}", which is no state any more`;
    return `"${attribute}" ${is}: begin with ${listStates(next)}.`;
  }
  return next.length === 0
    ? `"${attribute}" is "${from}", which is final: leave it as it is.`
    : `"${attribute}" is "${from}", from where it goes to ${listStates(next)} and to nothing else: choose that, or leave it as it is.`;
}

function untold({ attribute }: States, to: string | undefined): string {
  return to === undefined
    ? `"${attribute}" cannot be removed from what it is.`
    : `"${attribute}" cannot become "${to}" from what it is: choose another state, or leave it as it is.`;
}
