// The update expressions of writes that do not know the record: what PUT makes of it, and what a change does to it.
import type { Resource } from '../definition/resource';
import type { Stored } from '../definition/prepare';
import type { RecordChanges } from './changes';
import type { Placeholders } from './expression';
import { encode } from './value';

/** The parts of an update expression. */
export interface Update {
  readonly set: readonly string[];
  readonly remove: readonly string[];
}

/** Sets every declared attribute that has a value, removes the others, and keeps what is read-only. */
export function setAll(resource: Resource, values: Record<string, Stored>, { name, value }: Placeholders): Update {
  const encoded = encode(values);
  const set: string[] = [];
  const remove: string[] = [];
  for (const [attribute, { words }] of resource.attributes) {
    const stored = encoded[attribute];
    const kept = words.readOnly === true && words.forceDefault !== true;
    if (stored !== undefined) {
      set.push(`${name(attribute)} = ${kept ? `if_not_exists(${name(attribute)}, ${value(stored)})` : value(stored)}`);
    } else if (!kept) {
      remove.push(name(attribute));
    }
  }
  return { set, remove };
}

/** Sets the attributes that have a value, and removes the others. */
export function setSome(changes: RecordChanges, { name, value }: Placeholders): Update {
  const entries = Object.entries(changes);
  return {
    set: entries.flatMap(([attribute, stored]) => (stored === undefined ? [] : [`${name(attribute)} = ${value(stored)}`])),
    remove: entries.flatMap(([attribute, stored]) => (stored === undefined ? [name(attribute)] : [])),
  };
}
