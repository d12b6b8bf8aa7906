// Checked values of a request made into what is stored, by converters that are compiled of the attributes once.
import type { Faults } from '../problem';
import type { Convert } from './kind';
import { SENT } from './kinds';
import type { Node } from './node';
import type { Given, Place, Stored } from './stored';

/**
 * Converts a value, noting what cannot be stored.
 * @throws Error where the value is of another type, which only a default's can be
 */
export function convert(node: Node, given: Given, at: Place, faults: Faults): Stored | undefined {
  return converterOf(node)(given, [...at], faults);
}

function converterOf(node: Node): Convert {
  let converter = converters.get(node);
  if (converter === undefined) {
    converter = SENT[node.kind].converter(node, converterOf);
    converters.set(node, converter);
  }
  return converter;
}

const converters = new WeakMap<Node, Convert>();
