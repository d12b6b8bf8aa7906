// A default can make a value that its attribute cannot have: a mistake of the resource file, not of the client.
import type { SchemaNode } from './node';
import type { InputValue, ValuePath } from './stored';

/** @throws Error saying which attribute has a default of another type */
export function refuse(node: SchemaNode, given: InputValue, at: ValuePath): never {
  throw new Error(
    `The default of the attribute "${at.join('.')}" made a value that is no ${node.kind}, of the type ${given === null ? 'null' : typeof given}: correct the default.`,
  );
}
