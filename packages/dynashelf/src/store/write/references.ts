// The constraint `references`: on each item that is referred to lies the number of items of each collection that refer
// to it.
import type { Resource } from '../../definition/resource';
import { referenceAttributes } from '../layout/layout-record';
import { keyText, recordKey } from '../layout/record';
import { DELETING_ATTRIBUTE } from '../layout/table';
import type { AttributeMap } from '../layout/value';
import { attributeChange, isSame, type Change, type WritePlan } from './constraint';
import { absent, atMost, exists, notExists, type Condition } from './condition';
import { newWrite, type Violation } from './write';

/** The attribute of an item that counts the items of a collection that refer to it. */
export function referenceCount(collection: string): string {
  return `in#${collection}`;
}

/** An attribute of another resource that references a resource. */
export interface Referrer {
  readonly resource: Resource;
  readonly attribute: string;
  readonly onDelete: 'restrict' | 'cascade' | 'setNull';
}

/** Who may refer to the items of a resource. */
export function referrersOf(
  resources: ReadonlyMap<string, Resource>,
  { name }: Pick<Resource, 'name'>,
): readonly Referrer[] {
  let byCollection = known.get(resources);
  if (byCollection === undefined) {
    byCollection = new Map();
    for (const resource of resources.values()) {
      for (const [attribute, collection] of referenceAttributes(resource)) {
        const referrer = {
          resource,
          attribute,
          onDelete: resource.attributes.get(attribute)!.keywords.onDelete ?? 'restrict',
        };
        byCollection.set(collection, [...(byCollection.get(collection) ?? []), referrer]);
      }
    }
    known.set(resources, byCollection);
  }
  return byCollection.get(name) ?? [];
}

const known = new WeakMap<ReadonlyMap<string, Resource>, Map<string, readonly Referrer[]>>();

/** Which of some collections have items that refer to an item. */
export function referring(
  record: AttributeMap,
  collections: readonly string[],
  gone: ReadonlyMap<string, number> = new Map(),
): string[] {
  return [...new Set(collections)].filter(
    (collection) => Number(record[referenceCount(collection)]?.N ?? 0) > (gone.get(collection) ?? 0),
  );
}

/** The conditions that nothing of some collections refers to the item, but for as many as go with it. */
export function unreferred(collections: readonly string[], gone: ReadonlyMap<string, number> = new Map()): Condition[] {
  return [...new Set(collections)].map((collection) => atMost(referenceCount(collection), gone.get(collection) ?? 0));
}

/**
 * Adds what keeps the references true that some changes begin and end, and requires of what they delete that nothing
 * refers to it.
 */
export function references(plan: WritePlan, changes: readonly Change[]): void {
  const targets = targetsOf(plan.resources, changes);
  for (const [key, target] of targets) {
    if (plan.options.gone?.has(key) !== true) {
      count(plan, target);
    }
  }
  for (const [index, change] of changes.entries()) {
    // What a deletion has marked only others that go refer to.
    if (change.kind === 'delete' && plan.options.deletion === undefined) {
      requireUnreferred(plan, change, index, targets.get(keyText(recordKey(change.resource, change.id))));
    }
  }
}

/** An item that is referred to, and how the numbers of its referrers change. */
interface Target {
  readonly key: AttributeMap;
  /** By the collection that refers. */
  readonly by: Map<string, number>;
  /** By the collection that refers: how many references to it end. */
  readonly ended: Map<string, number>;
  /** The changes that begin to refer. */
  readonly begun: { change: number; attribute: string; collection: string }[];
  /** The first change that begins or ends a reference to it. */
  readonly cause: number;
}

function targetsOf(resources: ReadonlyMap<string, Resource>, changes: readonly Change[]): Map<string, Target> {
  const targets = new Map<string, Target>();
  for (const [index, change] of changes.entries()) {
    for (const [attribute, collection] of referenceAttributes(change.resource)) {
      const { before, after } = attributeChange(change, attribute);
      for (const [id, by] of [
        [before?.S, -1],
        [after?.S, 1],
      ] as const) {
        const parent = resources.get(collection);
        if (id === undefined || parent === undefined) {
          continue;
        }
        const key = recordKey(parent, id);
        const target = targets.get(keyText(key)) ?? {
          key,
          by: new Map<string, number>(),
          ended: new Map<string, number>(),
          begun: [],
          cause: index,
        };
        targets.set(keyText(key), target);
        target.by.set(change.resource.name, (target.by.get(change.resource.name) ?? 0) + by);
        if (by === 1) {
          target.begun.push({ change: index, attribute, collection });
        } else {
          target.ended.set(change.resource.name, (target.ended.get(change.resource.name) ?? 0) + 1);
        }
      }
    }
  }
  return targets;
}

/** Counts on the item that is referred to, in its own write where the plan has one. */
function count({ writes, violations }: WritePlan, { key, by, begun, cause }: Target): void {
  const dangling = (): Violation[] => begun.map((reference) => ({ kind: 'dangling', ...reference }));
  const existing = writes.get(keyText(key));
  if (existing?.kind === 'put') {
    for (const [collection, number] of by) {
      existing.record[referenceCount(collection)] = { N: String(number) };
    }
    return;
  }
  if (existing?.kind === 'delete' || existing?.conditions.includes(notExists) === true) {
    violations.push(...dangling());
    return;
  }
  const write = existing ?? newWrite('update', key, cause, dangling);
  if (existing === undefined) {
    write.conditions.push(exists);
    writes.set(keyText(key), write);
  }
  for (const [collection, number] of by) {
    if (number !== 0) {
      write.kind = 'update';
      write.add[referenceCount(collection)] = { N: String(number) };
    }
  }
  if (begun.length > 0) {
    write.conditions.push(absent(DELETING_ATTRIBUTE));
    const { onConditionFailed } = write;
    write.onConditionFailed = (current) =>
      current?.[DELETING_ATTRIBUTE] === undefined ? onConditionFailed(current) : dangling();
  }
  if (write.kind === 'update' && existing === undefined && Object.keys(write.add).length === 0) {
    write.kind = 'check';
  }
}

/** An item is deleted only while nothing refers to it but what the same plan deletes. */
function requireUnreferred(
  { writes, resources }: WritePlan,
  change: Extract<Change, { kind: 'delete' }>,
  index: number,
  own: Target | undefined,
): void {
  const write = writes.get(keyText(recordKey(change.resource, change.id)))!;
  const collections = referrersOf(resources, change.resource).map(({ resource }) => resource.name);
  const gone = own?.ended;
  write.conditions.push(...unreferred(collections, gone));
  const { onConditionFailed } = write;
  write.onConditionFailed = (current) => {
    const left =
      current === undefined || !isSame(current['version'], change.oldImage.record['version'])
        ? []
        : referring(current, collections, gone);
    return left.length > 0 ? [{ kind: 'referred', change: index, collections: left }] : onConditionFailed(current);
  };
}
