// The mistakes in what a resource file says of unique values, references, computed attributes and rules.
import { didYouMean } from '../../values/nearest';
import { aggregateOf, isReadOnly, type SchemaNode } from '../../values/node';
import type { Resource } from '../resource';

/** Each mistake as a sentence with its remedy. */
export function* checkIntegrity(resource: Resource): Generator<string> {
  for (const [name, node] of resource.attributes) {
    yield* checkUnique(name, node);
    yield* checkOnDelete(resource, name, node);
    if (aggregateOf(node) !== undefined && (node.keywords.readOnly !== true || node.keywords.default !== 0)) {
      yield `attribute "${name}" ${node.keywords.counts === undefined ? 'sums' : 'counts'} items of another collection, so it begins with none and no request sets it: add readOnly: true, default: 0`;
    }
    yield* checkAggregate(name, node);
  }
  yield* checkSameOnDelete(resource);
  for (const name of Object.keys(resource.computed)) {
    const node = resource.attributes.get(name);
    if (node === undefined) {
      yield `computed names the attribute "${name}", which the schema does not declare.${didYouMean(name, resource.attributes.keys())}`;
    } else if (aggregateOf(node) !== undefined) {
      yield `attribute "${name}" is computed and counts or sums items too: remove one of the two`;
    } else if (!isReadOnly(node) || node.keywords.forceDefault === true) {
      yield `attribute "${name}" is computed, so no request can set it: add readOnly: true, and no forceDefault`;
    }
  }
  for (const [index, { holds, detail, attribute }] of resource.rules.entries()) {
    if (typeof holds !== 'function' || typeof detail !== 'string' || detail === '') {
      yield `rule ${index + 1} is not complete: write { holds: (item) => …, detail: 'what to do where it does not hold' }`;
    }
    if (attribute !== undefined && !resource.attributes.has(attribute)) {
      yield `rule ${index + 1} names the attribute "${attribute}", which the schema does not declare.${didYouMean(attribute, resource.attributes.keys())}`;
    }
  }
}

function* checkAggregate(name: string, { keywords, properties, element }: SchemaNode): Generator<string> {
  const { counts, sums } = keywords;
  if (counts !== undefined && sums !== undefined) {
    yield `attribute "${name}" counts and sums items, which are two numbers: declare an attribute for each`;
  }
  if (sums !== undefined && typeof sums.of !== 'string') {
    yield `attribute "${name}" does not say what it sums: write sums: { collection: …, attribute: …, of: 'a Number of that collection' }`;
  }
  for (const inner of [...properties.values(), ...(element === undefined ? [] : [element])]) {
    if (aggregateOf(inner) !== undefined) {
      yield `attribute "${name}" has counts or sums inside, where they cannot be kept: put them on an attribute of the item itself`;
    }
    yield* checkAggregate(name, inner);
  }
}

function* checkUnique(name: string, { keywords, kind, properties, element }: SchemaNode): Generator<string> {
  if (keywords.unique === true && keywords.get !== undefined) {
    yield `attribute "${name}" has "get" beside unique, and what is seen might then not be: remove one of the two`;
  }
  if (keywords.unique === true && keywords.default !== undefined && typeof keywords.default !== 'function') {
    yield `attribute "${name}" is unique and has one default, which only one item could have: remove it, or make each its own by a function`;
  }
  for (const inner of [...properties.values(), ...(element === undefined ? [] : [element])]) {
    if (inner.keywords.unique !== undefined || inner.keywords.references !== undefined) {
      yield `attribute "${name}" has unique or references inside, where they cannot be kept: put them on an attribute of the item itself`;
    }
    if (kind === 'object' || kind === 'array') {
      yield* checkUnique(name, inner);
    }
  }
}

/** References of one collection to another are counted together, so what becomes of them must be one thing. */
function* checkSameOnDelete({ attributes }: Resource): Generator<string> {
  const known = new Map<string, { name: string; onDelete: string }>();
  for (const [
    name,
    {
      keywords: { references, onDelete = 'restrict' },
    },
  ] of attributes) {
    const first = references === undefined ? undefined : known.get(references);
    if (first !== undefined && first.onDelete !== onDelete) {
      yield `attributes "${first.name}" and "${name}" both reference ${references} and have different onDelete: give both the same`;
    }
    if (references !== undefined) {
      known.set(references, { name, onDelete });
    }
  }
}

function* checkOnDelete(resource: Resource, name: string, { keywords }: SchemaNode): Generator<string> {
  const { onDelete, references, required } = keywords;
  if (onDelete === undefined) {
    return;
  }
  if (references === undefined) {
    yield `attribute "${name}" has onDelete without references: add the collection it references, or remove it`;
  }
  if (!['restrict', 'cascade', 'setNull'].includes(onDelete)) {
    yield `attribute "${name}" has the unknown onDelete "${String(onDelete)}": write 'restrict', 'cascade' or 'setNull'`;
  }
  if (onDelete === 'setNull' && required === true) {
    yield `attribute "${name}" is required and cannot be set to null: remove required, or write onDelete: 'cascade' or 'restrict'`;
  }
  if (
    onDelete !== 'restrict' &&
    !Object.values(resource.indexes).some(({ partition, sort }) => partition === name && sort === undefined)
  ) {
    yield `attribute "${name}" has onDelete: '${onDelete}', for which its items must be found: add an index { partition: '${name}' } without sort`;
  }
}
