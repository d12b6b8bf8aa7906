// What of a body counts: what else it holds, such as all that GET returned, is ignored.
import type { JsonObject } from '../values/json';
import { isReadOnly, type SchemaNode } from '../values/node';
import { SYSTEM_ATTRIBUTES } from './reserved';

/**
 * The part of a body that its sender may set: without read-only attributes, the system's own, and those ignored of this
 * sender.
 */
export function writable(
  attributes: ReadonlyMap<string, SchemaNode>,
  body: JsonObject,
  ignored: ReadonlySet<string> = new Set(),
): JsonObject {
  const isWritable = (name: string): boolean => {
    const node = attributes.get(name);
    return node === undefined ? !SYSTEM_ATTRIBUTES.includes(name) : !isReadOnly(node) && !ignored.has(name);
  };
  // Most bodies hold nothing else.
  return Object.keys(body).every(isWritable)
    ? body
    : Object.fromEntries(Object.entries(body).filter(([name]) => isWritable(name)));
}
