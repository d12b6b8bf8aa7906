// A resource's own operations: the function of its file, given an item and a transaction.
import { v7 as uuidv7 } from 'uuid';
import type { LoadedAction, Transaction } from '../definition/action';
import { includes, type Caller, type Permission } from '../definition/access';
import type { AnyItem, JsonObject } from '../definition/item';
import { prepareGiven } from '../definition/prepare';
import type { Resource } from '../definition/resource';
import { findFaults, writable } from '../definition/validate';
import { pointer, Problem } from '../problem';
import { preconditionsHold, type Preconditions } from '../store/preconditions';
import { applyMergePatch } from './merge-patch';
import { refusal } from './refusal';
import type { ItemResult, Operation } from './result';
import type { Origin, Session } from './session';
import { transact } from './transact';

export interface ActInput {
  readonly id: string;
  readonly caller: Caller;
  readonly permission: Permission;
  readonly action: LoadedAction;
  /** The request body, checked, with defaults. */
  readonly body: JsonObject;
  readonly preconditions: Preconditions;
}

export const act: Operation<ActInput> = async (resource, input, store, idempotency) => {
  const { id, caller, permission, action, body, preconditions } = input;
  const now = new Date();
  // What the action writes may have other attributes than the request's body.
  const place = (_origin: Origin, inner: string): string => ([...action.body.keys()].some((name) => pointer(name) === inner) ? inner : '#');
  return transact(store, { idempotency, reads: [{ resource, id }], place }, async (session) => {
    const found = await session.read(resource, id);
    if (found === undefined || !includes(permission.grant, found.item) || !preconditionsHold(preconditions, found.item)) {
      throw refusal(resource, id, found?.item, input);
    }
    const results = new Map<AnyItem, ItemResult>([[found.item, { kind: 'found', item: found.item, of: resource }]]);
    const answer = results.get(await action.run({ item: found.item, body, now, caller, transaction: openTransaction(session, results) }) as AnyItem);
    if (answer === undefined) {
      // Of a copy nobody knows of which collection it is, and so who may see it.
      throw new Error(`src/resources/${resource.name}.ts: an action must answer with its item, or with one that its transaction read or wrote, as it was given`);
    }
    return answer;
  });
};

/** What an action reads and writes by; it notes of which collection each item is and what became of it, for the answer. */
function openTransaction(session: Session, results: Map<AnyItem, ItemResult>): Transaction {
  const transaction = {
    async read(resource: Resource, id: string): Promise<AnyItem | undefined> {
      const item = (await session.read(resource, id))?.item;
      if (item !== undefined && !results.has(item)) {
        results.set(item, { kind: 'found', item, of: resource });
      }
      return item;
    },
    async create(resource: Resource, attributes: JsonObject): Promise<AnyItem> {
      const values = await prepare(resource, attributes, new Set(resource.attributes.keys()));
      const item = await session.create(resource, uuidv7(), values);
      results.set(item, { kind: 'created', item, of: resource });
      return item;
    },
    async update(resource: Resource, id: string, changes: JsonObject): Promise<AnyItem> {
      const found = await existing(session, resource, id);
      const changed = new Set(Object.keys(changes));
      const values = await prepare(resource, applyMergePatch(found.item as JsonObject, changes) as JsonObject, changed);
      const item = await session.write(resource, found, { ...Object.fromEntries([...changed].map((name) => [name, undefined])), ...values }, 'changes');
      results.set(item, { kind: 'patched', item, of: resource });
      return item;
    },
    async remove(resource: Resource, id: string): Promise<void> {
      session.remove(resource, await existing(session, resource, id));
    },
  };
  // Resource files name their resources by constants, which are what is served.
  return transaction as unknown as Transaction;
}

async function existing(session: Session, resource: Resource, id: string): Promise<NonNullable<Awaited<ReturnType<Session['read']>>>> {
  const found = await session.read(resource, id);
  if (found === undefined) {
    throw new Problem('conflict', `There is no item "${id}" in ${resource.name}, which the action needs.`);
  }
  return found;
}

/** Attributes that an action gives, checked like a client's, but for what is read-only. */
async function prepare(resource: Resource, item: JsonObject, names: ReadonlySet<string>): Promise<Record<string, never>> {
  const faults = findFaults(resource, writable(resource.attributes, item));
  const prepared = faults.length > 0 ? undefined : await prepareGiven(resource.attributes, item, names);
  const all = [...faults, ...prepared?.faults ?? []];
  if (all.length > 0) {
    throw new Problem('invalid', `The action would make an item of ${resource.name} that is not valid: correct what "errors" names. Nothing was changed.`, { errors: all });
  }
  return prepared!.values as Record<string, never>;
}
