// A function of an app's own, called by a test as it is: no route, no rules, and what it throws comes as it is thrown.

import { connect } from '#connect';
import { deliverDue, type Delivery } from '../functions/delivery';
import { appFunctions } from '../local/own-functions';
import { openOutbox } from '../store/outbox';
import { tableName } from './table';
import { definedOf, type FunctionHandler } from '../functions/defined';
import { callDirectly, type DirectCall } from '../functions/handler';

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

/** Milliseconds that a delivery may take in a test. */
const PATIENCE = 120_000;

/**
 * Delivers the messages that are due to the functions that take them, as `publish` does where an app is deployed. One
 * whose function fails is due again when its time has come, to which the clock of `useClock` can be moved.
 * @param functions handlers by name; those of the app, without it
 * @returns how many were delivered, failed, and so on
 */
export async function deliverMessages(
  functions: Readonly<Record<string, FunctionHandler>> = appFunctions(),
): Promise<Record<Delivery, number>> {
  const takers = new Map(Object.values(functions).map((handler) => [definedOf(handler)!.loaded.message, handler]));
  return deliverDue(openOutbox(connect(), tableName(), Date.now() + PATIENCE), async (message, event) => {
    const handler = takers.get(message);
    if (handler === undefined) {
      throw new Error(`no function takes the message "${message}"`);
    }
    await handler(event);
  });
}
