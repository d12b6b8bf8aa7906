// The update expression that makes a record what PUT says, in one write whether it exists or not.
import type { Resource } from '../definition/resource';
import type { Stored } from '../definition/prepare';
import type { Placeholders } from './expression';
import { encode } from './value';

/** Sets every declared attribute that has a value, removes the others, and keeps what is read-only. */
export function setAll(resource: Resource, values: Record<string, Stored>, { name, value }: Placeholders): { set: string[]; remove: string[] } {
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
