// Checked values of a request made into what is stored, by converters that are compiled of the attributes once.
import type { Faults } from '../problem';
import type { Convert } from './kind';
import { SENT } from './kinds';
import type { SchemaNode } from './node';
import type { InputValue, ValuePath, StoredValue } from './stored';

/**
 * Converts a value, noting what cannot be stored.
 * @throws Error where the value is of another type, which only a default's can be
 */
export function convert(node: SchemaNode, given: InputValue, at: ValuePath, faults: Faults): StoredValue | undefined {
  return converterOf(node)(given, [...at], faults);
}

function converterOf(node: SchemaNode): Convert {
  let converter = converters.get(node);
  if (converter === undefined) {
    converter = SENT[node.kind].converter(node, converterOf);
    converters.set(node, converter);
  }
  return converter;
}

const converters = new WeakMap<SchemaNode, Convert>();
