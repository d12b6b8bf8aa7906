// Checks made of rules: the type of a value, then what the keywords of its attribute demand, each with a sentence for
// what breaks it. Inside another value the place that faults name grows, and shrinks again.
import type { Faults } from '../problem';
import type { Json } from './json';
import type { Check, Convert, Report } from './kind';
import type { InputValue, StoredValue } from './stored';

/** One demand on values of a type. */
export interface Rule<V extends Json> {
  readonly holds: (value: V) => boolean;
  /** What to do where it does not hold: a sentence for a person. */
  readonly detail: () => string;
}

/** Compiles a check of a type and rules; a value of another type is held to no rule. */
export function checkOf<V extends Json>(
  type: string,
  isOfType: (value: Json) => value is V,
  rules: readonly Rule<V>[],
): Check {
  const detail = (): string => `Must be ${/^[aio]/.test(type) ? 'an' : 'a'} ${type}.`;
  return (value, report) => {
    if (!isOfType(value)) {
      report?.note(detail);
      return false;
    }
    let isValid = true;
    for (const rule of rules) {
      if (!rule.holds(value)) {
        if (report === undefined) {
          return false;
        }
        report.note(rule.detail);
        isValid = false;
      }
    }
    return isValid;
  };
}

/** The rule that a word makes with its value; none where the attribute does not have the word. */
export function ruleOf<L, V extends Json>(
  limit: L | undefined,
  holds: (value: V, limit: L) => boolean,
  detail: (limit: L) => string,
): Rule<V>[] {
  return limit === undefined ? [] : [{ holds: (value) => holds(value, limit), detail: () => detail(limit) }];
}

/** A number of things, such as `1 character`. */
export function count(number: number, thing: string): string {
  return `${number} ${thing}${number === 1 ? '' : 's'}`;
}

/** Checks a member or an element. */
export function checkInside(check: Check, value: Json, name: string | number, report: Report | undefined): boolean {
  if (report === undefined) {
    return check(value, undefined);
  }
  report.at.push(name);
  const isValid = check(value, report);
  report.at.pop();
  return isValid;
}

/** Converts a member or an element. */
export function convertInside(
  convert: Convert,
  given: InputValue,
  name: string | number,
  at: (string | number)[],
  faults: Faults,
): StoredValue | undefined {
  at.push(name);
  const stored = convert(given, at, faults);
  at.pop();
  return stored;
}
