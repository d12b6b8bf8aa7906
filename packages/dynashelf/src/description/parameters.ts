// The parameters of requests: filters and orders of each collection, and what all requests share.
import {
  DEFAULT_LIMIT,
  LONGEST_HEADER,
  LONGEST_IDEMPOTENCY_KEY,
  MOST_LISTED,
  MOST_TAGS,
  MOST_VALUES,
} from '../definition/limits';
import { LONGEST_ID, ID_PATTERN, EXAMPLE_ID } from '../values/id';
import type { SchemaNode } from '../values/node';
import { SENT, STORED } from '../values/kinds';
import { SYSTEM_NODES } from '../definition/reserved';
import type { Operator } from '../values/operator';
import type { Resource } from '../definition/resource';
import { visible } from './attributes';
import { pascal } from './type-names';
import { refer, type Part } from './names';

const TAGS = { type: 'string', minLength: 1, maxLength: LONGEST_HEADER, pattern: '^\\s*\\*\\s*$|"' };
const TEXT = { type: 'string', maxLength: LONGEST_HEADER };

/** The request headers that mean the same everywhere; without examples, which a page to try them out would send. */
const HEADERS: Record<string, Part> = {
  'If-Match': {
    description: `Only if the item has one of these entity tags (${MOST_TAGS} at most), as \`ETag\` gave them (\`"1"\`), or with \`*\` exists; else 412 (RFC 9110 §13.1.1).`,
    schema: TAGS,
  },
  'If-None-Match': {
    description:
      'Only if the item has none of these entity tags (as many), or with `*` does not exist: else GET is answered 304, a write 412 (RFC 9110 §13.1.2).',
    schema: TAGS,
  },
  'If-Modified-Since': {
    description: 'Such as `Tue, 31 Mar 2026 12:00:00 GMT`; else 304; ignored beside If-None-Match (RFC 9110 §13.1.3).',
    schema: TEXT,
  },
  'If-Unmodified-Since': {
    description: 'Such as `Tue, 31 Mar 2026 12:00:00 GMT`; else 412; ignored beside If-Match (RFC 9110 §13.1.4).',
    schema: TEXT,
  },
  'Idempotency-Key': {
    description:
      'Unique to the request, such as a UUID: however often it is sent within 24 hours, it has its effect once, and every answer is the first one’s.',
    schema: { type: 'string', minLength: 1, maxLength: LONGEST_IDEMPOTENCY_KEY },
  },
};

/** Parameters that all collections share. */
export function sharedParameters(): Part {
  const header = (name: string, more: Part): Part => ({ name, in: 'header', ...more });
  return {
    ...Object.fromEntries(Object.entries(HEADERS).map(([name, more]) => [name, header(name, more)])),
    'prefer-write': header('Prefer', {
      description: '`return=minimal` leaves the item out of the answer (RFC 7240 §4.2).',
      schema: TEXT,
    }),
    'prefer-list': header('Prefer', {
      description: '`count=exact` adds `total`, where it can be counted within the bound of one request.',
      schema: TEXT,
    }),
    id: {
      name: 'id',
      in: 'path',
      required: true,
      description: 'The id of the item.',
      schema: { type: 'string', pattern: ID_PATTERN, minLength: 1, maxLength: LONGEST_ID },
      example: EXAMPLE_ID,
    },
    limit: {
      name: 'limit',
      in: 'query',
      description: 'Greatest number of items of the page.',
      schema: { type: 'integer', format: 'int32', minimum: 1, maximum: MOST_LISTED, default: DEFAULT_LIMIT },
    },
    cursor: {
      name: 'cursor',
      in: 'query',
      description: 'Where the page begins: taken from `next`, as it came.',
      schema: { type: 'string' },
    },
  };
}

/** The parameters of one collection, by the names of their components. */
export function collectionParameters(resource: Resource): Part {
  return Object.fromEntries(
    parametersOf(resource).map((parameter) => [componentName(resource, parameter['name'] as string), parameter]),
  );
}

/** References to what a list takes. */
export function listParameters(resource: Resource): Part[] {
  return [
    refer('parameters', 'limit'),
    refer('parameters', 'cursor'),
    ...parametersOf(resource).map(({ name }) => refer('parameters', componentName(resource, name as string))),
  ];
}

/** A reference to `fields` of a collection. */
export function fieldsOf(resource: Resource): Part {
  return refer('parameters', componentName(resource, 'fields'));
}

/** A reference to `expand` of a collection, if its items refer to any. */
export function expandOf(resource: Resource): Part[] {
  return references(resource).length === 0 ? [] : [refer('parameters', componentName(resource, 'expand'))];
}

