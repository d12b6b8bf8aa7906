// The actions that a set of writes takes, with all that keeps unique values and references true.
import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import type { Resource } from '../definition/resource';
import { absent, atMostReferring, equals, exists, keyText, newAction, notExists, type Action, type Condition, type Refusal } from './action';
import { counterName, DELETING_ATTRIBUTE, guardKey, OWNER_ATTRIBUTE, referenceAttributes, referrersOf, uniqueAttributes, valueText } from './guard';
import { TOKEN_LENGTH } from './next';
import { recordKey, type Found } from './record';
import { WRITTEN_ATTRIBUTE } from './table';
import type { AttributeMap } from './value';

/** A write of one item on the condition that it still is as it was found. `record` is the whole record as it shall be. */
export type Write =
  | { readonly kind: 'create'; readonly resource: Resource; readonly id: string; readonly record: AttributeMap }
  | { readonly kind: 'update'; readonly resource: Resource; readonly id: string; readonly found: Found; readonly record: AttributeMap }
  | { readonly kind: 'remove'; readonly resource: Resource; readonly id: string; readonly found: Found }
  /** Nothing is written; the item is as it was found, or still absent. */
  | { readonly kind: 'check'; readonly resource: Resource; readonly id: string; readonly found: Found | undefined };

/** The actions, by the text of their keys, and what is wrong with the writes before anything is sent. */
export interface Plan {
  readonly actions: Map<string, Action>;
  readonly refusals: Refusal[];
}

/** @param orphans texts of keys that are known not to hold what a reference or unique value from before its declaration would need */
export function planWrites(resources: ReadonlyMap<string, Resource>, writes: readonly Write[], orphans: ReadonlySet<string> = new Set()): Plan {
  const plan: Plan = { actions: new Map(), refusals: [] };
  for (const [index, write] of writes.entries()) {
    const action = mainAction(write, index);
    plan.actions.set(keyText(action.key), action);
  }
  guardUniqueValues(plan, writes, orphans);
  const references = countReferences(resources, writes, orphans);
  for (const reference of references.values()) {
    count(plan, reference);
  }
  for (const [index, write] of writes.entries()) {
    if (write.kind === 'remove') {
      requireUnreferred(plan, resources, write, index, references.get(keyText(recordKey(write.resource, write.id))));
    }
  }
  return plan;
}

function mainAction(write: Write, index: number): Action {
  const key = recordKey(write.resource, write.id);
  const changed = (current: AttributeMap | undefined): Refusal[] => [{ kind: 'changed', write: index, current }];
  const kind = ({ create: 'put', update: 'update', remove: 'delete', check: 'check' } as const)[write.kind];
  const action = newAction(kind, key, changed);
  const found = write.kind === 'create' ? undefined : write.found;
  if (found === undefined) {
    action.conditions.push(notExists);
  } else {
    const written = found.record[WRITTEN_ATTRIBUTE];
    // An item that was deleted and made anew can have the same version, but not the same writer.
    action.conditions.push(equals('version', found.record['version']!), written === undefined ? absent(WRITTEN_ATTRIBUTE) : equals(WRITTEN_ATTRIBUTE, written));
    action.lastWriter = written?.S?.slice(0, TOKEN_LENGTH);
  }
  if (write.kind === 'create') {
    Object.assign(action.record, write.record);
  } else if (write.kind === 'update') {
    for (const attribute of new Set([...Object.keys(write.found.record), ...Object.keys(write.record)])) {
      const [before, after] = [write.found.record[attribute], write.record[attribute]];
      if (after === undefined) {
        action.remove.push(attribute);
      } else if (before === undefined || !same(before, after)) {
        action.set[attribute] = after;
      }
    }
  }
  return action;
}

/** What a write makes of an attribute: its value before and after. */
function change(write: Write, attribute: string): { before: AttributeValue | undefined; after: AttributeValue | undefined } {
  if (write.kind === 'check') {
    return { before: undefined, after: undefined };
  }
  const before = write.kind === 'create' ? undefined : write.found.record[attribute];
  const after = write.kind === 'remove' ? undefined : write.record[attribute];
  return before !== undefined && after !== undefined && same(before, after) ? { before: undefined, after: undefined } : { before, after };
}

function guardUniqueValues({ actions, refusals }: Plan, writes: readonly Write[], orphans: ReadonlySet<string>): void {
  const released = new Map<string, { key: AttributeMap; owner: string }>();
  const acquired = new Map<string, { key: AttributeMap; owner: string; write: number; attribute: string }>();
  for (const [index, write] of writes.entries()) {
    for (const attribute of uniqueAttributes(write.resource)) {
      const { before, after } = change(write, attribute);
      if (before !== undefined) {
        const key = guardKey(write.resource, attribute, before);
        released.set(keyText(key), { key, owner: write.id });
      }
      if (after !== undefined) {
        const key = guardKey(write.resource, attribute, after);
        if (acquired.has(keyText(key))) {
          refusals.push({ kind: 'taken', write: index, attribute });
        }
        acquired.set(keyText(key), { key, owner: write.id, write: index, attribute });
      }
    }
  }
  for (const [text, { key, owner, write, attribute }] of acquired) {
    const action = newAction('put', key, () => [{ kind: 'taken', write, attribute }]);
    action.record[OWNER_ATTRIBUTE] = { S: owner };
    // In one transaction a value can pass from one item to another.
    const former = released.get(text)?.owner;
    action.conditions.push(former === undefined ? notExists : freeOrOwnedBy(former));
    actions.set(text, action);
  }
  for (const [text, { key, owner }] of released) {
    if (!acquired.has(text) && !orphans.has(text)) {
      actions.set(text, releaseAction(key, owner));
    }
  }
}

