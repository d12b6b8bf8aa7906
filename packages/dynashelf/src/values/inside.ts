// What is done with a value inside another: the place that faults name grows by it, and shrinks again.
import type { Faults } from '../problem';
import type { Json } from './json';
import type { Check, Convert, Report } from './kind';
import type { Given, Stored } from './stored';

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
  given: Given,
  name: string | number,
  at: (string | number)[],
  faults: Faults,
): Stored | undefined {
  at.push(name);
  const stored = convert(given, at, faults);
  at.pop();
  return stored;
}
