// A function of an app's own, called by a test as it is: no route, no rules, and what it throws comes as it is thrown.

import { callDirectly, type DirectCall, type FunctionHandler } from '../functions/handler';

/** What a test calls a function with. */
export type FunctionCall = DirectCall;

/**
 * Calls the code of a function on the table of the tests, at the time that the clock of `useClock` says.
 * @returns what it answers
 * @throws Problem what it throws, or `invalid` for a body or parameters that are not as it declares them
 */
export async function callFunction(handler: FunctionHandler, call: FunctionCall = {}): Promise<unknown> {
  return callDirectly(handler, call);
}
