// Which merge patches mean the same whatever the item is: these are written in one request, without reading it.
// docs/decisions/one-round-trip.md says what is allowed and why.
import { prepareChanges } from '#conversion';
import { usesDefaults } from '../values/prepare';
import { isObject, type Json, type JsonObject } from '../values/json';
import { usesSet } from '../values/modify';
import { isReadOnly, type SchemaNode } from '../values/node';
import type { StoredValue } from '../values/stored';
import type { Resource } from '../definition/resource';
import { statesBefore } from '../definition/states';
import { areValidChanges } from '../values/check';
import { writable } from '../definition/writable';
import { isFollowed, isSummed, recordChanges, type RecordChanges } from '../store/write/record-changes';
import { usesGet } from '../values/decode';

/** A patch as it is written to an item that nobody has read. */
export interface PlainPatch {
  readonly changes: RecordChanges;
  /** The attributes that the item must have for the patch to mean that, and for the whole to be valid. */
  readonly present: readonly string[];
  /** The values of which the item must have one: of the attribute that holds its state, where the patch sets that. */
  readonly among: Readonly<Record<string, readonly string[]>>;
}

/** DynamoDB takes 4 KB of condition, and the client's preconditions need a part of it. */
const MOST_PRESENT = 100;

/**
 * The changes that a merge patch brings to any item.
 * @param ignored the attributes that its sender does not set
 * @returns undefined where they depend on the item, or where the patch is not valid: what is wrong with it counts
 * only if the item exists and is the one that the client means
 */
export async function plainPatch(
  resources: ReadonlyMap<string, Resource>,
  resource: Resource,
  id: string,
  document: JsonObject,
  ignored: ReadonlySet<string> = new Set(),
): Promise<PlainPatch | undefined> {
  const { attributes } = resource;
  const set = writable(attributes, document, ignored);
  const patched = Object.entries(set);
  const differs = Object.hasOwn(document, 'id') && document['id'] !== id;
  if (
    differs ||
    resource.onWrite !== undefined ||
    isFollowed(resources, resource) ||
    !patched.every(([name, value]) => isPlain(attributes.get(name), value)) ||
    patched.some(([name]) => isSummed(resources, resource, name))
  ) {
    return undefined;
  }
  // Null of what is no attribute removes nothing.
  const touched = new Set(patched.map(([name]) => name).filter((name) => attributes.has(name)));
  const given = Object.fromEntries(patched.filter(([, value]) => value !== null));
  if (!areValidChanges(resource, set)) {
    return undefined;
  }
  const { values, faults } = await prepareChanges(attributes, given, touched);
  const changes =
    faults.count > 0
      ? undefined
      : recordChanges(resource, id, {
          ...Object.fromEntries([...touched].map((name) => [name, undefined])),
          ...values,
        });
  const present = [...attributes]
    .filter(([name, node]) =>
      touched.has(name)
        ? // Null gives an attribute its default again, and one that is not there stays away.
          !Object.hasOwn(given, name) && Object.hasOwn(values, name)
        : isDemanded(node),
    )
    .map(([name]) => name);
  return changes === undefined || present.length > MOST_PRESENT
    ? undefined
    : { changes, present, among: amongOf(resource, touched, values) };
}

/** From which states an item may come to the one that a patch sets. */
function amongOf(
  { states }: Resource,
  touched: ReadonlySet<string>,
  values: Record<string, StoredValue>,
): PlainPatch['among'] {
  // An item of another state is read, and judged by what it is.
  return globalThis.bundleLacks?.states || states === undefined || !touched.has(states.attribute)
    ? {}
    : { [states.attribute]: statesBefore(states, values[states.attribute] as string) };
}

/**
 * Whether an attribute becomes what the patch says, whatever it was: an object would be merged; `set` would change
 * again a value that the item has already, a default inside fill it again, and `get` shows another than is stored.
 */
function isPlain(node: SchemaNode | undefined, value: Json): boolean {
  if (node === undefined || value === null) {
    return value === null && (node === undefined || !usesGet(node));
  }
  return (
    !isObject(value) && !usesGet(node) && !usesSet(node) && !(node.element !== undefined && usesDefaults(node.element))
  );
}

/** Whether an item without the attribute is not valid: one from before the attribute was required. */
function isDemanded(node: SchemaNode): boolean {
  const { required, default: fallback } = node.keywords;
  return required === true && fallback === undefined && !isReadOnly(node) && !usesGet(node);
}
