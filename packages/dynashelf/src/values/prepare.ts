// A checked request body made into what is stored, by Dynamoose's keywords in Dynamoose's order:
// defaults, types, set, validate, required, enum. Every fault is reported, not the first alone.
import { gatherFaults, type Faults } from '../problem';
import { convert } from './convert';
import { isPlainObject, type InputValue, type ValuePath, type StoredValue } from './stored';
import type { JsonObject } from './json';
import { inspect, modify, requireValue, storageFault, usesFunctions, usesSet } from './modify';
import { anywhere, isSchemaless, isReadOnly, type SchemaNode } from './node';

/** Whether the attribute, or one inside it, has a default. */
export const usesDefaults = anywhere(({ keywords }) => keywords.default !== undefined);

/** Attributes ready to be written, and what is wrong with them. */
export interface Prepared {
  readonly values: Record<string, StoredValue>;
  readonly faults: Faults;
}

/**
 * Prepares a whole item, such as the body of POST or PUT, with defaults.
 * @param body passed by `findFaults`, but for the attributes of `skip`
 * @param skip attributes already known to be wrong
 * @throws Error where a default makes a value of another type than its attribute has
 */
export async function prepareItem(
  attributes: ReadonlyMap<string, SchemaNode>,
  body: JsonObject,
  skip: ReadonlySet<string> = new Set(),
): Promise<Prepared> {
  return prepare(
    [...attributes].filter(([name]) => !skip.has(name)),
    body,
  );
}

/**
 * Prepares the attributes of an item that PATCH changes, with the same effect as PUT of the whole:
 * one that goes takes its default again. Defaults that are forced apply in any case.
 */
export async function prepareChanges(
  attributes: ReadonlyMap<string, SchemaNode>,
  body: JsonObject,
  changed: ReadonlySet<string>,
): Promise<Prepared> {
  return prepare(
    [...attributes].filter(([name, node]) => changed.has(name) || node.keywords.forceDefault === true),
    body,
  );
}

/** Prepares attributes of an item that the resource's own code gives, read-only ones too. */
export async function prepareGiven(
  attributes: ReadonlyMap<string, SchemaNode>,
  item: JsonObject,
  names: ReadonlySet<string>,
): Promise<Prepared> {
  return prepare(
    [...attributes].filter(([name, node]) => names.has(name) || node.keywords.forceDefault === true),
    item,
    true,
  );
}

async function prepare(nodes: [string, SchemaNode][], body: JsonObject, takesReadOnly = false): Promise<Prepared> {
  const faults = gatherFaults();
  /** Without a value an attribute is not stored. */
  const prepared: (StoredValue | undefined)[] = [];
  // Attributes with functions of their own run side by side; the others cost no promise.
  const running: Promise<Faults>[] = [];
  for (const [index, [name, node]] of nodes.entries()) {
    const given = (isReadOnly(node) && !takesReadOnly) || !Object.hasOwn(body, name) ? undefined : body[name];
    const fallback = plainDefault(node);
    if (fallback === undefined && (usesDefaults(node) || usesFunctions(node))) {
      const own = gatherFaults();
      running.push(
        prepareByFunctions(node, given, [name], own).then((value) => {
          prepared[index] = value;
          return own;
        }),
      );
    } else {
      prepared[index] = prepareAsGiven(node, given === undefined ? fallback : given, [name], faults);
    }
  }
  if (running.length > 0) {
    (await Promise.all(running)).forEach((own) => faults.addAll(own));
  }
  const values: Record<string, StoredValue> = {};
  for (const [index, [name]] of nodes.entries()) {
    const value = prepared[index];
    if (value !== undefined) {
      values[name] = value;
    }
  }
  return { values, faults };
}

/** The default of an attribute that is a value as it stands in the file, and takes no promise and no other check. */
function plainDefault(node: SchemaNode): string | number | boolean | undefined {
  const value = node.keywords.default;
  return (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') &&
    node.keywords.forceDefault !== true &&
    !usesFunctions(node) &&
    node.keywords.enum?.includes(value as string) !== false &&
    storageFault(value) === undefined
    ? value
    : undefined;
}

/** The check of the body holds already, and nothing else is said of the attribute. */
function prepareAsGiven(
  node: SchemaNode,
  given: InputValue | undefined,
  at: ValuePath,
  faults: Faults,
): StoredValue | undefined {
  if (given === undefined) {
    requireValue(node, undefined, at, faults);
    return undefined;
  }
  return convert(node, given, at, faults);
}

async function prepareByFunctions(
  node: SchemaNode,
  given: InputValue | undefined,
  at: ValuePath,
  faults: Faults,
): Promise<StoredValue | undefined> {
  const filled = usesDefaults(node) ? await fillDefaults(node, given) : given;
  const value = prepareAsGiven(node, filled, at, faults);
  if (value === undefined || faults.count > 0) {
    return value;
  }
  const modified = usesSet(node) ? await modify(node, value) : value;
  await inspect(node, modified, at, faults);
  return modified;
}

/** A value with its defaults; what a default gives is filled like what a client gives. */
async function fillDefaults(node: SchemaNode, value: InputValue | undefined): Promise<InputValue | undefined> {
  const filled =
    value === undefined || node.keywords.forceDefault === true ? ((await makeDefault(node)) ?? value) : value;
  if (Array.isArray(filled)) {
    const { element } = node;
    return element === undefined || !usesDefaults(element)
      ? filled
      : Promise.all(filled.map(async (inner: InputValue) => (await fillDefaults(element, inner)) ?? null));
  }
  return node.properties.size > 0 && isPlainObject(filled) ? fillMembers(node, filled) : filled;
}

async function makeDefault(node: SchemaNode): Promise<InputValue | undefined> {
  const { default: value } = node.keywords;
  const made: unknown =
    typeof value === 'function'
      ? await (value as () => unknown)()
      : isSchemaless(node)
        ? structuredClone(value)
        : value;
  return made === null ? undefined : (made as InputValue | undefined);
}

async function fillMembers(node: SchemaNode, given: { [name: string]: InputValue }): Promise<InputValue> {
  const object = { ...given };
  for (const [name, member] of node.properties) {
    if (usesDefaults(member)) {
      const inner = await fillDefaults(member, Object.hasOwn(object, name) ? object[name] : undefined);
      if (inner !== undefined) {
        object[name] = inner;
      }
    }
  }
  return object;
}
