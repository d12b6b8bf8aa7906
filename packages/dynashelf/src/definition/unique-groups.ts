// What is unique in a collection: attributes by themselves (`unique: true`), and groups of them (`unique: [[…]]`).
import type { SchemaNode } from '../values/node';
import type { Resource } from './resource';

/** The attributes of which no two items have the same values: one, or several together. */
export interface UniqueGroup {
  /** Its parts as the file names them, in alphabetical order: `days[]`, `tool`. */
  readonly parts: readonly string[];
  /** The attributes of the parts, in their order. */
  readonly attributes: readonly string[];
  /** The attribute of which each element is compared by itself; undefined where there is none. */
  readonly each: string | undefined;
}

/** What stands behind the name of an attribute of which each element is compared. */
export const EACH = '[]';

const known = new WeakMap<ReadonlyMap<string, SchemaNode>, readonly UniqueGroup[]>();

/** The groups of a resource: first the attributes that are unique by themselves, then what `unique` lists. */
export function uniqueGroups({ attributes, unique }: Pick<Resource, 'attributes' | 'unique'>): readonly UniqueGroup[] {
  let groups = known.get(attributes);
  if (groups === undefined) {
    const alone = [...attributes].filter(([, { keywords }]) => keywords.unique === true).map(([name]) => [name]);
    groups = [...alone, ...unique].map(toGroup);
    known.set(attributes, groups);
  }
  return groups;
}

/** Whether a unique value depends on an attribute. */
export function isInUniqueGroup(resource: Pick<Resource, 'attributes' | 'unique'>, attribute: string): boolean {
  return uniqueGroups(resource).some(({ attributes }) => attributes.includes(attribute));
}

/** The attribute of a part of a group. */
export function attributeOf(part: string): string {
  return part.endsWith(EACH) ? part.slice(0, -EACH.length) : part;
}

function toGroup(names: readonly string[]): UniqueGroup {
  // The order in which a file names them says nothing: another order is the same group, with the same records.
  const parts = [...names].sort();
  const each = parts.find((part) => part.endsWith(EACH));
  return { parts, attributes: parts.map(attributeOf), each: each === undefined ? undefined : attributeOf(each) };
}
