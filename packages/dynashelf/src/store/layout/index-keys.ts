// The keys by which a record stands in the table's index slots.
import type { Resource } from '../../definition/resource';
import { Problem, pointer, type Fault } from '../../problem';
import { distinct, sortable } from './sortable';
import { indexSlot } from './table';
import type { AttributeMap } from './value';

/** Greatest numbers of bytes of DynamoDB's keys. */
export const LONGEST_PARTITION_KEY = 2048;
export const LONGEST_SORT_KEY = 1024;

/** An index of a resource and the slot it takes: in the order of declaration. */
export interface SlottedIndex {
  readonly name: string;
  readonly partition: string | undefined;
  readonly sorts: readonly string[];
  readonly slot: ReturnType<typeof indexSlot>;
  /** Whether actions list by it, so that each of its partitions has a checksum. */
  readonly isTransactional: boolean;
}

const slotted = new WeakMap<Resource, readonly SlottedIndex[]>();

/** The indexes of a resource with their slots. */
export function slottedIndexes(resource: Resource): readonly SlottedIndex[] {
  let indexes = slotted.get(resource);
  if (indexes === undefined) {
    indexes = Object.entries(resource.indexes).map(([name, { partition, sort, transactional }], position) => ({
      name,
      partition,
      sorts: sort === undefined ? [] : [sort].flat(),
      slot: indexSlot(position + 1),
      isTransactional: transactional === true,
    }));
    slotted.set(resource, indexes);
  }
  return indexes;
}

const transactional = new WeakMap<Resource, readonly SlottedIndex[]>();

/** The indexes of a resource by which actions list. */
export function transactionalIndexes(resource: Resource): readonly SlottedIndex[] {
  let indexes = transactional.get(resource);
  if (indexes === undefined) {
    indexes = slottedIndexes(resource).filter(({ isTransactional }) => isTransactional);
    transactional.set(resource, indexes);
  }
  return indexes;
}

/** The partition of an index: a collection's name has no `#`, and the value comes last, so that no two are the same. */
export function indexPartition(
  resource: Pick<Resource, 'name'>,
  { name, partition }: SlottedIndex,
  value: string,
): string {
  return partition === undefined ? `${resource.name}#${name}` : `${resource.name}#${name}#${value}`;
}

/**
 * The key attributes of the slots that a resource's indexes take, computed from its stored attributes.
 * A record that lacks an attribute of an index has no key there (the index is sparse).
 * @param record the stored attributes of the item, whole
 * @throws Problem `invalid` naming each attribute that is too long for its key
 */
export function indexKeys(resource: Resource, id: string, record: AttributeMap): AttributeMap {
  const keys: AttributeMap = {};
  const faults: Fault[] = [];
  for (const index of slottedIndexes(resource)) {
    const { name, partition, sorts, slot } = index;
    const place = placeIn(resource, index, id, record);
    if (place === undefined) {
      continue;
    }
    const { partitionKey, sortKey, forms } = place;
    if (Buffer.byteLength(partitionKey) > LONGEST_PARTITION_KEY) {
      faults.push(tooLong(name, partition!, LONGEST_PARTITION_KEY));
    }
    if (Buffer.byteLength(sortKey) > LONGEST_SORT_KEY) {
      const lengths = forms.map((form) => Buffer.byteLength(form));
      faults.push(tooLong(name, sorts[lengths.indexOf(Math.max(...lengths))]!, LONGEST_SORT_KEY));
    }
    keys[slot.partitionKey] = { S: partitionKey };
    keys[slot.sortKey] = { S: sortKey };
  }
  if (faults.length > 0) {
    throw new Problem(
      'invalid',
      'A value is too long to be found by: shorten what "errors" names. Nothing was changed.',
      { errors: faults },
    );
  }
  return keys;
}

/** Where a record stands in an index; undefined where it does not. */
export interface IndexPlace {
  /** The value of the attribute that is the index's partition, as text; empty without one. */
  readonly value: string;
  readonly partitionKey: string;
  readonly sortKey: string;
}

/** Where a record stands in an index, by its attributes; undefined where it lacks one of them. */
function placeIn(
  resource: Resource,
  index: SlottedIndex,
  id: string,
  record: AttributeMap,
): (IndexPlace & { readonly forms: readonly string[] }) | undefined {
  const { partition, sorts } = index;
  const value = partition === undefined ? '' : distinct(resource.attributes.get(partition)!, record[partition]);
  const forms = sorts
    .map((sort) => sortable(resource.attributes.get(sort)!, record[sort]))
    .filter((form) => form !== undefined);
  return value === undefined || forms.length < sorts.length
    ? undefined
    : { value, partitionKey: indexPartition(resource, index, value), sortKey: `${forms.join('')}${id}`, forms };
}

/** Where a record that was written stands in an index; undefined where it lacks an attribute, or is too long for it. */
export function indexPlace(
  resource: Resource,
  index: SlottedIndex,
  id: string,
  record: AttributeMap,
): IndexPlace | undefined {
  const place = placeIn(resource, index, id, record);
  return place === undefined ||
    Buffer.byteLength(place.partitionKey) > LONGEST_PARTITION_KEY ||
    Buffer.byteLength(place.sortKey) > LONGEST_SORT_KEY
    ? undefined
    : place;
}

/** The names of all key attributes that the resource's indexes use, present in a record or not. */
export function indexKeyNames(resource: Resource): string[] {
  return slottedIndexes(resource).flatMap(({ slot }) => [slot.partitionKey, slot.sortKey]);
}

function tooLong(index: string, attribute: string, most: number): Fault {
  return {
    detail: `Is too long for the index "${index}", whose key has at most ${most} bytes (UTF-8), the id and other attributes of the index included: shorten it.`,
    pointer: pointer(attribute),
  };
}
