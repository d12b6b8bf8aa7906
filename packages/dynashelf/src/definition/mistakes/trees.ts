// The mistakes in what a resource file says of trees.
import type { Resource } from '../resource';
import type { SchemaNode } from '../../values/node';

/** Each mistake as a sentence with its remedy. */
export function* checkTrees({ name: collection, attributes }: Resource): Generator<string> {
  for (const [name, node] of attributes) {
    const { acyclic, references } = node.keywords;
    if (acyclic !== undefined && typeof acyclic !== 'boolean') {
      yield `attribute "${name}" has an acyclic that is neither true nor false: write acyclic: true`;
    }
    if (acyclic === true && references !== collection) {
      yield `attribute "${name}" is acyclic, and ${references === undefined ? 'references nothing' : `references ${String(references)}`}: only references to items of the same collection make a tree, so write references: '${collection}', or remove acyclic`;
    }
    yield* checkInside(name, node);
  }
}

function* checkInside(name: string, { properties, element }: SchemaNode): Generator<string> {
  for (const inner of [...properties.values(), ...(element === undefined ? [] : [element])]) {
    if (inner.keywords.acyclic !== undefined) {
      yield `attribute "${name}" has acyclic inside, where references cannot be kept true: put it on an attribute of the item itself`;
    }
    yield* checkInside(name, inner);
  }
}
