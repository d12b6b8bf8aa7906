// The order of an object's members, of which DynamoDB keeps none.
import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { isSchemaless, type SchemaNode } from '../../values/node';
import type { AttributeMap } from '../layout/value';

/** A stored value with its members in order: as declared, and no others; of a free-form value, by their names. */
export function inOrder(node: SchemaNode, stored: AttributeValue): AttributeValue {
  if (isSchemaless(node)) {
    return byName(stored);
  }
  if (stored.L !== undefined) {
    return { L: stored.L.map((inner) => inOrder(node.element!, inner)) };
  }
  const { M } = stored;
  return M === undefined
    ? stored
    : { M: pick([...node.properties.keys()], M, (name, inner) => inOrder(node.properties.get(name)!, inner)) };
}

function byName(stored: AttributeValue): AttributeValue {
  const { L, M } = stored;
  return L !== undefined
    ? { L: L.map(byName) }
    : M !== undefined
      ? { M: pick(Object.keys(M).sort(), M, (_name, inner) => byName(inner)) }
      : stored;
}

function pick(
  names: readonly string[],
  map: AttributeMap,
  change: (name: string, inner: AttributeValue) => AttributeValue,
): AttributeMap {
  return Object.fromEntries(
    names.filter((name) => map[name] !== undefined).map((name) => [name, change(name, map[name]!)]),
  );
}
