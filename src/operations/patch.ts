// PATCH: a change computed from the item as it is and written on the condition that it still is so.
import { setTimeout as pause } from 'node:timers/promises';
import { isEqual } from '../definition/equal';
import type { AnyItem, Json, JsonObject } from '../definition/item';
import { prepareChanges, type Stored } from '../definition/prepare';
import type { Resource } from '../definition/resource';
import { findFaults, writable } from '../definition/validate';
import { Problem, pointer } from '../problem';
import { preconditionsHold, type Preconditions } from '../store/preconditions';
import { applyJsonPatch, type JsonPatch } from './json-patch';
import { applyMergePatch } from './merge-patch';
import { refusal } from './refusal';
import type { Operation } from './result';

export interface PatchInput {
  readonly id: string;
  readonly patch: Patch;
  readonly preconditions: Preconditions;
  /** When to stop trying, in milliseconds since 1970. */
  readonly deadline: number;
}

export type Patch =
  | { readonly kind: 'merge'; readonly document: JsonObject }
  | { readonly kind: 'json'; readonly document: JsonPatch };

export const patch: Operation<PatchInput> = async (resource, input, store) => {
  const { id, preconditions } = input;
  let current = await store.read(resource, id);
  for (let attempt = 0; ; attempt++) {
    if (current === undefined || !preconditionsHold(preconditions, current.item)) {
      throw refusal(resource, id, current?.item, preconditions);
    }
    const written = await store.update(resource, current, await changesOf(resource, current.item, input.patch));
    if (written.item !== undefined) {
      return { kind: 'patched', item: written.item };
    }
    // Somebody was faster: the refusal brought the item as it is now, so the change is applied to that.
    current = written.current;
    const delay = Math.random() * Math.min(20 * 2 ** attempt, 400);
    if (Date.now() + delay > input.deadline) {
      throw refusal(resource, id, current?.item, preconditions);
    }
    await pause(delay);
  }
};

/** What a patch changes of an item, as it is stored; an attribute that goes is undefined. */
async function changesOf(resource: Resource, item: AnyItem, change: Patch): Promise<Record<string, Stored | undefined>> {
  const patched = apply(item as JsonObject, change);
  if (patched['id'] !== item.id) {
    throw invalid([{ detail: 'The id of an item cannot be changed: leave it out, or create another item.', pointer: pointer('id') }]);
  }
  const before = writable(resource.attributes, item as JsonObject);
  const after = writable(resource.attributes, patched);
  const faults = findFaults(resource, after);
  if (faults.length > 0) {
    throw invalid(faults);
  }
  const changed = [...new Set([...Object.keys(before), ...Object.keys(after)])].filter((name) => !isEqual(before[name], after[name]));
  const prepared = await prepareChanges(resource.attributes, after, new Set(changed));
  if (prepared.faults.length > 0) {
    throw invalid(prepared.faults);
  }
  return { ...Object.fromEntries(changed.map((name) => [name, undefined])), ...prepared.values };
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
