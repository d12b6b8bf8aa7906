// The marks of a deletion that is too large for one transaction: each item that goes, or loses a reference, is marked
// before the first one goes.
// From then on nothing new refers to it, and nothing but the deletion changes it, so that nothing can refuse the rest.
import type { Resource } from '../../definition/resource';
import { recordKey, type Image } from '../layout/record';
import { CLEARING_ATTRIBUTE, DELETING_ATTRIBUTE, DELETION_ATTRIBUTE, WRITERS_ATTRIBUTE } from '../layout/table';
import type { AttributeMap } from '../layout/value';
import { absent, equals, present, setContains, type Condition } from './condition';
import { referrersOf } from './references';
import { referenceAttributes } from '../layout/layout-record';
import { newWrite, type Write } from './write';

/** What a deletion will do to a marked item. */
export type MarkKind = 'delete' | 'clear';

/**
 * How far the deletion of an item is. `marking`: not all that goes has its mark yet, and something may stand in the
 * way. `closed`: all has, nothing does, and items go. `undoing`: something stood in the way, and the marks are taken
 * off.
 */
export type DeletionState = 'marking' | 'closed' | 'undoing';

const ATTRIBUTES: Readonly<Record<MarkKind, string>> = { delete: DELETING_ATTRIBUTE, clear: CLEARING_ATTRIBUTE };

/** The conditions that no deletion is under way of an item, or of what it refers to and loses. */
export function unmarked(resources: ReadonlyMap<string, Resource>, resource: Resource): readonly Condition[] {
  let conditions = known.get(resource);
  if (conditions === undefined) {
    const canGo = [...referrersOf(resources, resource).map(({ onDelete }) => onDelete), ...onDeletesOf(resource)].some(
      (onDelete) => onDelete !== 'restrict',
    );
    const canBeCleared = onDeletesOf(resource).includes('setNull');
    conditions = [
      ...(canGo ? [absent(DELETING_ATTRIBUTE)] : []),
      ...(canBeCleared ? [absent(CLEARING_ATTRIBUTE)] : []),
    ];
    known.set(resource, conditions);
  }
  return conditions;
}

const known = new WeakMap<Resource, readonly Condition[]>();

function onDeletesOf(resource: Resource): ('restrict' | 'cascade' | 'setNull')[] {
  return referenceAttributes(resource).map(([name]) => resource.attributes.get(name)!.keywords.onDelete ?? 'restrict');
}

/** Whether a record has a mark of any deletion. */
export function isMarked(record: AttributeMap | undefined): boolean {
  return record?.[DELETING_ATTRIBUTE] !== undefined || record?.[CLEARING_ATTRIBUTE] !== undefined;
}

/**
 * The conditions that a deletion has marked an item, as it had when it was read. There are none where only others have:
 * what goes is counted there, and were each of two deletions to wait until the other has deleted what counts its items,
 * neither would end.
 */
export function markedBy(deletion: string, { record }: Image): Condition[] {
  const own = [DELETING_ATTRIBUTE, CLEARING_ATTRIBUTE].find(
    (attribute) => record[attribute]?.SS?.includes(deletion) === true,
  );
  return own === undefined ? [] : [setContains(own, deletion)];
}

/** The deletions that have marked an item. */
export function marksOf({ record }: Image, kind: MarkKind): readonly string[] {
  return record[ATTRIBUTES[kind]]?.SS ?? [];
}

/** How far the item's own deletion is; undefined where none is under way. */
export function deletionState({ record }: Image): DeletionState | undefined {
  return record[DELETION_ATTRIBUTE]?.S as DeletionState | undefined;
}

/** An image with a mark. */
export function withMark({ item, record }: Image, kind: MarkKind, deletion: string): Image {
  const marks = [...new Set([...(record[ATTRIBUTES[kind]]?.SS ?? []), deletion])];
  return {
    item: kind === 'delete' ? { ...item, deleting: true } : item,
    record: { ...record, [ATTRIBUTES[kind]]: { SS: marks } },
  };
}

/**
 * The write that marks an item as it was read. Its version stays: the deletion may yet be refused. Of two deletions
 * that clear references of one item, the later finds the mark of the earlier on it.
 * @param deletion the name of the deletion
 * @param isRoot whether it is the item's own deletion, which begins with it
 */
export function markWrite(
  kind: MarkKind,
  deletion: string,
  resource: Resource,
  { item, record }: Image,
  isRoot: boolean,
): Write {
  const write = newWrite('update', recordKey(resource, item.id), 0, (current) => [
    { kind: 'changed', change: 0, current },
  ]);
  const writers = record[WRITERS_ATTRIBUTE];
  write.add[ATTRIBUTES[kind]] = { SS: [deletion] };
  write.conditions.push(
    equals('version', record['version']!),
    writers === undefined ? absent(WRITERS_ATTRIBUTE) : equals(WRITERS_ATTRIBUTE, writers),
  );
  if (kind === 'clear') {
    const others = record[CLEARING_ATTRIBUTE];
    write.conditions.push(others === undefined ? absent(CLEARING_ATTRIBUTE) : equals(CLEARING_ATTRIBUTE, others));
  }
  if (isRoot) {
    write.set[DELETION_ATTRIBUTE] = { S: 'marking' satisfies DeletionState };
    write.conditions.push(absent(DELETION_ATTRIBUTE));
  }
  return write;
}

/** The write that takes a deletion, from `marking`, to another state. */
export function stateWrite(deletion: string, resource: Resource, id: string, state: DeletionState): Write {
  const write = newWrite('update', recordKey(resource, id), 0, (current) => [{ kind: 'changed', change: 0, current }]);
  write.set[DELETION_ATTRIBUTE] = { S: state };
  write.conditions.push(
    setContains(DELETING_ATTRIBUTE, deletion),
    equals(DELETION_ATTRIBUTE, { S: 'marking' satisfies DeletionState }),
  );
  return write;
}

/**
 * The write that takes marks of deletions that are over off an item, if it is there.
 * @param isRoot whether it is the item's own deletion, which ends with it
 */
export function unmarkWrite(
  kind: MarkKind,
  deletions: readonly string[],
  resource: Resource,
  id: string,
  isRoot: boolean,
): Write {
  const write = newWrite('update', recordKey(resource, id), 0, (current) => [{ kind: 'changed', change: 0, current }]);
  write.takeOut[ATTRIBUTES[kind]] = { SS: [...deletions] };
  // Without the condition the update would make a record of the key.
  write.conditions.push(present('version'));
  if (isRoot) {
    write.remove.push(DELETION_ATTRIBUTE);
    write.conditions.push(equals(DELETION_ATTRIBUTE, { S: 'undoing' satisfies DeletionState }));
  }
  return write;
}
