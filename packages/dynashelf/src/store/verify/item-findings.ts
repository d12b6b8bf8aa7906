// What an item shows to be wrong by itself: its values, what is computed of them, its keys.
import { computeAttributes, hasComputed } from '../../definition/computed';
import type { AnyItem } from '../../definition/item';
import type { Resource } from '../../definition/resource';
import { Problem } from '../../problem';
import { isValid } from '../../values/check';
import { isEqual } from '../../values/equal';
import type { Json } from '../../values/json';
import { indexKeyNames, indexKeys } from '../layout/index-keys';
import { recordKey, toImage } from '../layout/record';
import { INDEX_SLOTS, indexSlot, PARTITION_KEY, SORT_KEY } from '../layout/table';
import type { AttributeMap } from '../layout/value';
import { isMarked } from '../write/deletion-mark';
import { encode } from '#conversion';
import type { Finding } from './finding';

/** All that is wrong with an item by itself. */
export async function itemFindings(resource: Resource, record: AttributeMap): Promise<Finding[]> {
  const at = `${resource.name}/${record[SORT_KEY]!.S}`;
  const faults = [...(await valueFaults(resource, record))];
  const computed = faults.length > 0 ? NOTHING : await computedFaults(resource, record);
  return [
    ...faults.map((detail): Finding => ({ kind: 'item', at, detail })),
    ...computed.broken.map((detail): Finding => ({ kind: 'computed', at, detail })),
    ...computed.stale.map((detail): Finding => ({
      kind: 'computed',
      at,
      detail,
      remedy: { kind: 'computed', collection: resource.name, id: record[SORT_KEY]!.S! },
    })),
    ...keyFaults(resource, record).map((detail): Finding => ({
      kind: 'keys',
      at,
      detail,
      remedy: { kind: 'keys', collection: resource.name },
    })),
    ...(isMarked(record)
      ? [
          {
            kind: 'mark' as const,
            at,
            detail: 'A deletion of it, or of what it refers to, was begun and is not done.',
            remedy: { kind: 'deletions' as const },
          },
        ]
      : []),
  ];
}

const WHOLE = /^[1-9]\d*$/;

async function valueFaults(resource: Resource, record: AttributeMap): Promise<string[]> {
  const system = [
    ...(WHOLE.test(record['version']?.N ?? '') ? [] : ['Its version is no number from 1.']),
    ...['createdAt', 'updatedAt']
      .filter((name) => Number.isNaN(Date.parse(record[name]?.S ?? '')))
      .map((name) => `Its "${name}" is no time.`),
  ];
  let item: AnyItem;
  try {
    ({ item } = await toImage(resource, record));
  } catch (error) {
    return [...system, `It cannot be decoded: ${(error as Error).message}`];
  }
  const own = [...resource.attributes].flatMap(([name, node]) => {
    const value = item[name] as Json | undefined;
    const { required, get, default: fallback } = node.keywords;
    return value === undefined
      ? required === true && fallback === undefined
        ? [`"${name}" is required, and it has none.`]
        : []
      : // What `get` shows need not be what is stored.
        get !== undefined || isValid(node, value)
        ? []
        : [`Its "${name}" is not as the schema says.`];
  });
  return [...system, ...own];
}

interface ComputedFaults {
  /** The rules that do not hold. */
  readonly broken: readonly string[];
  /** What is not as it is computed now. */
  readonly stale: readonly string[];
}

const NOTHING: ComputedFaults = { broken: [], stale: [] };

async function computedFaults(resource: Resource, record: AttributeMap): Promise<ComputedFaults> {
  if (!hasComputed(resource)) {
    return NOTHING;
  }
  const { item } = await toImage(resource, record);
  try {
    const { values, faults } = computeAttributes(resource, item);
    const wanted = await toImage(resource, { ...without(record, values), ...encode(values) });
    const broken = faults.map(({ detail }) => `A rule does not hold: ${detail}`);
    const stale = Object.keys(values)
      .filter((name) => !isEqual(wanted.item[name] as Json | undefined, item[name] as Json | undefined))
      .map((name) => `Its "${name}" is not what is computed of the other attributes.`);
    return { broken, stale };
  } catch (error) {
    return { broken: [(error as Error).message], stale: [] };
  }
}

/** What a record keeps of computed attributes that have no value: nothing. */
function without(record: AttributeMap, values: object): AttributeMap {
  return Object.fromEntries(Object.entries(record).filter(([name]) => !Object.hasOwn(values, name)));
}

const ALL_KEYS = Array.from({ length: INDEX_SLOTS }, (_, slot) => indexSlot(slot + 1)).flatMap(
  ({ partitionKey, sortKey }) => [partitionKey, sortKey],
);

function keyFaults(resource: Resource, record: AttributeMap): string[] {
  const id = record[SORT_KEY]!.S!;
  if (recordKey(resource, id)[PARTITION_KEY]!.S !== record[PARTITION_KEY]!.S) {
    return [`It lies in the partition ${record[PARTITION_KEY]!.S}, and belongs to another.`];
  }
  let keys: AttributeMap = {};
  try {
    keys = indexKeys(resource, id, record);
  } catch (error) {
    if (!(error instanceof Problem)) {
      throw error;
    }
  }
  const wrong = ALL_KEYS.filter((name) => record[name]?.S !== keys[name]?.S);
  const names = Object.keys(resource.indexes).filter((_, position) => {
    const { partitionKey, sortKey } = indexSlot(position + 1);
    return wrong.includes(partitionKey) || wrong.includes(sortKey);
  });
  const others = wrong.filter((name) => !indexKeyNames(resource).includes(name));
  return [
    ...names.map((name) => `Its keys in the index "${name}" do not follow from its attributes.`),
    ...(others.length > 0 ? ['It has keys of indexes that are not declared.'] : []),
  ];
}
