// What the own code of a resource file lists by: conditions like `{ tool: id, to: { gte: from } }`, as filters, and the
// partition of an index that they name.
import { SYSTEM_NODES } from '../definition/reserved';
import type { Resource } from '../definition/resource';
import { gatherFaults } from '../problem';
import { distinct } from '../store/layout/sortable';
import { slottedIndexes, transactionalIndexes, type SlottedIndex } from '../store/layout/index-keys';
import { encodeValue } from '../store/layout/value';
import { attributeAt, misuseOf, OPERATORS, readOperand, type Filter } from '../store/query/filter';
import { STORED } from '../values/kinds';
import { didYouMean } from '../values/nearest';
import type { SchemaNode } from '../values/node';
import type { Operand, Operator } from '../values/operator';
import { isPlainObject, type InputValue } from '../values/stored';

/** Conditions, read. */
export interface ReadConditions {
  /** The index whose partition one of them gives one value. */
  readonly index: SlottedIndex;
  /** That value, as `distinct` makes it a text. */
  readonly value: string;
  /** All of them. */
  readonly filters: readonly Filter[];
  /** All but that one. */
  readonly others: readonly Filter[];
}

/**
 * Reads conditions.
 * @param by which indexes are listed by: those that are transactional, or all that have a partition
 * @throws Error where they are none of the resource's, or none of the indexes has its partition held equal: a mistake
 * of the code, which its author reads in the log
 */
export function readConditions(resource: Resource, conditions: object, by: 'transactional' | 'any'): ReadConditions {
  const filters = Object.entries(conditions).flatMap(([name, condition]) => readCondition(resource, name, condition));
  const indexes =
    by === 'any'
      ? slottedIndexes(resource).filter(({ partition }) => partition !== undefined)
      : transactionalIndexes(resource);
  for (const index of indexes) {
    const equal = filters.find(
      ({ path, operator }) => operator === 'eq' && path.length === 1 && path[0] === index.partition,
    );
    const value = equal && distinct(resource.attributes.get(index.partition!)!, encodeValue(equal.values[0]!));
    if (value !== undefined) {
      return { index, value, filters, others: filters.filter((filter) => filter !== equal) };
    }
  }
  const [lacking, keyword, kind] =
    by === 'any' ? ['has a partition', '', ''] : ['is transactional', ', transactional: true', 'transactional '];
  const partitions = [...new Set(indexes.map(({ partition }) => `"${partition}"`))];
  throw mistake(
    resource,
    partitions.length === 0
      ? `no index of ${resource.name} ${lacking}: declare one there, such as { partition: '${[...resource.attributes.keys()][0]}'${keyword} }`
      : `one of the attributes ${partitions.join(', ')} must be given one value: these are the partitions of its ${kind}indexes`,
  );
}

function readCondition(resource: Resource, name: string, condition: unknown): Filter[] {
  const faults = gatherFaults();
  const path = name.split('.');
  const attributes = new Map([...resource.attributes, ...SYSTEM_NODES]);
  const node = attributeAt(attributes, path, faults);
  if (typeof node !== 'object') {
    throw mistake(
      resource,
      node ?? `"${name}" is no attribute of ${resource.name}.${didYouMean(name, attributes.keys())}`,
    );
  }
  const asked = isPlainObject(condition as InputValue) ? (condition as object) : { eq: condition };
  if (Object.keys(asked).length === 0) {
    throw mistake(resource, `"${name}" has a condition that asks nothing: leave it out, or give it a value`);
  }
  return Object.entries(asked).map(([operator, value]): Filter => {
    if (operator !== 'eq' && !OPERATORS.includes(operator as Operator)) {
      throw mistake(resource, `"${operator}" of "${name}" is no operator: use eq, ${OPERATORS.join(', ')}`);
    }
    const chosen = operator as Operator;
    if (!STORED[node.kind].operators.includes(chosen)) {
      throw mistake(resource, misuseOf(name, node, chosen));
    }
    return { path, operator: chosen, values: readValues(resource, name, node, chosen, value) };
  });
}

function readValues(
  resource: Resource,
  name: string,
  node: SchemaNode,
  operator: Operator,
  value: unknown,
): readonly Operand[] {
  if (operator === 'exists') {
    if (typeof value !== 'boolean') {
      throw mistake(resource, `"exists" of "${name}" must be true or false`);
    }
    return [value];
  }
  if (operator === 'in') {
    if (!Array.isArray(value) || value.length === 0) {
      throw mistake(resource, `"in" of "${name}" takes an array of values`);
    }
    return value.map((one) => toOperand(resource, name, node, operator, one));
  }
  return [toOperand(resource, name, node, operator, value)];
}

function toOperand(resource: Resource, name: string, node: SchemaNode, operator: Operator, value: unknown): Operand {
  const text = value instanceof Date ? value.toISOString() : value;
  if (typeof text !== 'string' && typeof text !== 'number' && typeof text !== 'boolean') {
    throw mistake(
      resource,
      `"${name}" is compared with ${text === undefined ? 'undefined, which asks nothing: leave it out' : JSON.stringify(text)}`,
    );
  }
  const operand = readOperand(operator, node, String(text));
  if (typeof operand === 'object' && 'fault' in operand) {
    throw mistake(resource, `"${name}" is compared with ${JSON.stringify(text)}. ${operand.fault}`);
  }
  return operand;
}

function mistake({ name }: Resource, what: string): Error {
  return new Error(`transaction.list of ${name}: ${what}`);
}
