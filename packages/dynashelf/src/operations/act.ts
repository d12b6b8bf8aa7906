// A resource's own operations: the function of its file, given an item and a transaction.
import type { LoadedAction } from '../definition/action';
import type { Resource } from '../definition/resource';
import type { Caller } from '../values/caller';
import type { JsonObject } from '../values/json';
import { pointer } from '../problem';
import type { Idempotency } from '../transaction/replay';
import { runTransaction } from '../transaction/run';
import type { Origin } from '../transaction/entry';
import { toActionTransaction } from '../transaction/action-transaction';
import { noteGivenItems, type GivenItem } from '../transaction/given-items';
import { watchCalls } from '../transaction/own-calls';
import { runOwnCode } from '../transaction/thrown-problem';
import { answerOf } from './answer';
import { requireCollection } from './create';
import { requireItem, type Demands } from './refusal';
import type { Operation, Result } from './result';

/** What an action is called with. */
export interface ActInput extends Omit<Demands, 'id'> {
  /** The item that it is called on; an action of the collection has none. */
  readonly id?: string | undefined;
  readonly caller: Caller;
  /** The action's name. */
  readonly name: string;
  readonly action: LoadedAction;
  /** The request body, checked, with defaults. */
  readonly body: JsonObject;
  readonly idempotency?: Idempotency | undefined;
}

/** Runs an action; all that it read and writes holds together. */
export const act: Operation<ActInput> = async (resource, input, store) => {
  const { id, caller, name, action, body, idempotency } = input;
  const now = new Date();
  // What the action writes may have other attributes than the request's body.
  const place = (_origin: Origin, inner: string): string =>
    [...action.body.keys()].some((attribute) => pointer(attribute) === inner) ? inner : '#';
  const reads = id === undefined ? [] : [{ resource, id }];
  if (id === undefined) {
    requireCollection(input.preconditions);
  }
  return runTransaction<Result>(store, { idempotency, reads, place }, async (transaction) => {
    const given = noteGivenItems();
    const said = `action "${name}"`;
    const calls = watchCalls(
      `src/resources/${resource.name}.ts: the ${said}`,
      transaction,
      toActionTransaction(transaction, given),
    );
    const own = { body, query: {}, now, caller, transaction: calls.transaction };
    const on =
      id === undefined
        ? own
        : { ...own, item: requireItem(await transaction.read(resource, id), resource, { ...input, id }).item };
    if ('item' in on) {
      given.give(on.item, resource, 'found');
    }
    const answer = await runOwnCode(`src/resources/${resource.name}.ts`, said, action.problems, async () =>
      calls.until(() => action.run(on)),
    );
    if (action.response !== undefined) {
      const json = answerOf(resource, name, action.response, answer);
      return () => ({ kind: 'answered', body: json });
    }
    const item = requireGiven(resource, given.find(answer));
    return () => ({
      kind: item.kind,
      image: item.removed ?? transaction.result(item.resource, item.id),
      of: item.resource,
    });
  });
};

/** Of a copy nobody knows of which collection it is, and so who may see it. */
function requireGiven({ name }: Resource, item: GivenItem | undefined): GivenItem {
  if (item === undefined) {
    throw new Error(
      `src/resources/${name}.ts: an action must answer with its item, or with one that its transaction read or wrote, as it was given; or declare another answer under response`,
    );
  }
  return item;
}
