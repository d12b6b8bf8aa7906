// A resource's own operations: the function of its file, given an item and a transaction.
import { v7 as uuidv7 } from 'uuid';
import type { LoadedAction, Transaction as ActionTransaction } from '../definition/action';
import type { Caller } from '../values/caller';
import type { AnyItem } from '../definition/item';
import type { JsonObject } from '../values/json';
import { prepareGiven } from '#conversion';
import type { StoredValue } from '../values/stored';
import type { Resource } from '../definition/resource';
import { findFaults } from '../values/check';
import { writable } from '../definition/writable';
import { pointer, Problem } from '../problem';
import type { Image } from '../store/layout/record';
import type { Idempotency } from '../transaction/replay';
import { runTransaction } from '../transaction/run';
import { nameOf, type Origin } from '../transaction/entry';
import type { Transaction } from '../transaction/transaction';
import { applyMergePatch } from './merge-patch';
import { requireItem, type Demands } from './refusal';
import type { ItemResult, Operation, Result } from './result';

export interface ActInput extends Demands {
  readonly caller: Caller;
  readonly action: LoadedAction;
  /** The request body, checked, with defaults. */
  readonly body: JsonObject;
  readonly idempotency?: Idempotency | undefined;
}

/** An item that an action was given, and what became of it. */
interface Given {
  readonly resource: Resource;
  readonly id: string;
  kind: ItemResult['kind'];
  /** What it was, where the action removed it. */
  removed?: Image;
}

export const act: Operation<ActInput> = async (resource, input, store) => {
  const { id, caller, action, body, idempotency } = input;
  const now = new Date();
  // What the action writes may have other attributes than the request's body.
  const place = (_origin: Origin, inner: string): string =>
    [...action.body.keys()].some((name) => pointer(name) === inner) ? inner : '#';
  return runTransaction<Result>(store, { idempotency, reads: [{ resource, id }], place }, async (transaction) => {
    const { item } = requireItem(await transaction.read(resource, id), resource, input);
    const tracker = trackGiven();
    tracker.give(item, resource, 'found');
    const answer = tracker.find(
      await action.run({ item, body, now, caller, transaction: forAction(transaction, tracker) }),
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

/**
 * Notes the items that an action is given: it may answer with any of them, and is shown the item as its transaction
 * leaves it.
 */
function trackGiven(): {
  give: (item: AnyItem, resource: Resource, kind: ItemResult['kind']) => AnyItem;
  remove: (image: Image, resource: Resource) => void;
  find: (item: unknown) => Given | undefined;
} {
  const byItem = new Map<unknown, Given>();
  const byName = new Map<string, Given>();
  return {
    give(item, resource, kind) {
      const name = nameOf(resource, item.id);
      const given = byName.get(name) ?? { resource, id: item.id, kind };
      // Made stays made, and written is more than read.
      given.kind = given.kind === 'created' || kind === 'found' ? given.kind : kind;
      byName.set(name, given);
      byItem.set(item, given);
      return item;
    },
    remove(image, resource) {
      const given = byName.get(nameOf(resource, image.item.id));
      if (given !== undefined) {
        Object.assign(given, { kind: 'patched', removed: image });
      }
    },
    find: (item) => byItem.get(item),
  };
}

/** What an action reads and writes by. */
function forAction(transaction: Transaction, { give, remove }: ReturnType<typeof trackGiven>): ActionTransaction {
  const removed = new Set<string>();

  async function existing(resource: Resource, id: string): Promise<Image> {
    const image = await transaction.current(resource, id);
    if (removed.has(nameOf(resource, id))) {
      throw new Error(`the action removes "${id}" of ${resource.name} and then writes it: leave one of the two out`);
    }
    if (image === undefined) {
      throw new Problem('conflict', `There is no item "${id}" in ${resource.name}, which the action needs.`);
    }
    return image;
  }

  const forResources = {
    async read(resource: Resource, id: string): Promise<AnyItem | undefined> {
      const image = await transaction.get(resource, id);
      return image && give({ ...image.item }, resource, 'found');
    },
    async create(resource: Resource, attributes: JsonObject): Promise<AnyItem> {
      const id = uuidv7();
      await transaction.create(resource, id, await prepare(resource, attributes, new Set(resource.attributes.keys())));
      return give({ ...(await transaction.current(resource, id))!.item }, resource, 'created');
    },
    async update(resource: Resource, id: string, changes: JsonObject): Promise<AnyItem> {
      const { item } = await existing(resource, id);
      const changed = new Set(Object.keys(changes));
      const values = await prepare(resource, applyMergePatch(item as JsonObject, changes) as JsonObject, changed);
      await transaction.update(
        resource,
        id,
        { ...Object.fromEntries([...changed].map((name) => [name, undefined])), ...values },
        'merge',
      );
      return give({ ...(await transaction.current(resource, id))!.item }, resource, 'patched');
    },
    async remove(resource: Resource, id: string): Promise<void> {
      remove(await existing(resource, id), resource);
      await transaction.delete(resource, id);
      removed.add(nameOf(resource, id));
    },
  };
  // Resource files name their resources by constants, which are what is served.
  return forResources as unknown as ActionTransaction;
}

/** Attributes that an action gives, checked like a client's, but for what is read-only. */
async function prepare(
  resource: Resource,
  item: JsonObject,
  names: ReadonlySet<string>,
): Promise<Record<string, StoredValue>> {
  const faults = findFaults(resource, writable(resource.attributes, item));
  const prepared = faults.count > 0 ? { values: {}, faults } : await prepareGiven(resource.attributes, item, names);
  if (prepared.faults.count > 0) {
    throw new Problem(
      'invalid',
      `The action would make an item of ${resource.name} that is not valid: correct what "errors" names. Nothing was changed.`,
      { errors: prepared.faults },
    );
  }
  return prepared.values;
}
