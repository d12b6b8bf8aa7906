// PUT: the item becomes what the request says, whether it existed or not.
import { includes, show, type Permission } from '../definition/access';
import { isReadOnly } from '../values/node';
import type { AnyItem } from '../definition/item';
import type { StoredValue } from '../values/stored';
import type { Resource } from '../definition/resource';
import { Problem } from '../problem';
import type { Image } from '../store/layout/record';
import { preconditionsHold, type Preconditions } from '../store/write/preconditions';
import { runTransaction } from '../transaction/run';
import type { Origin } from '../transaction/entry';
import type { Transaction } from '../transaction/transaction';
import { beingDeleted } from '../transaction/violations';
import { notAllowed, notFound, preconditionFailed } from './refusal';
import type { ItemResult, Operation, Result } from './result';

/** What PUT writes where it makes an item, or where it replaces one. */
export interface Way {
  readonly permission: Permission;
  /** The attributes as they are stored; a declared one that is absent is removed. */
  readonly values: Record<string, StoredValue>;
  /** Those that stay as they are, the caller having no say in them. */
  readonly stays: ReadonlySet<string>;
}

/** What replacing an item takes. */
export interface ReplaceInput {
  readonly id: string;
  readonly preconditions: Preconditions;
  /**
   * What is written where there is an item; else why the caller cannot replace one. It depends on the item where that
   * says which attributes its caller sees and sets.
   */
  readonly replacement: Way | Problem | ((item: AnyItem) => Promise<Way | Problem>);
  /**
   * What is written where there is none; else why the caller cannot make one. The same where the caller's rights make
   * no difference.
   */
  readonly creation: Way | Problem;
}

/**
 * Replaces an item, or makes one under the id that the client chose (PUT).
 * @throws Problem `precondition-failed`, `forbidden`, `conflict` for constraints
 */
export const replace: Operation<ReplaceInput> = async (resource, input, store) => {
  const { id, replacement, creation, preconditions } = input;
  if (
    !store.isIndependent(resource) ||
    resource.states !== undefined ||
    replacement instanceof Problem ||
    typeof replacement === 'function' ||
    replacement !== creation ||
    replacement.permission.grant !== 'all'
  ) {
    return runTransaction<Result>(store, { reads: [{ resource, id }] }, (transaction) =>
      replaceIn(transaction, resource, input),
    );
  }
  const outcome = await store.replace(resource, id, replacement.values, preconditions);
  if (outcome.written === undefined) {
    throw outcome.current !== undefined && preconditionsHold(preconditions, outcome.current.record)
      ? beingDeleted(resource.name, id)
      : preconditionFailed(outcome.current, replacement.permission);
  }
  // Versions begin at 1, so this write made the item.
  return { result: { kind: outcome.written.item.version === 1 ? 'created' : 'replaced', image: outcome.written } };
};

/** Replaces an item within a transaction. */
export async function replaceIn(
  transaction: Transaction,
  resource: Resource,
  { id, replacement: ofItem, creation, preconditions }: ReplaceInput,
  origin: Origin = [],
): Promise<() => ItemResult> {
  const image = await transaction.read(resource, id);
  const replacement = typeof ofItem !== 'function' ? ofItem : image === undefined ? creation : await ofItem(image.item);
  const own =
    image !== undefined && !(replacement instanceof Problem) && includes(replacement.permission.grant, image.item)
      ? image
      : undefined;
  // To an item that the caller may not see it is said what would be said if there were none, as far as that can be.
  const { permission, values, stays } = possible(own === undefined ? creation : replacement);
  const isForeign = image !== undefined && own === undefined;
  const isSeen = isForeign && show(permission, image.item) !== undefined;
  if (!isSeen && !preconditionsHold(preconditions, own?.record)) {
    throw preconditionFailed(own, permission);
  }
  if (isForeign) {
    throw replacement instanceof Problem ? replacement : isSeen ? notAllowed(resource, id) : notFound(resource, id);
  }
  if (own === undefined) {
    await transaction.create(resource, id, values, { origin, isIdChosen: true });
  } else {
    await (stays.size === 0
      ? transaction.update(resource, id, values, 'replace', origin)
      : transaction.update(resource, id, changesOf(resource, own, values, stays), 'merge', origin));
  }
  return () => ({ kind: own === undefined ? 'created' : 'replaced', image: transaction.result(resource, id) });
}

function possible(way: Way | Problem): Way {
  if (way instanceof Problem) {
    throw way;
  }
  return way;
}

/**
 * What changes where some attributes stay: every other one that a body can set, and what is read-only if it has no
 * value yet.
 */
function changesOf(
  { attributes }: Resource,
  { record }: Image,
  values: Record<string, StoredValue>,
  stays: ReadonlySet<string>,
): Record<string, StoredValue | undefined> {
  const changed = [...attributes].filter(
    ([name, node]) =>
      !stays.has(name) && (!isReadOnly(node) || node.keywords.forceDefault === true || record[name] === undefined),
  );
  return Object.fromEntries(changed.map(([name]) => [name, values[name]]));
}
