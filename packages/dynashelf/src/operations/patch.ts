// PATCH: a change that means the same whatever the item is, written in one request; any other is computed from
// the item as it is and written on the condition that it still is so.
import {
  decisive,
  hiddenIn,
  implies,
  includes,
  keptIn,
  valuesOf,
  type Conditions,
  type Grant,
  type Permission,
} from '../definition/access';
import { isEqual } from '../values/equal';
import type { AnyItem } from '../definition/item';
import type { Json, JsonObject } from '../values/json';
import { prepareChanges } from '#conversion';
import type { StoredValue } from '../values/stored';
import type { Resource } from '../definition/resource';
import { findFaults } from '../values/check';
import { writable } from '../definition/writable';
import { Problem, pointer, type Fault, type Faults } from '../problem';
import type { Store } from '../store/store';
import { usesGet } from '../values/decode';
import type { SingleOutcome } from '../store/write/single';
import type { Idempotency } from '../transaction/replay';
import { runTransaction, type RunOptions } from '../transaction/run';
import type { Origin } from '../transaction/entry';
import type { Transaction } from '../transaction/transaction';
import { applyJsonPatch, type JsonPatch } from './json-patch';
import { applyMergePatch } from '../values/merge-patch';
import { plainPatch } from './plain-patch';
import { requireItem, type Demands } from './refusal';
import type { ItemResult, Operation, Result } from './result';

/** What patching an item takes. */
export interface PatchInput extends Demands {
  readonly patch: Patch;
  readonly idempotency?: Idempotency | undefined;
}

/** A patch document, by its media type (RFC 7396, RFC 6902). */
export type Patch =
  { readonly kind: 'merge'; readonly document: JsonObject } | { readonly kind: 'json'; readonly document: JsonPatch };

/**
 * Changes an item by a patch document: in one request to the database where it means the same for any item.
 * @throws Problem `not-found`, `precondition-failed`, `forbidden`, `invalid`, `conflict`
 */
export const patch: Operation<PatchInput> = async (resource, input, store) => {
  const { idempotency } = input;
  // An idempotency key needs a record of its own, and so a transaction.
  const outcome = idempotency === undefined ? await patchAlone(resource, input, store) : undefined;
  if (outcome?.written !== undefined) {
    return { result: { kind: 'patched', image: outcome.written } };
  }
  // The item that came with a refusal need not be read.
  const reads: RunOptions['reads'] = [
    { resource, id: input.id, ...(outcome !== undefined && { known: outcome.current }) },
  ];
  return runTransaction<Result>(store, { idempotency, reads }, (transaction) => patchIn(transaction, resource, input));
};

/** Writes what a patch means for any item; undefined where it takes the item to know that, or to say what is wrong. */
async function patchAlone(
  resource: Resource,
  { id, permission, patch: change, preconditions }: PatchInput,
  store: Store,
): Promise<SingleOutcome | undefined> {
  const equal = equalsOf(permission.grant, id);
  const plain =
    change.kind === 'merge' && equal !== undefined && isDecided(permission, change.document)
      ? await plainPatch(store.resources, resource, id, change.document, ignoredOf(permission))
      : undefined;
  return (
    plain &&
    store
      .change(resource, id, plain.changes, { present: plain.present, equal: equal!, among: plain.among, preconditions })
      .catch((error: unknown) => {
        if (error instanceof Problem && error.type === 'too-large') {
          // The database may say so of an item that does not exist, or is not the one that the client means.
          return undefined;
        }
        throw error;
      })
  );
}

/**
 * The values that the item of an id must have to be granted; undefined where none would do, or one of several sets.
 */
function equalsOf(grant: Grant, id: string): Conditions | undefined {
  const { id: granted = id, ...values } = (grant === 'none' ? undefined : valuesOf(grant)) ?? { id: '' };
  return granted === id ? values : undefined;
}

/** Whether the item says nothing of which attributes the patcher sets. */
function isDecided({ grant, partlyImmutable }: Permission, document: JsonObject): boolean {
  return [...partlyImmutable].every(([name, items]) => !Object.hasOwn(document, name) || implies(grant, items));
}