function releaseAction(key: AttributeMap, owner: string): Action {
  const action = newAction('delete', key, () => [{ kind: 'orphan', key: keyText(key) }]);
  action.conditions.push(freeOrOwnedBy(owner));
  return action;
}

/** A value from before the attribute was declared unique has no guard, or one that another item owns. */
function freeOrOwnedBy(owner: string): Condition {
  return (placeholders) => `(${notExists(placeholders)} OR ${equals(OWNER_ATTRIBUTE, { S: owner })(placeholders)})`;
}

/** How the counts of one item that is referred to change. */
interface Reference {
  readonly key: AttributeMap;
  /** By the collection that refers. */
  readonly counts: Map<string, number>;
  /** The writes that begin to refer. */
  readonly begun: { write: number; attribute: string; collection: string }[];
}

function countReferences(resources: ReadonlyMap<string, Resource>, writes: readonly Write[], orphans: ReadonlySet<string>): Map<string, Reference> {
  const references = new Map<string, Reference>();
  const add = (write: Write, attribute: string, collection: string, id: AttributeValue | undefined, number: 1 | -1, index: number): void => {
    const parent = resources.get(collection);
    if (id?.S === undefined || parent === undefined) {
      return;
    }
    const key = recordKey(parent, id.S);
    const text = keyText(key);
    if (number === -1 && orphans.has(text)) {
      return;
    }
    const reference = references.get(text) ?? { key, counts: new Map<string, number>(), begun: [] };
    references.set(text, reference);
    reference.counts.set(write.resource.name, (reference.counts.get(write.resource.name) ?? 0) + number);
    if (number === 1) {
      reference.begun.push({ write: index, attribute, collection });
    }
  };
  for (const [index, write] of writes.entries()) {
    for (const [attribute, collection] of referenceAttributes(write.resource)) {
      const { before, after } = change(write, attribute);
      add(write, attribute, collection, before, -1, index);
      add(write, attribute, collection, after, 1, index);
    }
  }
  return references;
}

/** Counts on the item that is referred to, in its own action where the transaction writes it too. */
function count({ actions, refusals }: Plan, { key, counts, begun }: Reference): void {
  const text = keyText(key);
  const missing = (): Refusal[] => begun.map((reference) => ({ kind: 'missing', ...reference }));
  const existing = actions.get(text);
  if (existing?.kind === 'put') {
    for (const [collection, number] of counts) {
      existing.record[counterName(collection)] = { N: String(number) };
    }
    return;
  }
  if (existing?.kind === 'delete' || (existing?.kind === 'check' && existing.conditions.includes(notExists))) {
    refusals.push(...missing());
    return;
  }
  const action = existing ?? newAction('update', key, (current) => (current === undefined && begun.length === 0 ? [{ kind: 'orphan', key: text }] : missing()));
  if (existing === undefined) {
    action.conditions.push(exists);
    actions.set(text, action);
  }
  for (const [collection, number] of counts) {
    if (number !== 0) {
      action.kind = 'update';
      action.add.set(counterName(collection), number);
    }
  }
  if (begun.length > 0) {
    action.conditions.push(absent(DELETING_ATTRIBUTE));
    const { explain } = action;
    action.explain = (current) => (current?.[DELETING_ATTRIBUTE] === undefined ? explain(current) : missing());
  }
  if (action.kind === 'update' && existing === undefined && action.add.size === 0) {
    action.kind = 'check';
  }
}

/** An item is deleted only while nothing refers to it but what the same transaction deletes. */
function requireUnreferred({ actions }: Plan, resources: ReadonlyMap<string, Resource>, write: Extract<Write, { kind: 'remove' }>, index: number, own: Reference | undefined): void {
  const action = actions.get(keyText(recordKey(write.resource, write.id)))!;
  const collections = [...new Set(referrersOf(resources, write.resource).map(({ resource }) => resource.name))];
  const gone = (collection: string): number => -(own?.counts.get(collection) ?? 0);
  for (const collection of collections) {
    action.conditions.push(atMostReferring(collection, gone(collection)));
  }
  const { explain } = action;
  action.explain = (current) => {
    const referring = collections.filter((collection) => Number(current?.[counterName(collection)]?.N ?? 0) > gone(collection));
    const isUnchanged = current !== undefined && same(current['version']!, write.found.record['version']!);
    return isUnchanged && referring.length > 0 ? [{ kind: 'referred', write: index, collections: referring }] : explain(current);
  };
}

/** Equality of stored values; the order of sets and members may differ, which costs a needless SET and no more. */
function same(a: AttributeValue, b: AttributeValue): boolean {
  return valueText(a) === valueText(b);
}
