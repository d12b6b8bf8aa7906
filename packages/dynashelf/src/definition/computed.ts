// What follows from an item's other attributes: computed ones, and the rules that must hold across several.
import { gatherFaults, pointer, type Fault } from '../problem';
import { convert } from '../values/convert';
import type { StoredValue } from '../values/stored';
import type { AnyItem } from './item';
import type { Json } from '../values/json';
import type { Resource } from './resource';

/** The computed attributes as they are stored; undefined where there is no value. */
export interface ComputedAttributes {
  readonly values: Record<string, StoredValue | undefined>;
  /** The rules that do not hold. */
  readonly faults: Fault[];
}

/** Whether anything follows from an item's attributes, so that a write must know the item whole. */
export function hasComputed(resource: Resource): boolean {
  return Object.keys(resource.computed).length > 0 || resource.rules.length > 0;
}

/**
 * Computes what follows from an item as it will be.
 * @throws Error where a function computes a value of another type than its attribute has
 */
export function computeAttributes(resource: Resource, item: AnyItem): ComputedAttributes {
  const whole: AnyItem = { ...item };
  addDefaults(resource, whole);
  const values: Record<string, StoredValue | undefined> = {};
  for (const [name, compute] of Object.entries(resource.computed)) {
    const json = compute(whole) as Json | undefined;
    const faults = gatherFaults();
    values[name] = json === undefined ? undefined : convert(resource.attributes.get(name)!, json, [name], faults);
    if (faults.count > 0) {
      throw new Error(
        `src/resources/${resource.name}.ts: computed "${name}" gave ${JSON.stringify(json)}: ${faults.named[0]!.detail}`,
      );
    }
    whole[name] = json;
  }
  const faults = resource.rules
    .filter(({ holds }) => !holds(whole))
    .map(({ detail, attribute }): Fault => ({ detail, pointer: attribute === undefined ? '#' : pointer(attribute) }));
  return { values, faults };
}

const known = new WeakMap<Resource, readonly (readonly [name: string, value: unknown])[]>();

/**
 * Adds the defaults that are values as they stand in the file: an item that was last written before its file had them,
 * such as before there was a count, lacks them, and functions are told that it does not.
 */
export function addDefaults(resource: Resource, item: { [name: string]: unknown }): void {
  let defaults = known.get(resource);
  if (defaults === undefined) {
    defaults = [...resource.attributes].flatMap(([name, { kind, keywords }]) =>
      (typeof keywords.default === kind || Array.isArray(keywords.default)) && keywords.onDelete !== 'setNull'
        ? [[name, keywords.default] as const]
        : [],
    );
    known.set(resource, defaults);
  }
  for (const [name, value] of defaults) {
    if (item[name] === undefined) {
      item[name] = structuredClone(value);
    }
  }
}