/** Patches an item within a transaction: computed from the item as it is, and written if it still is so. */
export async function patchIn(
  transaction: Transaction,
  resource: Resource,
  input: PatchInput,
  origin?: Origin,
): Promise<() => ItemResult> {
  const { id, permission, patch: change } = input;
  const { item } = requireItem(await transaction.read(resource, id), resource, input);
  const changes = await changesOf(resource, item, change, permission);
  await transaction.update(resource, id, changes, 'merge', origin);
  return () => ({ kind: 'patched', image: transaction.result(resource, id) });
}

/** What a patch changes of an item, as it is stored; an attribute that goes is undefined. */
async function changesOf(
  resource: Resource,
  item: AnyItem,
  change: Patch,
  permission: Permission,
): Promise<Record<string, StoredValue | undefined>> {
  const { seen, unseen } = divide(item, change, permission);
  const patched = apply(seen, change);
  if (patched['id'] !== item.id) {
    throw invalid([
      { detail: 'The id of an item cannot be changed: leave it out, or create another item.', pointer: pointer('id') },
    ]);
  }
  const ignored = ignoredOf({ ...permission, immutable: keptIn(permission, item) });
  const before = writable(resource.attributes, item as JsonObject);
  const after = {
    ...writable(resource.attributes, unseen),
    ...writable(resource.attributes, patched, ignored),
    ...keptOf(before, ignored),
  };
  // A set, for a body may name a hundred thousand.
  const changed = new Set(
    [...Object.keys(before), ...Object.keys(after)].filter((name) => !isEqual(before[name], after[name])),
  );
  const faults = findFaults(resource, after, (name) => changed.has(name) || !showsOtherwise(resource, name));
  if (faults.count > 0) {
    throw invalid(faults);
  }
  const prepared = await prepareChanges(resource.attributes, after, changed);
  if (prepared.faults.count > 0) {
    throw invalid(prepared.faults);
  }
  return { ...Object.fromEntries([...changed].map((name) => [name, undefined])), ...prepared.values };
}

/**
 * An item as its patcher sees it, and the rest, which stays. A merge patch tests and copies nothing, so it is applied
 * to the whole.
 * @throws Problem `forbidden` for a JSON Patch of an item that its sender may not read: what it tests would be told
 */
function divide(item: AnyItem, change: Patch, permission: Permission): { seen: JsonObject; unseen: JsonObject } {
  const whole = item as JsonObject;
  if (change.kind === 'merge') {
    return { seen: whole, unseen: {} };
  }
  if (!includes(permission.shown, item)) {
    throw new Problem(
      'forbidden',
      'These credentials allow to change the item and not to read it, as a JSON Patch does: send a merge patch.',
    );
  }
  const hidden = hiddenIn(permission, item);
  const part = (isHidden: boolean): JsonObject =>
    Object.fromEntries(Object.entries(whole).filter(([name]) => hidden.has(name) === isHidden));
  return hidden.size === 0 ? { seen: whole, unseen: {} } : { seen: part(false), unseen: part(true) };
}

/**
 * The attributes that the patcher does not set: those that it may not, and those that what it writes has in any case.
 */
function ignoredOf({ immutable, grant }: Pick<Permission, 'immutable' | 'grant'>): ReadonlySet<string> {
  return typeof grant === 'string' ? immutable : new Set([...immutable, ...decisive(grant)]);
}

function keptOf(before: JsonObject, ignored: ReadonlySet<string>): JsonObject {
  return ignored.size === 0 ? {} : Object.fromEntries(Object.entries(before).filter(([name]) => ignored.has(name)));
}

/**
 * Whether `get` shows an attribute in a form that a request would not have: what is not changed is then not checked
 * again.
 */
function showsOtherwise({ attributes }: Resource, name: string): boolean {
  const node = attributes.get(name);
  return node !== undefined && usesGet(node);
}

function apply(item: JsonObject, change: Patch): JsonObject {
  const patched: Json =
    change.kind === 'merge' ? applyMergePatch(item, change.document) : applyJsonPatch(item, change.document);
  if (typeof patched !== 'object' || patched === null || Array.isArray(patched)) {
    throw invalid([
      { detail: 'The patch makes of the item something other than an object: change its attributes.', pointer: '#' },
    ]);
  }
  // Removing the id says nothing about it.
  return Object.hasOwn(patched, 'id') ? patched : { ...patched, id: item['id']! };
}

function invalid(errors: Fault[] | Faults): Problem {
  return new Problem(
    'invalid',
    'The item would not be valid with this change: correct what "errors" names. Nothing was changed.',
    { errors },
  );
}