/** The orders that indexes declare, and the attribute that must be given for each, as `sort` names them. */
export function ordersOf(resource: Resource): { readonly sort: string; readonly partition: string | undefined }[] {
  const { attributes, indexes } = visible(resource);
  const declared = Object.values(indexes)
    .map(({ partition, sort }) => ({ partition, names: sort === undefined ? [] : [sort].flat() }))
    .filter(
      ({ partition, names }) =>
        names.length > 0 &&
        [...names, ...(partition === undefined ? [] : [partition])].every((name) => attributes.has(name)),
    );
  return [{ partition: undefined, names: ['id'] }, ...declared].flatMap(({ partition, names }) => [
    { sort: names.join(','), partition },
    { sort: names.map((name) => `-${name}`).join(','), partition },
  ]);
}

function parametersOf(declared: Resource): Part[] {
  const resource = visible(declared);
  const names = [...resource.attributes.keys(), ...SYSTEM_NODES.keys()];
  const list = (name: string, description: string, values: readonly string[]): Part => ({
    name,
    in: 'query',
    description,
    style: 'form',
    explode: false,
    schema: { type: 'array', items: { type: 'string', enum: values }, minItems: 1 },
  });
  return [
    sortParameter(resource),
    list('fields', 'The attributes to show, besides `id`; all without it.', names),
    ...(references(resource).length > 0
      ? [list('expand', 'References to follow: what they refer to is shown in `expand`.', references(resource))]
      : []),
    ...[...SYSTEM_NODES].flatMap(([name, node]) => filters([name], node)),
    ...[...resource.attributes].flatMap(([name, node]) => filters([name], node)),
  ];
}

function sortParameter(resource: Resource): Part {
  const orders = ordersOf(resource);
  const conditions = orders
    .filter(({ sort, partition }) => partition !== undefined && !sort.startsWith('-'))
    .map(({ sort, partition }) => `\`${sort}\` with \`${partition}=…\``);
  return {
    name: 'sort',
    in: 'query',
    description: `The order; newest first without it. With \`-\` descending.${conditions.length > 0 ? ` Served only beside a filter: ${[...new Set(conditions)].join(', ')}.` : ''} A list in an order holds the items that have its attributes, and is eventually consistent.`,
    schema: { type: 'string', enum: [...new Set(orders.map(({ sort }) => sort))] },
  };
}

/** What can be asked of an attribute, and of those inside it. */
function filters(path: readonly string[], node: SchemaNode): Part[] {
  const inner = [...node.properties].flatMap(([name, member]) => filters([...path, name], member));
  const operators = STORED[node.kind].operators.filter(
    (operator) =>
      operator !== 'contains' || node.element === undefined || SENT[node.element.kind].operandSchema !== undefined,
  );
  const own = operators.map((operator): Part => ({
    name: operator === 'eq' ? path.join('.') : `${path.join('.')}[${operator}]`,
    in: 'query',
    description: MEANINGS[operator](`\`${path.join('.')}\``),
    ...(node.keywords.deprecated === true && { deprecated: true }),
    ...(operator === 'in' && { style: 'form', explode: false }),
    schema: operandSchema(operator, node),
  }));
  return [...own, ...inner];
}

const MEANINGS: Record<Operator, (name: string) => string> = {
  eq: (name) => `${name} equals this.`,
  ne: (name) => `${name} does not equal this, or is absent.`,
  in: (name) => `${name} equals one of these.`,
  gt: (name) => `${name} is greater.`,
  gte: (name) => `${name} is greater or equal.`,
  lt: (name) => `${name} is less.`,
  lte: (name) => `${name} is less or equal.`,
  begins: (name) => `${name} begins with this.`,
  contains: (name) => `${name} contains this.`,
  exists: (name) => `${name} is there (true) or absent (false).`,
};

function operandSchema(operator: Operator, node: SchemaNode): Part {
  if (operator === 'exists') {
    return { type: 'boolean' };
  }
  const operand = operator === 'contains' && node.element !== undefined ? node.element : node;
  const value = SENT[operand.kind].operandSchema!(operand);
  return operator === 'in' ? { type: 'array', items: value, minItems: 1, maxItems: MOST_VALUES } : value;
}

function references(resource: Resource): string[] {
  return [...visible(resource).attributes]
    .filter(([, { keywords }]) => keywords.references !== undefined)
    .map(([name]) => name);
}

/** Such as `Books.pages..gte`: two dots tell an operator from an attribute inside an object. */
function componentName({ name }: Resource, parameter: string): string {
  return `${pascal(name)}.${parameter.replace(/\[(\w+)\]$/, '..$1')}`;
}
