// PATCH: a change computed from the item as it is and written on the condition that it still is so.
import { isEqual } from '../definition/equal';
import type { AnyItem, Json, JsonObject } from '../definition/item';
import { prepareChanges, type Stored } from '../definition/prepare';
import type { Resource } from '../definition/resource';
import { findFaults, writable } from '../definition/validate';
import { Problem, pointer, type Fault } from '../problem';
import { usesGet } from '../store/value';
import { preconditionsHold, type Preconditions } from '../store/preconditions';
import { applyJsonPatch, type JsonPatch } from './json-patch';
import { applyMergePatch } from './merge-patch';
import { refusal } from './refusal';
import type { ItemResult, Operation } from './result';
import type { Origin, Session } from './session';
import { transact } from './transact';

export interface PatchInput {
  readonly id: string;
  readonly patch: Patch;
  readonly preconditions: Preconditions;
}

export type Patch =
  | { readonly kind: 'merge'; readonly document: JsonObject }
  | { readonly kind: 'json'; readonly document: JsonPatch };

export const patch: Operation<PatchInput> = async (resource, input, store, idempotency) =>
  transact(store, { idempotency, reads: [{ resource, id: input.id }] }, (session) => patchIn(session, resource, input));

/** Patches an item within a transaction: computed from the item as it is, and written if it still is so. */
export async function patchIn(session: Session, resource: Resource, { id, patch: change, preconditions }: PatchInput, origin?: Origin): Promise<ItemResult> {
  const found = await session.read(resource, id);
  if (found === undefined || !preconditionsHold(preconditions, found.item)) {
    throw refusal(resource, id, found?.item, preconditions);
  }
  const changes = await changesOf(resource, found.item, change);
  return { kind: 'patched', item: await session.write(resource, found, changes, 'changes', origin) };
}

/** What a patch changes of an item, as it is stored; an attribute that goes is undefined. */
async function changesOf(resource: Resource, item: AnyItem, change: Patch): Promise<Record<string, Stored | undefined>> {
  const patched = apply(item as JsonObject, change);
  if (patched['id'] !== item.id) {
    throw invalid([{ detail: 'The id of an item cannot be changed: leave it out, or create another item.', pointer: pointer('id') }]);
  }
  const before = writable(resource.attributes, item as JsonObject);
  const after = writable(resource.attributes, patched);
  const changed = [...new Set([...Object.keys(before), ...Object.keys(after)])].filter((name) => !isEqual(before[name], after[name]));
  const faults = findFaults(resource, after).filter((fault) => changed.includes(attributeOf(fault)) || !showsOtherwise(resource, attributeOf(fault)));
  if (faults.length > 0) {
    throw invalid(faults);
  }
  const prepared = await prepareChanges(resource.attributes, after, new Set(changed));
  if (prepared.faults.length > 0) {
    throw invalid(prepared.faults);
  }
  return { ...Object.fromEntries(changed.map((name) => [name, undefined])), ...prepared.values };
}

function attributeOf(fault: Fault): string {
  return 'pointer' in fault ? decodeURIComponent(fault.pointer.split('/')[1] ?? '') : '';
}

/** Whether `get` shows an attribute in a form that a request would not have: what is not changed is then not checked again. */
function showsOtherwise({ attributes }: Resource, name: string): boolean {
  const node = attributes.get(name);
  return node !== undefined && usesGet(node);
}

function apply(item: JsonObject, change: Patch): JsonObject {
  const patched: Json = change.kind === 'merge' ? applyMergePatch(item, change.document) : applyJsonPatch(item, change.document);
  if (typeof patched !== 'object' || patched === null || Array.isArray(patched)) {
    throw invalid([{ detail: 'The patch makes of the item something other than an object: change its attributes.', pointer: '#' }]);
  }
  // Removing the id says nothing about it.
  return Object.hasOwn(patched, 'id') ? patched : { ...patched, id: item['id']! };
}

function invalid(errors: NonNullable<Problem['more']['errors']>): Problem {
  return new Problem('invalid', 'The item would not be valid with this change: correct what "errors" names. Nothing was changed.', { errors });
}
