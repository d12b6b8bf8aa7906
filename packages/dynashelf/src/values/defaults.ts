// Defaults: what an attribute has that a request does not give.
import { anywhere, isFree, type Node } from './node';
import { isPlainObject, type Given } from './stored';

/** Whether the attribute, or one inside it, has a default. */
export const usesDefaults = anywhere(({ words }) => words.default !== undefined);

/** A value with its defaults; what a default gives is filled like what a client gives. */
export async function fillDefaults(node: Node, value: Given | undefined): Promise<Given | undefined> {
  const filled = value === undefined || node.words.forceDefault === true ? ((await makeDefault(node)) ?? value) : value;
  if (Array.isArray(filled)) {
    const { element } = node;
    return element === undefined || !usesDefaults(element)
      ? filled
      : Promise.all(filled.map(async (inner: Given) => (await fillDefaults(element, inner)) ?? null));
  }
  return node.members.size > 0 && isPlainObject(filled) ? fillMembers(node, filled) : filled;
}

async function makeDefault(node: Node): Promise<Given | undefined> {
  const { default: value } = node.words;
  const made: unknown =
    typeof value === 'function' ? await (value as () => unknown)() : isFree(node) ? structuredClone(value) : value;
  return made === null ? undefined : (made as Given | undefined);
}

async function fillMembers(node: Node, given: { [name: string]: Given }): Promise<Given> {
  const object = { ...given };
  for (const [name, member] of node.members) {
    if (usesDefaults(member)) {
      const inner = await fillDefaults(member, Object.hasOwn(object, name) ? object[name] : undefined);
      if (inner !== undefined) {
        object[name] = inner;
      }
    }
  }
  return object;
}
