// PUT: what is written where there is an item, and where there is none, since a caller may have the right to one of the
// two.
import { decisive, EVERYTHING, hiddenIn, keptIn, valuesOf, type Permission } from '../../definition/access';
import type { AnyItem } from '../../definition/item';
import type { Json } from '../../values/json';
import { CHOOSABLE_ID, isChoosable } from '../../values/id';
import type { Resource } from '../../definition/resource';
import { notFound } from '../../operations/refusal';
import type { ReplaceInput, Way } from '../../operations/replace';
import { Problem, type Faults } from '../../problem';
import { JSON_TYPE, readContentType } from '../media-type';
import type { Request } from '../request';
import { parseBody } from './body';
import type { Input, InputContext, ItemRoute } from './input';
import { readResponseOptions, requirePreconditions } from './item';
import { findDifferentId, readItem, requireGranted } from './whole-item';

/** The input of PUT: what is written where there is an item, and where there is none. */
export async function readReplaceInput(
  { resource, id }: ItemRoute,
  request: Request,
  { access }: Pick<InputContext, 'access'>,
): Promise<Input<ReplaceInput>> {
  const replacing = access.permission(resource, 'replace');
  const creating = access.permission(resource, 'create');
  const permission = access.require(resource, replacing.grant === 'none' ? 'create' : 'replace');
  const responseOptions = readResponseOptions(resource, request, permission, access);
  readContentType(request, [JSON_TYPE]);
  const preconditions = requirePreconditions(resource, request);
  const { value, faults } = parseBody(request);
  findIdFaults(id, faults);
  findDifferentId(value, id, faults);
  const read = { access, resource, id, value, faults };
  const isOfItems = replacing.partlyHidden.size > 0 || replacing.partlyImmutable.size > 0;
  const replacement = isOfItems
    ? async (item: AnyItem) => readWay(read, 'replace', preservedAttributes(replacing, value, item), item)
    : await readWay(read, 'replace', preservedAttributes(replacing, value));
  const creation =
    typeof replacement !== 'function' && isAlike(replacing, creating, value)
      ? replacement
      : await readWay(read, 'create', new Set());
  if (replacement instanceof Problem && creation instanceof Problem) {
    throw replacement.type === 'invalid' ? replacement : creation;
  }
  return { input: { id, replacement, creation, preconditions }, responseOptions };
}

/** One of the two ways that a PUT can go, or why it cannot go that way. */
async function readWay(
  {
    access,
    resource,
    id,
    value,
    faults,
  }: { access: InputContext['access']; resource: Resource; id: string; value: Json; faults: Faults },
  operation: 'replace' | 'create',
  stays: ReadonlySet<string>,
  item?: AnyItem,
): Promise<Way | Problem> {
  try {
    const permission = access.require(resource, operation);
    const { grant } = permission;
    if (typeof grant !== 'string' && grant.every(({ conditions }) => (conditions['id'] ?? id) !== id)) {
      return notFound(resource, id);
    }
    // Of an item that is there `stays` names what its caller does not set.
    const rights = item === undefined ? permission : { ...permission, partlyImmutable: EVERYTHING.partlyImmutable };
    const values = await readItem(resource, value, faults, rights, stays, id);
    if (operation === 'create') {
      requireGranted(resource, permission, values, id);
    }
    return { permission, values, stays };
  } catch (error) {
    if (error instanceof Problem) {
      return error;
    }
    throw error;
  }
}

/** Whether making an item and replacing it come to the same for a caller. */
function isAlike(replacing: Permission, creating: Permission, value: Json): boolean {
  return (
    replacing === creating ||
    (replacing.grant === 'all' && creating.grant === 'all' && preservedAttributes(replacing, value).size === 0)
  );
}

/**
 * The attributes that PUT leaves as they are: those that the caller may not set, those of which one of several says
 * that it may have the item, and those that it does not see and does not name.
 */
function preservedAttributes(
  permission: Permission,
  value: Json,
  item: Readonly<Record<string, unknown>> = {},
): Set<string> {
  const { grant } = permission;
  return new Set([
    ...keptIn(permission, item),
    ...(valuesOf(grant) === undefined ? decisive(grant).filter((name) => name !== 'id') : []),
    ...[...hiddenIn(permission, item)].filter(
      (name) => typeof value !== 'object' || value === null || !Object.hasOwn(value, name),
    ),
  ]);
}

function findIdFaults(id: string, faults: Faults): void {
  if (!isChoosable(id)) {
    faults.add(() => ({
      detail: `An id has ${CHOOSABLE_ID}.`,
      parameter: 'id',
    }));
  }
}
