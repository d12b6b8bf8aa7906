// What the own code of a resource file reads and writes by.
import { v7 as uuidv7 } from 'uuid';
import { prepareGiven } from '#conversion';
import type { Transaction as ActionTransaction } from '../definition/action';
import { refuseLacked } from '../definition/features';
import type { AnyItem } from '../definition/item';
import type { AnyMessage } from '../definition/message';
import type { Resource } from '../definition/resource';
import { writable } from '../definition/writable';
import { Problem } from '../problem';
import type { Image } from '../store/layout/record';
import { findFaults } from '../values/check';
import { CHOOSABLE_ID, isChoosable } from '../values/id';
import type { JsonObject } from '../values/json';
import { applyMergePatch } from '../values/merge-patch';
import { aggregateOf } from '../values/node';
import { isPlainObject, type InputValue, type StoredValue } from '../values/stored';
import { nameOf } from './entry';
import { sentMessage } from './sent-message';
import type { GivenItems } from './given-items';
import { readConditions } from './list-conditions';
import type { Transaction } from './transaction';
import { beingDeleted } from './violations';

/** A transaction as an action has it, with the items of resource files by their types. */
export function toActionTransaction(transaction: Transaction, { give, remove }: GivenItems): ActionTransaction {
  const removed = new Set<string>();

  function refuseRemoved(resource: Resource, id: string): void {
    if (removed.has(nameOf(resource, id))) {
      throw new Error(`the action removes "${id}" of ${resource.name} and then writes it: leave one of the two out`);
    }
  }

  async function existing(resource: Resource, id: string): Promise<Image> {
    const image = await transaction.current(resource, id);
    refuseRemoved(resource, id);
    if (image === undefined) {
      throw new Problem('conflict', `There is no item "${id}" in ${resource.name}, which the action needs.`);
    }
    return image;
  }

  /** @throws Problem `invalid` for what is no id, `conflict` where an item has it */
  async function requireFreeId(resource: Resource, id: string): Promise<void> {
    if (typeof id !== 'string' || !isChoosable(id)) {
      throw new Problem(
        'invalid',
        `The action would make an item of ${resource.name} with the id ${JSON.stringify(id)}, which cannot be one: an id has ${CHOOSABLE_ID}. Nothing was changed.`,
        { errors: [{ detail: `An id has ${CHOOSABLE_ID}.`, pointer: '#' }] },
      );
    }
    if (Object.hasOwn(resource.collectionActions, id)) {
      throw new Problem(
        'invalid',
        `The action would make an item of ${resource.name} with the id "${id}", whose path is that of an action. Nothing was changed.`,
        { errors: [{ detail: 'Is the name of an action of the collection.', pointer: '#' }] },
      );
    }
    refuseRemoved(resource, id);
    const image = await transaction.current(resource, id);
    if (image !== undefined) {
      throw image.item['deleting'] === true
        ? beingDeleted(resource.name, id)
        : new Problem('conflict', `There is an item "${id}" in ${resource.name} already: use another id.`);
    }
  }

  const forResources = {
    async read(resource: Resource, id: string): Promise<AnyItem | undefined> {
      const image = await transaction.get(resource, id);
      return image && give({ ...image.item }, resource, 'found');
    },
    async list(resource: Resource, conditions: object): Promise<AnyItem[]> {
      const { index, value, others } = globalThis.bundleLacks?.transactionalIndexes
        ? refuseLacked('transactionalIndexes')
        : readConditions(resource, conditions, 'transactional');
      const images = await transaction.list({ resource, index, value }, others);
      return images.map(({ item }) => give({ ...item }, resource, 'found'));
    },
    async create(resource: Resource, attributes: object, options: { readonly id?: string } = {}): Promise<AnyItem> {
      const isIdChosen = options.id !== undefined;
      const id = options.id ?? uuidv7();
      if (isIdChosen) {
        await requireFreeId(resource, id);
      }
      const values = await prepare(resource, givenOf(resource, attributes), new Set(resource.attributes.keys()));
      await transaction.create(resource, id, values, { isIdChosen });
      return give({ ...(await transaction.current(resource, id))!.item }, resource, 'created');
    },
    async update(resource: Resource, id: string, changes: object): Promise<AnyItem> {
      const { item } = await existing(resource, id);
      const given = givenOf(resource, changes);
      const changed = new Set(Object.keys(given));
      const values = await prepare(resource, applyMergePatch(item as JsonObject, given) as JsonObject, changed);
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
    async send(message: AnyMessage, body: object): Promise<void> {
      transaction.send(globalThis.bundleLacks?.messages ? refuseLacked('messages') : await sentMessage(message, body));
    },
  };
  // Resource files name their resources by constants, which are what is served.
  return forResources as unknown as ActionTransaction;
}

/** What code gives of an item: it may be an item as it was read, of which counts and sums are nobody's to set. */
function givenOf({ attributes }: Resource, given: object): JsonObject {
  return Object.fromEntries(
    Object.entries(spelledOut(given)).filter(([name]) => {
      const node = attributes.get(name);
      return node === undefined || aggregateOf(node) === undefined;
    }),
  );
}

/** What code gives, without the members that are undefined, at every depth: they are as good as left out. */
function spelledOut(given: object): JsonObject {
  return Object.fromEntries(
    Object.entries(given)
      .filter(([, value]) => value !== undefined)
      .map(([name, value]) => [name, withoutUndefined(value)]),
  ) as JsonObject;
}

function withoutUndefined(value: unknown): unknown {
  if (Array.isArray(value)) {
    return value.map(withoutUndefined);
  }
  return isPlainObject(value as InputValue) ? spelledOut(value as object) : value;
}

/** Attributes that code gives, checked like a client's, but for what is read-only. */
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
