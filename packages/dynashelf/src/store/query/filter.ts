// Filters: what a list asks of an item, as a test in memory and as a DynamoDB filter expression. A property test holds
// the two equal.
import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import type { Faults } from '../../problem';
import { STORED } from '../../values/kinds';
import { didYouMean } from '../../values/nearest';
import type { SchemaNode } from '../../values/node';
import type { Operand, Operator } from '../../values/operator';
import type { Placeholders } from '../client/expression';
import { compareBytes } from '../layout/sortable';
import { SORT_KEY } from '../layout/table';
import { encodeValue, type AttributeMap } from '../layout/value';

/** One condition on the items of a list. */
export interface Filter {
  /** The attribute, and where in it: `['address', 'city']`. */
  readonly path: readonly string[];
  readonly operator: Operator;
  /** One value; of `in` one or more; of `exists` true or false. */
  readonly values: readonly Operand[];
}

/** What can be asked beside equality. */
export const OPERATORS: readonly Operator[] = ['ne', 'gt', 'gte', 'lt', 'lte', 'begins', 'contains', 'in', 'exists'];

/** The attribute at a path, or why there is none; undefined where the first name is not known. */
export function attributeAt(
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

/** Why an attribute cannot be asked for by an operator. */
export function misuseOf(name: string, node: SchemaNode, operator: Operator): string {
  const others = STORED[node.kind].operators.filter((one) => one !== 'eq').join(', ');
  return (
    STORED[node.kind].misuse?.(node, name) ??
    `"${operator}" does not go with "${name}", a ${node.kind}: use ${others}, or ${name}=… for equality.`
  );
}

/** What an operator compares with, read from a text, or what is wrong with that text. */
export function readOperand(operator: Operator, node: SchemaNode, text: string): Operand | { readonly fault: string } {
  const compared = operator === 'contains' && node.element !== undefined ? node.element : node;
  return (
    STORED[compared.kind].operand?.(compared, text) ?? {
      fault: 'Its elements are no single values, which alone can be asked for.',
    }
  );
}

/** Whether all filters hold of a record. */
export function matches(filters: readonly Filter[], record: AttributeMap): boolean {
  return filters.every((filter) => holds(filter, valueAt(record, filter.path)));
}

/**
 * The filters as an expression; undefined where there are none.
 * @param excluded groups of filters of which not all of one may hold
 */
export function filterExpression(
  filters: readonly Filter[],
  expressions: Placeholders,
  excluded: readonly (readonly Filter[])[] = [],
): string | undefined {
  const conjunction = (group: readonly Filter[]): string =>
    group.map((filter) => part(filter, expressions)).join(' AND ');
  const parts = [
    ...(filters.length === 0 ? [] : [conjunction(filters)]),
    ...excluded.map((group) => `NOT (${conjunction(group)})`),
  ];
  return parts.length === 0 ? undefined : parts.join(' AND ');
}

function valueAt(record: AttributeMap, path: readonly string[]): AttributeValue | undefined {
  const [first, ...rest] = path as [string, ...string[]];
  return rest.reduce<AttributeValue | undefined>(
    (outer, name) => (outer?.M !== undefined && Object.hasOwn(outer.M, name) ? outer.M[name] : undefined),
    record[stored(first)],
  );
}

/** The id is stored as the sort key. */
function stored(attribute: string): string {
  return attribute === 'id' ? SORT_KEY : attribute;
}

function holds({ operator, values }: Filter, found: AttributeValue | undefined): boolean {
  const operands = values.map(encodeValue);
  const [operand] = operands as [AttributeValue];
  switch (operator) {
    case 'exists':
      return (found !== undefined) === operand.BOOL;
    case 'ne':
      return found === undefined || !isSame(found, operand);
    case 'eq':
    case 'in':
      return found !== undefined && operands.some((one) => isSame(found, one));
    case 'begins':
      return found?.S !== undefined && found.S.startsWith(operand.S!);
    case 'contains':
      return found !== undefined && contains(found, operand);
    default: {
      const order = found === undefined ? undefined : compare(found, operand);
      return (
        order !== undefined &&
        (operator === 'gt' ? order > 0 : operator === 'gte' ? order >= 0 : operator === 'lt' ? order < 0 : order <= 0)
      );
    }
  }
}

function contains(found: AttributeValue, operand: AttributeValue): boolean {
  return (
    (found.S !== undefined && operand.S !== undefined && found.S.includes(operand.S)) ||
    (found.B !== undefined && operand.B !== undefined && Buffer.from(found.B).includes(Buffer.from(operand.B))) ||
    (found.L?.some((element) => isSame(element, operand)) ?? false) ||
    (found.SS?.some((element) => element === operand.S) ?? false) ||
    (found.NS?.some((element) => operand.N !== undefined && Number(element) === Number(operand.N)) ?? false) ||
    (found.BS?.some((element) => isSame({ B: element }, operand)) ?? false)
  );
}

function isSame(a: AttributeValue, b: AttributeValue): boolean {
  if (a.BOOL !== undefined || b.BOOL !== undefined) {
    return a.BOOL === b.BOOL;
  }
  return compare(a, b) === 0;
}

/** The order of two values; undefined where they are not of one type that has an order. */
function compare(a: AttributeValue, b: AttributeValue): number | undefined {
  if (a.S !== undefined && b.S !== undefined) {
    return compareBytes(a.S, b.S);
  }
  if (a.N !== undefined && b.N !== undefined) {
    return Number(a.N) - Number(b.N);
  }
  return a.B !== undefined && b.B !== undefined ? Buffer.compare(a.B, b.B) : undefined;
}

const COMPARISONS = { eq: '=', gt: '>', gte: '>=', lt: '<', lte: '<=' } as const;

function part({ path, operator, values }: Filter, { name, value }: Placeholders): string {
  const [first, ...rest] = path as [string, ...string[]];
  const at = [stored(first), ...rest].map(name).join('.');
  const operands = (): string[] => values.map((one) => value(encodeValue(one)));
  switch (operator) {
    case 'exists':
      return `${values[0] === true ? 'attribute_exists' : 'attribute_not_exists'}(${at})`;
    case 'ne':
      return `(attribute_not_exists(${at}) OR ${at} <> ${operands()[0]})`;
    case 'in':
      return `${at} IN (${operands().join(', ')})`;
    case 'begins':
    case 'contains':
      return `${operator === 'begins' ? 'begins_with' : 'contains'}(${at}, ${operands()[0]})`;
    default:
      return `${at} ${COMPARISONS[operator]} ${operands()[0]}`;
  }
}
