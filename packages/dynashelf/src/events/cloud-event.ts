// A change as an event (CloudEvents 1.0, https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/spec.md), the same
// wherever it is told, as its receiver may see it.
import type { CallerAccess } from '../authorization/permission';
import { includes, show, type Permission } from '../definition/access';
import type { AnyItem } from '../definition/item';
import type { Resource } from '../definition/resource';
import type { StoredChange } from '../store/feed';
import { sequenceText, type ChangeKind } from '../store/layout/change';
import { BIRTH_ATTRIBUTE } from '../store/layout/table';

/** An event, in JSON. */
export interface CloudEvent {
  readonly specversion: '1.0';
  /** Unique with the source: the item and its version. */
  readonly id: string;
  /** The item's path, without a base. */
  readonly source: string;
  /** The collection, a dot, and what became of the item for this receiver. */
  readonly type: string;
  /** The item's id; absent where the receiver may not know it. */
  readonly subject?: string;
  /** RFC 3339, UTC. */
  readonly time: string;
  /** The place in the order of the collection, 15 digits. */
  readonly sequence: string;
  readonly datacontenttype?: 'application/json';
  /** The item as the receiver may see it; absent where it is gone. */
  readonly data?: AnyItem;
  /** Where the item is, of which the data are too large. */
  readonly dataref?: string;
}

/**
 * A change as a caller may see it, by the rules for lists: an item that leaves its sight is deleted, and one that comes
 * into it created.
 * @returns undefined where it sees neither state
 */
export function presentChange(access: CallerAccess, resource: Resource, change: StoredChange): CloudEvent | undefined {
  const permission = access.permission(resource, 'list');
  if (change.kind === 'unreadable') {
    return permission.grant === 'none' ? undefined : unreadable(change, permission);
  }
  const before = seen(permission, change.before?.item);
  const after = seen(permission, change.after?.item);
  const kind = kindOf(change.kind, before !== undefined, after !== undefined);
  return (
    kind && {
      ...eventOf(change, kind),
      ...(after !== undefined && { datacontenttype: 'application/json', data: after }),
    }
  );
}

/** A change as whoever may see everything is told of it. */
export function wholeChange(change: StoredChange): CloudEvent {
  const { kind, after } = change;
  return {
    ...eventOf(change, kind),
    ...(after !== undefined && { datacontenttype: 'application/json', data: after.item }),
  };
}

function seen(permission: Permission, item: AnyItem | undefined): AnyItem | undefined {
  return item !== undefined && includes(permission.grant, item) ? show(permission, item) : undefined;
}

function kindOf(kind: ChangeKind, wasSeen: boolean, isSeen: boolean): ChangeKind | undefined {
  if (isSeen) {
    return wasSeen ? 'updated' : 'created';
  }
  return !wasSeen ? undefined : kind === 'expired' ? kind : 'deleted';
}

function eventOf(change: StoredChange, kind: ChangeKind): Omit<CloudEvent, 'data'> {
  const { collection, id, time, sequence } = change;
  return {
    specversion: '1.0',
    id: `${collection}/${id}/${revision(change)}`,
    source: `/${collection}/${id}`,
    type: `${collection}.${kind}`,
    subject: id,
    time,
    sequence: sequenceText(sequence),
  };
}

/**
 * The version that a change made, with the mark of the item's birth where its id can have been another's. What changed
 * without a version, such as that a deletion has begun, is named by its place too.
 */
function revision({ version, before, after, sequence, kind }: StoredChange): string {
  const birth = (after ?? before)?.record[BIRTH_ATTRIBUTE]?.S;
  const hasVersion = kind !== 'unreadable' && before?.item.version !== version;
  return `${version}${birth === undefined ? '' : `-${birth}`}${hasVersion ? '' : `@${sequence}`}`;
}

/** That something cannot be said; of which item, to whoever may see them all. */
function unreadable(change: StoredChange, { grant }: Permission): CloudEvent {
  const { collection } = change;
  const event = eventOf(change, 'unreadable');
  if (grant === 'all') {
    return event;
  }
  const { subject, ...others } = event;
  return { ...others, id: `${collection}/@${change.sequence}`, source: `/${collection}` };
}
