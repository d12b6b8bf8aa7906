// DynamoDB Local’s stream says of an empty list or map that it is a value, and not of which type. Which it is, the
// schema knows; DynamoDB itself says so.
import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import type { AttributeMap } from './value';
import type { SchemaNode } from '../../values/node';

/** Gives the empty lists and maps of a record their types, in place. */
export function typeEmptyValues(attributes: ReadonlyMap<string, SchemaNode>, record: AttributeMap | undefined): void {
  for (const [name, value] of Object.entries(record ?? {})) {
    record![name] = typed(attributes.get(name), value);
  }
}

function typed(node: SchemaNode | undefined, value: AttributeValue): AttributeValue {
  if (Object.keys(value).length === 0) {
    return node?.kind === 'array' ? { L: [] } : { M: {} };
  }
  if (value.L !== undefined) {
    return { L: value.L.map((element) => typed(node?.element, element)) };
  }
  if (value.M !== undefined) {
    typeEmptyValues(node?.properties ?? new Map(), value.M);
  }
  return value;
}
