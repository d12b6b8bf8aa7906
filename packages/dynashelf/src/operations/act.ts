// A resource's own operations: the function of its file, given an item and a transaction.
import type { LoadedAction } from '../definition/action';
import type { Caller } from '../values/caller';
import type { JsonObject } from '../values/json';
import { pointer } from '../problem';
import type { Idempotency } from '../transaction/replay';
import { runTransaction } from '../transaction/run';
import type { Origin } from '../transaction/entry';
import { toActionTransaction } from '../transaction/action-transaction';
import { noteGivenItems } from '../transaction/given-items';
import { runOwnCode } from '../transaction/thrown-problem';
import { requireItem, type Demands } from './refusal';
import type { Operation, Result } from './result';

/** What an action takes. */
export interface ActInput extends Demands {
  readonly caller: Caller;
  /** The action's name. */
  readonly name: string;
  readonly action: LoadedAction;
  /** The request body, checked, with defaults. */
  readonly body: JsonObject;
  readonly idempotency?: Idempotency | undefined;
}

/**
 * Carries out an action.
 * @throws Problem `not-found`, `precondition-failed`, `conflict`, what the action throws, and what its writes break
 */
export const act: Operation<ActInput> = async (resource, input, store) => {
  const { id, caller, name, action, body, idempotency } = input;
  const now = new Date();
  // What the action writes may have other attributes than the request's body.
  const place = (_origin: Origin, inner: string): string =>
    [...action.body.keys()].some((name) => pointer(name) === inner) ? inner : '#';
  return runTransaction<Result>(store, { idempotency, reads: [{ resource, id }], place }, async (transaction) => {
    const { item } = requireItem(await transaction.read(resource, id), resource, input);
    const given = noteGivenItems();
    given.give(item, resource, 'found');
    const own = toActionTransaction(transaction, given);
    const answer = given.find(
      await runOwnCode(resource, `action "${name}"`, action.problems, () =>
        action.run({ item, body, now, caller, transaction: own }),
      ),
    );
    if (answer === undefined) {
      // Of a copy nobody knows of which collection it is, and so who may see it.
      throw new Error(
        `src/resources/${resource.name}.ts: an action must answer with its item, or with one that its transaction read or wrote, as it was given`,
      );
    }
    return () => ({
      kind: answer.kind,
      image: answer.removed ?? transaction.result(answer.resource, answer.id),
      of: answer.resource,
    });
  });
};
