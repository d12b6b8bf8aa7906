// What a change of some attributes brings to a record whose other attributes nobody knows.
import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { hasComputed } from '../../definition/computed';
import type { StoredValue } from '../../values/stored';
import type { Resource } from '../../definition/resource';
import { isInUniqueGroup } from '../../definition/unique-groups';
import { aggregateOf } from '../../values/node';
import { Problem } from '../../problem';
import { indexKeys, slottedIndexes, transactionalIndexes } from '../layout/index-keys';
import { encode } from '#conversion';
import type { AttributeMap } from '../layout/value';

/** Attributes of a record as a change leaves them, index keys among them; undefined removes one. */
export type RecordChanges = Readonly<Record<string, AttributeValue | undefined>>;

/**
 * Whether something follows from all of an item's attributes, here or on items that count it, so that no change of it
 * is made without it.
 */
export function isFollowed(resources: ReadonlyMap<string, Resource>, resource: Resource): boolean {
  return (
    hasComputed(resource) ||
    transactionalIndexes(resource).length > 0 ||
    followers(resources).byContent.has(resource.name)
  );
}

/**
 * The changes of a record that values of some attributes bring.
 * @returns undefined where they depend on more than these values: on guards of unique values, on items that are
 * referred to, on other attributes of an index
 */
export function recordChanges(
  resource: Resource,
  id: string,
  values: Record<string, StoredValue | undefined>,
): RecordChanges | undefined {
  const names = Object.keys(values);
  const isGuarded = names.some((name) => {
    const { references } = resource.attributes.get(name)!.keywords;
    return references !== undefined || isInUniqueGroup(resource, name);
  });
  if (isGuarded) {
    return undefined;
  }
  const encoded = encode(values);
  const keys = changedKeys(resource, id, values, encoded);
  return keys && { ...Object.fromEntries(names.map((name) => [name, encoded[name]])), ...keys };
}

/** The keys of the indexes that some attributes are part of. */
function changedKeys(
  resource: Resource,
  id: string,
  values: Record<string, StoredValue | undefined>,
  encoded: AttributeMap,
): RecordChanges | undefined {
  const changed = slottedIndexes(resource)
    .map(({ partition, sorts, slot }) => ({
      attributes: partition === undefined ? sorts : [partition, ...sorts],
      slot,
    }))
    .filter(({ attributes }) => attributes.some((name) => Object.hasOwn(values, name)));
  // An index that lacks one of its attributes has no key, whatever the others are.
  const isKnown = changed.every(
    ({ attributes }) =>
      attributes.every((name) => Object.hasOwn(values, name)) ||
      attributes.some((name) => Object.hasOwn(values, name) && encoded[name] === undefined),
  );
  if (!isKnown) {
    return undefined;
  }
  try {
    const keys = changed.length === 0 ? {} : indexKeys(resource, id, encoded);
    return Object.fromEntries(
      changed.flatMap(({ slot }) => [slot.partitionKey, slot.sortKey]).map((name) => [name, keys[name]]),
    );
  } catch (error) {
    if (!(error instanceof Problem)) {
      throw error;
    }
    // A value is too long for its key: said where the item is known, which may not even exist.
    return undefined;
  }
}

/** Whether other items add up this attribute of a collection's items. */
export function isSummed(resources: ReadonlyMap<string, Resource>, { name }: Resource, attribute: string): boolean {
  return followers(resources).summed.has(`${name} ${attribute}`);
}

/** What of items is followed on the items that count them, or sum a number of theirs. */
interface Followers {
  /**
   * The collections whose items are counted by what they are (`where`), not only by what they refer to; and those of
   * which a number is summed that every write gives its default, whatever it names.
   */
  readonly byContent: ReadonlySet<string>;
  /** The attributes that are summed, each behind the name of its collection. */
  readonly summed: ReadonlySet<string>;
}

const known = new WeakMap<ReadonlyMap<string, Resource>, Followers>();

function followers(resources: ReadonlyMap<string, Resource>): Followers {
  let found = known.get(resources);
  if (found === undefined) {
    const aggregates = [...resources.values()]
      .flatMap(({ attributes }) => [...attributes.values()].map(aggregateOf))
      .filter((aggregate) => aggregate !== undefined);
    found = {
      byContent: new Set(
        aggregates
          .filter(({ where, of, collection }) => where !== undefined || isForced(resources.get(collection), of))
          .map(({ collection }) => collection),
      ),
      summed: new Set(aggregates.flatMap(({ of, collection }) => (of === undefined ? [] : [`${collection} ${of}`]))),
    };
    known.set(resources, found);
  }
  return found;
}

function isForced(resource: Resource | undefined, attribute: string | undefined): boolean {
  return attribute !== undefined && resource?.attributes.get(attribute)?.keywords.forceDefault === true;
}
