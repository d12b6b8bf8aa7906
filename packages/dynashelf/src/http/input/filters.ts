// The filters of a list, read from its parameters: `attr=value`, `attr[operator]=value`, `outer.inner=value`.
import { didYouMean } from '../../values/nearest';
import { MOST_FILTERS, MOST_VALUES, MOST_VALUES_IN_ALL } from '../../definition/limits';
import type { SchemaNode } from '../../values/node';
import { STORED } from '../../values/kinds';
import { SYSTEM_NODES } from '../../definition/reserved';
import type { Resource } from '../../definition/resource';
import type { Faults } from '../../problem';
import type { Filter } from '../../store/query/filter';
import type { Operand, Operator } from '../../values/operator';

const OPERATORS: readonly Operator[] = ['ne', 'gt', 'gte', 'lt', 'lte', 'begins', 'contains', 'in', 'exists'];

/** Reads the filters out of parameters, noting every fault; those named in `reserved` mean something else. */
export function readFilters(
  resource: Resource,
  parameters: Iterable<readonly [name: string, value: string]>,
  reserved: readonly string[],
  faults: Faults,
): Filter[] {
  const attributes = new Map([...resource.attributes, ...SYSTEM_NODES]);
  const filters = [...parameters].flatMap(([parameter, text]) => {
    const fault = (detail: () => string): [] => {
      faults.add(() => ({ detail: detail(), parameter }));
      return [];
    };
    const [, name = '', operator] = /^([^[\]]+)(?:\[([^[\]]*)\])?$/.exec(parameter) ?? [];
    const path = name.split('.');
    const node = nodeAt(attributes, path, faults);
    if (typeof node !== 'object') {
      return fault(
        () =>
          node ??
          `"${parameter}" is neither an attribute of ${resource.name} nor a parameter of a list: remove it.${didYouMean(name, [...attributes.keys(), ...reserved], faults)}`,
      );
    }
    if (operator !== undefined && !OPERATORS.includes(operator as Operator)) {
      return fault(() => `"${operator}" is no operator: use ${OPERATORS.join(', ')}, or ${name}=… for equality.`);
    }
    const chosen = (operator ?? 'eq') as Operator;
    if (!STORED[node.kind].operators.includes(chosen)) {
      return fault(() => misuse(name, node, chosen));
    }
    const values = readValues(chosen, node, text);
    return typeof values === 'string' ? fault(() => values) : [{ path, operator: chosen, values }];
  });
  const values = filters.reduce((sum, filter) => sum + filter.values.length, 0);
  if (filters.length > MOST_FILTERS || values > MOST_VALUES_IN_ALL) {
    faults.add(() => ({
      detail: `A list takes at most ${MOST_FILTERS} filters with ${MOST_VALUES_IN_ALL} values together: leave some out.`,
      parameter: filters.at(-1)!.path.join('.'),
    }));
  }
  return filters;
}

/** The attribute at a path, or why there is none; undefined where the first name is not known. */
function nodeAt(
  attributes: ReadonlyMap<string, SchemaNode>,
  [first = '', ...rest]: readonly string[],
  faults: Faults,
): SchemaNode | string | undefined {
  let node = attributes.get(first);
  let at = first;
  for (const name of rest) {
    if (node === undefined) {
      return undefined;
    }
    if (node.properties.size === 0) {
      return `"${at}" is no object with attributes of its own, so nothing inside it can be asked for.`;
    }
    const inner = node.properties.get(name);
    if (inner === undefined) {
      return `"${name}" is not an attribute of "${at}".${didYouMean(name, node.properties.keys(), faults)}`;
    }
    node = inner;
    at = `${at}.${name}`;
  }
  return node;
}

function misuse(name: string, node: SchemaNode, operator: Operator): string {
  const others = STORED[node.kind].operators.filter((one) => one !== 'eq').join(', ');
  return (
    STORED[node.kind].misuse?.(node, name) ??
    `"${operator}" does not go with "${name}", a ${node.kind}: use ${others}, or ${name}=… for equality.`
  );
}

/** The values as they are stored, or what is wrong with them. */
function readValues(operator: Operator, node: SchemaNode, text: string): Operand[] | string {
  if (operator === 'exists') {
    return text === 'true' || text === 'false' ? [text === 'true'] : 'Must be true or false.';
  }
  if (operator !== 'in') {
    const operand = readValue(operator === 'contains' && node.element !== undefined ? node.element : node, text);
    return typeof operand === 'object' && 'fault' in operand ? operand.fault : [operand];
  }
  const parts = [...new Set(text.split(','))];
  if (parts.length > MOST_VALUES) {
    return `Names ${parts.length} values: at most ${MOST_VALUES}.`;
  }
  const operands: Operand[] = [];
  for (const part of parts) {
    const operand = readValue(node, part);
    if (typeof operand === 'object' && 'fault' in operand) {
      return `"${part.slice(0, 50)}": ${operand.fault}`;
    }
    operands.push(operand);
  }
  return operands;
}

function readValue(node: SchemaNode, text: string): Operand | { fault: string } {
  return (
    STORED[node.kind].operand?.(node, text) ?? {
      fault: 'Its elements are no single values, which alone can be asked for.',
    }
  );
}
