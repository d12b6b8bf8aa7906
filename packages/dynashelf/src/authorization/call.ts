// Who may call a function of the app's own.
import type { FunctionRule, LoadedFunction } from '../definition/function';
import type { Caller } from '../values/caller';
import { ANONYMOUS } from './grant';
import { forbidden, unauthenticated } from './refusal';

/**
 * Whether rules let a caller in: one is enough, and none lets nobody in.
 * @throws Error where a function among them answers with what is neither true nor false
 */
export function mayCall(rules: readonly FunctionRule[], caller: Caller): boolean {
  return caller.kind === 'open' || rules.some((rule) => holds(rule, caller));
}

/** Whether a function lets in whoever has no credentials; one that fails when it is asked lets nobody in. */
export function isOpenToAll({ access }: Pick<LoadedFunction, 'access'>): boolean {
  try {
    return mayCall(access, ANONYMOUS);
  } catch {
    return false;
  }
}

/** @throws Problem `unauthenticated` where credentials could help, `forbidden` where they did not */
export function requireCall({ access }: Pick<LoadedFunction, 'access'>, caller: Caller): void {
  if (!mayCall(access, caller)) {
    throw caller.kind === 'anonymous'
      ? unauthenticated('This is not open to everyone: send credentials, such as Authorization: Bearer with a token.')
      : forbidden('These credentials do not allow this: use others, or ask for the right.');
  }
}

function holds(rule: FunctionRule, caller: Caller): boolean {
  if (typeof rule === 'function') {
    const answer: unknown = rule(caller);
    if (typeof answer !== 'boolean') {
      throw new Error(
        `a function under access of a function must answer with true or false, and gave ${typeof answer}`,
      );
    }
    return answer;
  }
  if (typeof rule === 'string') {
    return rule === 'public' || caller.kind !== 'anonymous';
  }
  if ('role' in rule) {
    return [rule.role].flat().some((role) => caller.roles.includes(role));
  }
  return 'any' in rule
    ? rule.any.some((one) => holds(one, caller))
    : rule.all.every((part) => [part].flat().some((one) => holds(one, caller)));
}
