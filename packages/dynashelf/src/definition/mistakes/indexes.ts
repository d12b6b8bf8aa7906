// The mistakes that the indexes of a resource file can hold.
import { didYouMean } from '../../values/nearest';
import { DECLARED } from '../../values/kinds';
import type { SchemaNode } from '../../values/node';
import type { Index, Resource } from '../resource';

/** Greatest number of bytes of a DynamoDB sort key; an index key also holds the item's id. */
const LONGEST_KEY = 1024;

/** As many as the table has index slots: a test holds the two equal. */
export const MOST_INDEXES = 10;

/** The mistakes in the indexes of a resource, each as a sentence with its remedy. */
export function* checkIndexes(resource: Resource): Generator<string> {
  if (Object.keys(resource.indexes).length > MOST_INDEXES) {
    yield `there are ${Object.keys(resource.indexes).length} indexes, and the table has room for ${MOST_INDEXES} of one resource: remove the least used, its filter then being applied while reading`;
  }
  for (const [name, index] of Object.entries(resource.indexes)) {
    yield* checkIndex(name, index, resource);
  }
  yield* checkTransactional(resource);
}

/** Of two, a list of a transaction could not say which it goes by, and a write would take an action for each. */
function* checkTransactional({ indexes }: Resource): Generator<string> {
  const all = Object.entries(indexes).filter(([, { transactional }]) => transactional === true);
  for (const [position, [name, { partition }]] of all.entries()) {
    const twin = all.slice(0, position).find(([, other]) => other.partition === partition);
    if (partition !== undefined && twin !== undefined) {
      yield `indexes "${twin[0]}" and "${name}" are both transactional with the partition "${partition}", and one is enough for the lists of a transaction: remove transactional from one`;
    }
  }
}

function* checkIndex(
  index: string,
  { partition, sort, transactional, ...unknown }: Index,
  resource: Resource,
): Generator<string> {
  for (const keyword of Object.keys(unknown)) {
    yield `index "${index}" has an unknown keyword "${keyword}": an index has partition, sort and transactional`;
  }
  if (!/^[A-Za-z][A-Za-z0-9_-]{0,63}$/.test(index)) {
    yield `index "${index}" has a name that keys cannot hold: use letters, digits, hyphens and underscores, a letter first, at most 64`;
  }
  const sorts = sort === undefined ? [] : [sort].flat();
  if (partition === undefined && sorts.length === 0) {
    yield `index "${index}" names no attribute: add partition, sort or both`;
  }
  if (transactional !== undefined && typeof transactional !== 'boolean') {
    yield `index "${index}" has transactional: ${JSON.stringify(transactional)}: write true or false`;
  }
  if (transactional === true && partition === undefined) {
    yield `index "${index}" is transactional and has no partition, so that all writes of the collection would be one after the other: add a partition, by whose value actions list`;
  }
  for (const name of [...(partition === undefined ? [] : [partition]), ...sorts]) {
    const node = resource.attributes.get(name);
    if (node === undefined) {
      yield `index "${index}" names the attribute "${name}", which the schema does not declare.${didYouMean(name, resource.attributes.keys())}`;
    } else if (DECLARED[node.kind].isKey !== true) {
      yield `index "${index}" cannot use the attribute "${name}": a key is a String, Number, Boolean or Date, not ${node.kind}`;
    } else if (node.kind === 'string' && !isBounded(node)) {
      yield `index "${index}" cannot use the attribute "${name}" while it can be longer than a key: add a maxLength of at most ${LONGEST_KEY - 129}, an enum, or a format of fixed length`;
    }
  }
}

function isBounded({ keywords }: SchemaNode): boolean {
  // An id of 128 characters ends every index key, and a character ends each text in it.
  return (
    (keywords.maxLength !== undefined && keywords.maxLength <= LONGEST_KEY - 129) ||
    keywords.enum !== undefined ||
    keywords.references !== undefined ||
    (keywords.format !== undefined &&
      ['date', 'date-time', 'time', 'uuid', 'ipv4', 'ipv6', 'email', 'hostname'].includes(keywords.format))
  );
}
