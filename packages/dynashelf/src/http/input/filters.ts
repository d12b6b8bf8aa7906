// The filters of a list, read from its parameters: `attr=value`, `attr[operator]=value`, `outer.inner=value`.
import { didYouMean } from '../../values/nearest';
import { MOST_FILTERS, MOST_VALUES, MOST_VALUES_IN_ALL } from '../../definition/limits';
import type { SchemaNode } from '../../values/node';
import { STORED } from '../../values/kinds';
import { SYSTEM_NODES } from '../../definition/reserved';
import type { Resource } from '../../definition/resource';
import type { Faults } from '../../problem';
import { attributeAt, misuseOf, OPERATORS, readOperand, type Filter } from '../../store/query/filter';
import type { Operand, Operator } from '../../values/operator';

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
    const node = attributeAt(attributes, path, faults);
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
      return fault(() => misuseOf(name, node, chosen));
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

/** The values as they are stored, or what is wrong with them. */
function readValues(operator: Operator, node: SchemaNode, text: string): Operand[] | string {
  if (operator === 'exists') {
    return text === 'true' || text === 'false' ? [text === 'true'] : 'Must be true or false.';
  }
  if (operator !== 'in') {
    const operand = readOperand(operator, node, text);
    return typeof operand === 'object' && 'fault' in operand ? operand.fault : [operand];
  }
  const parts = [...new Set(text.split(','))];
  if (parts.length > MOST_VALUES) {
    return `Names ${parts.length} values: at most ${MOST_VALUES}.`;
  }
  const operands: Operand[] = [];
  for (const part of parts) {
    const operand = readOperand(operator, node, part);
    if (typeof operand === 'object' && 'fault' in operand) {
      return `"${part.slice(0, 50)}": ${operand.fault}`;
    }
    operands.push(operand);
  }
  return operands;
}
