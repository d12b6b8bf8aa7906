// The filters of a list, read from its parameters: `attr=value`, `attr[operator]=value`, `outer.inner=value`.
import { didYouMean } from '../../definition/nearest';
import { MOST_FILTERS, MOST_VALUES, MOST_VALUES_IN_ALL } from '../../definition/limits';
import { isWhole, type Node } from '../../values/node';
import { OPERATORS_OF, SYSTEM_NODES, type Operator } from '../../definition/operator';
import type { Resource } from '../../definition/resource';
import type { Faults } from '../../problem';
import type { Filter, Operand } from '../../store/query/filter';
import { numberFault } from './json';

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
    if (!OPERATORS_OF[node.kind].includes(chosen)) {
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
  attributes: ReadonlyMap<string, Node>,
  [first = '', ...rest]: readonly string[],
  faults: Faults,
): Node | string | undefined {
  let node = attributes.get(first);
  let at = first;
  for (const name of rest) {
    if (node === undefined) {
      return undefined;
    }
    if (node.members.size === 0) {
      return `"${at}" is no object with attributes of its own, so nothing inside it can be asked for.`;
    }
    const inner = node.members.get(name);
    if (inner === undefined) {
      return `"${name}" is not an attribute of "${at}".${didYouMean(name, node.members.keys(), faults)}`;
    }
    node = inner;
    at = `${at}.${name}`;
  }
  return node;
}

function misuse(name: string, node: Node, operator: Operator): string {
  switch (node.kind) {
    case 'array':
    case 'set':
      return `"${name}" holds several values: ask with ${name}[contains]=… or ${name}[exists]=….`;
    case 'any':
      return `"${name}" holds any JSON, which cannot be compared: ask with ${name}[exists]=….`;
    case 'object':
      return node.members.size > 0
        ? `"${name}" is an object: ask for what is in it, such as ${name}.${[...node.members.keys()][0]}=….`
        : `"${name}" holds any JSON, which cannot be compared: ask with ${name}[exists]=….`;
    default:
      return `"${operator}" does not go with "${name}", a ${node.kind}: use ${OPERATORS_OF[node.kind].filter((one) => one !== 'eq').join(', ')}, or ${name}=… for equality.`;
  }
}

/** The values as they are stored, or what is wrong with them. */
function readValues(operator: Operator, node: Node, text: string): Operand[] | string {
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

function readValue(node: Node, text: string): Operand | { fault: string } {
  switch (node.kind) {
    case 'string':
      return text.isWellFormed() ? text : { fault: 'Must be well-formed Unicode.' };
    case 'number':
      return readNumber(node, text);
    case 'boolean':
      return text === 'true' || text === 'false' ? text === 'true' : { fault: 'Must be true or false.' };
    case 'date':
      return readDate(node, text);
    case 'binary': {
      const bytes = Buffer.from(text, 'base64');
      return bytes.toString('base64') === text ? bytes : { fault: 'Must be base64 text, with padding (RFC 4648 §4).' };
    }
    default:
      return { fault: 'Its elements are no single values, which alone can be asked for.' };
  }
}

function readNumber(node: Node, text: string): number | { fault: string } {
  // As JSON writes them: RFC 8259 §6.
  if (!/^-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?$/.test(text)) {
    return { fault: 'Must be a number, such as 12 or -0.5.' };
  }
  const fault =
    numberFault(text) ??
    (isWhole(node) && !Number.isSafeInteger(Number(text)) ? 'Must be a whole number, such as 12.' : undefined);
  return fault === undefined ? Number(text) : { fault };
}

/** RFC 3339 §5.6, and what is stored of that moment. */
function readDate({ storage }: Node, text: string): Operand | { fault: string } {
  // In a query an unencoded + is a space.
  const [, day, time, zone] =
    /^(\d{4}-\d\d-\d\d)T(\d\d:\d\d:\d\d(?:\.\d+)?)(Z|[-+ ]\d\d:\d\d)$/.exec(text.toUpperCase()) ?? [];
  const date = new Date(`${day}T${time}${zone?.replace(' ', '+')}`);
  const isDay = day !== undefined && new Date(`${day}T00:00:00Z`).toJSON()?.startsWith(day);
  if (!isDay || Number.isNaN(date.getTime()) || date.getUTCFullYear() < 0 || date.getUTCFullYear() > 9999) {
    return { fault: 'Must be a date and time with its time zone, such as 2026-03-31T12:00:00Z.' };
  }
  // Not rounded to seconds: between two of them lies a bound as good as any.
  return storage === 'iso' ? date.toISOString() : date.getTime() / (storage === 'seconds' ? 1000 : 1);
}
