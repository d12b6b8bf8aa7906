// PUT: the item becomes what the request says, whether it existed or not.
import { includes, type Permission } from '../definition/access';
import { isReadOnly } from '../definition/node';
import type { Stored } from '../definition/prepare';
import type { Resource } from '../definition/resource';
import { Problem } from '../problem';
import { preconditionsHold, type Preconditions } from '../store/preconditions';
import type { Found } from '../store/record';
import { notFound, preconditionFailed } from './refusal';
import type { ItemResult, Operation } from './result';
import type { Origin, Session } from './session';
import { transact } from './transact';

/** What PUT writes where it makes an item, or where it replaces one. */
export interface Way {
  readonly permission: Permission;
  /** The attributes as they are stored; a declared one that is absent is removed. */
  readonly values: Record<string, Stored>;
  /** Those that stay as they are, the caller having no say in them. */
  readonly stays: ReadonlySet<string>;
}

export interface ReplaceInput {
  readonly id: string;
  readonly preconditions: Preconditions;
  /** What is written where there is an item; else why the caller cannot replace one. */
  readonly replacement: Way | Problem;
  /** What is written where there is none; else why the caller cannot make one. The same where the caller's rights make no difference. */
  readonly creation: Way | Problem;
}

export const replace: Operation<ReplaceInput> = async (resource, input, store) => {
  const { id, replacement, creation, preconditions } = input;
  if (!store.isIndependent(resource) || replacement instanceof Problem || replacement !== creation || replacement.permission.grant !== 'all') {
    return transact(store, { reads: [{ resource, id }] }, (session) => replaceIn(session, resource, input));
  }
  const outcome = await store.replace(resource, id, replacement.values, preconditions);
  if (outcome.written === undefined) {
    throw preconditionFailed(outcome.current?.item, replacement.permission);
  }
  const { item } = outcome.written;
  // Versions begin at 1, so this write made the item.
  return { kind: item.version === 1 ? 'created' : 'replaced', item };
};

/** Replaces an item within a transaction. */
export async function replaceIn(session: Session, resource: Resource, { id, replacement, creation, preconditions }: ReplaceInput, origin?: Origin): Promise<ItemResult> {
  const found = await session.read(resource, id);
  const own = found !== undefined && !(replacement instanceof Problem) && includes(replacement.permission.grant, found.item) ? found : undefined;
  // To an item that is not the caller's it is said what would be said if there were none, as far as that can be.
  const { permission, values, stays } = possible(own === undefined ? creation : replacement);
  if (!preconditionsHold(preconditions, own?.item)) {
    throw preconditionFailed(own?.item, permission);
  }
  if (found !== undefined && own === undefined) {
    throw replacement instanceof Problem ? replacement : notFound(resource, id);
  }
  if (own === undefined) {
    return { kind: 'created', item: await session.create(resource, id, values, origin) };
  }
  const item = stays.size === 0
    ? await session.write(resource, own, values, 'whole', origin)
    : await session.write(resource, own, changesOf(resource, own, values, stays), 'changes', origin);
  return { kind: 'replaced', item };
}

function possible(way: Way | Problem): Way {
  if (way instanceof Problem) {
    throw way;
  }
  return way;
}

/** What changes where some attributes stay: every other one that a body can set, and what is read-only if it has no value yet. */
function changesOf({ attributes }: Resource, { record }: Found, values: Record<string, Stored>, stays: ReadonlySet<string>): Record<string, Stored | undefined> {
  const changed = [...attributes].filter(([name, node]) => !stays.has(name) && (!isReadOnly(node) || node.words.forceDefault === true || record[name] === undefined));
  return Object.fromEntries(changed.map(([name]) => [name, values[name]]));
}
