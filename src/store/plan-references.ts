// The actions that keep references true: counts on the items that are referred to, and conditions on their deletion.
import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import type { Resource } from '../definition/resource';
import { absent, atMostReferring, exists, keyText, newAction, notExists, type Refusal } from './action';
import { counterName, DELETING_ATTRIBUTE, referenceAttributes, referrersOf } from './guard';
import { recordKey } from './record';
import type { AttributeMap } from './value';
import { change, same, type Plan, type Write } from './write';

/** Adds what keeps the references true that some writes begin and end, and requires of what they delete that nothing refers to it. */
export function countReferences(plan: Plan, resources: ReadonlyMap<string, Resource>, writes: readonly Write[], orphans: ReadonlySet<string>): void {
  const references = referencesOf(resources, writes, orphans);
  for (const reference of references.values()) {
    count(plan, reference);
  }
  for (const [index, write] of writes.entries()) {
    if (write.kind === 'remove') {
      requireUnreferred(plan, resources, write, index, references.get(keyText(recordKey(write.resource, write.id))));
    }
  }
}

/** How the counts of one item that is referred to change. */
interface Reference {
  readonly key: AttributeMap;
  /** By the collection that refers. */
  readonly counts: Map<string, number>;
  /** The writes that begin to refer. */
  readonly begun: { write: number; attribute: string; collection: string }[];
}

function referencesOf(resources: ReadonlyMap<string, Resource>, writes: readonly Write[], orphans: ReadonlySet<string>): Map<string, Reference> {
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
